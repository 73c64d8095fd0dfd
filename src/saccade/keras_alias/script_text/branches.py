"""Script branches: which parts of a script will run, and which errors it catches."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

_BACKENDS = ("theano", "tensorflow", "cntk", "jax", "torch", "mxnet", "plaidml.keras.backend")
_EXITS = ("exit", "quit", "_exit")
_GENERAL = frozenset({"Exception", "BaseException"})


def is_backend(
    test: ast.expr, dotted: Callable[[ast.expr], str | None], ours_is: str
) -> bool | None:
    """Whether a comparison with `K.backend()` holds; None for any other test.

    Args:
        ours_is: what `K.backend()` answers to this script.
    """
    if not isinstance(test, ast.Compare) or len(test.ops) != 1:
        return None
    ours, word = test.left, test.comparators[0]
    if isinstance(ours, ast.Constant):
        ours, word = word, ours
    if not isinstance(ours, ast.Call):
        return None
    name = dotted(ours.func) or ""
    if name.rpartition(".")[2] not in ("backend", "_backend") or "backend" not in name:
        return None
    words = [getattr(one, "value", None) for one in getattr(word, "elts", [word])]
    if not any(one in _BACKENDS for one in words):
        return None
    holds = ours_is in words
    return not holds if isinstance(test.ops[0], (ast.NotEq, ast.NotIn)) else holds


def absent_names(tree: ast.Module) -> frozenset[str]:
    """The variables that can only become None: what looks for a TPU finds none and raises."""
    values: dict[str, list[ast.expr]] = {}
    stores: Counter[str] = Counter()
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    values.setdefault(target.id, []).append(node.value)
        elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            stores[node.id] += 1
    return frozenset(
        name
        for name, given in values.items()
        if len(given) == stores[name]  # by nothing else: no loop, no `with`
        and any(map(_finds_tpu, given))
        and all(_finds_tpu(one) or getattr(one, "value", True) in (None, False) for one in given)
    )


def is_absent(test: ast.expr, absent: frozenset[str]) -> bool | None:
    """Whether a test holds where these variables are None; None for any other test."""
    if isinstance(test, ast.Name) and test.id in absent:
        return False
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        inner = is_absent(test.operand, absent)
        return None if inner is None else not inner
    if not isinstance(test, ast.Compare) or is_absent(test.left, absent) is None:
        return None
    word = test.comparators[0]
    if len(test.ops) > 1 or not isinstance(word, ast.Constant) or word.value is not None:
        return None
    return isinstance(test.ops[0], (ast.Is, ast.Eq))


def _finds_tpu(value: ast.expr) -> bool:
    if not isinstance(value, ast.Call):
        return False
    owner = getattr(value.func, "value", value.func)
    return "TPUClusterResolver" in (_last_word(value.func), _last_word(owner))


def caught_by(node: ast.Try | ast.TryStar) -> frozenset[str]:
    """The names of the errors after which a script has another way.

    A handler that raises, or ends the script, is none.
    """
    caught: set[str] = set()
    for handler in node.handlers:
        if not _ends(handler.body):
            caught |= _names_of(handler.type)
    return frozenset(caught)


def suppressed_by(node: ast.With | ast.AsyncWith) -> frozenset[str]:
    """The names of the errors in `with contextlib.suppress(...)`."""
    caught: set[str] = set()
    for item in node.items:
        call = item.context_expr
        if isinstance(call, ast.Call) and _last_word(call.func) == "suppress":
            for one in call.args:
                caught |= _names_of(one)
    return frozenset(caught)


def catches(caught: frozenset[str], faults: frozenset[str]) -> bool:
    """Whether one of these errors is caught."""
    return not caught.isdisjoint(faults | _GENERAL)


def caught_at(tree: ast.Module, line: int) -> frozenset[str]:
    """The names of the errors that are caught at a line, after which there is another way.

    What is caught where the function around it is called does not count.
    """
    return _caught_in(tree.body, line, frozenset())


def _caught_in(body: list[Any], line: int, caught: frozenset[str]) -> frozenset[str]:
    found = [one for one in body if one.lineno <= line <= (one.end_lineno or one.lineno)]
    if not found:
        return caught
    here = found[-1]
    if isinstance(here, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return _caught_in(here.body, line, frozenset())
    inside = caught
    if isinstance(here, (ast.Try, ast.TryStar)):
        inside |= caught_by(here)
    elif isinstance(here, (ast.With, ast.AsyncWith)):
        inside |= suppressed_by(here)
    others = [getattr(here, name, []) for name in ("orelse", "finalbody")]
    others += [one.body for one in getattr(here, "handlers", [])]
    others += [one.body for one in getattr(here, "cases", [])]
    for block, now in [(getattr(here, "body", []), inside), *((one, caught) for one in others)]:
        statements = block if isinstance(block, list) else []
        if statements and statements[0].lineno <= line <= statements[-1].end_lineno:
            return _caught_in(statements, line, now)
    return caught


@dataclass
class Functions:
    """How the functions of a script are used.

    Attributes:
        idle: those that nothing in the script speaks of.
        guarded: those that are called only where errors are caught, and which.
    """

    idle: frozenset[str] = frozenset()
    guarded: dict[str, frozenset[str]] = field(default_factory=dict)


def functions_of(tree: ast.Module) -> Functions:
    """How the functions that stand at a script's margin are used in it."""
    plain = [one for one in tree.body if isinstance(one, (ast.FunctionDef, ast.AsyncFunctionDef))]
    names = {one.name for one in plain if not one.decorator_list}
    uses = _Uses(names)
    uses.visit(tree)
    idle = frozenset(name for name in names if not uses.found[name])
    guarded = {name: frozenset.intersection(*found) for name, found in uses.found.items() if found}
    return Functions(idle, {name: caught for name, caught in guarded.items() if caught})


class TryReader(ast.NodeVisitor):
    """Walks a script, and knows at each place what the `try` around it catches."""

    _caught: frozenset[str] = frozenset()

    def visit_Try(self, node: ast.Try) -> None:
        outer = self._caught
        self._caught = outer | caught_by(node)
        for one in node.body:
            self.visit(one)
        self._caught = outer
        raises = any(_finds_tpu(one) for step in node.body for one in ast.walk(step))  # type: ignore[arg-type]
        for one in (*node.handlers, *([] if raises else node.orelse), *node.finalbody):
            self.visit(one)


class _Uses(TryReader):
    """Finds where names are spoken of, and what is caught there."""

    def __init__(self, names: set[str]):
        self.found: dict[str, list[frozenset[str]]] = {name: [] for name in names}
        self._inside: list[str] = []

    def visit_Name(self, node: ast.Name) -> None:
        spoken = isinstance(node.ctx, ast.Load) and node.id in self.found
        if spoken and node.id not in self._inside:
            self.found[node.id].append(self._caught)

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        caught, self._caught = self._caught, frozenset()  # it runs where it is called
        self._inside.append(node.name)
        self.generic_visit(node)
        self._inside.pop()
        self._caught = caught

    visit_AsyncFunctionDef = visit_FunctionDef


def _names_of(kind: ast.expr | None) -> set[str]:
    if kind is None:
        return {"BaseException"}
    kinds = kind.elts if isinstance(kind, ast.Tuple) else [kind]
    return {_last_word(one) for one in kinds}


def _last_word(name: ast.expr) -> str:
    return getattr(name, "id", "") or getattr(name, "attr", "")


def _ends(body: list[ast.stmt]) -> bool:
    last = body[-1]
    if isinstance(last, ast.Expr) and isinstance(last.value, ast.Call):
        return _last_word(last.value.func) in _EXITS
    return isinstance(last, ast.Raise)
