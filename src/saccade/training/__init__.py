"""Training: one step, the loop around it, callbacks, progress, the state of a run."""
