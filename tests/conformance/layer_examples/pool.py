EXAMPLES = {
    "AveragePooling2D": (
        {"pool_size": 3, "strides": 2},
        (2, 7, 8, 3),
        {"pool_size": 2, "strides": 3, "padding": "same"},
    ),
    "MaxPooling2D": (
        {"pool_size": 3, "strides": 2},
        (2, 7, 8, 3),
        {"pool_size": 2, "strides": 3, "padding": "same"},
    ),
}
