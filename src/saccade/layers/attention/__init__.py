"""Attention: layers in which every place of a series looks at every other."""
