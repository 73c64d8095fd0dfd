"""Pooling: windows, as many of them as are asked for, and whole images, series and volumes."""

WINDOWS = {"pool_size": 3, "strides": 2}
RANKS = {"1D": (2, 8, 3), "2D": (2, 7, 8, 3), "3D": (2, 5, 6, 4, 3)}
OTHER_WINDOWS = {"pool_size": 2, "strides": 3, "padding": "same"}

EXAMPLES = {
    **{
        f"{kind}Pooling{rank}": (WINDOWS, shape, OTHER_WINDOWS)
        for kind in ("Average", "Max")
        for rank, shape in RANKS.items()
    },
    **{
        f"Adaptive{kind}Pooling{rank}": ({"output_size": 2}, shape, {"output_size": 4})
        for kind in ("Average", "Max")
        for rank, shape in RANKS.items()
    },
    **{
        f"Global{kind}Pooling{rank}": ({}, shape, {"keepdims": True})
        for kind in ("Average", "Max")
        for rank, shape in RANKS.items()
    },
}
