"""Folders of images: which files there are, of which class, and which of them are held out."""
