EXAMPLES = {
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
}
