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
