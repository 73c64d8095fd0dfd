"""Weight store: the tree of weights in an HDF5 file, as Keras 3 lays it out.

A layer's weights are `<path>/vars/0, 1, ...` in the order of `layer.weights`. The path follows
the model: `layers/<class name in snake case>[_n]` in a Sequential, `<attribute>` or
`<attribute>/<class name>[_n]` in a layer of the user's own. n counts classes within the container,
so the path does not depend on the layers' names; those are attributes, for people.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from saccade.errors import FileFormatError
from saccade.files import optimizer_state
from saccade.files.hdf5 import arrays_in, whole
from saccade.files.weight_change import change_weights
from saccade.layers.core.custom_storage import is_own
from saccade.layers.core.weight_holder import WeightHolder
from saccade.names import snake_case
from saccade.notes import note_once
from saccade.shown_text import Listed

_LISTED_FIRST = ("Sequential", "Functional")  # their `layers` come before other attributes
_MOST_LISTED = 40
_HOLDERS = (WeightHolder, list, tuple, dict)  # of what may be a layer
_OF_TORCH = frozenset(vars(torch.nn.Module()))


@dataclass(frozen=True)
class Place:
    """A layer's place in the tree: its path, its name and its own weights."""

    path: str
    name: str
    weights: list[Any]
    layer: Any = None


def places(model: WeightHolder) -> Iterator[Place]:
    """Every layer of the model once, at the first path that leads to it, in Keras's order."""
    yield from _places(model, "", set())


def _places(layer: WeightHolder, path: str, seen: set[int]) -> Iterator[Place]:
    if id(layer) in seen:
        return
    seen.add(id(layer))
    inner = {id(weight) for sublayer in layer.sublayers() for weight in sublayer.weights}
    weights = [one for one in layer.weights if id(one) not in inner]
    yield Place(path, layer.name, weights, layer)
    for attribute, value in _attributes(layer):
        yield from _inside(value, f"{path}/{attribute}".lstrip("/"), seen)


def _inside(value: Any, path: str, seen: set[int], around: tuple[int, ...] = ()) -> Iterator[Place]:
    """The layers in an attribute: itself, or in a nest of lists, tuples and dicts.

    Args:
        around: the containers that it is in, by their ids: one may hold itself.
    """
    if isinstance(value, WeightHolder):
        yield from _places(value, path, seen)
        return
    if not isinstance(value, (list, tuple, dict)) or id(value) in around:
        return
    used: Counter[str] = Counter()
    for item in list(value.values() if isinstance(value, dict) else value):
        if isinstance(item, WeightHolder):
            stem = snake_case(type(item).__name__)
        elif isinstance(item, (list, tuple, dict)):
            stem = "container"
        else:
            continue
        name = f"{stem}_{used[stem]}" if used[stem] else stem
        used[stem] += 1
        yield from _inside(item, f"{path}/{name}", seen, (*around, id(value)))


def _attributes(layer: WeightHolder) -> list[tuple[str, Any]]:
    """Attributes that may hold layers, by name, private ones last."""
    found = {
        name: value
        for name, value in vars(layer).items()
        if isinstance(value, _HOLDERS) and name not in _OF_TORCH
    }
    found |= {name: module for name, module in layer._modules.items() if "[" not in name}
    if hasattr(layer, "layers"):
        found["layers"] = layer.layers
    first = getattr(layer, "_graph_layers", None) or any(
        cls.__name__ in _LISTED_FIRST for cls in type(layer).__mro__
    )
    if first:
        for own in ("_input", "_graph_layers"):  # Keras's tree has no place for them
            found.pop(own, None)
    return sorted(
        found.items(),
        key=lambda item: (not (first and item[0] == "layers"), item[0].startswith("_"), item[0]),
    )


# -- writing -------------------------------------------------------------------------------


def write_weights(file: Any, model: Any, include_optimizer: bool = True) -> None:
    """Write all weights, and the optimizer's state when there is one, into an open HDF5 file."""
    for place in places(model):
        _write(file, place.path, place.name, own_arrays(place))
    optimizer = getattr(model, "optimizer", None)
    if optimizer is not None and include_optimizer:
        arrays = optimizer_state.state_entries(optimizer, model.trainable_weights)
        _write(file, "optimizer", optimizer.name, arrays)
        inner = getattr(optimizer, "inner_optimizer", None)
        if inner is not None:  # Keras writes it twice, and looks for it twice
            arrays = optimizer_state.state_entries(inner, model.trainable_weights)
            _write(file, "optimizer/inner_optimizer", inner.name, arrays)


def own_arrays(place: Place) -> dict[str, Any]:
    """What a layer writes of itself, by name: its weights by number, or as its own hook says."""
    layer = place.layer
    if not is_own(layer, "save_own_variables"):
        return _numbered(place.weights)
    store: dict[str, Any] = {}
    layer.save_own_variables(store)
    return store


def _numbered(arrays: Sequence[Any]) -> dict[str, Any]:
    return {str(number): values for number, values in enumerate(arrays)}


def _write(file: Any, path: str, name: str, arrays: Mapping[str, Any]) -> None:
    group = file.require_group(f"{path}/vars".lstrip("/"))
    group.attrs["name"] = name
    for key, values in arrays.items():  # one copy at a time
        if torch.is_tensor(values):
            values = values.detach().cpu()
            # HDF5 has no bfloat16; in float32 none of its bits is lost
            values = (values.float() if values.dtype is torch.bfloat16 else values).numpy()
        group[key] = values


# -- reading -------------------------------------------------------------------------------


def datasets_in(where: str, file: Any) -> dict[str, Any]:
    """Every dataset of an open HDF5 file by its path; links that lead elsewhere are not followed.

    Raises:
        FileFormatError: the layout of Keras 2, or data that lie outside the file.
    """
    with whole(where):
        if "layer_names" in file.attrs:
            raise FileFormatError(
                where,
                "the weights must be laid out as Keras 3 does",
                "the older layout of Keras 2",
                "Load it with Keras and save it again.",
            )
    # TensorFlow 2.13 called the group of layers otherwise.
    return {
        path.replace("_layer_checkpoint_dependencies", "layers"): values
        for path, values in arrays_in(where, file).items()
    }


def read_weights(
    where: str,
    saved: Mapping[str, Any],
    model: Any,
    skip_mismatch: bool = False,
    fresh: bool = False,
) -> None:
    """Copy all weights from `datasets_in(...)` into the model, one at a time.

    Args:
        skip_mismatch: True leaves layers out whose weights do not fit, and says so in one note.
        fresh: whether the model is new, so that nobody misses what it was.

    Raises:
        FileFormatError: weights that are missing, too many, of another shape or damaged, all
            listed; the model is as it was then.
    """
    pairs: list[tuple[Any, Any]] = []
    hooks: list[tuple[Any, dict[str, Any]]] = []
    faults: list[str] = []
    left = {path: values for path, values in saved.items() if _is_weight(path, values)}
    for place in places(model):
        if is_own(place.layer, "load_own_variables"):
            prefix = f"{place.path}/vars/".lstrip("/")
            mine = [path for path in left if path.startswith(prefix)]
            hooks.append((place.layer, {one.removeprefix(prefix): left.pop(one) for one in mine}))
            continue
        before, fitting = len(faults), []
        for number, weight in enumerate(place.weights):
            path = f"{place.path}/vars/{number}".lstrip("/")
            needed = tuple(weight.shape)
            values = left.pop(path, None)
            label = f'{path} ("{place.name}" {weight.name})'
            if values is None:
                faults.append(f"{label}: needed {needed}, got none")
            elif tuple(values.shape) != needed:
                faults.append(f"{label}: needed {needed}, got {tuple(values.shape)}")
            elif values.dtype.kind not in "fiu":
                faults.append(f"{label}: needed numbers, got {values.dtype}")
            else:
                fitting.append((weight, values))
        if len(faults) == before:  # a layer is taken over whole or not at all
            pairs += fitting
    faults += [f"{path}: needed none, got {tuple(left[path].shape)}" for path in sorted(left)]
    if faults and skip_mismatch:
        note_once(Listed(f"{where}: left out what does not fit:", some_of(faults)))
    elif faults:
        raise FileFormatError(
            where,
            "the weights in the file must be those of the model",
            Listed(f"{len(faults)} that do not fit:", some_of(faults)),
        )
    # The user's code may fail: it runs before anything else is changed.
    owned = [weight for layer, _ in hooks for weight in layer.weights]
    change_weights(where, pairs, fresh, owned, lambda: _run_hooks(where, hooks))


def some_of(faults: Sequence[str]) -> list[str]:
    """Faults; of very many the first and the last, as two networks that have nothing in common
    would fill screens."""
    if len(faults) <= _MOST_LISTED:
        return list(faults)
    half = _MOST_LISTED // 2
    return [*faults[:half], f"... {len(faults) - 2 * half:,} more ...", *faults[-half:]]


def _run_hooks(where: str, hooks: Sequence[tuple[Any, dict[str, Any]]]) -> None:
    """Let layers read their own weights."""
    for layer, entries in hooks:
        with whole(where):
            arrays = {name: values[()] for name, values in entries.items()}
        layer.load_own_variables(arrays)


def optimizer_in(saved: Mapping[str, Any]) -> dict[str, Any]:
    """The arrays of the optimizer's state by their names; none where the file has none."""
    start = "optimizer/vars/"
    return {path.removeprefix(start): one for path, one in saved.items() if path.startswith(start)}


def _is_weight(path: str, values: Any) -> bool:
    """False for the state of an (inner) optimizer, for random streams of older Keras, and for the
    sums of metrics, which tf.keras puts beside the layers."""
    parts = path.split("/")
    if parts[0] == "metrics":
        return False
    if parts[-3:] == ["generator", "vars", "0"]:  # of an augmenting layer; or a model's own name
        return values.dtype.kind not in "iu" or tuple(values.shape) != (2,)
    return not {"optimizer", "seed_generator"} & set(parts)
