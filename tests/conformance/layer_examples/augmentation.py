"""Augmenting layers; what they do with a draw is looked at in tests/parity."""

from saccade.layers import RandomFlip, RandomInvert

SHAPE = (3, 6, 7, 3)
COLOURED = (3, 3, 7, 3)  # for layers that look at the channels: three in either data format
RANGE = {"value_range": (-3, 3)}
OTHER_RANGE = {"value_range": (-1, 2)}
MOVED = {"seed": 4, "fill_mode": "constant", "interpolation": "nearest"}


def of_fill(name, config, other):
    """A layer that moves pixels: `fill_value` bites where there is a border of it."""
    return {name: ({**config, "seed": 3, "fill_mode": "constant"}, SHAPE,
                   {**other, **MOVED, "fill_mode": "wrap", "fill_value": 0.5})}  # fmt: skip


EXAMPLES = {
    **of_fill("RandomRotation", {"factor": 0.4}, {"factor": 0.2}),
    **of_fill("RandomShear", {"x_factor": 0.4, "y_factor": 0.3}, {"x_factor": 0.5, "y_factor": 0}),
    **of_fill("RandomTranslation", {"height_factor": 0.4, "width_factor": 0.3},
              {"height_factor": 0.8, "width_factor": (0.1, 0.9)}),
    **of_fill("RandomZoom", {"height_factor": 0.4, "width_factor": 0.3},
              {"height_factor": (0.4, 0.8), "width_factor": None}),
    "RandomPerspective": (
        {"factor": (1.0, 1.0), "scale": 0.5, "seed": 3}, SHAPE,
        {"factor": 0.0, "scale": 0.9, "seed": 4, "interpolation": "nearest", "fill_value": 0.5},
    ),
    **{f"Random{side}": ({"factor": (0.3, 0.9), "seed": 3}, SHAPE,
                         {"factor": (-0.5, -0.2), "interpolation": "nearest", "seed": 4})
       for side in ("Height", "Width")},
    "RandomFlip": ({"seed": 3}, SHAPE, {"mode": "horizontal", "seed": 5}),
    "RandomCrop": ({"height": 4, "width": 5, "seed": 3}, SHAPE,
                   {"height": 3, "width": 6, "seed": 5}),
    "RandomContrast": ({"factor": 0.5, "seed": 3, **RANGE}, SHAPE,
                       {"factor": (0.5, 0.5), "seed": 4, **OTHER_RANGE}),
    "RandomBrightness": ({"factor": 0.5, "seed": 3, **RANGE}, SHAPE,
                         {"factor": 0.2, "seed": 4, **OTHER_RANGE}),
    "RandomInvert": ({"seed": 3, "factor": (0.5, 0.5), **RANGE}, SHAPE,
                     {"factor": 0.0, "seed": 5, **OTHER_RANGE}),
    "RandomPosterization": ({"factor": (2, 8), "seed": 3, **RANGE}, SHAPE,
                            {"factor": (3, 3), "seed": 4, **OTHER_RANGE}),
    "Solarization": (
        {"addition_factor": 0.3, "threshold_factor": 0.9, "seed": 3, **RANGE}, SHAPE,
        {"addition_factor": 0.1, "threshold_factor": (0.1, 0.6), "seed": 4, **OTHER_RANGE},
    ),
    "AutoContrast": (RANGE, SHAPE, OTHER_RANGE),
    "Equalization": (RANGE, SHAPE, {"bins": 8, **OTHER_RANGE}),
    "ContrastLimitedAdaptiveHistogramEqualization": (
        {"tile_grid_size": (2, 3), **RANGE}, SHAPE,
        {"clip_limit": 64, "tile_grid_size": (1, 2), **OTHER_RANGE},
    ),
    "AugMix": (
        {"factor": (0.2, 0.9), "chain_depth": 5, "seed": 3, **RANGE}, COLOURED,
        {"factor": 0.3, "num_chains": 2, "chain_depth": 4, "alpha": 5.0, "all_ops": False,
         "interpolation": "nearest", "seed": 4, **OTHER_RANGE},
    ),
    "RandomElasticTransform": (
        {"factor": (1.0, 1.0), "scale": (0.9, 1.0), "fill_mode": "constant", "seed": 3, **RANGE},
        SHAPE,
        {"factor": 0.0, "scale": 0.5, "interpolation": "nearest", "fill_mode": "wrap",
         "fill_value": 0.5, "seed": 4, **OTHER_RANGE},
    ),
    "RandomGrayscale": ({"factor": 0.5}, COLOURED, {"factor": 0.0, "seed": 5}),
    "RandomColorDegeneration": ({"factor": 0.5, "seed": 3, **RANGE}, COLOURED,
                                {"factor": (0.1, 0.9), "seed": 4, **OTHER_RANGE}),
    "RandomSaturation": ({"factor": 0.5, "seed": 3, **RANGE}, COLOURED,
                         {"factor": (0.1, 0.9), "seed": 4, "value_range": (-1, 0.1)}),
    "RandomHue": ({"factor": 0.5, "seed": 3, **RANGE}, COLOURED,
                  {"factor": (0.1, 0.9), "seed": 4, **OTHER_RANGE}),
    "RandomColorJitter": (
        {"brightness_factor": 0.2, "contrast_factor": 0.3, "hue_factor": 0.2,
         "saturation_factor": (0.4, 0.6), "seed": 3, **RANGE}, COLOURED,
        {"brightness_factor": None, "contrast_factor": 0.4, "hue_factor": None,
         "saturation_factor": None, "seed": 4, **OTHER_RANGE},
    ),
    "RandomSharpness": ({"factor": 0.5, "seed": 3, **RANGE}, COLOURED,
                        {"factor": (0.1, 0.9), "seed": 4, **OTHER_RANGE}),
    "RandomGaussianBlur": (
        {"factor": (0.9, 1.0), "seed": 3, "sigma": (0.4, 0.9), **RANGE}, COLOURED,
        {"factor": 0.0, "kernel_size": (3, 5), "sigma": 0.9, "seed": 4,
         "value_range": (-0.1, 0.1)},
    ),
    "RandomErasing": (
        {"factor": (0.9, 1.0), "scale": 0.9, "seed": 3, **RANGE}, SHAPE,
        {"factor": 0.0, "scale": 0.5, "fill_value": 0.5, "seed": 4, **OTHER_RANGE},
    ),
    "RandAugment": (
        {"seed": 3, "factor": (0.2, 0.9), "num_ops": 9, **RANGE}, COLOURED,
        {"factor": 0.3, "num_ops": 8, "interpolation": "nearest", "seed": 4, **OTHER_RANGE},
    ),
    "MixUp": ({"alpha": 0.5, "seed": 3}, SHAPE, {"alpha": 2.0, "seed": 4}),
    "CutMix": ({"factor": (0.8, 1.0), "seed": 3}, SHAPE, {"factor": 0.1, "seed": 4}),
    "Pipeline": (
        {"layers": [RandomInvert((0.5, 0.5), (-3, 3), name="a")]}, SHAPE,
        {"layers": [RandomFlip(name="b")]},
    ),
}  # fmt: skip
