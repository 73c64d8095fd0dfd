"""Faults: what is said of a training that cannot go on."""
