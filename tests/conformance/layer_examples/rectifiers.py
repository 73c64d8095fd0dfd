EXAMPLES = {
    "ELU": ({}, (3, 4, 5), {"alpha": 0.5}),
    "LeakyReLU": ({}, (3, 4, 5), {"negative_slope": 0.1}),
    "PReLU": (
        {"alpha_initializer": "ones"},
        (3, 4, 5),
        {
            "alpha_initializer": "he_normal",
            "alpha_regularizer": "l2",
            "alpha_constraint": "unit_norm",
            "shared_axes": [1],
        },
    ),
    "ReLU": ({}, (3, 4, 5), {"max_value": 0.6, "negative_slope": 0.2, "threshold": 0.4}),
}
