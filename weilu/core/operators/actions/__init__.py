"""The only writers of this room, one file a subject."""
