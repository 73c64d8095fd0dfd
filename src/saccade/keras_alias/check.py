"""`--check SCRIPT.py`: what of Keras and TensorFlow a script uses, and what of it is missing."""

from __future__ import annotations

import ast
import importlib
import logging
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType

from saccade.disk.regular_file import read_regular
from saccade.errors import SaccadeError
from saccade.keras_alias.aliases import (
    TENSORFLOW,
    exists,
    is_inner,
    is_own_path,
    real_name,
)
from saccade.keras_alias.left_names import refusal_of, sentence_of_left
from saccade.keras_alias.script_imports import instead_of
from saccade.keras_alias.script_text.call_faults import fault_of_call, fault_of_method
from saccade.keras_alias.script_text.check_report import print_report
from saccade.keras_alias.script_text.name_uses import NameUse, names_used
from saccade.keras_alias.script_text.packages import local_imports, missing_packages
from saccade.names import public_names
from saccade.notes import logger

MISSING, UNREADABLE = 1, 2


@dataclass(frozen=True)
class Finding:
    """A name in a file, and why it is missing; `fault` is empty for one that works.

    Attributes:
        later: whether it is an import that goes well, of a name that is refused where it is used.
    """

    file: str
    use: NameUse
    fault: str
    later: bool = False

    @property
    def said(self) -> str:
        """The name; of a call, what is wrong with it."""
        about = self.fault.split(". ")[0].rstrip(".")
        whole = not self.use.called or self.fault.startswith("not supported.")
        return self.use.name if whole else f"{self.use.name.split('.')[-1]} {about}"

    @property
    def harmless(self) -> bool:
        """Whether the script goes on in spite of it."""
        return self.use.tried or self.use.idle or self.later


def check_script(script: str) -> int:
    """Print every name of Keras and TensorFlow that a script uses; nothing of it is run.

    Modules and packages of the user's own that lie beside the script are looked through as well.
    The words of calls are compared with what the callable takes, where the text tells what that is,
    and the methods of what a class of Keras's makes. Other values cannot be told from the text.

    Returns:
        The exit code: 0 where all is supported, 1 where a name is missing, 2 where the script
        cannot be read.
    """
    path = Path(script)
    logger.setLevel(logging.ERROR)  # nothing runs, so there is nothing to note
    try:
        findings = check_names(path)
        packages = missing_packages(ast.parse(read_regular(path), script), path.parent)
    except SaccadeError as error:  # which names the file
        print(f"saccade: {error}", file=sys.stderr)  # noqa: T201
        return UNREADABLE
    except (OSError, SyntaxError, ValueError) as error:
        print(f"saccade: {script}: {error}", file=sys.stderr)  # noqa: T201
        return UNREADABLE
    finally:
        logger.setLevel(logging.NOTSET)
    faulty = [one for one in findings if one.fault and not one.harmless]
    stops = [(line, f"{name} is not installed") for name, line in packages.items()]
    stops += [(one.use.line, one.said) for one in faulty if one.file == path.name]
    stop = min(stops) if stops else None
    if stop is None and faulty:  # in a module beside it, which its first import runs
        stop = faulty[0].use.line, f"{faulty[0].said} in {faulty[0].file}"
    print_report(script, findings, packages, stop)
    return MISSING if faulty or packages else 0


def check_names(script: Path) -> list[Finding]:
    """The findings in a script and in the modules beside it.

    Raises:
        OSError, SyntaxError, ValueError: a file that cannot be read as Python.
    """
    findings: list[Finding] = []
    queue, seen = [script], {script.resolve()}
    while queue:
        path = queue.pop(0)
        tree = ast.parse(read_regular(path), str(path))
        file = path.relative_to(script.parent).as_posix()
        for use in names_used(tree, path == script):
            if use.method:
                if fault := fault_of_method(use):
                    name = ".".join(use.name.split(".")[-2:])  # as "Sequential.fit"
                    findings.append(Finding(file, replace(use, name=name), fault))
            elif use.called:
                if fault := fault_of(use.name, use.module) or fault_of_call(use):
                    findings.append(Finding(file, use, fault))
            elif not use.starred or is_starred(use.name):
                fault = fault_of(use.name, use.module)
                later = bool(fault and use.imported and sentence_of_left(use.name))
                findings.append(Finding(file, use, fault, later))
        for level, name in local_imports(tree):
            for own in own_files(script.parent, path, level, name):
                if own.resolve() not in seen:
                    seen.add(own.resolve())
                    queue.append(own)
    return findings


def own_files(folder: Path, importing: Path, level: int, name: str) -> Iterator[Path]:
    """The files in the script's folder that an import runs: a module, and packages around it.

    Args:
        folder: the script's.
        importing: the file that says the import.
        level: the dots before the name.
        name: with dots; may end in a name that is no module.
    """
    place = folder
    if level:
        place = importing.parent
        for _ in range(level - 1):
            place = place.parent
    if not place.is_relative_to(folder):
        return
    for word in ["", *filter(None, name.split("."))]:
        file = place / f"{word}.py"
        if word and file.is_file():
            yield file
            return
        if not word and not level:
            continue
        place = place / word
        if (place / "__init__.py").is_file():
            yield place / "__init__.py"


def is_starred(dotted: str) -> bool:
    """Whether a module that is imported with a star gives this name, or refuses it by name."""
    module, _, name = dotted.rpartition(".")
    real = real_name(module)
    if real is None or not exists(real):
        return False
    found = importlib.import_module(real)
    return name in public_names(found) or bool(refusal_of(name, found))


def fault_of(dotted: str, module: str = "") -> str:
    """Why a dotted name of Keras or TensorFlow is missing; empty for one that is there.

    Args:
        module: a part of the name that is imported as a module; files below old paths are known
            by that alone.
    """
    words = dotted.split(".")
    found: object = None
    of_table = False
    for count in range(len(words), 0, -1):  # the longest part that is a module
        path = ".".join(words[:count])
        real = real_name(path)
        if real is None or is_inner(real) or not exists(real):
            continue
        if _is_in(path, module) or is_own_path(path):
            found = importlib.import_module(real)
            of_table = real.startswith(TENSORFLOW)
            break
    else:
        count = 0
    for place in range(count, len(words)):
        if not isinstance(found, ModuleType) and not (of_table and _is_own_class(found)):
            break  # what an object or a class of Keras's has is not a name
        if not hasattr(found, words[place]):
            return f"not supported. {instead_of(words[place], found)}".rstrip()
        found = getattr(found, words[place])
        if isinstance(found, ModuleType) and is_inner(found.__name__):
            return "not supported: no name of Keras's"
    return ""


def _is_in(path: str, module: str) -> bool:
    return f"{module}.".startswith(f"{path}.")


def _is_own_class(found: object) -> bool:
    return isinstance(found, type) and found.__module__.startswith("saccade.")
