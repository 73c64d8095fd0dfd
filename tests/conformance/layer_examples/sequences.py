"""Layers of series: embeddings, masks, a layer on every step."""

from saccade.layers import Conv1D, Dense

EXAMPLES = {
    "Embedding": (
        {"input_dim": 9, "output_dim": 4},
        (3, 5),
        {
            "input_dim": 10,
            "output_dim": 3,
            "embeddings_initializer": "ones",
            "embeddings_regularizer": "l2",
            "embeddings_constraint": "unit_norm",
        },
    ),
    "Masking": ({}, (3, 4, 5), {}),
    "TimeDistributed": ({"layer": Dense(3, name="in")}, (3, 4, 5), {"layer": Dense(2, name="in")}),
    "Wrapper": ({"layer": Dense(3, name="in")}, (3, 4), {}),
    "SpectralNormalization": (
        {"layer": Conv1D(3, 2, name="in")},
        (3, 4, 5),
        {"layer": Conv1D(2, 2, name="in"), "power_iterations": 3},
    ),
}
