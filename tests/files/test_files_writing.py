"""Where a model is written: other targets are refused, and no failure costs the old file."""

import errno
import os
import subprocess
import sys
import zipfile

import h5py
import pytest

from house.slow_cases import slow_unless
from saccade.errors import FileFormatError, InvalidArgument, NoSuchFile, NotSupported
from saccade.files import weight_store
from saccade.layers import Dense
from saccade.models import Sequential, load_model


def small(compiled=True):
    model = Sequential([Dense(3, input_shape=(4,)), Dense(2)])
    if compiled:
        model.compile("adam", "mse")
    return model


def test_overwrite_false_keeps_a_file_that_exists(tmp_path):
    path = tmp_path / "m.keras"
    model = small(compiled=False)
    model.save(path, overwrite=False)
    before = path.read_bytes()
    with pytest.raises(InvalidArgument, match="overwrite=False"):
        model.save(path, overwrite=False)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("name", "error", "words"),
    [
        (
            "folder",
            NotSupported,
            r'must end in "\.keras" .*; a folder \(SavedModel\) is not supported',
        ),
        ("m.zip", InvalidArgument, r'must end in "\.keras" or .*, got m\.zip'),
        ("m.KERAS", InvalidArgument, r'must end in "\.keras"'),
        ("gone/m.keras", NoSuchFile, 'gone" must exist'),
        (None, InvalidArgument, "needs a path"),
    ],
)
def test_other_targets_are_refused(tmp_path, name, error, words):
    model = small(compiled=False)
    with pytest.raises(error, match=words):
        model.save(name if name is None else tmp_path / name)
    assert os.listdir(tmp_path) == []


def test_a_folder_of_that_name_is_refused(tmp_path):
    (tmp_path / "m.keras").mkdir()
    with pytest.raises(InvalidArgument, match="path of a file"):
        small(compiled=False).save(tmp_path / "m.keras")


def test_options_of_keras_that_are_not_built_are_refused(tmp_path):
    with pytest.raises(NotSupported, match="zipped=False"):
        small().save(tmp_path / "m.keras", zipped=False)
    with pytest.raises(NotSupported, match="weights_only="):
        small().save(tmp_path / "m.keras", weights_only=True)


@pytest.mark.parametrize("where", ["weights", "archive", "move"])
def test_a_failure_leaves_the_old_file_as_it_was(tmp_path, monkeypatch, where):
    path = tmp_path / "m.keras"
    small().save(path)
    before = path.read_bytes()

    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    if where == "weights":
        monkeypatch.setattr(h5py.Group, "__setitem__", full)
    elif where == "archive":
        monkeypatch.setattr(zipfile.ZipFile, "write", full)
    else:
        monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="No space left"):
        small().save(path)
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["m.keras"]


def test_an_interruption_leaves_the_old_file_as_it_was(tmp_path, monkeypatch):
    path = tmp_path / "m.keras"
    small().save(path)
    before = path.read_bytes()
    write = zipfile.ZipFile.write

    def interrupted(self, *args):
        write(self, *args)
        raise KeyboardInterrupt

    monkeypatch.setattr(zipfile.ZipFile, "write", interrupted)
    with pytest.raises(KeyboardInterrupt):
        small().save(path)
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["m.keras"]


def test_a_link_keeps_pointing_at_its_file(tmp_path):
    small(compiled=False).save(tmp_path / "real.keras")
    (tmp_path / "link.keras").symlink_to(tmp_path / "real.keras")
    model = small()
    model.save(tmp_path / "link.keras")
    assert (tmp_path / "link.keras").is_symlink()
    assert load_model(tmp_path / "real.keras").compiled


def test_others_may_read_the_file(tmp_path):
    small(compiled=False).save(tmp_path / "m.keras")
    (tmp_path / "plain").write_text("")
    modes = [(tmp_path / name).stat().st_mode for name in ("m.keras", "plain")]
    assert modes[0] == modes[1]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on a file's size")
@pytest.mark.parametrize(
    "name", slow_unless("m.keras".__eq__, ["m.keras", "m.weights.h5", "m.safetensors"])
)
def test_a_disk_that_is_full_is_told_and_costs_nothing(tmp_path, name):
    """A process that may write 4 kB a file meets what a full disk does: a write that is refused."""
    (tmp_path / name).write_text("what was there")
    code = f"""
import resource
from saccade.errors import NotWritten
from saccade.layers import Dense
from saccade.models import Sequential
model = Sequential([Dense(300, input_shape=(300,))])
write = model.save if {name!r}.endswith(".keras") else model.save_weights
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
try:
    write({name!r})
except NotWritten as fault:
    print(isinstance(fault, OSError), fault)
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=120
    )
    where = "save" if name.endswith(".keras") else "save_weights"
    assert done.stdout == (
        f'True {where}: "{name}" could not be written: {os.strerror(errno.EFBIG)}. '
        "What was there before is as it was.\n"
    ), done.stderr
    assert (tmp_path / name).read_text() == "what was there"
    assert os.listdir(tmp_path) == [name]


def test_a_fault_that_is_not_the_disks_is_not_told_as_one(tmp_path, monkeypatch):
    def fail(*_):
        raise RuntimeError("a fault of another kind")

    monkeypatch.setattr(weight_store, "write_weights", fail)
    with pytest.raises(RuntimeError, match="another kind"):
        small().save(tmp_path / "m.keras")


def test_a_file_that_may_not_be_read_is_not_called_damaged(tmp_path, monkeypatch):
    model = small(compiled=False)
    for name in ("m.weights.h5", "m.safetensors"):
        model.save_weights(tmp_path / name)

    def refused(*_, **__):
        raise PermissionError(errno.EACCES, "Permission denied", "m")

    monkeypatch.setattr(h5py, "File", refused)
    monkeypatch.setattr("safetensors.safe_open", refused)
    for name in ("m.weights.h5", "m.safetensors"):
        with pytest.raises(PermissionError):
            model.load_weights(tmp_path / name)


def test_of_very_many_faults_the_first_and_last_are_listed(tmp_path):
    Sequential([Dense(2, input_shape=(2,)) for _ in range(60)]).save_weights(
        tmp_path / "m.weights.h5"
    )
    other = Sequential([Dense(3, input_shape=(3,)) for _ in range(60)])
    with pytest.raises(FileFormatError) as found:
        other.load_weights(tmp_path / "m.weights.h5")
    lines = str(found.value).splitlines()
    assert "120 that do not fit:" in lines[0]
    assert len(lines) == 42
    assert lines[21] == "  ... 80 more ..."


def test_what_cannot_be_read_is_not_answered_with_how_to_write(tmp_path):
    with pytest.raises(InvalidArgument, match=r"got m\.pth\. Give a file of one of these kinds"):
        small().load_weights(tmp_path / "m.pth")
