"""Layers whose files lie at the root of `saccade.layers`, in no room."""

import torch

from saccade import activations

EXAMPLES = {
    "Activation": ({"activation": "tanh"}, (3, 4, 5), {"activation": "relu"}),
    "Dense": (
        {"units": 4, "activation": "tanh", "bias_initializer": "ones"},
        (3, 5),
        {
            "units": 6,
            "activation": "relu",
            "use_bias": False,
            "kernel_initializer": "ones",
            "kernel_regularizer": "l2",
            "kernel_constraint": "non_neg",
            "bias_initializer": "zeros",
            "bias_regularizer": "l2",
            "bias_constraint": "unit_norm",
        },
    ),
    # takes no penalty beside its own
    "ActivityRegularization": (
        {"l1": 0.1, "l2": 0.1},
        (3, 4, 5),
        {"l1": 0.2, "l2": 0.3, "activity_regularizer": None},
    ),
    "CategoryEncoding": ({"num_tokens": 9}, (3, 5), {"num_tokens": 11, "output_mode": "count"}),
    "Discretization": (
        {"bin_boundaries": [3.0, 5.0]},
        (3, 5),
        {"bin_boundaries": [4.0], "output_mode": "one_hot"},
    ),
    "Identity": ({}, (3, 4, 5), {}),
    "InputLayer": ({"shape": (4, 5)}, (3, 4, 5), {}),
    "Lambda": (
        {"function": activations.elu, "arguments": {"alpha": 0.5}},
        (3, 4, 5),
        {"function": activations.celu, "arguments": {"alpha": 2.0}},
    ),
    "ELU": ({}, (3, 4, 5), {"alpha": 0.5}),
    "LeakyReLU": ({}, (3, 4, 5), {"negative_slope": 0.1}),
    "PReLU": (
        {"alpha_initializer": "ones"},
        (3, 4, 5),
        {
            "alpha_initializer": "he_normal",
            "alpha_regularizer": "l2",
            "alpha_constraint": "unit_norm",
            "shared_axes": [1],
        },
    ),
    "ReLU": ({}, (3, 4, 5), {"max_value": 0.6, "negative_slope": 0.2, "threshold": 0.4}),
    "Flatten": ({}, (3, 4, 5), {}),
    "Permute": ({"dims": (2, 1)}, (3, 4, 5), {"dims": (1, 2)}),
    "RepeatVector": ({"n": 3}, (3, 4), {"n": 2}),
    "Reshape": ({"target_shape": (2, -1)}, (3, 4, 5), {"target_shape": (5, 4)}),
    "TorchModuleWrapper": ({"module": torch.nn.Linear(5, 2)}, (3, 5), {"output_shape": (None, 2)}),
    "Softmax": ({}, (3, 4, 5), {"axis": [1, 2]}),
}
