EXAMPLES = {"Softmax": ({}, (3, 4, 5), {"axis": [1, 2]})}
