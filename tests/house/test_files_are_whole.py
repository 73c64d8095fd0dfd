"""One writer and one opener: whoever else writes or opens files is named here, with the reason."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

# Modules that may write past `saccade.disk`, and the calls that they need for it.
WRITERS = {
    "data/dataset/cache.py": "open.xb os.replace",  # a draft that grows while elements are read
    "data/row_store.py": "open.r+b open.wb TemporaryFile",  # rows in place, each with its stamp
    "files/keras_archive.py": "ZipFile.w",  # into a draft of `replacing`
    "files/published/archive.py": "os.replace TemporaryDirectory",  # a folder, whole or not at all
    "files/published/download.py": "open.ab open.wb os.replace os.truncate",  # goes on where it was
    "files/published/get_file.py": "os.replace",  # the old file aside, until the new one is there
    "files/state_file.py": "open.wb os.replace",  # into a draft of `replacing`
    "files/zipped/assets.py": "open.xb TemporaryDirectory",  # what layers of the user's go through
    "files/zipped/stored_entry.py": "TemporaryFile",  # without a name
    "files/tensors_file.py": "save_file",  # into a draft of `replacing`
    "files/new_hdf5.py": "h5py.File.w open.w+b",  # into a draft of `replacing`
    "drawing/saved_picture.py": "savefig",  # into memory
    "recipe/run_folder.py": "os.replace",  # whole files into the place of older ones
    "recipe/training/recorder.py": "mkdtemp",  # for a model that its run folder does not take
    "disk/folder_lock.py": "open.a+b open.r+b",  # a lock
    "recipe/unfinished/kept_features.py": "open.ab",  # batches, each with its sum
    "training/callbacks/event_file.py": "os.truncate",  # back to where a run goes on
    "tensorflow_alias/parts/data/gfile.py": "open.? open.wb os.replace copyfileobj",  # scripts'
}
# Modules that may open files past `saccade.disk.regular_file`.
OPENERS = {
    "data/files/opening.py": "Image.open",  # of open files
    "data/pixel_store.py": "read_text",  # of the system's /sys
    "data/row_store.py": "open.r+b",  # its own
    "datasets/fashion_mnist.py": "gzip.open",  # of open files
    "datasets/mnist.py": "np.load",  # of open files
    "files/keras_archive.py": "ZipFile",  # of open files
    "files/new_hdf5.py": "h5py.File",  # a new one
    "files/published/archive.py": "tarfile.open ZipFile",  # what was just fetched
    "files/published/remote_file.py": "h5py.File",  # after a look at what it is
    "files/zipped/stored_entry.py": "archive.open",  # of an open archive
    "files/tensors_file.py": "safe_open",  # after `check_regular`
    "files/hdf5.py": "h5py.File",  # after `check_regular`
    "keras_alias/runner.py": "open.rb",  # the script, as Python itself opens it, pipes too
    "numerics/machine/native_precision.py": "read_text",  # of the system's /proc
    "recipe/training/time_budget.py": "read_text",  # the same
    "disk/folder_lock.py": "open.r+b",  # a lock
    "tensorflow_alias/parts/data/gfile.py": "open.?",  # for writing: a script's own
    "utils/keras_2.py": "h5py.File",  # after `check_regular`
}
ALWAYS = ("disk/",)
WRITING_CALLS = {
    *("write_text", "write_bytes", "savefig", "to_csv", "save_file", "savez", "savetxt", "touch"),
    *("copyfile", "copyfileobj", "copy2", "copytree", "mkdtemp", "mkstemp"),
    *("TemporaryFile", "NamedTemporaryFile", "TemporaryDirectory"),
}
WRITING_NAMES = {"os.replace", "os.rename", "os.truncate", "os.open", "np.save", "torch.save"}
OPENING_CALLS = {"read_text", "read_bytes", "safe_open", "ZipFile"}
OPENING_NAMES = {
    *("Image.open", "gzip.open", "tarfile.open", "np.load", "h5py.File", "torch.load"),
    *("archive.open", "pickle.load", "pickle.loads", "os.open", "io.open", "codecs.open"),
}


def called(call: ast.Call) -> str:
    """The dotted name that is called, of its last two parts."""
    function = call.func
    if isinstance(function, ast.Name):
        return function.id
    if isinstance(function, ast.Attribute):
        before = function.value
        first = before.id if isinstance(before, ast.Name) else ""
        return f"{first}.{function.attr}"
    return ""


def modes_of(call: ast.Call, place: int) -> list[str]:
    """The modes that a call may open a file in; "?" where it is no literal."""
    given = [one.value for one in call.keywords if one.arg == "mode"]
    given += call.args[place : place + 1]
    if not given:
        return ["r"]
    either = [given[0].body, given[0].orelse] if isinstance(given[0], ast.IfExp) else given[:1]
    return [str(one.value) if isinstance(one, ast.Constant) else "?" for one in either]


def uses(source: str) -> tuple[set[str], set[str]]:
    """(what writes, what opens) in a module's text."""
    writing, opening = set(), set()
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = called(node)
        last = name.rpartition(".")[2]
        if name == "open" or (last == "open" and _is_mode(node)):
            for mode in modes_of(node, 1 if name == "open" else 0):
                if set(mode) & set("wax+?"):
                    writing.add(f"open.{mode}")
                if set(mode) & set("r?"):
                    opening.add(f"open.{mode}")
        elif last == "File" and modes_of(node, 1) != ["r"]:
            writing.add(f"{name}.{modes_of(node, 1)[0]}")
            opening.add(name)
        elif last == "ZipFile":
            is_written = modes_of(node, 1) != ["r"]
            (writing if is_written else opening).add("ZipFile.w" if is_written else last)
        elif (last in WRITING_CALLS and name != "write_text") or name in WRITING_NAMES:
            writing.add(name if name in WRITING_NAMES else last)
        elif (last in OPENING_CALLS and name != "read_text") or name in OPENING_NAMES:
            opening.add(name if name in OPENING_NAMES else last)
    return writing, opening


def _is_mode(call: ast.Call) -> bool:
    """Whether `thing.open("rb")` names a mode first, as a Path's does."""
    modes = modes_of(call, 0) if call.args else [""]
    return all(mode and not mode.strip("rwabx+t") for mode in modes)


@pytest.fixture(scope="module")
def found(root: Path) -> dict[str, tuple[set[str], set[str]]]:
    top = root / "src" / "saccade"
    return {
        file.relative_to(top).as_posix(): uses(file.read_text(encoding="utf-8"))
        for file in sorted(top.rglob("*.py"))
    }


@pytest.mark.parametrize(
    ("which", "table", "instead"),
    [(0, WRITERS, "whole_file or growing_file"), (1, OPENERS, "regular_file")],
)
def test_files_are_written_and_opened_in_one_place(found, which, table, instead):
    faults = []
    for file, kinds in found.items():
        new = kinds[which] - set(table.get(file, "").split())
        if new and not file.startswith(ALWAYS):
            faults.append(f"{file}: {', '.join(sorted(new))}: use saccade.disk.{instead}")
    assert not faults, "\n" + "\n".join(faults)


def test_the_tables_hold_nothing_that_is_gone(found):
    for which, table in ((0, WRITERS), (1, OPENERS)):
        for file, names in table.items():
            if file in found:
                assert set(names.split()) <= found[file][which], (file, found[file][which])


@pytest.mark.parametrize(
    ("line", "writing", "opening"),
    [
        ("open(p, 'w')", {"open.w"}, set()),
        ("open(p)", set(), {"open.r"}),
        ("path.open('ab')", {"open.ab"}, set()),
        ("path.open('ab' if there else 'wb')", {"open.ab", "open.wb"}, set()),
        ("open(p, mode)", {"open.?"}, {"open.?"}),
        ("path.write_text(t)", {"write_text"}, set()),
        ("figure.savefig(p)", {"savefig"}, set()),
        ("torch.save(a, p)", {"torch.save"}, set()),
        ("torch.load(p)", set(), {"torch.load"}),
        ("Image.open(p)", set(), {"Image.open"}),
        ("h5py.File(p, 'w')", {"h5py.File.w"}, {"h5py.File"}),
        ("read_text(p)", set(), set()),
        ("stage.open(visit)", set(), set()),
    ],
)
def test_the_scan_sees_them(line, writing, opening):
    assert uses(line) == (writing, opening)


def test_no_pickle_is_written_or_read_but_cifars(root, found):
    """CIFAR's archive is one, read by a reader that makes arrays alone; the code of a Lambda is
    read by `marshal` where the caller says safe_mode=False."""
    top = root / "src" / "saccade"
    importers = set()
    for file, kinds in found.items():
        tree = ast.parse((top / file).read_text(encoding="utf-8"))
        names = {
            name.name if isinstance(node, ast.Import) else node.module
            for node in ast.walk(tree)
            if isinstance(node, (ast.Import, ast.ImportFrom))
            for name in node.names
        }
        if names & {"pickle", "marshal", "shelve", "dill", "joblib", "cloudpickle"}:
            importers.add(file)
        assert not {"torch.save", "torch.load"} & (kinds[0] | kinds[1]), file
    assert importers <= {"datasets/cifar.py", "lambda_code.py"}
