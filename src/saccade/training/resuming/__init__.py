"""Resuming: what a run must remember to go on exactly, and how it comes to the disk."""
