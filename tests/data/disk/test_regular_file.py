"""Only regular files are opened: a pipe waits for ever, a device never ends."""

import os
import socket
import sys

import pytest

from saccade.disk import regular_file
from saccade.disk.regular_file import check_regular, open_regular, read_regular, read_text
from saccade.errors import DataError, FileFormatError, InvalidArgument, NoSuchFile

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")


def test_a_file_and_a_link_to_one_are_read(tmp_path):
    (tmp_path / "a").write_bytes(b"abc")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    for name in ("a", "b"):
        assert read_regular(tmp_path / name) == b"abc"
        assert read_regular(os.fsencode(tmp_path / name)) == b"abc"
    assert read_text(tmp_path / "a") == "abc"


@posix
@pytest.mark.parametrize("kind", ["pipe", "socket", "device", "folder", "loop", "long", "link"])
def test_what_is_no_file_is_refused_at_once(tmp_path, kind, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path, said = tmp_path / "x.jpg", kind
    if kind == "pipe":
        os.mkfifo(path)
        said = "a named pipe"
    elif kind == "socket":
        with socket.socket(socket.AF_UNIX) as bound:
            bound.bind("x.jpg")  # its address has room for few letters
        said = "a socket"
    elif kind == "device":
        path.symlink_to("/dev/zero")
        said = "a device"
    elif kind == "folder":
        path.mkdir()
        said = "a folder"
    elif kind == "loop":
        path.symlink_to(path)
        said = "symbolic links"
    elif kind == "long":
        path = tmp_path / ("x" * 4000)
        said = "name too long"
    else:
        path.symlink_to(tmp_path / "gone")
        said = "nothing of that name"
    kind_of_error = NoSuchFile if kind == "link" else FileFormatError
    for read in (open_regular, read_regular, check_regular, read_text):
        with pytest.raises(kind_of_error, match=f"(?i){said}"):
            read(path, wrong=FileFormatError)


def test_a_name_that_no_system_takes(tmp_path):
    with pytest.raises(InvalidArgument, match="null"):
        open_regular(str(tmp_path / "a\0b"))


@posix
def test_a_pipe_that_takes_the_place_of_a_file_while_it_is_opened(tmp_path, monkeypatch):
    os.mkfifo(tmp_path / "x")
    checks = []
    monkeypatch.setattr(
        regular_file, "_check_kind", lambda *told: checks.append(told) or len(checks) > 1 or None
    )
    open_regular(tmp_path / "x").close()  # it does not wait for a writer
    assert len(checks) == 2


def test_size_is_looked_at_before_a_byte_is_read(tmp_path):
    with open(tmp_path / "x", "wb") as file:
        file.truncate(2**40)  # of which the disk holds nothing
    with pytest.raises(DataError, match=r"no more than 1,000 bytes, got 1,099,511,627,776"):
        read_regular(tmp_path / "x", most_bytes=1000)


@posix
def test_a_file_that_says_it_is_empty_is_not_read_for_ever():
    assert b"Name:" in read_regular("/proc/self/status")


def test_text_that_is_none(tmp_path):
    (tmp_path / "x").write_bytes(b"ab\xff")
    with pytest.raises(DataError, match="text in UTF-8, got byte 2 is not"):
        read_text(tmp_path / "x")
