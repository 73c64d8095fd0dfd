"""InputSpec: what a layer of the user's says about its inputs, and the check of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from saccade.errors import InvalidArgument, ShapeError


class InputSpec:
    """What one input of a layer must be; what is None may be anything.

    Args:
        dtype: a string, "float32".
        shape: batch first, None for any size; says the number of axes too.
        ndim, max_ndim, min_ndim: how many axes there are, counted with the batch.
        axes: sizes by axis, `{-1: 3}`.
        allow_last_axis_squeeze: whether a last axis of size 1 may be missing or too many.
        optional: whether None may be given instead.
        name: of the input, where inputs come as a dict.

    Example:
        >>> InputSpec(ndim=4, axes={-1: 3})
        InputSpec(ndim=4, axes={-1: 3})

    Source: `keras.layers.InputSpec`.
    """

    def __init__(
        self,
        dtype: Any = None,
        shape: Sequence[int | None] | None = None,
        ndim: int | None = None,
        max_ndim: int | None = None,
        min_ndim: int | None = None,
        axes: dict[int, int | None] | None = None,
        allow_last_axis_squeeze: bool = False,
        name: str | None = None,
        optional: bool = False,
    ):
        if axes is not None and not isinstance(axes, dict):
            raise InvalidArgument("InputSpec", "axes must be a dict of axis: size", repr(axes))
        self.dtype = None if dtype is None else str(dtype).removeprefix("torch.")
        self.shape = None if shape is None else tuple(shape)
        self.ndim = ndim if self.shape is None else len(self.shape)
        self.max_ndim, self.min_ndim = max_ndim, min_ndim
        self.axes = {int(axis): size for axis, size in (axes or {}).items()}
        self.allow_last_axis_squeeze = allow_last_axis_squeeze
        self.name, self.optional = name, optional

    def get_config(self) -> dict[str, Any]:
        return dict(vars(self))

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> InputSpec:
        return cls(**config)

    def __repr__(self) -> str:
        """Only what is asked for; the number of axes is seen in a shape."""
        said = {
            name: value
            for name, value in vars(self).items()
            if value not in (None, False, {}) and not (name == "ndim" and self.shape is not None)
        }
        return f"InputSpec({', '.join(f'{name}={value!r}' for name, value in said.items())})"

    def allows(self, shape: Sequence[int | None], dtype: str | None) -> bool:
        """Whether an input of this shape and dtype is as asked for; unknown sizes are."""
        got = tuple(shape)
        if None not in (dtype, self.dtype) and dtype != self.dtype:
            return False
        if self.allow_last_axis_squeeze and self.shape is not None:
            needed = _without_last_one(self.shape)
            return len(needed) == len(_without_last_one(got)) and all(
                map(_fits, needed, _without_last_one(got))
            )
        return (
            self.ndim in (None, len(got))
            and (self.max_ndim is None or len(got) <= self.max_ndim)
            and (self.min_ndim is None or len(got) >= self.min_ndim)
            and all(
                -len(got) <= axis < len(got) and _fits(size, got[axis])
                for axis, size in self.axes.items()
            )
            and (self.shape is None or all(map(_fits, self.shape, got)))
        )


def check_inputs(where: str, spec: Any, shapes: Any, dtypes: Any = None) -> None:
    """Raise unless inputs of these shapes are what a layer's `input_spec` asks for.

    Args:
        where: the layer.
        spec: an InputSpec, or a list or dict of them; None, there and inside, allows anything.
        shapes: of one input, or a list or dict of them.
        dtypes: in the same nest; None where they are not known.

    Raises:
        ShapeError: an input is other than asked for, or there are more or fewer of them.
    """
    if not spec:  # None, or an empty list
        return
    specs = _listed(spec)
    names = [getattr(one, "name", None) for one in specs]
    got = _listed(shapes, names)
    if len(specs) != len(got):
        do = "Give them as a list." if len(specs) > len(got) else ""
        raise ShapeError(where, f"its input_spec asks for {_inputs(len(specs))}", len(got), do)
    words = _listed(dtypes, names) if dtypes is not None else [None] * len(got)
    for number, (one, shape, dtype) in enumerate(zip(specs, got, words, strict=True)):
        if one is None or (shape is None and one.optional):
            continue
        if shape is None or not one.allows(shape, dtype):
            which = f"input {number}" if len(specs) > 1 else "input"
            said = f"{shape}" if one.dtype in (None, dtype) or dtype is None else f"{shape} {dtype}"
            raise ShapeError(where, f"{which} must be as its input_spec says: {one!r}", said)


def dtypes_of(inputs: Any) -> Any:
    """The words for the dtypes of a tensor, or of a list or dict of them."""
    if isinstance(inputs, dict):
        return {key: dtypes_of(one) for key, one in inputs.items()}
    if isinstance(inputs, (list, tuple)):
        return [dtypes_of(one) for one in inputs]
    return str(inputs.dtype).removeprefix("torch.")


def _fits(needed: int | None, got: int | None) -> bool:
    return needed is None or got is None or needed == got


def _without_last_one(shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
    return shape[:-1] if shape and shape[-1] == 1 else shape


def _inputs(count: int) -> str:
    return f"{count} inputs" if count > 1 else "one input"


def _listed(nest: Any, names: Sequence[str | None] = ()) -> list[Any]:
    """What a nest holds, a shape being one thing; the values of a dict by these names, if its."""
    if isinstance(nest, dict):
        order = names if set(names) == set(nest) else sorted(nest, key=str)
        return [nest[key] for key in order]
    is_shape = isinstance(nest, tuple) and all(n is None or isinstance(n, int) for n in nest)
    return list(nest) if isinstance(nest, (list, tuple)) and not is_shape else [nest]
