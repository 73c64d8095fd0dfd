"""Batches: how the loop takes them from a source, and what is known of their labels."""
