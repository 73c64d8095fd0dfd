# With mean and variance given: weights that training never moves are looked at in
# tests/layers/test_normalization.py.
EXAMPLES = {
    "Normalization": (
        {"mean": [0.1, 0.2, 0.3, 0.4, 0.5], "variance": [1.0, 2.0, 3.0, 4.0, 5.0]},
        (3, 5, 5),
        {
            "axis": 1,
            "mean": [1.0, 0.2, 0.3, 0.4, 0.5],
            "variance": [2.0, 2.0, 3.0, 4.0, 5.0],
            "invert": True,
        },
    )
}
