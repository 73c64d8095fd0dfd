"""Examples: `tf.train.Example` and what it is made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Self

import numpy as np

from saccade.data.tfrecord.example import KINDS, Values, from_bytes, to_bytes
from saccade.errors import InvalidArgument


class _List:
    """A list of values; `value` may be given, read, and added to.

    Raises:
        InvalidArgument: a value of another kind, as a protocol buffer refuses it.
    """

    def __init__(self, value: Iterable[Any] = ()):
        self.value = [self.checked(one) for one in _flat(value)]

    @staticmethod
    def checked(value: Any) -> Any:
        raise NotImplementedError

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and vars(self) == vars(other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return "".join(f"value: {one!r}\n" for one in self.value)


class BytesList(_List):
    """Strings of bytes: files, names."""

    @staticmethod
    def checked(value: Any) -> bytes:
        value = value.numpy() if hasattr(value, "numpy") else value
        if isinstance(value, np.ndarray) and value.ndim == 0:
            value = value[()]
        if not isinstance(value, (bytes, bytearray)):
            do = "Encode text: text.encode()."
            raise InvalidArgument("tf.train.BytesList", "values must be bytes", repr(value), do)
        return bytes(value)


class FloatList(_List):
    """Numbers, kept as float32."""

    @staticmethod
    def checked(value: Any) -> float:
        if isinstance(value, (str, bytes)):
            raise InvalidArgument("tf.train.FloatList", "values must be numbers", repr(value))
        return float(np.float32(value))


class Int64List(_List):
    """Whole numbers of 64 bits."""

    @staticmethod
    def checked(value: Any) -> int:
        number = None if isinstance(value, (str, bytes)) else value
        if number is None or int(number) != number or not -(2**63) <= int(number) < 2**63:
            needed = "values must be whole numbers of 64 bits"
            raise InvalidArgument("tf.train.Int64List", needed, repr(value))
        return int(number)


_LISTS: dict[str, Any] = dict(zip(KINDS, (BytesList, FloatList, Int64List), strict=True))


class Feature:
    """One list, of one of the three kinds."""

    def __init__(self, bytes_list: Any = None, float_list: Any = None, int64_list: Any = None):
        given = zip(KINDS, (bytes_list, float_list, int64_list), strict=True)
        self._lists = {kind: one for kind, one in given if one is not None}
        if len(self._lists) > 1:
            raise InvalidArgument("tf.train.Feature", "takes one list", ", ".join(self._lists))

    def _list(self, kind: str) -> Any:
        """The list of a kind; one that is asked for and not there is empty, and may be filled."""
        if kind in self._lists:
            return self._lists[kind]
        made = _LISTS[kind]()
        if not self._lists:
            self._lists[kind] = made
        return made

    bytes_list = property(lambda self: self._list("bytes_list"))
    float_list = property(lambda self: self._list("float_list"))
    int64_list = property(lambda self: self._list("int64_list"))

    def WhichOneof(self, name: str) -> str | None:
        """The kind of the list, as "int64_list"; None where there is none."""
        return next(iter(self._lists), None)

    def HasField(self, name: str) -> bool:
        return name in self._lists

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Feature) and self._lists == other._lists

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return "".join(f"{kind} {{\n{_moved_in(one)}}}\n" for kind, one in self._lists.items())


class Features:
    """Features by their names; one that is asked for and not there is made."""

    def __init__(self, feature: Mapping[str, Feature] | None = None):
        self.feature: dict[str, Feature] = _Made(feature or {})

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Features) and self.feature == other.feature

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return "".join(
            f'feature {{\n  key: "{name}"\n  value {{\n{_moved_in(one, 4)}  }}\n}}\n'
            for name, one in self.feature.items()
        )


class Example:
    """Named features, as a record holds them.

    Example:
        >>> label = Feature(int64_list=Int64List(value=[3]))
        >>> text = Example(features=Features(feature={"label": label})).SerializeToString()
        >>> Example.FromString(text).features.feature["label"].int64_list.value
        [3]
    """

    def __init__(self, features: Features | None = None):
        self.features = Features() if features is None else features

    def SerializeToString(self, deterministic: bool = False) -> bytes:
        """The example as bytes, which `parse_single_example` and TensorFlow read.

        Args:
            deterministic: in the order of the names.
        """
        features = self.features.feature
        names = sorted(features) if deterministic else features
        return to_bytes({name: _values_of(features[name]) for name in names})

    def ParseFromString(self, serialized: Any) -> int:
        """Take what bytes hold.

        Raises:
            DataError: they hold no example.
        """
        data = serialized.numpy() if hasattr(serialized, "numpy") else serialized
        found = from_bytes(bytes(data))
        self.features = Features({name: _feature_of(one) for name, one in found.items()})
        return len(data)

    @classmethod
    def FromString(cls, serialized: Any) -> Self:
        """An example out of bytes."""
        made = cls()
        made.ParseFromString(serialized)
        return made

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Example) and self.features == other.features

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"features {{\n{_moved_in(self.features)}}}\n"


class _Made(dict[str, Feature]):
    def __missing__(self, name: str) -> Feature:
        self[name] = Feature()
        return self[name]


def _values_of(feature: Feature) -> Values:
    kind = feature.WhichOneof("kind")
    if kind is None:
        return Values()
    one = feature._list(kind)
    return Values(kind, [one.checked(value) for value in one.value])  # more may have been added


def _feature_of(found: Values) -> Feature:
    return Feature(**{found.kind: _LISTS[found.kind](found.values)}) if found.kind else Feature()


def _flat(value: Any) -> list[Any]:
    if isinstance(value, (str, bytes)):
        raise InvalidArgument(
            "tf.train lists", "take a list of values", repr(value), "Say [value]."
        )
    array = value.numpy() if hasattr(value, "numpy") else value
    if isinstance(array, np.ndarray) and array.ndim != 1:
        needed = "take values in one row"
        raise InvalidArgument("tf.train lists", needed, f"shape {array.shape}", "Say .flatten().")
    return list(array)


def _moved_in(one: Any, by: int = 2) -> str:
    return "".join(f"{' ' * by}{line}\n" for line in repr(one).splitlines())
