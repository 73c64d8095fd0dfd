EXAMPLES = {
    "Conv2D": (
        {"filters": 4, "kernel_size": 3, "activation": "tanh", "bias_initializer": "ones"},
        (2, 7, 8, 2),
        {
            "filters": 6,
            "kernel_size": 2,
            "strides": 2,
            "padding": "same",
            "dilation_rate": 2,
            "groups": 2,
            "activation": "relu",
            "use_bias": False,
            "kernel_initializer": "ones",
            "bias_initializer": "zeros",
        },
    )
}
