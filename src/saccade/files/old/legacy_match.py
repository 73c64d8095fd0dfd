"""Legacy match: which array of a legacy file belongs to which weight of a model.

Layers are matched by name where the names of both sides are the same, or most of them are; else by
their order where there are as many. The weights in a layer likewise. A layer counts whole: an inner
model is one layer, whose weights Keras writes trainable ones first. That order depends on what was
frozen when the file was written, which is why names are tried first.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from saccade.errors import FileFormatError
from saccade.files.hdf5 import whole
from saccade.files.old.kernels import as_today
from saccade.files.old.legacy_h5 import SavedLayer
from saccade.files.weight_change import change_weights
from saccade.files.weight_store import places, some_of
from saccade.notes import note_once
from saccade.shown_text import Listed


@dataclass
class Match:
    """What belongs together, and what does not fit, in words."""

    pairs: list[tuple[Any, Any]] = field(default_factory=list)
    layers: dict[int, Any] = field(default_factory=dict)  # by the weight's id
    faults: list[str] = field(default_factory=list)


def read_legacy(
    where: str,
    saved: Sequence[SavedLayer],
    model: Any,
    skip_mismatch: bool = False,
    by_name: bool = False,
    surplus: Sequence[str] = (),
    fresh: bool = False,
) -> dict[int, tuple[str, Any]]:
    """Copy the weights of a legacy file into a model, all or none.

    Args:
        where: how messages name the file.
        saved: the layers of the file that have weights.
        skip_mismatch: leave out what does not fit, and say so in one note.
        by_name: take the layers whose names agree and leave all others alone.
        surplus: names of layers that the file may have and the model need not (a network's top).
        fresh: whether the model is new, so that nobody misses what it was.

    Returns:
        By the id of each weight that was read, its name in the file and its layer.

    Raises:
        FileFormatError: layers or weights that are missing, too many or of another shape, all
            listed; the model is as it was then.
    """
    with whole(where):
        return _read(where, saved, model, skip_mismatch, by_name, surplus, fresh)


def _read(
    where: str,
    saved: Sequence[SavedLayer],
    model: Any,
    skip_mismatch: bool,
    by_name: bool,
    surplus: Sequence[str],
    fresh: bool,
) -> dict[int, tuple[str, Any]]:
    match = Match()
    own = _own_weights(model)
    layers = [layer for layer in model.layers if layer.weights]
    of_model = [one for one in saved if not one.name]
    named = [one for one in saved if one.name]
    for layer, one in _layer_pairs(where, named, layers, by_name, surplus, match.faults):
        _match_weights(layer, keyed_weights(layer), one, match)
    if of_model or (own and not by_name):
        arrays = of_model[0] if of_model else SavedLayer("", [], [])
        _match_weights(model, [(one.name, one) for one in own], arrays, match)
    if match.faults and not skip_mismatch:
        raise FileFormatError(
            where,
            "the weights in the file must be those of the model",
            Listed(f"{len(match.faults)} that do not fit:", some_of(match.faults)),
        )
    if match.faults:
        note_once(Listed(f"{where}: left out what does not fit:", some_of(match.faults)))
    arrays = [values[()] for _, values in match.pairs]  # all are read before any is changed
    weights = [weight for weight, _ in match.pairs]
    change_weights(where, list(zip(weights, arrays, strict=True)), fresh)
    return {
        id(weight): (values.name.rsplit("/", 1)[-1], match.layers.get(id(weight)))
        for weight, values in match.pairs
    }


def _layer_pairs(
    where: str,
    saved: list[SavedLayer],
    layers: list[Any],
    by_name: bool,
    surplus: Sequence[str],
    faults: list[str],
) -> list[tuple[Any, SavedLayer]]:
    """The layers of the model with those of the file."""
    needed = {layer.name: layer for layer in layers}
    found = {one.name: one for one in saved}
    if by_name:
        return [(needed[name], one) for name, one in found.items() if name in needed]
    extra = [name for name in found if name not in needed]
    missing = [name for name in needed if name not in found]
    if not missing and all(name in surplus for name in extra):
        return [(layer, found[layer.name]) for layer in layers]
    if len(saved) == len(layers) + len(surplus):  # an older file calls the top otherwise
        saved = saved[: len(layers)]
    if len(saved) == len(layers):
        pairs = list(zip(layers, saved, strict=True))
        others = [(mine, theirs) for mine, theirs in pairs if _stem(mine) != _stem(theirs)]
        if not others:  # nothing but automatic numbers that went on counting
            return pairs
        if len(missing) > len(layers) / 2:
            first = others[0]
            note_once(
                f"{where}: its layers have other names "
                f"({first[1].name} for {first[0].name}): they were taken in their order."
            )
            return pairs
        if surplus and all(mine.name in missing and one.name in extra for mine, one in others):
            return pairs  # its top's layers stand where the model has some without a name
    faults += [f"{name}: needed, not in the file" for name in missing]
    faults += [f"{name}: in the file, not needed" for name in extra if name not in surplus]
    return [(needed[name], one) for name, one in found.items() if name in needed]


def _match_weights(
    layer: Any, needed: list[tuple[str, Any]], saved: SavedLayer, match: Match
) -> None:
    """The weights of one layer: taken whole or not at all."""
    faults: list[str] = []
    pairs = []
    name = layer.name
    for place in places(layer):
        match.layers |= {id(one): place.layer for one in place.weights}
    if len(saved.arrays) != len(needed):
        faults.append(f"{name}: needed {len(needed)} weights, got {len(saved.arrays)}")
    else:
        mine = [key for key, _ in needed]
        old = saved.origin.version.startswith("1.")
        order = _order(mine, _todays_keys([_key(one, old) for one in saved.weight_names]))
        pairs = [
            (
                weight,
                as_today(saved.origin, match.layers.get(id(weight)), saved.arrays[place]),
                key,
            )
            for (key, weight), place in zip(needed, order, strict=True)
        ]
    for weight, values, key in pairs:
        shape = tuple(weight.shape)
        if tuple(values.shape) != shape:
            faults.append(f"{_label(name, key)}: needed {shape}, got {tuple(values.shape)}")
        elif values.dtype.kind not in "fiu":
            faults.append(f"{_label(name, key)}: needed numbers, got {values.dtype}")
    if not faults:
        match.pairs += [(weight, values) for weight, values, _ in pairs]
    match.faults += faults


def _order(needed: list[str], found: list[str]) -> list[int]:
    """For each needed key the place of its array: by name where all names agree, else in order."""
    mine, theirs = _ranked(needed), _ranked(found)
    places_of = {key: place for place, key in enumerate(theirs)}
    if len(places_of) == len(theirs) and set(places_of) == set(mine):
        return [places_of[key] for key in mine]
    return list(range(len(found)))


def _todays_keys(keys: list[str]) -> list[str]:
    """Keras 1 and 2 called a DepthwiseConv2D's kernel as the first of a SeparableConv2D."""
    separable = {key.rpartition("/")[0] for key in keys if key.endswith("/pointwise_kernel")}
    return [
        f"{owner}/kernel" if word == "depthwise_kernel" and owner not in separable else key
        for key in keys
        for owner, _, word in [key.rpartition("/")]
    ]


def _ranked(keys: list[str]) -> list[str]:
    """Keys whose automatic numbers count from 0: `conv2d_7` may be `conv2d_3` of another day."""
    owners = {key.rsplit("/", 1)[0] for key in keys}
    numbers: dict[str, list[int]] = {}
    for owner in owners:
        stem, number = _numbered(owner)
        numbers.setdefault(stem, []).append(number)
    ranks = {stem: sorted(found) for stem, found in numbers.items()}

    def ranked(key: str) -> str:
        stem, number = _numbered(key.rsplit("/", 1)[0])
        return f"{stem} {ranks[stem].index(number)}/{key.rsplit('/', 1)[-1]}"

    return [ranked(key) for key in keys]


def _stem(layer: Any) -> str:
    """The automatic name without its number; `convolution2d` of Keras 1 is `conv2d`."""
    return _numbered(layer.name)[0].replace("convolution", "conv").replace("_", "")


def _numbered(name: str) -> tuple[str, int]:
    """`conv2d_7` is ("conv2d", 7), `conv2d` is ("conv2d", 0)."""
    match = re.fullmatch(r"(.+)_(\d+)", name)
    return (match[1], int(match[2])) if match else (name, 0)


def keyed_weights(layer: Any) -> list[tuple[str, Any]]:
    """The weights of a layer in Keras's order of legacy files, each with its layer's name."""
    owners = {id(weight): place.name for place in places(layer) for weight in place.weights}
    in_order = [*layer.trainable_weights, *layer.non_trainable_weights]
    return [(f"{owners[id(weight)]}/{weight.name}", weight) for weight in in_order]


# The words of Keras 1, which wrote conv1_W where later ones write conv1/kernel.
_KERAS_1_WORDS = {
    "W": "kernel",
    "alphas": "alpha",
    "b": "bias",
    "beta": "beta",
    "depthwise_kernel": "depthwise_kernel",
    "gamma": "gamma",
    "pointwise_kernel": "pointwise_kernel",
    "running_mean": "moving_mean",
    "running_std": "moving_variance",
}


def _key(weight_name: str, of_keras_1: bool = False) -> str:
    """`resnet50/conv1_bn/gamma:0` is `conv1_bn/gamma`."""
    name = weight_name.removesuffix(":0")
    match = re.fullmatch(f"([^/]+)_({'|'.join(_KERAS_1_WORDS)})", name) if of_keras_1 else None
    return f"{match[1]}/{_KERAS_1_WORDS[match[2]]}" if match else "/".join(name.split("/")[-2:])


def _label(name: str, key: str) -> str:
    return key if key.split("/")[0] == name else f"{name}, {key}"


def _own_weights(model: Any) -> list[Any]:
    inner = {id(weight) for layer in model.sublayers() for weight in layer.weights}
    return [weight for weight in model.weights if id(weight) not in inner]
