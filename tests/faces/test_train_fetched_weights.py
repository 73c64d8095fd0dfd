"""`saccade train` fetches the weights that photographs need, and nothing where they need none."""

from __future__ import annotations

import hashlib
import json
import socket
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PIL import Image
from typer.testing import CliRunner

import saccade
from faces.photo_folders import make_photos
from faces.test_train_resnet import hears_ctrl_c, make_small, small_weights  # noqa: F401
from files.published.file_server import serving
from recipe.stopped import in_one_line, send, train, train_until
from saccade import notes
from saccade.applications import NETWORKS
from saccade.cli import app
from saccade.files.published.remote_file import RemoteFile
from saccade.recipe.training import transfer

NAME = "weights_notop.h5"
QUICK = ["--size", "32", "--epochs", "1", "--test", "0.2", "--validation", "0.2",
         "--no-fine-tune"]  # fmt: skip
LENET = ["--epochs", "1"]


def publish(monkeypatch: pytest.MonkeyPatch, address: str, md5: str) -> None:
    """Let ResNet50's weights without its top be published somewhere else."""
    record = NETWORKS["ResNet50"]
    file = RemoteFile(address, md5, kept_as=NAME)
    monkeypatch.setitem(
        NETWORKS,
        "ResNet50",
        replace(record, pretrained=replace(record.pretrained, without_top=file)),
    )


@pytest.fixture
def server(online, monkeypatch, small_weights, tmp_path):  # noqa: F811
    """Where ResNet50's weights, of the small network that it is meanwhile, are published."""
    make_small(monkeypatch)
    notes.forget_notes()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setattr("saccade.files.published.kept_file._spare", lambda: tmp_path / "spare")
    monkeypatch.setattr(transfer, "LAST_LAYER", replace(transfer.LAST_LAYER, epochs=1))
    body = small_weights.read_bytes()
    with serving(body) as running:
        md5 = hashlib.md5(body).hexdigest()
        publish(monkeypatch, f"{running.address}{NAME}", md5)
        yield SimpleNamespace(state=running.state, address=running.address, body=body, md5=md5)


@pytest.fixture
def photos(server, tmp_path) -> Path:
    return make_photos(tmp_path / "photos", count=5, size=(80, 90), colors=True)


def found(run: str) -> dict[str, Any]:
    return json.loads((Path(run) / "metrics.json").read_text())


def models(tmp_path: Path) -> list[str]:
    return sorted(path.name for path in (tmp_path / "keras").rglob("*") if path.is_file())


def test_photographs_get_resnet50_whose_weights_are_fetched_once(photos, server, tmp_path):
    said = in_one_line(train(photos, "-o", "run", *QUICK))
    assert "unless --offline or SACCADE_OFFLINE=1 forbids it" in said
    size = f"{len(server.body) / 1e6:.1f} MB"
    assert f"Fetching {NAME}, {size}, from {server.address}" in said
    assert "LeNet" not in said
    assert (found("run")["architecture"], found("run")["weights.file"]) == ("resnet50", NAME)
    assert models(tmp_path) == [NAME]
    again = train(photos, "-o", "again", *QUICK)
    assert "Fetching" not in again
    assert server.state.asked == [None]
    one, two = found("run"), found("again")
    assert one | {"command": ""} == two | {"command": ""}


def test_a_log_tells_how_far_it_is_and_a_silent_listener_nothing(
    photos, server, monkeypatch, capsys
):
    monkeypatch.setattr("saccade.files.published.fetch_progress.LARGE_BYTES", 1)
    options: dict[str, Any] = {"size": 32, "epochs": 1, "fine_tune": False}
    saccade.train(photos, "silent", **options, listener=saccade.Listener())
    assert (capsys.readouterr(), server.state.asked) == (("", ""), [None])
    Path("keras/models", NAME).unlink()
    saccade.train(photos, "lines", **options)
    said = capsys.readouterr()
    assert said.out.count(" % of ") >= 1
    assert "\n100 % of " in said.out
    assert said.err == ""


@pytest.mark.parametrize(
    ("words", "environment", "told"),
    [
        (["--offline"], "0", "(--offline, which forbids it)"),
        ([], "1", "(SACCADE_OFFLINE=1, which forbids it)"),
    ],
)
def test_it_can_be_forbidden(photos, server, tmp_path, monkeypatch, words, environment, told):
    monkeypatch.setenv("SACCADE_OFFLINE", environment)
    said = in_one_line(train(photos, "-o", "run", *LENET, *words))
    assert "Note: LeNet is used. For photographs ResNet50 is far better, and its" in said
    assert told in said
    assert found("run")["architecture"] == "lenet"
    assert "offline" not in found("run")["command"]
    assert (server.state.asked, models(tmp_path)) == ([], [])


def test_forbidden_the_weights_of_a_network_that_was_asked_for_are_an_error(photos, server):
    said = in_one_line(train(photos, "-o", "run", "--arch", "resnet50", "--offline", code=2))
    assert "must be fetched once, got --offline, which forbids it. By hand: fetch" in said
    assert "--weights PATH, or choose --arch lenet." in said
    assert server.state.asked == []
    assert not Path("run").exists()


def break_off(server) -> None:
    server.state.cut = [20_000, *[0] * 10]


def another_body(server) -> None:
    server.state.body = b"<html>log in first</html>"


def no_such_file(server) -> None:
    server.state.status = 404


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (break_off, "after 20,000 bytes"),
        (another_body, "a web page"),
        (no_such_file, "404 Not Found"),
    ],
)
def test_whatever_fails_lenet_is_trained_and_the_note_says_why(photos, server, fault, told):
    fault(server)
    said = in_one_line(train(photos, "-o", "run", *LENET))
    assert "Note: LeNet is used." in said
    assert told in said
    assert found("run")["architecture"] == "lenet"


def test_without_a_connection_lenet_is_trained(photos, server, monkeypatch):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        publish(monkeypatch, f"http://127.0.0.1:{free.getsockname()[1]}/{NAME}", server.md5)
        said = in_one_line(train(photos, "-o", "run", *LENET))
    assert "missing (no connection" in said
    assert found("run")["architecture"] == "lenet"


def test_a_cache_that_cant_be_written_to_gives_lenet(photos, server, tmp_path):
    for home in ("keras", "spare"):
        (tmp_path / home).write_bytes(b"a file where a folder should be")
    said = in_one_line(train(photos, "-o", "run", *LENET))
    assert "Note: LeNet is used." in said
    assert server.state.asked == []


def test_a_download_that_broke_off_is_gone_on_with(photos, server, tmp_path):
    break_off(server)
    train(photos, "-o", "one", *LENET)
    assert models(tmp_path) == [f"{NAME}.part"]
    server.state.cut, server.state.asked = [], []
    said = in_one_line(train(photos, "-o", "two", *QUICK))
    assert "going on at 20,000 bytes" in said
    assert server.state.asked == ["bytes=20000-"]
    assert found("two")["architecture"] == "resnet50"


def test_a_run_that_fell_back_goes_on_as_it_began(
    photos, server, monkeypatch, hears_ctrl_c  # noqa: F811
):  # fmt: skip
    server.state.status = 503
    train_until(monkeypatch, send(2), photos, "-o", "run", "--epochs", 3)
    server.state.status, server.state.asked = 200, []
    train(photos, "-o", "run", "--epochs", 3, "--resume", "--offline")
    assert found("run")["architecture"] == "lenet"
    assert server.state.asked == []


# -- who never asks ------------------------------------------------------------------------


def as_rgb(folder: Path) -> Path:
    for file in folder.rglob("*.png"):
        Image.open(file).convert("RGB").save(file)
    return folder


def test_grey_photos_never_ask(server, tmp_path):
    large = {"count": 4, "size": (80, 90)}
    assert "Note: LeNet" not in train(make_photos(tmp_path / "grey", **large), *LENET)
    stored_in_colour = as_rgb(make_photos(tmp_path / "rgb", **large))
    assert "not fetched for grey photos" in in_one_line(train(stored_in_colour, *LENET))
    assert server.state.asked == []


@pytest.mark.parametrize(
    ("size", "words"),
    [
        ((28, 28), []),
        ((64, 64), []),
        ((80, 90), ["--color", "grayscale"]),
        ((80, 90), ["--arch", "lenet"]),
        ((80, 90), ["--size", "28"]),
    ],
)
def test_what_suits_lenet_never_asks(server, tmp_path, size, words):
    folder = make_photos(tmp_path / "photos", count=4, size=size, colors=True)
    assert "Note: LeNet" not in train(folder, "-o", "run", *LENET, *words)
    assert server.state.asked == []
    assert found("run")["architecture"] == "lenet"


def test_given_weights_never_ask(photos, server, small_weights):  # noqa: F811
    train(photos, "-o", "run", *QUICK, "--weights", small_weights)
    assert found("run")["architecture"] == "resnet50"
    assert server.state.asked == []


def test_the_doctor_never_asks(server):
    done = CliRunner().invoke(app, ["doctor"], catch_exceptions=False)
    assert "none in" in done.output
    assert server.state.asked == []


def test_neither_tests_nor_the_demo_may_connect(root):
    assert 'os.environ["SACCADE_OFFLINE"] = "1"' in (root / "tests" / "conftest.py").read_text()
    assert "SACCADE_OFFLINE=1 $(BIN)/python scripts/demo.py" in (root / "Makefile").read_text()
