"""Revival: records out of a file become objects again.

Only classes from a table and what the user passes in `custom_objects` are ever made; nothing is
imported by name, and the code of a lambda is run only where the caller asked for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from saccade.custom_objects import find_recorded, known_names
from saccade.errors import UnknownName
from saccade.lambda_code import function_of, is_code
from saccade.numerics.tensors.array_record import array_of, is_array_record
from saccade.numerics.tensors.value_record import is_value_record, value_of

_OTHER_FAMILIES = frozenset(
    [
        "constraints",
        "dtype_policies",
        "initializers",
        "losses",
        "metrics",
        "optimizers",
        "regularizers",
    ]
)
OPERATIONS = "keras.src.ops."
_UNSET = ("input_axes", "output_axes")  # of initialisers that scale the variance


@dataclass(frozen=True)
class Reviver:
    """Turns records into objects.

    Attributes:
        where: how messages name the file.
        classes: the table of layers and models, by class name.
        custom_objects: the user's classes and functions, by name.
        make: makes an object from its class, its revived config and its whole record.
        safe_mode: False lets the code of lambdas in the file run.
        functions: Keras's own, by name, where they and not their words are wanted.
        knows_own_lambdas: whether a lambda that this process wrote is taken from memory.
    """

    where: str
    classes: Mapping[str, type]
    custom_objects: Mapping[str, Any]
    make: Callable[[type, dict[str, Any], dict[str, Any]], Any]
    safe_mode: bool = True
    knows_own_lambdas: bool = False
    functions: Mapping[str, Any] = field(default_factory=dict)

    def revive(self, value: Any) -> Any:
        """`value` with its records of layers, of custom objects and of functions made real.

        Records of other families (initialisers, optimizers, ...) stay records: their `get()`
        understands them and knows the legal words.

        Raises:
            FileFormatError: there is code in the file, and nobody said that it may run.
            UnknownName: a class or function that is neither known nor in `custom_objects`.
        """
        if isinstance(value, (list, tuple)):
            items = [self.revive(item) for item in value]
            return tuple(items) if isinstance(value, tuple) else items
        if not isinstance(value, dict):
            return value
        kind = value.get("class_name")
        if is_value_record(value):
            return value_of(self.where, value, self.revive)
        if is_array_record(value):
            return array_of(value)
        if is_code(value):
            trusted, names = not self.safe_mode, self.custom_objects
            return function_of(
                self.where, value, trusted, names, self.revive, self.knows_own_lambdas
            )
        if kind == "function":
            return self._function(value)
        if not isinstance(kind, str) or "config" not in value:
            return {key: self.revive(item) for key, item in value.items()}
        config = self.revive(value["config"] or {})
        cls = self._custom(value, kind) or (self._known(value, kind) if _is_layer(value) else None)
        if cls is not None:
            return self.make(cls, config, value)
        if not _is_keras(value):
            raise self._unknown("class", kind)
        return {**value, "config": _without_unset(config)}

    def _known(self, record: dict[str, Any], kind: str) -> type | None:
        """A class of the table; an operation of Keras's goes by its module's name as well, for
        there is a layer Add and a function add."""
        module = str(record.get("module"))
        if module.startswith(OPERATIONS):
            return self.classes.get(f"{module}.{kind}")
        return self.classes.get(kind)

    def _function(self, record: dict[str, Any]) -> Any:
        """The user's function, or one of Keras's own, or the word for it."""
        name: Any = record.get("config")
        found = self._custom(record, str(name))
        if found is None and not (isinstance(name, str) and _is_keras(record)):
            raise self._unknown("function", str(name))
        return self.functions.get(name, name) if found is None else found

    def _custom(self, record: dict[str, Any], name: str) -> Any:
        return find_recorded(record, name, self.custom_objects)

    def _unknown(self, what: str, name: str) -> UnknownName:
        given = ", ".join(known_names(self.custom_objects)) or "nothing"
        return UnknownName(
            self.where,
            f"a {what} of your own must be in custom_objects, which holds {given}",
            repr(name),
            f"Write load_model(..., custom_objects={{{name!r}: {name}}}).",
        )


def _without_unset(config: Any) -> Any:
    """A config without the options that Keras always writes and saccade knows only as unset."""
    if not isinstance(config, dict):
        return config
    return {k: v for k, v in config.items() if v is not None or k not in _UNSET}


def _is_layer(record: dict[str, Any]) -> bool:
    """Whether a record of Keras's may be of a layer: there is an initialiser Identity, too."""
    module = str(record.get("module") or "keras")
    return _is_keras(record) and not _OTHER_FAMILIES & set(module.split("."))


def _is_keras(record: dict[str, Any]) -> bool:
    """Whether a record is of a class or function of Keras itself (old files name no module)."""
    module = record.get("module", "keras")
    return isinstance(module, str) and module.split(".")[0] in ("keras", "tf_keras", "builtins")
