"""Script text: what a script's text tells about it, without running it."""
