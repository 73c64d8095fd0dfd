EXAMPLES = {
    "Dense": (
        {"units": 4, "activation": "tanh", "bias_initializer": "ones"},
        (3, 5),
        {
            "units": 6,
            "activation": "relu",
            "use_bias": False,
            "kernel_initializer": "ones",
            "kernel_regularizer": "l2",
            "kernel_constraint": "non_neg",
            "bias_initializer": "zeros",
            "bias_regularizer": "l2",
            "bias_constraint": "unit_norm",
        },
    )
}
