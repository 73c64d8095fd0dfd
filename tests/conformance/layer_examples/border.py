EXAMPLES = {
    "ZeroPadding2D": ({}, (2, 4, 5, 3), {"padding": ((0, 1), (2, 0))}),
    "ZeroPadding1D": ({}, (2, 4, 3), {"padding": (0, 3)}),
    "Cropping2D": ({"cropping": 1}, (2, 6, 7, 3), {"cropping": ((0, 1), (2, 0))}),
    "Cropping1D": ({}, (2, 6, 3), {"cropping": (0, 3)}),
}
