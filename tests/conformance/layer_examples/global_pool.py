EXAMPLES = {
    f"Global{kind}Pooling{rank}": ({}, shape, {"keepdims": True})
    for kind in ("Average", "Max")
    for rank, shape in (("1D", (2, 8, 3)), ("2D", (2, 5, 6, 3)))
}
