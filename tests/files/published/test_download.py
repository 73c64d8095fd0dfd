"""Published files arrive whole or not at all: a local server plays every way to go wrong."""

import errno
import hashlib
import os
import re
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import h5py
import numpy as np
import pytest

from files.published.file_server import serving
from saccade.errors import FileFormatError, NoSuchFile
from saccade.files.published import download as module
from saccade.files.published.download import download
from saccade.files.published.fetch_progress import FetchLines
from saccade.files.published.kept_file import is_kept, kept_file, keras_home
from saccade.files.published.remote_file import RemoteFile

BODY = bytes(range(256)) * 4096  # 1 MiB
MD5 = hashlib.md5(BODY).hexdigest()


@pytest.fixture
def server(online):
    """A server on this machine; what it does is set on `.state`, what it was asked is there too."""
    with serving(BODY) as running:
        address = f"{running.address}w.h5"
        yield SimpleNamespace(state=running.state, address=address, file=RemoteFile(address, MD5))


@pytest.fixture
def target(tmp_path) -> Path:
    return tmp_path / "w.h5"


def beside(target) -> list[str]:
    return sorted(os.listdir(target.parent))


def test_the_whole_file_arrives_and_nothing_else(server, target, capsys):
    download(server.file, target)
    assert target.read_bytes() == BODY
    assert beside(target) == ["w.h5"]
    assert server.state.asked == [None]
    folder = server.address.removesuffix("w.h5")
    assert capsys.readouterr().err == f"Fetching w.h5, 1.0 MB, from {folder}\n"


def test_a_part_is_gone_on_from(server, target, capsys):
    target.with_name("w.h5.part").write_bytes(BODY[:1000])
    download(server.file, target)
    assert capsys.readouterr().err.endswith("/, going on at 1,000 bytes\n")
    assert target.read_bytes() == BODY
    assert server.state.asked == ["bytes=1000-"]
    assert beside(target) == ["w.h5"]


def test_a_part_that_is_whole_is_not_fetched(server, target):
    target.with_name("w.h5.part").write_bytes(BODY)
    download(server.file, target)
    assert (target.read_bytes(), server.state.asked) == (BODY, [])


def test_a_server_without_ranges_sends_it_all_again(server, target):
    server.state.ranges = False
    target.with_name("w.h5.part").write_bytes(BODY[:1000])
    download(server.file, target)
    assert target.read_bytes() == BODY
    assert server.state.asked == ["bytes=1000-"]


def test_a_part_of_an_older_file_is_fetched_from_the_start(server, target):
    target.with_name("w.h5.part").write_bytes(b"x" * 1000)
    download(server.file, target)
    assert target.read_bytes() == BODY
    assert server.state.asked == ["bytes=1000-", None]


def test_a_part_that_is_longer_than_the_file(server, target):
    target.with_name("w.h5.part").write_bytes(BODY + b"x")
    download(server.file, target)
    assert target.read_bytes() == BODY
    assert server.state.asked[0] == f"bytes={len(BODY) + 1}-"


def test_a_rest_that_begins_elsewhere_is_not_joined(server, target):
    server.state.wrong_start = 999
    target.with_name("w.h5.part").write_bytes(BODY[:1000])
    download(server.file, target)
    assert target.read_bytes() == BODY
    assert server.state.asked == ["bytes=1000-", None]


def test_connections_that_break_are_taken_up_again(server, target):
    server.state.cut = [300_000, 300_000, 300_000]
    download(server.file, target)
    assert target.read_bytes() == BODY
    assert server.state.asked == [None, "bytes=300000-", "bytes=600000-", "bytes=900000-"]


def test_a_connection_that_breaks_for_good_leaves_its_part(server, target):
    server.state.cut = [300_000, *[0] * module.TRIES]
    with pytest.raises(NoSuchFile, match=r"connection must last.* after 300,000 bytes") as caught:
        download(server.file, target)
    assert "Call again: it goes on from there" in str(caught.value)
    assert server.address in str(caught.value)
    assert str(target) in str(caught.value)
    assert beside(target) == ["w.h5.part"]
    server.state.cut = []
    download(server.file, target)
    assert target.read_bytes() == BODY
    assert server.state.asked[-1] == "bytes=300000-"


def test_a_wrong_hash_is_told_and_nothing_is_kept(server, target):
    server.state.body = b"<!DOCTYPE html> log in first"
    with pytest.raises(FileFormatError) as caught:
        download(server.file, target)
    text = str(caught.value)
    assert MD5 in text
    assert hashlib.md5(server.state.body).hexdigest() in text
    assert "28 bytes, a web page" in text
    assert "removed" in text
    assert server.address in text
    assert beside(target) == []


def test_a_file_that_changes_while_it_is_resumed_is_tried_once_more(server, target):
    server.state.body = b"y" * 5000
    target.with_name("w.h5.part").write_bytes(BODY[:1000])
    with pytest.raises(FileFormatError, match="must have the md5"):
        download(server.file, target)
    assert server.state.asked == ["bytes=1000-", None]
    assert beside(target) == []


def test_no_file_there_is_no_server_there(server, target):
    server.state.status = 404
    with pytest.raises(NoSuchFile, match="404 Not Found") as caught:
        download(server.file, target, "Or give weights=PATH.")
    sign = f"It must have the md5 {MD5}."
    assert str(caught.value).endswith(f'put it at "{target}". {sign} Or give weights=PATH.')
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody = RemoteFile(f"http://127.0.0.1:{free.getsockname()[1]}/w.h5", MD5)
        with pytest.raises(NoSuchFile, match="no connection") as caught:
            download(nobody, target)
    assert nobody.address in str(caught.value)
    assert str(target) in str(caught.value)
    assert beside(target) == []


def test_a_server_that_falls_silent_is_not_waited_for(server, target):
    server.state.hold = threading.Event()
    began = time.monotonic()
    with pytest.raises(NoSuchFile, match="no connection"):
        download(server.file, target, timeout_s=0.2)
    assert time.monotonic() - began < 3
    server.state.hold.set()


def test_a_disk_without_room_is_told_before_anything_is_written(server, target, monkeypatch):
    usage = SimpleNamespace(free=1000)
    monkeypatch.setattr(module.shutil, "disk_usage", lambda folder: usage)
    with pytest.raises(NoSuchFile, match=r"room for it, 1,048,576 bytes, got 1,000 bytes free"):
        download(server.file, target)
    assert beside(target) == []


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_disk_that_runs_full(server, target, monkeypatch, number):
    class Full:
        def __init__(self, path, mode):
            self._file = open(path, mode)  # noqa: SIM115

        def __enter__(self):
            return self

        def __exit__(self, *args):
            self._file.close()

        def __getattr__(self, name):
            return getattr(self._file, name)

        def write(self, chunk):
            if self._file.tell() > 500_000:
                raise OSError(number, os.strerror(number))
            return self._file.write(chunk)

    opened = Path.open

    def open_part(path, mode="r", *args, **kwargs):
        return Full(path, mode) if mode == "wb" else opened(path, mode, *args, **kwargs)

    monkeypatch.setattr(Path, "open", open_part)
    with pytest.raises(NoSuchFile, match=r"must have room for it") as caught:
        download(server.file, target)
    assert "removed" in str(caught.value)
    assert beside(target) == []


@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError])
def test_an_interruption_leaves_a_part_and_no_target(server, target, monkeypatch, error):
    checked = module._check_room

    def stop(*args):
        raise error

    server.state.cut = [300_000]
    monkeypatch.setattr(
        module, "_check_room", lambda *a: checked(*a) if not a[1].stat().st_size else stop()
    )
    with pytest.raises(error):
        download(server.file, target)
    assert beside(target) == ["w.h5.part"]
    monkeypatch.setattr(module, "_check_room", checked)
    download(server.file, target)
    assert target.read_bytes() == BODY


def test_a_kill_leaves_a_part_that_is_gone_on_from(server, target):
    server.state.hold, server.state.paused_at = threading.Event(), 300_000
    code = """
import pathlib, sys
from saccade.files.published.download import download
from saccade.files.published.remote_file import RemoteFile
address, md5, target = sys.argv[1:]
download(RemoteFile(address, md5), pathlib.Path(target))
"""
    words = [sys.executable, "-c", code, server.address, MD5, target]
    part = target.with_name("w.h5.part")
    with subprocess.Popen(words, stderr=subprocess.DEVNULL) as fetching:
        while not (part.exists() and part.stat().st_size):
            assert fetching.poll() is None
            time.sleep(0.01)
        fetching.kill()
    server.state.hold.set()
    assert beside(target) == ["w.h5.part"]
    arrived = part.read_bytes()
    assert BODY.startswith(arrived)
    download(server.file, target)
    assert target.read_bytes() == BODY
    assert server.state.asked == [None, f"bytes={len(arrived)}-"]


def test_two_at_once_fetch_it_once(server, target):
    server.state.hold = threading.Event()
    threads = [threading.Thread(target=download, args=(server.file, target)) for _ in range(3)]
    for thread in threads:
        thread.start()
    server.state.hold.set()
    for thread in threads:
        thread.join()
    assert target.read_bytes() == BODY
    assert server.state.asked == [None]
    assert beside(target) == ["w.h5"]


def test_one_that_waited_for_one_that_failed_fetches_it_itself(server, target):
    server.state.body = b"a page"
    server.state.hold = threading.Event()
    failures = []

    def fail():
        try:
            download(server.file, target)
        except FileFormatError as error:
            failures.append(error)

    threads = [threading.Thread(target=fail) for _ in range(2)]
    threads[0].start()
    while not server.state.asked:  # it has the lock
        time.sleep(0.01)
    threads[1].start()
    time.sleep(0.1)
    server.state.hold.set()
    for thread in threads:
        thread.join()
    assert len(failures) == 2
    assert server.state.asked == [None, None]
    assert beside(target) == []


# -- what is told --------------------------------------------------------------------------


def test_a_log_gets_a_line_for_each_tenth_of_a_large_file(server, target, capsys):
    server.state.body = body = bytes(12_000_000)
    server.state.cut = [5_000_000]  # that it went on is no news
    download(RemoteFile(server.address, hashlib.md5(body).hexdigest()), target)
    first, *others = capsys.readouterr().err.splitlines()
    assert first.startswith("Fetching w.h5, 12.0 MB, from http://127.0.0.1:")
    assert others == [f"{percent:3} % of 12.0 MB" for percent in range(10, 101, 10)]


def test_a_terminal_gets_a_bar(server, target, monkeypatch, capsys):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    download(server.file, target)
    said = re.sub(r"\x1b\[[^a-zA-Z]*[a-zA-Z]", "", capsys.readouterr().err)
    assert said.startswith("Fetching w.h5, 1.0 MB, from http://127.0.0.1:")
    assert "1.0/1.0 MB" in said


def test_a_size_that_nobody_tells(capsys):
    lines: list[str] = []
    file = RemoteFile("http://example.org/a/one.h5?x=1", kept_as="two.h5")
    watch = FetchLines(file, lines.append)
    for there in (0, 20_000_000, 40_000_000):
        watch(there, None)
    assert lines == [
        "Fetching two.h5, of a size that is not told, from http://example.org/a/one.h5?x=1"
    ]


# -- offline -------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["1", "true", "yes"])
def test_saccade_offline_forbids_every_connection(server, target, monkeypatch, word):
    monkeypatch.setenv("SACCADE_OFFLINE", word)
    with pytest.raises(NoSuchFile, match=f"got SACCADE_OFFLINE={word}, which forbids it") as told:
        download(server.file, target)
    assert f'By hand: fetch {server.address} elsewhere and put it at "{target}"' in str(told.value)
    assert (server.state.asked, beside(target)) == ([], [])


@pytest.mark.parametrize("word", ["", "0", "false", "No"])
def test_other_words_do_not(server, target, monkeypatch, word):
    monkeypatch.setenv("SACCADE_OFFLINE", word)
    download(server.file, target)
    assert target.read_bytes() == BODY


def test_offline_a_kept_file_that_is_damaged_is_not_used(server, home, monkeypatch, caplog):
    monkeypatch.setenv("SACCADE_OFFLINE", "1")
    (home / "models").mkdir(parents=True)
    (home / "models" / "w.h5").write_bytes(BODY[:-1])
    with pytest.raises(NoSuchFile, match="forbids it"):
        kept_file(server.file)
    assert re.search(rf"is not the file that is published.*{MD5}: it is not used", caplog.text)
    assert (server.state.asked, beside(home / "models" / "w.h5")) == ([], ["w.h5"])


def test_offline_a_kept_file_is_taken(server, home, monkeypatch):
    path = kept_file(server.file)
    monkeypatch.setenv("SACCADE_OFFLINE", "1")
    assert kept_file(server.file) == path
    assert len(server.state.asked) == 1


# -- where it is kept ----------------------------------------------------------------------


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("saccade.files.published.kept_file._spare", lambda: tmp_path / "spare")
    return tmp_path / "home"


def test_it_is_kept_where_keras_keeps_it(server, home, monkeypatch, tmp_path, caplog):
    assert not is_kept(server.file)
    path = kept_file(server.file)
    assert path == home / "models" / "w.h5"
    assert path.read_bytes() == BODY
    assert kept_file(server.file) == path
    assert is_kept(server.file)
    assert server.state.asked == [None]
    assert not caplog.text
    monkeypatch.delenv("KERAS_HOME")
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    assert keras_home() == tmp_path / ".keras"


def test_a_kept_file_that_is_damaged_is_fetched_again(server, home, caplog):
    (home / "models").mkdir(parents=True)
    (home / "models" / "w.h5").write_bytes(BODY[:-1])
    assert not is_kept(server.file)
    assert kept_file(server.file).read_bytes() == BODY
    assert re.search(rf"is not the file that is published.*{MD5}.*fetched again", caplog.text)


def test_a_kept_file_that_is_damaged_stays_while_no_better_one_comes(server, home, caplog):
    (home / "models").mkdir(parents=True)
    (home / "models" / "w.h5").write_bytes(b"mine")
    server.state.status = 503
    with pytest.raises(NoSuchFile, match="503"):
        kept_file(server.file)
    assert (home / "models" / "w.h5").read_bytes() == b"mine"


def test_folders_that_cant_be_written_to(server, home, tmp_path):
    home.write_bytes(b"a file where the folder should be")
    assert kept_file(server.file) == tmp_path / "spare" / ".keras" / "models" / "w.h5"
    (tmp_path / "spare" / ".keras" / "models" / "w.h5").unlink()
    (tmp_path / "spare" / ".keras" / "models").rmdir()
    (tmp_path / "spare" / ".keras").rmdir()
    (tmp_path / "spare" / ".keras").write_bytes(b"another")
    with pytest.raises(NoSuchFile, match="Set KERAS_HOME to a folder of yours"):
        kept_file(server.file)


def _hdf5(tmp_path) -> bytes:
    with h5py.File(tmp_path / "made.h5", "w") as file:
        file["numbers"] = np.arange(50_000)
    return (tmp_path / "made.h5").read_bytes()


def test_without_a_hash_a_whole_hdf5_file_is_taken(server, home, tmp_path):
    server.state.body = _hdf5(tmp_path)
    file = RemoteFile(server.address)
    path = kept_file(file)
    assert path.read_bytes() == server.state.body
    assert kept_file(file) == path
    assert is_kept(file)
    assert len(server.state.asked) == 1


def test_without_a_hash_what_was_cut_short_is_fetched_again(server, home, tmp_path, caplog):
    server.state.body = _hdf5(tmp_path)
    file = RemoteFile(server.address)
    path = keras_home() / "models" / file.name
    path.parent.mkdir(parents=True)
    path.write_bytes(server.state.body[:-1000])
    assert not is_kept(file)
    assert kept_file(file).read_bytes() == server.state.body
    assert "must be a whole HDF5 file" in caplog.text


def test_without_a_hash_a_web_page_is_refused(server, target):
    server.state.body = b"<html>Please log in</html>"
    with pytest.raises(FileFormatError, match=r"must be a whole HDF5 file.*a web page"):
        download(RemoteFile(server.address), target)
    assert not target.exists()


def test_without_a_hash_no_two_calls_are_joined(server, target, tmp_path):
    server.state.body = _hdf5(tmp_path)
    target.with_name("w.h5.part").write_bytes(b"of another file")
    download(RemoteFile(server.address), target)
    assert target.read_bytes() == server.state.body
    assert server.state.asked == [None]
