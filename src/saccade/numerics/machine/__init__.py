"""The machine: its device, its native precision, its allocator."""
