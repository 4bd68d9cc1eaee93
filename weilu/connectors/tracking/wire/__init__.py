"""The three wire formats. Each reader turns a decoded body into what was said, event by event."""
