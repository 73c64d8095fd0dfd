"""Layers that change height and width: borders, resizing, upsampling."""

EXAMPLES = {
    "ZeroPadding2D": ({}, (2, 4, 5, 3), {"padding": ((0, 1), (2, 0))}),
    "ZeroPadding1D": ({}, (2, 4, 3), {"padding": (0, 3)}),
    "Cropping2D": ({"cropping": 1}, (2, 6, 7, 3), {"cropping": ((0, 1), (2, 0))}),
    "Cropping1D": ({}, (2, 6, 3), {"cropping": (0, 3)}),
    "ZeroPadding3D": ({}, (2, 3, 2, 4, 3), {"padding": ((0, 1), (2, 0), (1, 1))}),
    "Cropping3D": ({}, (2, 4, 5, 6, 4), {"cropping": ((0, 1), (2, 0), (1, 1))}),
    "UpSampling3D": ({}, (2, 3, 2, 4, 3), {"size": (3, 1, 2)}),
    "CenterCrop": ({"height": 3, "width": 4}, (2, 6, 7, 3), {"height": 8, "width": 2}),
    "Resizing": (
        {"height": 4, "width": 3, "pad_to_aspect_ratio": True},
        (2, 6, 7, 3),
        {
            "height": 8,
            "width": 2,
            "interpolation": "nearest",
            "pad_to_aspect_ratio": False,
            "fill_value": 0.5,
            "antialias": True,
        },
    ),
    "UpSampling2D": ({}, (2, 4, 5, 3), {"size": (3, 1), "interpolation": "bilinear"}),
    "UpSampling1D": ({}, (2, 4, 3), {"size": 3}),
}
