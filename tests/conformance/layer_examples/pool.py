OTHERS = {"pool_size": 2, "strides": 3, "padding": "same"}
EXAMPLES = {
    f"{kind}Pooling{rank}": ({"pool_size": 3, "strides": 2}, shape, OTHERS)
    for kind in ("Average", "Max")
    for rank, shape in (("1D", (2, 8, 3)), ("2D", (2, 7, 8, 3)))
}
