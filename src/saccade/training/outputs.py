"""Outputs: what `compile` was given, told apart by the outputs of the model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from saccade.errors import DataError, InvalidArgument
from saccade.names import nearest
from saccade.nests import as_list, by_key, is_nest, leaves, map_nest
from saccade.records import is_record


def names_of(y_pred: Any, model_names: Sequence[str] | None) -> list[str]:
    """A name for every output: the keys of a dict, else the model's names, else numbers."""
    if is_deep(y_pred):
        count = len(leaves(y_pred))
        known = model_names is not None and len(model_names) == count
        return list(model_names or ()) if known else [f"output_{n}" for n in range(count)]
    if isinstance(y_pred, dict):
        if model_names and set(model_names) == set(y_pred):
            return list(model_names)
        return sorted(y_pred)
    count = len(y_pred) if is_nest(y_pred) else 1
    if model_names and len(model_names) == count:
        return list(model_names)
    return [f"output_{number}" for number in range(count)]


def is_deep(nest: Any) -> bool:
    """Whether a nest holds further nests; its leaves then count, in order, as several outputs."""
    parts = nest.values() if isinstance(nest, dict) else nest if is_nest(nest) else ()
    return any(is_nest(part) and not is_record(part) for part in parts)


def names_in(nest: Any, name_of: Callable[[Any], str], path: str = "") -> list[str]:
    """A name for every leaf of a deep nest: where it stands, as Keras writes it: "1/dense", "b/c".

    Args:
        name_of: of a leaf in a list; one in a dict has its key.
    """
    if not is_nest(nest):
        return [f"{path}{name_of(nest)}"]
    found: list[str] = []
    for key in by_key(nest) if isinstance(nest, dict) else range(len(nest)):
        part = nest[key]
        if is_nest(part):
            found += names_in(part, name_of, f"{path}{key}/")
        else:
            found.append(f"{path}{key if isinstance(nest, dict) else name_of(part)}")
    return found


def map_given(function: Callable[[Any], Any], given: Any) -> Any:
    """What `compile` was given with `function` of each loss or metric; a record is one of them."""
    return map_nest(function, given, rebuild=as_list, is_leaf=is_record)


def per_output(what: str, given: Any, names: Sequence[str], single: bool = False) -> list[Any]:
    """One entry for every output out of a list in their order, or a dict by their names.

    Args:
        what: the argument's name, for the message.
        single: whether one value stands for all outputs.

    Raises:
        InvalidArgument: another number of entries, or a name that no output has.
    """
    if given is None:
        return [None] * len(names)
    if len(names) == 1 and is_nest(given) and len(given) == 1 and "class_name" not in given:
        return leaves(given)
    if is_deep(given) and _may_be_shaped(given, names):
        flat = leaves(given)
        if len(flat) == len(names):
            return flat
    if isinstance(given, dict):
        unknown = [key for key in given if key not in names]
        if unknown:
            guess = nearest(str(unknown[0]), names)
            raise InvalidArgument(
                "compile",
                f"{what} must name outputs, which are {', '.join(names)}",
                ", ".join(map(repr, unknown)),
                f'Did you mean "{guess}"?' if guess else "",
            )
        return [given.get(name) for name in names]
    if isinstance(given, (list, tuple)) and not (single and len(names) == 1):
        if len(given) != len(names):
            raise InvalidArgument(
                "compile",
                f"{what} needs an entry for each of the outputs {', '.join(names)}",
                f"{len(given)} in {given!r}",
            )
        return list(given)
    return [given] * len(names)


def _may_be_shaped(given: Any, names: Sequence[str]) -> bool:
    """Whether a nest may have the outputs' shape, not words for them; see `names_in`."""
    if not isinstance(given, dict):
        return True
    roots = {name.split("/")[0] for name in names}
    numbered = {f"output_{number}" for number in range(len(names))}
    return not set(given) <= set(names) and (set(given) <= roots or set(names) <= numbered)


def targets_of(
    y: Any, names: Sequence[str], wanted: Callable[[int], bool], where: str = "fit"
) -> list[Any]:
    """The targets of every output; where only some outputs have a loss, theirs may come alone.

    Args:
        wanted: whether the output of this number has a loss.

    Raises:
        DataError: another number of targets, or other names.
    """
    if len(names) == 1:
        one = y.get(names[0]) if isinstance(y, dict) else y
        return [one[0] if isinstance(one, (list, tuple)) and len(one) == 1 else one]
    if is_deep(y):
        y = leaves(y)
    if isinstance(y, dict):
        if not set(y) & set(names):
            raise DataError(
                where, f"targets are needed for {', '.join(names)}", f"{', '.join(map(str, y))}"
            )
        return [y.get(name) for name in names]
    given = list(y) if isinstance(y, (list, tuple)) else [y]
    if len(given) == len(names):
        return given
    places = [number for number in range(len(names)) if wanted(number)]
    if len(places) != len(given):
        raise DataError(
            where, f"{len(names)} targets are needed, for {', '.join(names)}", f"{len(given)}"
        )
    found: list[Any] = [None] * len(names)
    for place, one in zip(places, given, strict=True):
        found[place] = one
    return found


def weights_of(sample_weight: Any, names: Sequence[str]) -> list[Any]:
    """The sample weights of every output; one array stands for all."""
    if not is_nest(sample_weight):
        return [sample_weight] * len(names)
    if is_deep(sample_weight):
        sample_weight = leaves(sample_weight)
    if isinstance(sample_weight, dict):
        return [sample_weight.get(name) for name in names]
    given = list(sample_weight)
    return given if len(given) == len(names) else [given[0]] * len(names)


def predictions_of(y_pred: Any, names: Sequence[str]) -> list[Any]:
    """The outputs in the order of their names."""
    if isinstance(y_pred, dict) and not is_deep(y_pred):
        return [y_pred[name] for name in names]
    return leaves(y_pred)
