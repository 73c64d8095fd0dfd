"""Engines: what runs a network that is not being trained, as fast as this machine can."""
