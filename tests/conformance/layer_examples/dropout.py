EXAMPLES = {
    "Dropout": (
        {"rate": 0.3, "seed": 3},
        (3, 4, 5),
        {"rate": 0.8, "noise_shape": (None, 1, 1), "seed": 4},
    )
}
