"""Questions side by side: a page of cards that stays up to date, shared, on a wall, by mail."""
