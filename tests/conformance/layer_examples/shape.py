EXAMPLES = {
    "Flatten": ({}, (3, 4, 5), {}),
    "Permute": ({"dims": (2, 1)}, (3, 4, 5), {"dims": (1, 2)}),
    "RepeatVector": ({"n": 3}, (3, 4), {"n": 2}),
    "Reshape": ({"target_shape": (2, -1)}, (3, 4, 5), {"target_shape": (5, 4)}),
}
