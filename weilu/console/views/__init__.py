"""Pages of the shell: today, search, settings, theme."""
