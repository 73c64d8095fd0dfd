"""Features: what the frozen first part of a model makes of each image, computed once and kept."""
