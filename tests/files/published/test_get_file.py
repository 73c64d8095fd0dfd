"""get_file: fetched once, checked by its hash, unpacked into a folder and nowhere else."""

from __future__ import annotations

import contextlib
import hashlib
import http.server
import io
import tarfile
import threading
import zipfile
from pathlib import Path

import pytest

from saccade.errors import FileFormatError, InvalidArgument, NoSuchFile
from saccade.utils import get_file

BODY = b"some bytes" * 1000
SHA256, MD5 = hashlib.sha256(BODY).hexdigest(), hashlib.md5(BODY).hexdigest()


@pytest.fixture
def server(tmp_path, monkeypatch, online):
    """A server of the files that `answers` holds; it counts what it is asked for."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    answers: dict[str, bytes] = {"/a.bin": BODY}
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            body = answers.get(self.path)
            self.send_response(404 if body is None else 200)
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *_):
            pass

    running = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=running.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{running.server_port}", answers, asked
    running.shutdown()
    running.server_close()


@pytest.mark.parametrize(
    "options", [{}, {"file_hash": SHA256}, {"file_hash": MD5}, {"md5_hash": MD5}]
)
def test_a_file_is_fetched_once(server, tmp_path, options):
    address, _, asked = server
    for _ in range(2):
        path = Path(get_file(origin=f"{address}/a.bin", **options))
        assert path == tmp_path / "keras" / "datasets" / "a.bin"
        assert path.read_bytes() == BODY
    assert asked == ["/a.bin"]
    get_file(origin=f"{address}/a.bin", force_download=True)
    assert len(asked) == 2


def test_other_names_and_folders(server, tmp_path):
    address = server[0]
    path = get_file("b", f"{address}/a.bin", cache_subdir="x/y", cache_dir=tmp_path / "own")
    assert Path(path) == tmp_path / "own" / "x" / "y" / "b"


@pytest.mark.parametrize("digest", [SHA256[::-1], MD5[::-1]])
def test_another_hash_is_refused_and_nothing_is_left(server, tmp_path, digest):
    with pytest.raises(FileFormatError, match=r"must have the (sha256|md5)"):
        get_file(origin=f"{server[0]}/a.bin", file_hash=digest)
    assert not list((tmp_path / "keras").rglob("a.bin*"))


def test_a_file_with_another_hash_is_fetched_again(server, tmp_path):
    folder = tmp_path / "keras" / "datasets"
    folder.mkdir(parents=True)
    (folder / "a.bin").write_bytes(b"of last year")
    assert Path(get_file(origin=f"{server[0]}/a.bin", file_hash=SHA256)).read_bytes() == BODY


def test_what_is_not_there_is_told_with_what_to_do(server):
    with pytest.raises(
        NoSuchFile, match=r"the server must have it, got 404.*By hand: fetch .* put"
    ):
        get_file(origin=f"{server[0]}/gone.bin")


@pytest.mark.parametrize(
    ("arguments", "needed"),
    [
        ({}, "origin must be the address"),
        ({"origin": "http://a/b/"}, "must end in a file's name"),
        ({"fname": "a/b", "origin": "http://a/b"}, "a name without a folder"),
        ({"origin": "http://a/b", "file_hash": "12"}, "must be a sha256 or an md5"),
    ],
)
def test_wrong_arguments(arguments, needed):
    with pytest.raises(InvalidArgument, match=needed):
        get_file(**arguments)


def packed(kind: str, names: tuple[str, ...]) -> bytes:
    written = io.BytesIO()
    if kind == "zip":
        with zipfile.ZipFile(written, "w") as archive:
            for name in names:
                archive.writestr(name, "x")
        return written.getvalue()
    with tarfile.open(fileobj=written, mode="w:gz") as archive:
        for name in names:
            entry = tarfile.TarInfo(name)
            entry.size = 1
            archive.addfile(entry, io.BytesIO(b"x"))
    return written.getvalue()


@pytest.mark.parametrize(
    ("kind", "fname", "folder", "kept"),
    [
        ("tar", None, "p.tgz", "p.tgz_archive"),
        ("tar", "flowers", "flowers", "flowers_archive"),
        ("zip", "flowers.zip", "flowers_extracted", "flowers.zip"),
    ],
)
def test_archives_are_unpacked_where_keras_unpacks_them(
    server, tmp_path, kind, fname, folder, kept
):
    address, answers, asked = server
    answers["/p.tgz"] = packed(kind, ("in/one.txt", "in/two.txt"))
    for _ in range(2):
        found = Path(get_file(fname, f"{address}/p.tgz", extract=True))
        assert found == tmp_path / "keras" / "datasets" / folder
        assert sorted(path.name for path in (found / "in").iterdir()) == ["one.txt", "two.txt"]
    assert (found.parent / kept).is_file()
    assert len(asked) == 1
    assert sorted(path.name for path in found.parent.iterdir()) == sorted([folder, kept])


@pytest.mark.parametrize("kind", ["tar", "zip"])
@pytest.mark.parametrize("name", ["../out.txt", "{tmp_path}/out.txt", "in/../../out.txt"])
def test_nothing_is_written_outside(server, tmp_path, kind, name):
    address, answers, _ = server
    name = name.format(tmp_path=tmp_path)
    answers["/p.tgz"] = packed(kind, ("in/one.txt", name))
    with contextlib.suppress(FileFormatError):  # tar's own filter takes a leading slash off
        get_file("p", f"{address}/p.tgz", extract=True)
    assert [path for path in tmp_path.rglob("out.txt") if "keras" not in path.parts] == []
    assert not (tmp_path / "keras" / "datasets" / "out.txt").exists()


def test_a_damaged_archive_is_told(server, tmp_path):
    address, answers, _ = server
    answers["/p.tgz"] = packed("tar", ("in/one.txt",))[:60]
    with pytest.raises(FileFormatError, match="whole tar or zip file"):
        get_file("p", f"{address}/p.tgz", extract=True)
    assert not (tmp_path / "keras" / "datasets" / "p").exists()


@pytest.mark.parametrize("name", ["../out.txt", "/out.txt"])
def test_a_zip_that_points_outside_is_refused_whole(server, name):
    address, answers, _ = server
    answers["/p.zip"] = packed("zip", ("in/one.txt", name))
    with pytest.raises(FileFormatError, match="would lie outside"):
        get_file("p", f"{address}/p.zip", extract=True)


def test_what_is_there_stays_where_nothing_new_can_be_fetched(server, tmp_path):
    address, answers, _ = server
    path = Path(get_file(origin=f"{address}/a.bin"))
    answers.clear()
    for options in ({"force_download": True}, {"file_hash": SHA256[::-1]}):
        with pytest.raises(NoSuchFile):
            get_file(origin=f"{address}/a.bin", **options)
        assert path.read_bytes() == BODY
        assert [one.name for one in path.parent.iterdir()] == ["a.bin"]


def test_a_new_archive_is_unpacked_anew(server):
    address, answers, _ = server
    for name in ("one.txt", "two.txt"):
        answers["/p.tgz"] = body = packed("tar", (name,))
        digest = hashlib.sha256(body).hexdigest()
        found = Path(get_file("p", f"{address}/p.tgz", extract=True, file_hash=digest))
        assert [path.name for path in found.iterdir()] == [name]


def test_an_empty_archive_is_an_empty_folder(server):
    address, answers, _ = server
    answers["/p.tgz"] = packed("tar", ())
    assert list(Path(get_file("p", f"{address}/p.tgz", extract=True)).iterdir()) == []
