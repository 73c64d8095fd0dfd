from saccade import activations

EXAMPLES = {
    "Lambda": (
        {"function": activations.elu, "arguments": {"alpha": 0.5}},
        (3, 4, 5),
        {"function": activations.celu, "arguments": {"alpha": 2.0}},
    )
}
