"""Compiled steps: when a run's step is worth compiling, and the step that torch has compiled."""
