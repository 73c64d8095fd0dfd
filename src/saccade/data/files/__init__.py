"""Image files: one file opened, decoded, turned upright and brought to a size."""
