EXAMPLES = {
    # takes no penalty beside its own
    "ActivityRegularization": (
        {"l1": 0.1, "l2": 0.1},
        (3, 4, 5),
        {"l1": 0.2, "l2": 0.3, "activity_regularizer": None},
    ),
    "Identity": ({}, (3, 4, 5), {}),
}
