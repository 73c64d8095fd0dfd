EXAMPLES = {
    "Rescaling": ({"scale": 0.5}, (3, 4, 5), {"scale": [1.0, 2.0, 3.0, 4.0, 5.0], "offset": -1.0})
}
