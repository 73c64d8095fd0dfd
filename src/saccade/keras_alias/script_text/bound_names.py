"""Bound names: which names a script gives a meaning to."""

from __future__ import annotations

import ast
import builtins

BUILT_IN = frozenset(dir(builtins))


def bound_names(tree: ast.AST) -> set[str]:
    """The names that a script binds, wherever it does."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found.add(node.name)
        elif isinstance(node, ast.arg):
            found.add(node.arg)
        elif isinstance(node, ast.alias):
            found.add(node.asname or node.name.split(".")[0])
        elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            found.add(node.id)
        elif isinstance(node, ast.ExceptHandler) and node.name:
            found.add(node.name)
    return found


def assigned_names(body: list[ast.stmt] | list[ast.expr]) -> set[str]:
    """The variables that a function's own lines assign."""
    return {
        node.id
        for one in body
        for node in ast.walk(one)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }


def is_self(node: ast.expr) -> bool:
    """Whether an expression is `self`."""
    return isinstance(node, ast.Name) and node.id == "self"


def is_super(node: ast.expr) -> bool:
    """Whether an expression is `super()` or `super(Mine, self)`."""
    return isinstance(node, ast.Call) and getattr(node.func, "id", "") == "super"


def attribute_values(tree: ast.Module) -> dict[str, list[ast.expr | None]]:
    """What each attribute gets, wherever the script sets one; None for what no text tells.

    Nothing where names are set that are not written there (`setattr`, `__dict__`).
    """
    found: dict[str, list[ast.expr | None]] = {}
    told: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Attribute):
                    told.add(id(target))
                    found.setdefault(target.attr, []).append(node.value)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            if not isinstance(node.ctx, ast.Load) and id(node) not in told:
                found.setdefault(node.attr, []).append(None)
            if node.attr in ("__dict__", "__setattr__"):
                return {}
        elif isinstance(node, ast.Name) and node.id in ("setattr", "vars", "exec"):
            return {}
    return found
