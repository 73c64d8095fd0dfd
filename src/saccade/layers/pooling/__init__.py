"""Layers that make one number of a window, or of a whole image."""
