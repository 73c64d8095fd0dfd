"""Convolutions: over images, series and volumes, plain, depthwise, separable, transposed."""

WEIGHTS = {
    "kernel_initializer": "ones",
    "kernel_regularizer": "l2",
    "kernel_constraint": "non_neg",
    "bias_initializer": "zeros",
    "bias_regularizer": "l2",
    "bias_constraint": "unit_norm",
}
COMMON = {
    "kernel_size": 2,
    "strides": 2,
    "padding": "same",
    "dilation_rate": 2,
    "activation": "relu",
    "use_bias": False,
    "bias_initializer": "zeros",
    "bias_regularizer": "l2",
    "bias_constraint": "unit_norm",
}
DEPTHWISE = {
    "depthwise_initializer": "ones",
    "depthwise_regularizer": "l2",
    "depthwise_constraint": "non_neg",
    "depth_multiplier": 3,
}
POINTWISE = {
    "pointwise_initializer": "ones",
    "pointwise_regularizer": "l2",
    "pointwise_constraint": "non_neg",
}
PLAIN = {"kernel_size": 3, "activation": "tanh", "bias_initializer": "ones"}
# Sizes that both data formats can take.
SERIES, IMAGES, VOLUMES = (2, 9, 6), (2, 7, 8, 6), (2, 5, 6, 5, 6)

EXAMPLES = {}
for rank, shape in (("1D", SERIES), ("2D", IMAGES), ("3D", VOLUMES)):
    EXAMPLES[f"Conv{rank}"] = (
        {"filters": 4, **PLAIN},
        shape,
        {**COMMON, **WEIGHTS, "filters": 6, "groups": 2},
    )
    # The one base on which both a dilation and an output_padding can be another.
    EXAMPLES[f"Conv{rank}Transpose"] = (
        {"filters": 4, **PLAIN, "kernel_size": 4, "padding": "same"},
        shape,
        {**COMMON, **WEIGHTS, "filters": 6, "output_padding": 0, "padding": "valid"},
    )
    if rank == "3D":  # Keras has no others
        continue
    EXAMPLES[f"DepthwiseConv{rank}"] = (
        {**PLAIN},
        shape,
        {**COMMON, **DEPTHWISE},
    )
    EXAMPLES[f"SeparableConv{rank}"] = (
        {"filters": 4, **PLAIN},
        shape,
        {**COMMON, **DEPTHWISE, **POINTWISE, "filters": 6},
    )
