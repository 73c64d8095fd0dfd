"""Layers of several inputs: a list of shapes."""

SHAPES = [(3, 4, 5), (3, 4, 1), (3, 5)]

EXAMPLES = {
    **{name: ({}, SHAPES, {}) for name in ("Add", "Average", "Maximum", "Minimum", "Multiply")},
    "Subtract": ({}, SHAPES[:2], {}),
    "Concatenate": ({}, [(3, 4, 5), (3, 4, 5)], {"axis": 1}),
    "Dot": ({"axes": (2, 1)}, [(3, 4, 4), (3, 4, 4)], {"axes": 1, "normalize": True}),
}
