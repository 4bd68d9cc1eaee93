"""How do tags come, change and go? The only writers of this room; one file a subject."""
