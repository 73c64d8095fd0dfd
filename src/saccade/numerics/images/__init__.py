"""Images as numbers: colours, brightness, other sizes, other places."""
