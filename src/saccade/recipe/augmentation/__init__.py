"""Augmentation: what happens to photos at random while a classifier is trained."""
