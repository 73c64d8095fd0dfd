"""Script names: which names of Keras and TensorFlow a script uses, read off its text."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator
from dataclasses import dataclass

from saccade.keras_alias.aliases import real_name

_IMPORT_FAULTS = {"ImportError", "ModuleNotFoundError", "Exception", "AttributeError"}
_BACKENDS = ("theano", "tensorflow", "cntk", "jax", "torch", "mxnet", "plaidml.keras.backend")
_BUILT_IN = frozenset(dir(builtins))


@dataclass(frozen=True)
class NameUse:
    """A dotted name, as `keras.layers.Conv2D`, and where the script says it.

    Attributes:
        tried: whether the script has another way where the name is missing (`try: ... except
            ImportError: ...`).
        module: the longest part of the name that the script imports as a module.
        starred: whether it may come from a star import; it may as well be nobody's.
        called: whether the place is a call of the name, which is noted beside the name itself.
    """

    name: str
    line: int
    tried: bool
    module: str = ""
    starred: bool = False
    called: bool = False


def names_used(tree: ast.Module) -> list[NameUse]:
    """The names of Keras and TensorFlow in a script, in the order of its lines, each place once.

    A variable that holds a module (`layers = keras.layers`) is followed; a name that the script
    uses for something of its own after that, or in a function, is not taken for Keras's.
    """
    reader = _Reader()
    reader.read(tree)
    return sorted(set(reader.uses), key=lambda use: (use.line, use.name))


def local_imports(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """(dots, dotted name) of what a script imports: files beside it may be meant.

    What is imported from a module may be a module too: `from nets import small` gives both.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((0, one.name) for one in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = f"{node.module}." if node.module else ""
            yield node.level, start.rstrip(".")
            yield from ((node.level, start + one.name) for one in node.names)


def star_imports(tree: ast.Module) -> list[str]:
    """The modules of Keras and TensorFlow of which a script imports all names."""
    return [
        node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        and node.level == 0
        and node.module
        and node.names[0].name == "*"
        and real_name(node.module)
    ]


class _Reader(ast.NodeVisitor):
    """Goes through a script as Python would, noting what each name stands for."""

    def __init__(self) -> None:
        self.uses: list[NameUse] = []
        self._known: dict[str, str] = {}  # variable -> dotted name
        self._modules: set[str] = set()
        self._stars: list[str] = []
        self._own: set[str] = set()  # names that the script gives a meaning to, anywhere
        self._tries = 0

    def read(self, tree: ast.Module) -> None:
        self._own = _bound(tree)
        self.visit(tree)

    # -- what binds a name ----------------------------------------------------------------

    def visit_Import(self, node: ast.Import) -> None:
        for one in node.names:
            first = one.name.split(".")[0]
            self._forget(one.asname or first)
            if real_name(one.name) is None:
                continue
            self._modules.add(one.name)
            self._note(one.name, node)
            self._known[one.asname or first] = one.name if one.asname else first

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        of_keras = node.level == 0 and node.module is not None and real_name(node.module)
        if of_keras:
            self._modules.add(str(node.module))
        for one in node.names:
            self._forget(one.asname or one.name)
            if not of_keras:
                continue
            if one.name == "*":
                self._note(str(node.module), node)
                self._stars.append(str(node.module))
                continue
            dotted = f"{node.module}.{one.name}"
            self._note(dotted, node)
            self._known[one.asname or one.name] = dotted

    def visit_Assign(self, node: ast.Assign) -> None:
        self.visit(node.value)
        dotted = self._dotted(node.value)
        for target in node.targets:
            self.visit(target)
            if dotted and isinstance(target, ast.Name):
                self._known[target.id] = dotted

    def visit_Name(self, node: ast.Name) -> None:
        if not isinstance(node.ctx, ast.Load):
            self._forget(node.id)
        elif node.id not in self._own and node.id not in _BUILT_IN:
            for star in self._stars:
                self._note(f"{star}.{node.id}", node, starred=True)

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> None:
        outside = dict(self._known)
        if not isinstance(node, ast.Lambda):
            for one in (*node.decorator_list, node.returns):
                if one is not None:
                    self.visit(one)
        self.visit(node.args)
        body = node.body if isinstance(node.body, list) else [node.body]
        for name in _assigned(body):  # local from the first line on
            self._forget(name)
        for one in body:
            self.visit(one)
        self._known = outside

    visit_AsyncFunctionDef = visit_FunctionDef
    visit_Lambda = visit_FunctionDef

    def visit_arg(self, node: ast.arg) -> None:
        self._forget(node.arg)
        self.generic_visit(node)

    def visit_If(self, node: ast.If) -> None:
        """Of a choice by `K.backend()` only what will run: the others' names do no harm."""
        chosen = self._is_backend(node.test)
        self.visit(node.test)
        for one in node.body if chosen is not False else []:
            self.visit(one)
        for one in node.orelse if chosen is not True else []:
            self.visit(one)

    def _is_backend(self, test: ast.expr) -> bool | None:
        """Whether a comparison with `K.backend()` holds; None for any other test."""
        if not isinstance(test, ast.Compare) or len(test.ops) != 1:
            return None
        ours, word = test.left, test.comparators[0]
        if isinstance(ours, ast.Constant):
            ours, word = word, ours
        if not isinstance(ours, ast.Call):
            return None
        name = self._dotted(ours.func) or ""
        if name.rpartition(".")[2] not in ("backend", "_backend") or "backend" not in name:
            return None
        words = [getattr(one, "value", None) for one in getattr(word, "elts", [word])]
        if not any(one in _BACKENDS for one in words):
            return None
        from saccade.backend.settings import backend  # loads torch, which few scripts' texts need

        holds = backend() in words
        return not holds if isinstance(test.ops[0], (ast.NotEq, ast.NotIn)) else holds

    # -- what uses one --------------------------------------------------------------------

    def visit_Call(self, node: ast.Call) -> None:
        dotted = self._dotted(node.func)
        if dotted:
            self._note(dotted, node, called=True)
        self.generic_visit(node)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        dotted = self._dotted(node)
        if dotted:
            self._note(dotted, node)
        else:
            self.generic_visit(node)

    def visit_Try(self, node: ast.Try) -> None:
        caught = {
            getattr(one, "id", "Exception")
            for handler in node.handlers
            for one in (
                handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
            )
        }
        self._tries += bool(caught & _IMPORT_FAULTS)
        for one in node.body:
            self.visit(one)
        self._tries -= bool(caught & _IMPORT_FAULTS)
        for one in (*node.handlers, *node.orelse, *node.finalbody):
            self.visit(one)

    # -- helpers --------------------------------------------------------------------------

    def _dotted(self, node: ast.expr) -> str | None:
        """The whole dotted name that an expression is, where it begins with one of Keras's."""
        words: list[str] = []
        while isinstance(node, ast.Attribute):
            words.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name) or node.id not in self._known:
            return None
        return ".".join([self._known[node.id], *reversed(words)])

    def _note(
        self, dotted: str, node: ast.AST, starred: bool = False, called: bool = False
    ) -> None:
        within = [one for one in self._modules if f"{dotted}.".startswith(f"{one}.")]
        module = max(within, key=len, default="")
        line = getattr(node, "lineno", 0)
        self.uses.append(NameUse(dotted, line, self._tries > 0, module, starred, called))

    def _forget(self, name: str) -> None:
        self._known.pop(name, None)


def _bound(tree: ast.Module) -> set[str]:
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


def _assigned(body: list[ast.stmt] | list[ast.expr]) -> set[str]:
    """The variables that a function's own lines assign."""
    return {
        node.id
        for one in body
        for node in ast.walk(one)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
