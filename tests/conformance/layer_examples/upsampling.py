EXAMPLES = {
    "UpSampling2D": ({}, (2, 4, 5, 3), {"size": (3, 1), "interpolation": "bilinear"}),
    "UpSampling1D": ({}, (2, 4, 3), {"size": 3}),
}
