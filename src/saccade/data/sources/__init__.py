"""Sources: what the training loop reads, one for each kind of thing that a user hands to `fit`."""
