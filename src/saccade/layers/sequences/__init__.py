"""Sequences: layers that make series, mask them, and work on them step by step."""
