"""Layers: output, gradients, moving weights, config, weight names and order."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
import torch

from conformance.calls import (
    ABSTRACT,
    WHOLE,
    call,
    keras_options,
    numbers,
)
from conformance.generated.case import Case, agree, both, same_config
from conformance.generated.values import configurations
from conformance.own_classes import of_keras
from parity.reference import keras
from saccade import activations, layers

LISTS = {
    "Concatenate": [(3, 4, 5), (3, 4, 5)],
    "Dot": [(3, 4, 4), (3, 4, 4)],
    "Subtract": [(3, 4, 5), (3, 4, 5)],
    **{
        name: [(3, 4, 5), (3, 6, 5), (3, 6, 5)]
        for name in (
            "AdditiveAttention",
            "Attention",
            "GroupQueryAttention",
            "MultiHeadAttention",
        )
    },
    **{name: [(3, 4, 5)] * 3 for name in ("Add", "Average", "Maximum", "Minimum", "Multiply")},
}
# What Keras's layers take in `**kwargs` and some of ours name.
PLACEMENT = {"activity_regularizer", "trainable", "dtype", "autocast", "name"}
DRAWING = (
    "Random",
    "RandAugment",
    "AugMix",
    "Contrast",
    "Auto",
    "Equalization",
    "Solarization",
    "Mix",
    "Cut",
)
IMAGES = ("2D", "Resizing", "CenterCrop", "GroupNorm", "BatchNorm")
# What a layer needs beside the first values of the table to work on its sample.
BASES: dict[str, dict[str, Any]] = {
    "GroupNormalization": {"groups": 2},
    "Activation": {"activation": "tanh"},
    "Dot": {"axes": (2, 1)},
    "Normalization": {"mean": 0.3, "variance": 2.0},
    "InputLayer": {"shape": (4, 5)},
    "EinsumDense": {"equation": "abc,cd->abd", "output_shape": (None, 6)},
    "GroupQueryAttention": {"head_dim": 3, "num_query_heads": 4, "num_key_value_heads": 2},
    "MultiHeadAttention": {"num_heads": 2, "key_dim": 3},
    "CategoryEncoding": {"num_tokens": 9},
    "Discretization": {"bin_boundaries": [3.0, 5.0]},
    "Embedding": {"input_dim": 9, "output_dim": 4},
    "TimeDistributed": {"layer": layers.Dense(3, name="in")},
    "SpectralNormalization": {"layer": layers.Conv1D(3, 2, name="in")},
    "Wrapper": {"layer": layers.Dense(3, name="in")},
    "RandomCrop": {"seed": 3},  # without one, Keras draws one and writes it down
}


def sample_shapes(name: str) -> Any:
    """The shape of a batch that suits the layer; a list for a layer of several inputs."""
    if name in LISTS:
        return LISTS[name]
    if name.startswith(DRAWING):
        return (2, 7, 8, 3)
    if any(word in name for word in IMAGES):
        return (2, 7, 8, 4)
    if "1D" in name:
        return (2, 9, 4)
    if "3D" in name:
        return (2, 5, 6, 5, 4)
    return (3, 6) if name == "RepeatVector" else (3, 4, 5)


def cases() -> Iterator[Case]:
    for name in of_keras(layers.CLASSES):
        yield Case("layers", name, {}, partial(same_arguments, name))
        if name == "InputLayer":  # Keras's can't be called
            yield Case("layers", name, BASES[name], partial(compare_config, name))
            continue
        if name == "Lambda":
            yield Case("layers", name, {"arguments": {"alpha": 0.5}}, compare_lambda)
            continue
        if name == "Pipeline":
            yield Case("layers", name, {}, compare_pipeline)
            continue
        if name == "TorchModuleWrapper":  # Keras records the module's pickle, which is code
            continue
        if name in ABSTRACT:
            yield Case("layers", name, BASES[name], partial(compare_config, name))
            continue
        for options in configurations(getattr(keras.layers, name), BASES.get(name)):
            yield Case("layers", name, options, partial(compare, name))


def same_arguments(name: str, _: dict[str, Any]) -> None:
    """Names, order and defaults; `**kwargs` of Keras's is `**placement` here, with typed names."""
    mine, reference = (
        [
            (one.name, plain(one.default) if one.default is not one.empty else "(needed)")
            for one in inspect.signature(cls).parameters.values()
            if one.kind is not one.VAR_KEYWORD and one.name not in PLACEMENT
        ]
        for cls in (layers.CLASSES[name], getattr(keras.layers, name))
    )
    theirs = inspect.signature(getattr(keras.layers, name)).parameters.values()
    if any(one.kind is one.VAR_KEYWORD for one in theirs):  # ours name what those take, at the end
        first, more = mine[: len(reference)], mine[len(reference) :]
        mine = first + [one for one in more if one[1] not in (None, False)]
    assert mine == reference, f"arguments: {mine}, Keras {reference}"


def plain(default: Any) -> Any:
    """(2, 2) is another way to write 2."""
    pair = isinstance(default, tuple) and len(set(default)) == 1
    return default[0] if pair else default


def draw(name: str, stream: np.random.RandomState, data_format: str | None = None) -> Any:
    def one(shape: tuple[int, ...]) -> np.ndarray:
        return numbers(name, shape, stream)

    shapes = sample_shapes(name)
    if data_format == "channels_first" and name.startswith(DRAWING):  # some need three channels
        shapes = (2, 3, 7, 8)
    return [one(shape) for shape in shapes] if isinstance(shapes, list) else one(shapes)


def tensors(arrays: Any) -> Any:
    if isinstance(arrays, list):
        return [torch.tensor(one, requires_grad=True) for one in arrays]
    return torch.tensor(arrays, requires_grad=True)


def compare(name: str, options: dict[str, Any]) -> None:
    stream = np.random.RandomState(11)
    x = draw(name, stream, options.get("data_format"))

    def run(cls: type) -> tuple[Any, Any, Any]:
        words = options if cls.__module__.startswith("saccade") else keras_options(options)
        layer, given = cls(**words, name="one"), tensors(x)
        return layer, given, call(layer, given, **training(cls, False))

    made = both(lambda: run(layers.CLASSES[name]), lambda: run(getattr(keras.layers, name)))
    (ours, our_x, _), (theirs, their_x, _) = made
    compare_weights(ours, theirs)
    values = [
        stream.uniform(0.5, 1.5, one.shape) if "variance" in one.name
        else stream.standard_normal(one.shape) * 0.5
        for one in theirs.weights
    ]  # fmt: skip
    values = [np.asarray(value, np.float32) for value in values]
    if values and all(w.dtype in ("float32", torch.float32) for w in theirs.weights):
        for layer in (ours, theirs):
            layer.set_weights(values)
    draws = any("seed" in inspect.signature(one.__init__).parameters for one in (ours, theirs))
    modes = [False] if draws else [False, True]
    for mode in modes:
        our_y = call(ours, our_x, **training(type(ours), mode))
        their_y = call(theirs, their_x, **training(type(theirs), mode))
        what = f"output, training={mode}"
        agree(what, our_y, their_y)
        probe = torch.tensor(stream.standard_normal(tuple(their_y.shape))).float()
        our_loss, their_loss = our_y.mul(probe).sum(), their_y.mul(probe).sum()
        for layer_loss in ours.losses:
            our_loss = our_loss + layer_loss
        for layer_loss in theirs.losses:
            their_loss = their_loss + layer_loss
        agree(f"loss, training={mode}", our_loss, their_loss)
        agree_on_gradients(ours, our_x, our_loss, theirs, their_x, their_loss, mode)
    for mine, reference in zip(ours.weights, theirs.weights, strict=True):
        agree(f"{mine.name} after training", mine, reference.value)
    agree_on_constraints(ours, theirs)
    compare_config(name, options)


def compare_config(name: str, options: dict[str, Any]) -> None:
    """Configs as constructed: Keras's `LayerNormalization` writes its axis otherwise once built."""
    same_config(
        layers.CLASSES[name](**options, name="one"),
        getattr(keras.layers, name)(**keras_options(options), name="one"),
    )


def training(cls: type, mode: bool) -> dict[str, bool]:
    """Keras passes `training` only to layers that take it; ours all do."""
    if cls.__module__.startswith("saccade"):
        return {"training": mode}
    return {"training": mode} if "training" in inspect.signature(cls.call).parameters else {}


def compare_weights(ours: Any, theirs: Any) -> None:
    for kind in ("trainable_weights", "non_trainable_weights", "weights"):
        mine, reference = (
            [(one.name, one.path, tuple(one.shape)) for one in getattr(layer, kind)]
            for layer in (ours, theirs)
        )
        assert mine == reference, f"{kind}: {mine}, Keras {reference}"


def agree_on_gradients(ours, our_x, our_loss, theirs, their_x, their_loss, mode) -> None:
    def slopes(x: Any, weights: list[Any], loss: torch.Tensor) -> list[np.ndarray]:
        places = [*(x if isinstance(x, list) else [x]), *weights]
        places = weights if type(ours).__name__ in WHOLE else places
        if not loss.requires_grad:
            return [np.zeros(tuple(one.shape)) for one in places]
        found = torch.autograd.grad(loss, places, allow_unused=True)
        return [
            np.zeros(tuple(place.shape)) if one is None else one.numpy()
            for place, one in zip(places, found, strict=True)
        ]

    mine = slopes(our_x, list(ours.trainable_weights), our_loss)
    reference = slopes(their_x, [w.value for w in theirs.trainable_weights], their_loss)
    for number, (one, other) in enumerate(zip(mine, reference, strict=True)):
        agree(f"gradient {number} (inputs, then weights), training={mode}", one, other)


def agree_on_constraints(ours: Any, theirs: Any) -> None:
    for mine, reference in zip(ours.trainable_weights, theirs.trainable_weights, strict=True):
        assert (mine.constraint is None) == (reference.constraint is None), mine.name
        if mine.constraint is not None:
            with torch.no_grad():
                held = reference.constraint(reference.value)
                agree(f"constraint of {mine.name}", mine.constraint(mine.detach()), held)


def compare_lambda(options: dict[str, Any]) -> None:
    """Each has its own functions, so configs are not exchanged: the function is."""
    x = tensors(draw("Lambda", np.random.RandomState(3)))
    ours = layers.Lambda(activations.elu, **options)
    theirs = keras.layers.Lambda(keras.activations.elu, **options)
    agree("output", ours(x), theirs(x))


def compare_pipeline(_: dict[str, Any]) -> None:
    """Each has layers of its own family; one record is the other's."""
    x = torch.tensor(draw("RandomFlip", np.random.RandomState(3)))
    ours, theirs = (
        family.Pipeline([family.Rescaling(0.5, name="a"), family.RandomFlip(name="b")], name="one")
        for family in (layers, keras.layers)
    )
    agree("output", ours(x, training=False), theirs(x, training=False))
    for mine, reference in zip(ours.layers, theirs.layers, strict=True):
        same_config(mine, reference)
    agree("Keras's config", layers.Pipeline.from_config(theirs.get_config())(x, training=False),
          theirs(x, training=False))  # fmt: skip
    back = keras.layers.Pipeline.from_config(ours.get_config())
    agree("our config", back(x, training=False), theirs(x, training=False))
