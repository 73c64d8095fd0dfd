"""Training: which network, in which phases, at which rates and in which precision."""
