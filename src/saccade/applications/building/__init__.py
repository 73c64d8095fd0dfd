"""Building: what networks share: arguments, sizes, records, blocks; and how they become models."""
