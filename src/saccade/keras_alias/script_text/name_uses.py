"""Script names: which names of Keras and TensorFlow a script uses, read off its text."""

from __future__ import annotations

import ast

from saccade.keras_alias.aliases import real_name
from saccade.keras_alias.script_text.bound_names import (
    BUILT_IN,
    assigned_names,
    attribute_values,
    bound_names,
    is_self,
    is_super,
)
from saccade.keras_alias.script_text.branches import (
    Functions,
    TryReader,
    absent_names,
    catches,
    functions_of,
    is_absent,
    is_backend,
    suppressed_by,
)
from saccade.keras_alias.script_text.single_use import NameUse
from saccade.script_door import backend_of

__all__ = ["NameUse", "names_used"]

_IMPORT_FAULTS = frozenset({"ImportError", "ModuleNotFoundError"})
_NAME_FAULTS = frozenset({"AttributeError"})
_CALL_FAULTS = frozenset({"TypeError", "ValueError", "AttributeError"})


def names_used(tree: ast.Module, whole: bool = True) -> list[NameUse]:
    """The names of Keras and TensorFlow in a script, in the order of its lines, each place once.

    A variable that holds a module (`layers = keras.layers`) is followed; a name that the script
    uses for something of its own after that, or in a function, is not taken for Keras's. A variable
    that holds what a class of Keras's makes (`model = Sequential()`) is followed likewise.

    Args:
        whole: whether it is the script itself, of which nobody else calls the functions.
    """
    reader = _Reader(functions_of(tree) if whole else Functions())
    reader.read(tree)
    return sorted(set(reader.uses), key=lambda use: (use.line, use.name))


class _Reader(TryReader):
    """Goes through a script as Python would, noting what each name stands for."""

    def __init__(self, functions: Functions) -> None:
        self.uses: list[NameUse] = []
        self._functions = functions
        self._known: dict[str, str] = {}  # variable -> dotted name
        self._made: dict[str, str] = {}  # variable -> dotted name of what made its value
        self._makers: dict[str, str | None] = {}  # function of the script -> the same
        self._returned: list[str | None] = []
        self._given: set[str] = set()  # attributes that the script gives to things itself
        self._methods: set[str] = set()  # functions and class attributes of the script's
        self._modules: set[str] = set()
        self._stars: list[str] = []
        self._own: set[str] = set()  # names that the script gives a meaning to, anywhere
        self._finds_names = False
        self._values: dict[str, list[ast.expr | None]] = {}  # attribute -> all that it gets
        self._absent: frozenset[str] = frozenset()  # variables that stay None, as one for a TPU
        self._one_base = True  # of every class: `super()` means the base that is written there
        self._itself = ""  # what of Keras's the class is derived from whose text is read
        self._depth, self._idle = 0, False
        self._backend = "torch"

    def read(self, tree: ast.Module) -> None:
        self._own, self._backend = bound_names(tree), backend_of(ast.unparse(tree))
        self._given = {
            node.attr
            for node in ast.walk(tree)
            if isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load)
        }
        self._values = attribute_values(tree)
        self._absent = absent_names(tree)
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                self._methods |= bound_names(node)
                self._one_base &= len(node.bases) < 2
        self._finds_names = not self._methods.isdisjoint(("__getattr__", "__getattribute__"))
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
        made = self._maker(node.value)
        for target in node.targets:
            self.visit(target)
            if dotted and isinstance(target, ast.Name):
                self._known[target.id] = dotted
            if made and isinstance(target, ast.Name):
                self._made[target.id] = made

    def visit_Name(self, node: ast.Name) -> None:
        if not isinstance(node.ctx, ast.Load):
            self._forget(node.id)
        elif node.id not in self._own and node.id not in BUILT_IN:
            for star in self._stars:
                self._note(f"{star}.{node.id}", node, starred=True)

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> None:
        outside = dict(self._known), dict(self._made), self._caught, self._idle, self._returned
        self._returned = []
        if not isinstance(node, ast.Lambda):
            for one in (*node.decorator_list, node.returns):
                if one is not None:
                    self.visit(one)
            self._caught = frozenset()  # it runs where it is called
            if self._depth == 0:
                self._caught = self._functions.guarded.get(node.name, frozenset())
                self._idle = node.name in self._functions.idle
        self.visit(node.args)
        body = node.body if isinstance(node.body, list) else [node.body]
        for name in assigned_names(body):  # local from the first line on
            self._forget(name)
        self._depth += 1
        for one in body:
            self.visit(one)
        self._depth -= 1
        made = set(self._returned)
        self._known, self._made, self._caught, self._idle, self._returned = outside
        if isinstance(node, ast.FunctionDef) and self._depth == 0:
            self._makers[node.name] = made.pop() if len(made) == 1 else None

    def visit_Return(self, node: ast.Return) -> None:
        self._returned.append(self._maker(node.value))
        self.generic_visit(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        """A class below one of Keras's: `self` has its methods, and those of the script's."""
        outside, self._itself = self._itself, ""
        if len(node.bases) == 1 and not node.decorator_list and not self._finds_names:
            self._itself = self._dotted(node.bases[0]) or ""
        for base in node.bases:
            if dotted := self._dotted(base):
                self._note(dotted, node, called=True)
        self._depth += 1
        self.generic_visit(node)
        self._depth -= 1
        self._itself = outside

    visit_AsyncFunctionDef = visit_FunctionDef
    visit_Lambda = visit_FunctionDef

    def visit_arg(self, node: ast.arg) -> None:
        self._forget(node.arg)
        self.generic_visit(node)

    def visit_If(self, node: ast.If) -> None:
        """Of a choice by `K.backend()`, or by a TPU, only what will run: other names do no harm."""
        chosen = is_backend(node.test, self._dotted, self._backend)
        if chosen is None:
            chosen = is_absent(node.test, self._absent)
        self.visit(node.test)
        before = dict(self._made)
        for one in node.body if chosen is not False else []:
            self.visit(one)
        then, self._made = self._made, before
        for one in node.orelse if chosen is not True else []:
            self.visit(one)
        if chosen is None:  # what both ways agree on
            self._made = {key: one for key, one in then.items() if self._made.get(key) == one}
        elif chosen:
            self._made = then

    # -- what uses one --------------------------------------------------------------------

    def visit_Call(self, node: ast.Call) -> None:
        words = tuple(one.arg for one in node.keywords if one.arg is not None)
        dotted = self._dotted(node.func)
        if dotted:
            self._note(dotted, node, called=True, words=words)
        elif isinstance(node.func, ast.Attribute):
            owner, method = node.func.value, node.func.attr
            made = self._maker(owner)
            if isinstance(owner, ast.Name) and owner.id == "self" and method not in self._methods:
                made = self._itself or made
            elif is_super(owner):
                made = self._itself if self._one_base or method not in self._methods else None
                words = () if method.startswith("_") else words
            if made and method not in self._given:
                self._note(f"{made}.{method}", node, called=True, words=words, method=True)
        self.generic_visit(node)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        dotted = self._dotted(node)
        if dotted:
            self._note(dotted, node)
        else:
            self.generic_visit(node)

    def visit_With(self, node: ast.With) -> None:
        outer = self._caught
        self._caught = outer | suppressed_by(node)
        self.generic_visit(node)
        self._caught = outer

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

    def _maker(self, value: ast.expr | None) -> str | None:
        """The dotted name of what made a value: a class of Keras's, or a function of it."""
        if isinstance(value, ast.Name):
            return self._made.get(value.id)
        if isinstance(value, ast.Attribute) and is_self(value.value) and not self._finds_names:
            given = self._values.get(value.attr, [])
            made = {self._maker(one) if isinstance(one, ast.Call) else None for one in given}
            return made.pop() if len(made) == 1 and value.attr not in self._methods else None
        if not isinstance(value, ast.Call):
            return None
        made = self._dotted(value.func)
        if made is None and isinstance(value.func, ast.Name):
            made = self._makers.get(value.func.id)
        return made

    def _note(
        self,
        dotted: str,
        node: ast.AST,
        starred: bool = False,
        called: bool = False,
        words: tuple[str, ...] = (),
        method: bool = False,
    ) -> None:
        within = [one for one in self._modules if f"{dotted}.".startswith(f"{one}.")]
        module = max(within, key=len, default="")
        faults = _CALL_FAULTS if called else _NAME_FAULTS
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            faults = _IMPORT_FAULTS
        tried = catches(self._caught, faults)
        line = getattr(node, "lineno", 0)
        self.uses.append(
            NameUse(
                dotted,
                line,
                tried,
                module,
                starred,
                called,
                words,
                method,
                self._idle,
                isinstance(node, (ast.Import, ast.ImportFrom)),
            )
        )

    def _forget(self, name: str) -> None:
        self._made.pop(name, None)
        self._known.pop(name, None)
