"""Stories in a real Chromium, against a whole house started as a user would start it."""
