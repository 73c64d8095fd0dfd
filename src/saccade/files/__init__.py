"""Files: models and weights on disk, in every format that saccade reads or writes."""
