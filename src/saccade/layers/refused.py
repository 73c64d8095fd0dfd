"""Refused: the layers of Keras that are not here, and what to use instead."""

from __future__ import annotations

_SERIES = "saccade has no recurrent layers; Conv1D works on series."
_TEXT = "saccade has no layers for text or tables; turn words into numbers before fit."
_BACKEND = "saccade runs on PyTorch; subclass Layer and call torch in call()."
_SOUND = "saccade has no layers for sound; compute the spectrogram before fit, as an image."

REFUSED: dict[str, str] = {
    "Bidirectional": _SERIES,
    "ConvLSTM1D": _SERIES,
    "ConvLSTM2D": _SERIES,
    "ConvLSTM3D": _SERIES,
    "FlaxLayer": _BACKEND,
    "GRU": _SERIES,
    "GRUCell": _SERIES,
    "HashedCrossing": _TEXT,
    "Hashing": _TEXT,
    "IntegerLookup": _TEXT,
    "JaxLayer": _BACKEND,
    "LSTM": _SERIES,
    "LSTMCell": _SERIES,
    "MaxNumBoundingBoxes": "saccade classifies whole images; it has no bounding boxes.",
    "MelSpectrogram": _SOUND,
    "RNN": _SERIES,
    "ReversibleEmbedding": _TEXT,
    "STFTSpectrogram": _SOUND,
    "SimpleRNN": _SERIES,
    "SimpleRNNCell": _SERIES,
    "StackedRNNCells": _SERIES,
    "StringLookup": _TEXT,
    "TFSMLayer": _BACKEND,
    "TextVectorization": _TEXT,
}
"""Keras's name of a layer, and a sentence that says why it is not here or what to use instead."""

OUT_OF_SCOPE = (_SERIES, _TEXT, _BACKEND, _SOUND)
"""The sentences above that refuse a whole subject, not one layer of image classification."""

GONE: dict[str, str] = {
    "Highway": "Write it with Dense, Multiply and Add.",
    "LocallyConnected1D": "Keras 3 has none, either; Conv1D shares its kernel.",
    "LocallyConnected2D": "Keras 3 has none, either; Conv2D shares its kernel.",
    "MaxoutDense": "Write Maximum() over several Dense layers.",
    "ParametricSoftplus": "PReLU learns its slope, too.",
    "SReLU": "PReLU learns its slope, too.",
}
"""The same for layers that Keras had once."""
