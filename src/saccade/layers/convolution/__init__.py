"""Layers that slide kernels over images and series."""
