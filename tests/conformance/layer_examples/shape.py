EXAMPLES = {"Flatten": ({}, (3, 4, 5), {})}
