EXAMPLES = {
    "GaussianDropout": ({"rate": 0.3, "seed": 3}, (3, 4, 5), {"rate": 0.8, "seed": 4}),
    "GaussianNoise": ({"stddev": 0.3, "seed": 3}, (3, 4, 5), {"stddev": 0.8, "seed": 4}),
}
