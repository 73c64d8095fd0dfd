"""Reviving: layers and models out of their records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch

from saccade import layers
from saccade.errors import UnknownName
from saccade.files.revival import Reviver
from saccade.layers.core.custom_storage import is_own
from saccade.layers.core.layer import Layer
from saccade.layers.core.output_shapes import is_shape
from saccade.layers.merging import branches
from saccade.layers.operations.operation import operation
from saccade.layers.operations.operation_table import MODULES, class_name
from saccade.layers.operations.tensorflow_function import TFOpLambda
from saccade.models.trainer import Trainer
from saccade.weight_budget import charge_layer, check_zeros


def known_classes() -> dict[str, type[Layer]]:
    """Every class that a record can name; others come from `custom_objects`."""
    found: dict[str, type[Layer]] = dict(layers.CLASSES)
    waiting: list[type] = [Trainer]
    while waiting:
        cls = waiting.pop()
        waiting.extend(cls.__subclasses__())
        if cls.__dict__.get("keras_module"):
            found.setdefault(cls.__name__, cls)
    return found


def known_operations() -> dict[str, type[Layer]]:
    """The functions that stand among a model's layers, by module and class as Keras writes them."""
    found: dict[str, type[Layer]] = {
        f"{module}.{class_name(word)}": operation(word) for word, module in MODULES.items()
    }
    return {**found, "TFOpLambda": TFOpLambda}


def reviver(
    where: str,
    custom_objects: Mapping[str, Any] | None = None,
    safe_mode: bool = True,
    knows_own_lambdas: bool = False,
) -> Reviver:
    """What turns records into layers and models."""
    # Keras has those of `branches` in its networks' modules: nobody makes them by themselves.
    classes = {**branches.CLASSES, **known_classes(), **known_operations()}
    return Reviver(where, classes, custom_objects or {}, make, safe_mode, knows_own_lambdas)


def make(cls: type, config: dict[str, Any], record: dict[str, Any]) -> Any:
    """An object of a known or custom class, built for the shape that it had.

    Args:
        config: with its own records revived.
        record: as it was written.
    """
    if not isinstance(cls, type):
        return cls  # a function under the name of a class
    if not hasattr(cls, "from_config"):
        raise TypeError(f"{cls.__name__} has no from_config()")
    if not issubclass(cls, Layer):
        return cls.from_config(config)  # type: ignore[attr-defined]
    charge_layer()
    if _inherits_from_config(cls) and hasattr(cls, "from_revived"):
        layer = cls.from_revived(config, record)  # type: ignore[attr-defined]
    elif "input_layers" in config:
        made = MadeLayers(config["layers"], record["config"]["layers"])
        layer = cls.from_config({**config, "layers": made})
    else:
        layer = cls.from_config(config)
    built_for = record.get("build_config") or {}
    shape = built_for.get("shapes_dict", built_for.get("input_shape"))
    if built_for and is_own(layer, "build_from_config"):
        layer.build_from_config(built_for)
        layer.built = True
    elif shape is not None:
        build(layer, tuple(shape) if is_shape(shape) else shape)
    return layer


class MadeLayers(list[Any]):
    """The layers of a graph, for a `from_config` of the user's that hands them to saccade's.

    Attributes:
        records: what they were made from, which says how they are called.
    """

    def __init__(self, layers: list[Any], records: list[Any]):
        super().__init__(layers)
        self.records = records


def _inherits_from_config(cls: type) -> bool:
    """Whether `from_config` is one of saccade's own and not the user's."""
    owner = next(one for one in cls.__mro__ if "from_config" in one.__dict__)
    return owner is Layer or bool(owner.__dict__.get("keras_module"))


def build(layer: Any, shape: Any) -> None:
    """Build a layer for a shape, and those inside that only their first call would build."""
    layer.build_on(shape)
    if any(not inner.built for inner in layer.sublayers_within()) and is_shape(shape):
        sizes = [1 if size is None else size for size in shape]
        check_zeros(layer.where, sizes)
        with torch.no_grad():
            layer(torch.zeros(sizes))


def check_layers(found: list[Any], where: str) -> None:
    """Raise for what stayed a record: its class is not known."""
    unknown = [layer for layer in found if not isinstance(layer, Layer)]
    if not unknown:
        return
    named = [
        f'{record.get("class_name")} "{(record.get("config") or {}).get("name")}"'
        for record in unknown
        if isinstance(record, dict)
    ]
    raise UnknownName(
        where,
        f"layers must be one of {', '.join(sorted(known_classes()))}",
        ", ".join(named) or repr(unknown[0]),
        "Classes of your own go into custom_objects.",
    )
