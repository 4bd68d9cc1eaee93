"""What follows from the facts about a member? Pure functions: time and facts are arguments."""
