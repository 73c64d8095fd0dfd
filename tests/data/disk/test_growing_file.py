"""Files that grow end in a whole line or record, whatever stops the writer."""

import errno
import os
import shutil
import subprocess
import sys
import time

import pytest

from saccade.disk.growing_file import append_whole, end_in_line, start_anew
from saccade.errors import NotWritten

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit or device")


def test_bytes_are_added_at_the_end(tmp_path):
    for content in (b"one\n", b"two\n"):
        append_whole("here", tmp_path / "x", content)
    assert (tmp_path / "x").read_bytes() == b"one\ntwo\n"
    start_anew("here", tmp_path / "x")
    assert (tmp_path / "x").read_bytes() == b""


@posix
def test_a_full_disk_leaves_no_part_of_a_line(tmp_path):
    code = """
import resource, sys
from saccade.disk.growing_file import append_whole
from saccade.errors import NotWritten
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
append_whole("here", "x", b"a" * 899 + b"\\n")
try:
    append_whole("here", "x", b"b" * 199 + b"\\n")
except NotWritten as fault:
    print(fault)
append_whole("here", "x", b"c" * 99 + b"\\n")
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=60
    )
    assert done.stderr == ""
    assert "could not be written: No space left" in done.stdout
    assert (tmp_path / "x").read_bytes() == b"a" * 899 + b"\n" + b"c" * 99 + b"\n"


@posix
def test_a_device_without_room_and_folders_that_are_gone(tmp_path):
    for path in ("/dev/full", tmp_path / "gone" / "x", tmp_path):
        with pytest.raises(NotWritten, match="could not be written"):
            append_whole("here", path, b"one\n")


@pytest.mark.parametrize(
    ("found", "left"),
    [
        (b"", b""),
        (b"a,b\r\n1,2\r\n", b"a,b\r\n1,2\r\n"),
        (b"a,b\r\n1,2\r\n3,0.4", b"a,b\r\n1,2\r\n"),  # who knows how it goes on
        (b"a,b\r\n1,2\r", b"a,b\r\n"),
        (b"a,b\n1,2", b"a,b\n1,2\n"),  # of an editor: all of it is meant
        (b"a,b", b"a,b\n"),
    ],
)
def test_a_table_ends_in_a_whole_line(tmp_path, found, left):
    (tmp_path / "x").write_bytes(found)
    end_in_line(tmp_path / "x")
    assert (tmp_path / "x").read_bytes() == left


def test_no_call_writes_across_a_page_and_the_file_is_copied_once_a_page(tmp_path, monkeypatch):
    """The system may cut what one call writes at the borders of the file's pages."""
    written, moved, path = [], [], tmp_path / "x"
    write, replace = os.write, os.replace

    def watched(number, content):
        written.append((os.fstat(number).st_size, len(content)))
        return write(number, content)

    monkeypatch.setattr(os, "write", watched)
    monkeypatch.setattr(os, "replace", lambda *names: (moved.append(names), replace(*names)))
    lines = [b"%d," % number * (number % 70) + b"\n" for number in range(400)]
    lines[200] = b"x" * 10_000 + b"\n"
    for line in lines:
        append_whole("here", path, line, flush=False)
    assert path.read_bytes() == b"".join(lines)
    assert all(start % 4096 + size <= 4096 for start, size in written)
    pages = path.stat().st_size // 4096
    assert pages - 2 <= len(moved) <= pages
    assert len(moved) + len(written) == len(lines)
    assert os.listdir(tmp_path) == ["x"]


def test_what_cannot_be_copied_is_added_in_one_call(tmp_path, monkeypatch):
    (tmp_path / "x").write_bytes(b"a" * 4094 + b"\n")

    def refused(*names):
        raise OSError(errno.EBUSY, "a file that is mounted on its own")

    monkeypatch.setattr(os, "replace", refused)
    append_whole("here", tmp_path / "x", b"b\n")
    assert (tmp_path / "x").read_bytes() == b"a" * 4094 + b"\nb\n"
    assert os.listdir(tmp_path) == ["x"]


def test_lines_that_another_process_adds_meanwhile_stay(tmp_path, monkeypatch):
    path, copy = tmp_path / "x", shutil.copyfile
    path.write_bytes(b"a" * 4094 + b"\n")

    def slow_copy(source, target):
        copy(source, target)
        with open(path, "ab") as other:
            other.write(b"other\n")

    monkeypatch.setattr(shutil, "copyfile", slow_copy)
    append_whole("here", path, b"b\n")
    assert path.read_bytes() == b"a" * 4094 + b"\nother\nb\n"


@posix
@pytest.mark.parametrize("kills", [3, pytest.param(100, marks=pytest.mark.slow)])
def test_a_kill_leaves_whole_lines(tmp_path, kills):
    code = """
import os, sys
from saccade.disk.growing_file import append_whole
os.fsync = lambda number: None
number = 0
while True:
    number += 1
    append_whole("here", sys.argv[1], b"%d," % number * 40 + b"\\n")
    if number == 1:
        print("begun", flush=True)
"""
    path = tmp_path / "x"
    for kill in range(kills):
        with subprocess.Popen([sys.executable, "-c", code, path], stdout=subprocess.PIPE) as writer:
            writer.stdout.readline()
            time.sleep(0.003 * (kill % 10))
            writer.kill()
        content = path.read_bytes()
        assert content.endswith(b"\n")
        assert all(line.count(b",") == 40 for line in content.splitlines())
        os.remove(path)
