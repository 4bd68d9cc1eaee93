"""Saved segments: rules under a name, kept up to date, with a history of who came and went."""
