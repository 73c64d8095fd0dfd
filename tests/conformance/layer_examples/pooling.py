"""Pooling: windows, and whole images and series."""

WINDOWS = {"pool_size": 3, "strides": 2}
OTHER_WINDOWS = {"pool_size": 2, "strides": 3, "padding": "same"}

EXAMPLES = {
    **{
        f"{kind}Pooling{rank}": (WINDOWS, shape, OTHER_WINDOWS)
        for kind in ("Average", "Max")
        for rank, shape in (("1D", (2, 8, 3)), ("2D", (2, 7, 8, 3)))
    },
    **{
        f"Global{kind}Pooling{rank}": ({}, shape, {"keepdims": True})
        for kind in ("Average", "Max")
        for rank, shape in (("1D", (2, 8, 3)), ("2D", (2, 5, 6, 3)))
    },
}
