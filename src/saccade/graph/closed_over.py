"""Closed over: whether a function of the user's uses symbols of the model's graph.

Found by reading its code: a model has to keep their values before a loss or metric of that kind
runs, and a layer whose `call` does it takes them in beside what it is called on.
"""

from __future__ import annotations

import dis
import functools
import inspect
import types
from typing import Any

from saccade.graph.symbol import Symbol
from saccade.nests import leaves

_OF_OTHERS = ("saccade.", "torch.", "numpy.", "keras.")
_ASKS_FOR_SYMBOLS = frozenset(
    "get_input_at get_layer get_output_at input inputs layers output outputs".split()  # noqa: SIM905
)


def uses_symbols(function: Any) -> bool:
    """Whether a function reaches a symbol: one that it closes over, a global, or what an object
    that it knows holds; or `.output` and the like of a layer that it knows.
    """
    return _Search().reaches(function)


def asks_for_gradients(function: Any) -> bool:
    """Whether a function's own code names `gradients`, as in `K.gradients(y_pred, images)`."""
    while isinstance(function, functools.partial):
        function = function.func
    code = getattr(getattr(function, "__func__", function), "__code__", None)
    return code is not None and "gradients" in _names_in(code)


class _Search:
    """One walk through functions and what they know."""

    def __init__(self) -> None:
        self._seen: set[int] = set()

    def reaches(self, value: Any, asked: frozenset[str] = frozenset()) -> bool:
        """Whether a value is, holds or may give a symbol.

        Args:
            asked: the attributes that the code which knows the value asks for.
        """
        if isinstance(value, Symbol):
            return True
        if isinstance(value, (list, tuple, dict)):
            return any(isinstance(one, Symbol) for one in leaves(value))
        if id(value) in self._seen:
            return False
        self._seen.add(id(value))
        if isinstance(value, functools.partial):
            parts = (value.func, *value.args, *value.keywords.values())
            return any(self.reaches(one) for one in parts)
        if isinstance(value, types.MethodType):
            return self._in_method(value)
        if isinstance(value, types.FunctionType):
            return self._in_function(value)
        if hasattr(value, "get_output_at"):  # a layer
            return bool(asked & _ASKS_FOR_SYMBOLS)
        held = getattr(value, "__dict__", {}) if not isinstance(value, types.ModuleType) else {}
        return any(
            isinstance(one, Symbol) for name in asked & set(held) for one in leaves(held[name])
        )

    def _in_method(self, method: types.MethodType) -> bool:
        """The same of a method: what its object holds, and other methods that it calls, too."""
        owner, function = method.__self__, method.__func__
        if not isinstance(function, types.FunctionType):
            return False
        held = vars(owner) if hasattr(owner, "__dict__") else {}
        names = _names_in(function.__code__)
        if any(self.reaches(held[name], names) for name in names & set(held)):
            return True
        others = [inspect.getattr_static(type(owner), name, None) for name in names - set(held)]
        for other in (one for one in others if isinstance(one, types.FunctionType)):
            is_theirs = f"{other.__module__}.".startswith(_OF_OTHERS)
            if not is_theirs and id(other) not in self._seen:
                self._seen.add(id(other))
                if self._in_method(types.MethodType(other, owner)):
                    return True
        return self._in_function(function)

    def _in_function(self, function: types.FunctionType) -> bool:
        if f"{function.__module__}.".startswith(_OF_OTHERS):
            wrapped = getattr(function, "__wrapped__", None)
            return wrapped is not None and self.reaches(wrapped)
        asked = _names_in(function.__code__)
        known = [cell.cell_contents for cell in function.__closure__ or () if _is_full(cell)]
        known += [*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()]
        known += [function.__globals__.get(name) for name in _globals_of(function.__code__)]
        return any(self.reaches(one, asked) for one in known if one is not None)


def _is_full(cell: Any) -> bool:
    try:
        return cell.cell_contents is not None
    except ValueError:  # not assigned yet
        return False


def _codes(code: types.CodeType) -> list[types.CodeType]:
    """A function's code and that of the functions inside it."""
    inner = [one for one in code.co_consts if isinstance(one, types.CodeType)]
    return [code, *(each for one in inner for each in _codes(one))]


def _names_in(code: types.CodeType) -> frozenset[str]:
    return frozenset(name for one in _codes(code) for name in one.co_names)


def _globals_of(code: types.CodeType) -> set[str]:
    return {
        step.argval
        for one in _codes(code)
        for step in dis.get_instructions(one)
        if step.opname in ("LOAD_GLOBAL", "LOAD_NAME")
    }
