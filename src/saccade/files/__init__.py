"""Files: models and weights on disk. Knows layers by what they offer, not by their classes."""
