"""DTypePolicy: the precision in which layers compute, and that of their weights.

`mixed_bfloat16` and `mixed_float16` compute in half the bits and keep the weights in float32;
`float16`, `bfloat16` and `float64` do both in the one.
"""

from __future__ import annotations

from typing import Any

from saccade.errors import InvalidArgument, NotSupported
from saccade.names import unknown_name
from saccade.records import is_record

_PLAIN = ("float16", "bfloat16", "float64", "int8", "int16", "int32", "int64", "uint8")
_COMPUTE = {
    **{word: word for word in ("float32", "float16", "bfloat16", "float64")},
    "mixed_bfloat16": "bfloat16",
    "mixed_float16": "float16",
}


class DTypePolicy:
    """A precision by its name.

    Args:
        name: "float32", "mixed_bfloat16", "mixed_float16", or one precision for everything:
            "float16", "bfloat16", "float64"; None for the global policy's.

    Raises:
        NotSupported: another precision.
        TypeError: no text.

    Example:
        >>> DTypePolicy("mixed_bfloat16").compute_dtype
        'bfloat16'

    Source: `keras.dtype_policies.DTypePolicy`.
    """

    keras_module = "keras"
    quantization_mode: str | None = None

    def __init__(self, name: str | None = None):
        name = _global.name if name is None else name
        if not isinstance(name, str):
            raise TypeError(f"DTypePolicy: name must be text, got {name!r}.")
        if name not in _COMPUTE:
            raise NotSupported(
                "dtype policy",
                f"must be one of {', '.join(_COMPUTE)}",
                repr(name),
                "Weights are floats.",
            )
        self.name = name

    @property
    def compute_dtype(self) -> str:
        """What layers compute in and give."""
        return _COMPUTE.get(self.name, self.name)

    @property
    def variable_dtype(self) -> str:
        """What weights are kept in."""
        return "float32" if self.name.startswith("mixed_") else self.name

    @classmethod
    def plain(cls, word: str) -> DTypePolicy:
        """One dtype for everything, for layers that have no weights: "uint8"."""
        made = cls()
        made.name = word
        return made

    def get_config(self) -> dict[str, Any]:
        return {"name": self.name}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> DTypePolicy:
        return cls(**config)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DTypePolicy) and other.name == self.name

    def __hash__(self) -> int:
        return hash(self.name)

    def __repr__(self) -> str:
        return f'<DTypePolicy "{self.name}">'


_FLOATS = ("float32", "float64", "float16", "bfloat16")
_floatx = "float32"
_global = DTypePolicy("float32")


def floatx() -> str:
    """The dtype of what is made without one: weights, inputs, `K.variable`."""
    return _floatx


def numpy_floatx() -> str:
    """The same for NumPy's arrays; float32 for bfloat16, which NumPy has not."""
    return "float32" if _floatx == "bfloat16" else _floatx


def set_floatx(value: str) -> None:
    """Choose that dtype; layers follow as long as no other policy was chosen.

    Args:
        value: "float32" (as at the start), "float64", "float16" or "bfloat16".

    Raises:
        UnknownName: another word.

    Source: `keras.config.set_floatx`.
    """
    global _floatx, _global
    if value not in _FLOATS:
        raise unknown_name("set_floatx", value, _FLOATS)
    if _global.name == _floatx:
        _global = DTypePolicy(value)
    _floatx = value


def global_policy() -> DTypePolicy:
    """The policy of layers that are made without `dtype=`."""
    return _global


def set_global_policy(policy: str | DTypePolicy) -> None:
    """Choose the policy of layers that are made from now on.

    Args:
        policy: "float32" (as at the start), "mixed_bfloat16" or "mixed_float16".

    Source: `keras.mixed_precision.set_global_policy`.
    """
    global _global
    if not isinstance(policy, (str, DTypePolicy)):
        raise InvalidArgument("set_global_policy", "needs a word or a policy", repr(policy))
    _global = get(policy)


def get(identifier: Any) -> DTypePolicy:
    """The policy meant by a name, a record, a type of torch's or NumPy's; the global for None."""
    if identifier is None:
        return _global
    if isinstance(identifier, DTypePolicy):
        return identifier
    return DTypePolicy(word_of(identifier))


def plain_word(identifier: Any) -> str | None:
    """The dtype that is meant where it is no policy of layers with weights: "uint8"; else None."""
    word = None if identifier is None else word_of(identifier)
    return {"int": "int32"}.get(word, word) if word in (*_PLAIN, "int") else None


def word_of(identifier: Any) -> str:
    """The name of what is meant."""
    if is_record(identifier):
        return identifier["config"]["name"]
    word = getattr(identifier, "name", None) or getattr(identifier, "__name__", None)
    return word or str(identifier).removeprefix("torch.")
