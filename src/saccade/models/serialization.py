"""Serialization: objects of every family as plain records, and back."""

from __future__ import annotations

import dataclasses
import functools
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import FunctionType
from typing import Any

from saccade import (
    activations,
    constraints,
    dtype_policy,
    initializers,
    losses,
    metrics,
    optimizers,
    regularizers,
)
from saccade.custom_objects import CustomObjectScope
from saccade.errors import FileFormatError, InvalidArgument, NotSupported, SaccadeError, UnknownName
from saccade.files.old.model_configs import in_todays_words
from saccade.files.plain_config import to_plain
from saccade.layers.core.layer import Layer
from saccade.models.model import Model
from saccade.models.reviving import check_layers, reviver
from saccade.optimizers import schedules
from saccade.plain_json import read_json
from saccade.records import is_record

_NO_FORMULAS = ("accuracy_for", "deserialize", "get", "logits_of", "serialize")
_FAMILIES = {
    "schedules": schedules.deserialize,
    "optimizers": optimizers.deserialize,
    "losses": losses.deserialize,
    "metrics": metrics.deserialize,
    "initializers": initializers.deserialize,
    "regularizers": regularizers.deserialize,
    "constraints": constraints.deserialize,
}


def serialize_keras_object(obj: Any) -> Any:
    """An object of any family, or a nest of them, as values that JSON can hold.

    Raises:
        InvalidArgument: what has no get_config().

    Source: `keras.utils.serialize_keras_object`.
    """
    return to_plain("serialize_keras_object", obj, "obj")


def deserialize_keras_object(
    config: Any, custom_objects: Mapping[str, Any] | None = None, safe_mode: bool = True
) -> Any:
    """The object that `serialize_keras_object` described, with fresh weights.

    Args:
        config: a record, or a nest with records in it.
        custom_objects: classes and functions of your own, by name.
        safe_mode: False runs the code of a lambda in the record.

    Raises:
        UnknownName: a class that is not known.

    Source: `keras.utils.deserialize_keras_object`.
    """
    where = "deserialize_keras_object"
    with CustomObjectScope(custom_objects):
        known = dataclasses.replace(
            reviver(where, custom_objects, safe_mode), functions=_functions_by_name()
        )
        return _made(known.revive(config), where)


@functools.cache
def _functions_by_name() -> dict[str, Any]:
    """Those of Keras's functions that have a record."""
    return {
        name: value
        for family in (metrics, losses, activations)  # of two of one name the last is Keras's
        for name in family.__all__
        if isinstance(value := getattr(family, name), FunctionType) and name not in _NO_FORMULAS
    }


def _made(value: Any, where: str) -> Any:
    if isinstance(value, list):
        return [_made(one, where) for one in value]
    if not is_record(value):
        return {k: _made(v, where) for k, v in value.items()} if isinstance(value, dict) else value
    parts = str(value.get("module") or "").split(".")
    for family, get in _FAMILIES.items():
        if family in parts:
            return get(value)
    if "dtype_policies" in parts:
        return dtype_policy.get(value)
    raise UnknownName(
        where,
        "a record must be of a family that saccade has",
        f"{value.get('module')}.{value['class_name']}",
        "Classes of your own go into custom_objects.",
    )


def model_from_json(json_string: str, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """The model that `model.to_json()` described, with fresh weights.

    It is compiled again where it was.

    Args:
        json_string: as `to_json` gave it, ours or that of Keras 1, 2 or 3.
        custom_objects: classes and functions of your own, by name.

    Raises:
        FileFormatError: not JSON, or not of a model. UnknownName: a layer that is not known.

    Example:
        >>> from saccade.layers import Dense
        >>> from saccade.models import Sequential
        >>> model_from_json(Sequential([Dense(2, input_shape=(3,))]).to_json()).output_shape
        (None, 2)

    Source: `keras.models.model_from_json`.
    """
    where = "model_from_json"
    if not isinstance(json_string, str):
        raise InvalidArgument(where, "needs a string of JSON", type(json_string).__name__)
    record = read_json(where, "the JSON", json_string)
    with CustomObjectScope(custom_objects), _described(where):
        model = reviver(where, custom_objects).revive(in_todays_words(record))
        if not isinstance(model, Model):
            if is_record(model) and not isinstance(model, Layer):
                check_layers([record], where)
            raise FileFormatError(where, "needs the record of a model", type(model).__name__)
        if isinstance(record, dict) and record.get("compile_config"):
            model.compile_from_config(record["compile_config"])
    return model


def model_from_config(
    config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None
) -> Any:
    """The model of a record {"class_name", "config"}, with fresh weights, as Keras 2 called it.

    Raises:
        InvalidArgument: a list, which is the config of a Sequential of Keras 1.
    """
    if not isinstance(config, Mapping):
        raise InvalidArgument(
            "model_from_config", "needs a dict", type(config).__name__, "Sequential.from_config()."
        )
    return model_from_json(json.dumps(config), custom_objects)


@contextmanager
def _described(where: str) -> Iterator[None]:
    """What a record that is wrong in any way raises, as one kind of error."""
    try:
        yield
    except SaccadeError:
        raise
    except Exception as error:
        raise FileFormatError(
            where,
            "the JSON must describe a model",
            f"{type(error).__name__}: {error}",
            "If it has classes of your own: their __init__ must take what get_config() gives.",
        ) from error


def model_from_yaml(yaml_string: str, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """The model that `model.to_yaml()` described, with fresh weights.

    Args:
        yaml_string: as `to_yaml` gave it, ours or that of Keras 1 or 2. Nothing in it is run.
        custom_objects: classes and functions of your own, by name.

    Raises:
        FileFormatError: not YAML, or not of a model. NotSupported: YAML that is not JSON, and
            PyYAML is not installed.

    Source: `keras.models.model_from_yaml`, of Keras up to 2.5.
    """
    where = "model_from_yaml"
    if not isinstance(yaml_string, str):
        raise InvalidArgument(where, "needs a string of YAML", type(yaml_string).__name__)
    if yaml_string.lstrip().startswith("{"):  # ours, which is JSON
        return model_from_json(yaml_string, custom_objects)
    try:
        import yaml
    except ImportError:
        do = "pip install pyyaml"
        raise NotSupported(where, "YAML that is not JSON needs PyYAML", None, do) from None

    class Plain(yaml.SafeLoader):
        """Makes numbers, words, lists and tables, and the tuples and words of Python 2."""

    def listed(loader: Any, node: Any) -> Any:
        return loader.construct_sequence(node, deep=True)

    def text(loader: Any, node: Any) -> Any:
        return loader.construct_scalar(node)

    Plain.add_constructor("tag:yaml.org,2002:python/tuple", listed)
    Plain.add_constructor("tag:yaml.org,2002:python/unicode", text)
    try:
        record = yaml.load(yaml_string, Loader=Plain)
    except (yaml.YAMLError, RecursionError) as error:
        raise FileFormatError(where, "needs YAML of plain values", str(error)) from None
    return model_from_json(json.dumps(record), custom_objects)
