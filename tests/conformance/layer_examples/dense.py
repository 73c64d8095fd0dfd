EXAMPLES = {
    "Dense": (
        {"units": 4, "activation": "tanh", "bias_initializer": "ones"},
        (3, 5),
        {
            "units": 6,
            "activation": "relu",
            "use_bias": False,
            "kernel_initializer": "ones",
            "bias_initializer": "zeros",
        },
    )
}
