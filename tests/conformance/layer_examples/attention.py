"""Attention, and the dense layer that it projects with."""

PROJECTED = {
    "kernel_initializer": "ones",
    "kernel_regularizer": "l2",
    "kernel_constraint": "non_neg",
    "bias_initializer": "zeros",
    "bias_regularizer": "l2",
    "bias_constraint": "unit_norm",
}
BIAS = {"bias_initializer": "ones"}
HEADS = {"activity_regularizer": "l2", "dropout": 0.8, "sliding_window": 1, "use_gate": True}
THREE = [(3, 4, 6), (3, 5, 6), (3, 5, 6)]

EXAMPLES = {
    "EinsumDense": (
        {"equation": "abc,cde->abde", "output_shape": (4, 2, 3), "bias_axes": "de",
         "activation": "tanh", **BIAS},
        (3, 4, 5),
        {**PROJECTED, "equation": "abc,ced->abde", "output_shape": (4, 3, 2), "bias_axes": "e",
         "activation": "relu"},
    ),
    "Attention": (
        {"score_mode": "concat", "dropout": 0.4, "seed": 3},
        THREE,
        {"use_scale": True, "score_mode": "dot", "dropout": 0.8, "seed": 4},
    ),
    "AdditiveAttention": (
        {"dropout": 0.4, "seed": 3},
        THREE,
        {"use_scale": False, "dropout": 0.8, "seed": 4},
    ),
    "MultiHeadAttention": (
        {"num_heads": 2, "key_dim": 3, "dropout": 0.4, "seed": 3, **BIAS},
        THREE,
        {**PROJECTED, **HEADS, "num_heads": 3, "key_dim": 2, "value_dim": 5, "use_bias": False,
         "output_shape": 7, "seed": 4},
    ),
    "GroupQueryAttention": (
        {"head_dim": 3, "num_query_heads": 4, "num_key_value_heads": 2, "dropout": 0.4,
         "seed": 3, **BIAS},
        THREE,
        {**PROJECTED, **HEADS, "head_dim": 2, "num_query_heads": 2, "num_key_value_heads": 1,
         "use_bias": False, "seed": 4},
    ),
}  # fmt: skip
