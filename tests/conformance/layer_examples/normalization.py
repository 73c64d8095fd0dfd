"""Layers that bring values to one scale."""

SCALED = {
    "epsilon": 0.5,
    "center": False,
    "scale": False,
    "beta_initializer": "ones",
    "gamma_initializer": "zeros",
    "beta_regularizer": "l2",
    "gamma_regularizer": "l2",
    "beta_constraint": "max_norm",
    "gamma_constraint": "unit_norm",
}
# The penalty of a beta of zeros is zero, so it starts elsewhere.
BETA = {"beta_initializer": {"class_name": "Constant", "config": {"value": 2.0}}}

EXAMPLES = {
    "BatchNormalization": (
        {**BETA},
        (4, 5, 6, 3),
        {
            **SCALED,
            "axis": 1,
            "momentum": 0.5,
            "moving_mean_initializer": "ones",
            "moving_variance_initializer": {"class_name": "Constant", "config": {"value": 2.0}},
        },
    ),
    "GroupNormalization": ({"groups": 2, **BETA}, (3, 4, 5, 6), {**SCALED, "groups": 3, "axis": 1}),
    "LayerNormalization": (
        {**BETA},
        (3, 4, 5),
        {**SCALED, "axis": [1, 2], "rms_scaling": True},
    ),
    "RMSNormalization": ({}, (3, 4, 5), {"axis": [1, 2], "epsilon": 0.5}),
    "UnitNormalization": ({}, (3, 4, 5), {"axis": 1}),
    # With mean and variance given: weights that training never moves are looked at in
    # tests/layers/test_normalization.py.
    "Normalization": (
        {"mean": [0.1, 0.2, 0.3, 0.4, 0.5], "variance": [1.0, 2.0, 3.0, 4.0, 5.0]},
        (3, 5, 5),
        {
            "axis": 1,
            "mean": [1.0, 0.2, 0.3, 0.4, 0.5],
            "variance": [2.0, 2.0, 3.0, 4.0, 5.0],
            "invert": True,
        },
    ),
    "Rescaling": ({"scale": 0.5}, (3, 4, 5), {"scale": [1.0, 2.0, 3.0, 4.0, 5.0], "offset": -1.0}),
}
