"""Optimizers that keep two moments of each gradient, m and v: Adam and its kin."""
