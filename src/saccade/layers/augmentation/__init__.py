"""Layers that change images at random while training."""
