"""Layers that change how many pixels an image has: borders, resizing, upsampling."""
