"""The pages of members. One file a page."""
