EXAMPLES = {"Activation": ({"activation": "tanh"}, (3, 4, 5), {"activation": "relu"})}
