"""Twins: a layer of ours and Keras's of the same name, with the same weights."""

import torch

from parity.reference import array, close, keras, normal
from saccade import layers


def each(function, nest):
    """The function of one shape or array, or of each in a list of them."""
    return [function(one) for one in nest] if isinstance(nest, list) else function(nest)


def any_batch(shapes):
    return each(lambda shape: (None, *shape[1:]), shapes)


def twins(name, config, shapes, seed=0):
    """Our layer and Keras's with the same weights, both built for a shape or a list of shapes."""
    ours, theirs = getattr(layers, name)(**config), getattr(keras.layers, name)(**config)
    ours.build_on(any_batch(shapes))
    theirs.build(any_batch(shapes))
    values = [normal(weight.shape, seed + i) for i, weight in enumerate(theirs.weights)]
    values = [abs(v) + 0.5 if w.name.endswith("variance") else v
              for v, w in zip(values, theirs.weights, strict=True)]  # fmt: skip
    assert [tuple(w.shape) for w in ours.weights] == [tuple(w.shape) for w in theirs.weights]
    assert [w.name for w in ours.weights] == [w.name for w in theirs.weights]
    ours.set_weights(values)
    theirs.set_weights(values)
    return ours, theirs


def gradients(layer, x, probe, training=False):
    """Output, and the gradients of sum(output * probe) in the inputs and in the weights."""
    x = each(lambda one: torch.tensor(one, requires_grad=True), x)
    # Keras's merges take no training argument
    y = layer(x, training=training) if training else layer(x)
    weights = [getattr(w, "value", w) for w in layer.trainable_weights]
    places = [*(x if isinstance(x, list) else [x]), *weights]
    got = torch.autograd.grad((y * torch.tensor(probe)).sum(), places)
    return [array(y), *(array(g) for g in got)]


def agree(name, config, shapes, seed=0, training=False, tolerance=1e-5):
    """Shapes, outputs, gradients and all weights after one call are Keras's."""
    ours, theirs = twins(name, config, shapes, seed)
    numbers = iter(range(seed + 50, seed + 90))
    x = each(lambda shape: normal(shape, next(numbers)), shapes)
    out = tuple(ours.compute_output_shape(any_batch(shapes)))
    assert out == tuple(theirs.compute_output_shape(any_batch(shapes)))
    first = shapes[0] if isinstance(shapes, list) else shapes
    probe = normal((first[0], *out[1:]), seed + 90)
    mine, reference = (gradients(one, x, probe, training) for one in (ours, theirs))
    for one, other in zip(mine, reference, strict=True):
        assert one.shape == other.shape
        close(one, other, tolerance)
    for one, other in zip(ours.weights, theirs.weights, strict=True):
        close(one, other, tolerance)
