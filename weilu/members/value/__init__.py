"""What is a member worth to the brand? Recency, frequency and money of orders, and a score with visible factors."""
