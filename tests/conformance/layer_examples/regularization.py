"""Layers that are only busy while training: dropout and noise."""

EXAMPLES = {
    "AlphaDropout": (
        {"rate": 0.3, "seed": 3},
        (3, 4, 5),
        {"rate": 0.8, "noise_shape": (None, 1, 1), "seed": 4},
    ),
    "Dropout": (
        {"rate": 0.3, "seed": 3},
        (3, 4, 5),
        {"rate": 0.8, "noise_shape": (None, 1, 1), "seed": 4},
    ),
    "SpatialDropout1D": ({"rate": 0.3, "seed": 3}, (3, 4, 5), {"rate": 0.8, "seed": 4}),
    "SpatialDropout2D": ({"rate": 0.3, "seed": 3}, (3, 4, 4, 5), {"rate": 0.8, "seed": 4}),
    "SpatialDropout3D": ({"rate": 0.3, "seed": 3}, (3, 2, 3, 2, 5), {"rate": 0.8, "seed": 4}),
    "GaussianDropout": ({"rate": 0.3, "seed": 3}, (3, 4, 5), {"rate": 0.8, "seed": 4}),
    "GaussianNoise": ({"stddev": 0.3, "seed": 3}, (3, 4, 5), {"stddev": 0.8, "seed": 4}),
}
