"""A file is written beside its place and moved there: a reader sees the old one or the new one."""

import errno
import os
import signal
import stat
import subprocess
import sys
import time

import pytest

from saccade.disk import drafts, whole_file
from saccade.disk.whole_file import check_place, replacing, write_whole
from saccade.errors import InvalidArgument, NoSuchFile, NotWritten

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")


def write_by_path(path, content):
    with replacing("here", path) as draft:
        draft.write_bytes(content)


WAYS = pytest.mark.parametrize(
    "write", [write_by_path, lambda path, content: write_whole("here", path, content)]
)


@WAYS
def test_what_is_written_is_there_and_nothing_else(tmp_path, write):
    for content in (b"one", b"two"):
        write(tmp_path / "x", content)
        assert (tmp_path / "x").read_bytes() == content
    assert os.listdir(tmp_path) == ["x"]


@WAYS
def test_bytes_are_on_the_disk_before_the_name_and_the_name_after(tmp_path, monkeypatch, write):
    done = []
    replace, sync = os.replace, os.fsync

    def synced(number):
        done.append("folder" if stat.S_ISDIR(os.fstat(number).st_mode) else "bytes")
        sync(number)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(os, "replace", lambda *ways: done.append("name") or replace(*ways))
    write(tmp_path / "x", b"one")
    assert done[:2] == ["bytes", "name"]
    assert done[2:] == ([] if sys.platform == "win32" else ["folder"])


@WAYS
def test_a_failure_leaves_what_was_there_and_no_draft(tmp_path, monkeypatch, write):
    write(tmp_path / "x", b"one")

    def full(*args):
        raise OSError(errno.ENOSPC, "No space left on device")

    for name in ("replace", "fsync"):
        with monkeypatch.context() as patch:
            patch.setattr(os, name, full)
            with pytest.raises(NotWritten, match="No space left"):
                write(tmp_path / "x", b"two")
        assert (tmp_path / "x").read_bytes() == b"one"
        assert os.listdir(tmp_path) == ["x"]


@posix
@WAYS
def test_a_file_of_few_readers_keeps_them(tmp_path, write):
    write(tmp_path / "x", b"one")
    (tmp_path / "x").chmod(0o600)
    write(tmp_path / "x", b"two")
    assert stat.S_IMODE((tmp_path / "x").stat().st_mode) == 0o600


@posix
@WAYS
def test_no_file_takes_the_place_of_what_is_none(tmp_path, write):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    for path in (tmp_path / "pipe", tmp_path / "folder", "/dev/null", "a\0b"):
        with pytest.raises(InvalidArgument, match="needs the path of a file"):
            write(path, b"one")
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)
    with pytest.raises(NoSuchFile, match="must exist"):
        write(tmp_path / "gone" / "x", b"one")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    for path in (tmp_path / "loop", tmp_path / ("x" * 4000)):
        with pytest.raises(NotWritten, match=r"(?i)symbolic links|too long"):
            write(path, b"one")


@WAYS
def test_a_name_as_long_as_the_disk_takes(tmp_path, write):
    name = "ü" * 127
    write(tmp_path / name, b"one")
    assert os.listdir(tmp_path) == [name]


@posix
def test_a_killed_writer_leaves_the_old_file_and_its_draft_goes_with_the_next(
    tmp_path, monkeypatch
):
    code = """
import sys, time
from saccade.disk.whole_file import replacing
with replacing("here", sys.argv[1]) as draft:
    draft.write_bytes(b"half")
    print("half", flush=True)
    time.sleep(60)
"""
    path = tmp_path / "x"
    path.write_bytes(b"one")
    writer = subprocess.Popen([sys.executable, "-c", code, path], stdout=subprocess.PIPE)
    with writer:
        assert writer.stdout.readline() == b"half\n"
        monkeypatch.setattr(drafts, "_YOUNG_S", -1.0)
        write_by_path(path, b"two")
        assert len(os.listdir(tmp_path)) == 2  # it lives, and may still end
        writer.send_signal(signal.SIGKILL)
    assert path.read_bytes() == b"two"
    monkeypatch.setattr(drafts, "_YOUNG_S", 1000.0)
    write_by_path(path, b"three")
    assert len(os.listdir(tmp_path)) == 2  # too young to tell
    monkeypatch.setattr(drafts, "_YOUNG_S", -1.0)
    write_by_path(path, b"four")
    assert os.listdir(tmp_path) == ["x"]
    assert path.read_bytes() == b"four"


@posix
@pytest.mark.parametrize("kills", [3, pytest.param(100, marks=pytest.mark.slow)])
def test_a_reader_never_sees_half_a_file(tmp_path, kills):
    """Kills at any moment of a writer that writes without a pause."""
    code = """
import sys
from saccade.disk.whole_file import replacing, write_whole
number = 0
while True:
    number += 1
    content = bytes([number % 251]) * 300_000
    write_whole("here", sys.argv[1], content, flush=False)
    with replacing("here", sys.argv[2]) as draft:
        draft.write_bytes(content)
    print(number, flush=True)
"""
    paths = [tmp_path / "x", tmp_path / "y"]
    for kill in range(kills):
        writer = subprocess.Popen([sys.executable, "-c", code, *paths], stdout=subprocess.PIPE)
        with writer:
            writer.stdout.readline()
            time.sleep(0.003 * (kill % 10))
            for _ in range(20):
                for path in paths:
                    content = path.read_bytes()
                    assert content == content[:1] * 300_000
            writer.kill()
        for path in paths:
            content = path.read_bytes()
            assert content == content[:1] * 300_000


def test_a_place_is_looked_at_and_left_alone(tmp_path, monkeypatch):
    check_place("here", tmp_path / "new" / "x")
    check_place("here", tmp_path / "x")
    assert os.listdir(tmp_path) == []
    (tmp_path / "file").write_text("")
    with pytest.raises(NotWritten, match=r"(?i)not a directory"):
        check_place("here", tmp_path / "file" / "x")
    with pytest.raises(InvalidArgument, match="path of a file"):
        check_place("here", tmp_path)
    with pytest.raises(NotWritten, match=r"room for 1,000,000,000,000,000,000 bytes, got .* free"):
        check_place("here", tmp_path / "x", 10**18)

    def refused(*args):
        raise PermissionError(errno.EACCES, "Permission denied")  # root is never refused

    monkeypatch.setattr(whole_file.tempfile, "mkstemp", refused)
    with pytest.raises(NotWritten, match="Permission denied"):
        check_place("here", tmp_path / "x")
