"""Layers that disturb values while training, against overfitting."""
