"""What do pages and other steps read about communities? One file a subject."""
