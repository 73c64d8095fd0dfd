EXAMPLES = {"InputLayer": ({"shape": (4, 5)}, (3, 4, 5), {})}
