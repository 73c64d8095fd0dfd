"""Calls: what happens when a layer is called, on arrays, on symbols and without a state."""
