"""Living weights: random ones through which an image still shows at a network's end."""

import re

import numpy as np

_LEVELS = {"gamma": 0.5, "beta": 0.7, "bias": 0.0, "variable": 0.5}  # the last of LayerScale


def enliven(network, batch):
    """Random weights through which an image still shows at the end.

    Kernels are drawn of a size that keeps a signal; then every BatchNormalization takes the mean
    and variance of `batch` itself, as it would have after a training. What comes out of one lies
    mostly above zero: random networks with a ReLU at every mean make a thousandfold of a rounding.
    """
    stream = np.random.RandomState(5)
    drawn = []
    for weight in network.weights:
        shape, word = tuple(weight.shape), re.sub(r"_\d+$", "", weight.name)
        values = np.asarray(weight.numpy())
        if len(shape) > 1:
            is_depthwise = len(shape) == 4 and shape[3] == 1 and "depthwise" in weight.path.lower()
            fan_in = np.prod(shape[:2]) if is_depthwise else np.prod(shape[:-1])
            values = stream.normal(0, np.sqrt(2 / fan_in), shape)
        elif word in _LEVELS:
            values = _LEVELS[word] + stream.normal(0, 0.1, shape)
        drawn.append(values)
    network.set_weights(drawn)
    norms = [one for one in network.layers if type(one).__name__ == "BatchNormalization"]
    kept = [one.momentum for one in norms]
    for layer in norms:
        layer.momentum = 0.0
    network(batch, training=True)
    for layer, momentum in zip(norms, kept, strict=True):
        layer.momentum = momentum
