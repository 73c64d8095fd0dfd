"""A folder counts the same files wherever it enters saccade, whatever lies in it."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from saccade.data import ImageDataGenerator, index_folder
from saccade.data.folders.walk import (
    ALL_EXTENSIONS,
    DATASET_EXTENSIONS,
    GENERATOR_EXTENSIONS,
    PICTURE_EXTENSIONS,
)
from saccade.errors import DataError
from saccade.notes import forget_notes
from saccade.recipe.photos.photos import find_photos, index_classes
from saccade.recipe.photos.picture_files import list_pictures
from saccade.utils import image_dataset_from_directory

DOORS: dict[str, Callable[[Path], list[str]]] = {
    "generator": lambda folder: (
        ImageDataGenerator().flow_from_directory(folder, shuffle=False).filepaths
    ),
    "dataset": lambda folder: image_dataset_from_directory(folder, shuffle=False).file_paths,
    "dataset as a whole": lambda folder: (
        image_dataset_from_directory(folder, labels=None, shuffle=False).file_paths
    ),
    "index": lambda folder: full_paths(index_folder(folder)),
    "train": lambda folder: full_paths(find_photos(folder).index),
    "evaluate": lambda folder: full_paths(index_classes(os.fspath(folder))),
    "predict": lambda folder: [str(path) for path in list_pictures(folder)],
}
ORDINARY = {"cat/1.png", "dog/1.png"}


def full_paths(index) -> list[str]:
    return [index.full_path(i) for i in range(len(index))]


def picture(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (4, 4), "red").save(path, format="PNG")


def every_ending(folder: Path) -> set[str]:
    names = {f"cat/x{ending}" for ending in PICTURE_EXTENSIONS}
    names |= {f"cat/y{ending.upper()}" for ending in PICTURE_EXTENSIONS} | {"cat/namejpg"}
    for name in names:
        (folder / name).write_bytes(b"")
    for name in ("notes.txt", "phone.heic", "drawing.svg", "README"):
        (folder / "dog" / name).write_bytes(b"")
    return names


def pipe(folder: Path) -> set[str]:
    os.mkfifo(folder / "cat" / "pipe.jpg")
    return set()


def open_socket(folder: Path) -> set[str]:
    here = os.getcwd()
    os.chdir(folder / "dog")  # the name of a socket must be short
    try:
        with socket.socket(socket.AF_UNIX) as opened:
            opened.bind("socket.png")
    finally:
        os.chdir(here)
    return set()


def link_to_nothing(folder: Path) -> set[str]:
    (folder / "cat" / "gone.jpg").symlink_to(folder / "nothing.jpg")
    return {"cat/gone.jpg"}


def hidden_files(folder: Path) -> set[str]:
    for name in ("cat/.hidden.png", "cat/._1.png", "dog/.more/2.png"):
        picture(folder / name)
    return {"cat/.hidden.png", "cat/._1.png", "dog/.more/2.png"}


def folders_below(folder: Path) -> set[str]:
    names = {"cat/a b/1.png", "cat/a/1.png", "cat/a/b/2.PNG", "cat/a-b/1.png"}
    for name in names:
        picture(folder / name)
    return names


def links_in_a_ring(folder: Path) -> set[str]:
    for name in ("one", "two"):
        picture(folder / "cat" / name / "1.png")
    (folder / "cat" / "one" / "other").symlink_to(folder / "cat" / "two")
    (folder / "cat" / "two" / "other").symlink_to(folder / "cat" / "one")
    (folder / "cat" / "one" / "up").symlink_to(folder)
    return {"cat/one/1.png", "cat/two/1.png"}


def folder_like_an_image(folder: Path) -> set[str]:
    picture(folder / "cat" / "folder.jpg" / "1.png")
    return {"cat/folder.jpg/1.png"}


# What is awkward in a folder, and what a note says of it.
AWKWARD: dict[Callable[[Path], set[str]], str] = {
    every_ending: r"left out 1 \.svg file, 1 \.heic file\. Convert",
    pipe: r"left out what is no file: cat/pipe\.jpg",
    open_socket: r"left out what is no file: dog/socket\.png",
    link_to_nothing: "",
    hidden_files: "",
    folders_below: "",
    links_in_a_ring: r"left out 3 links to folders \(cat/one/other, cat/one/up, cat/two/other\)",
    folder_like_an_image: "",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ORDINARY:
        picture(tmp_path / "photos" / name)
    return tmp_path / "photos"


def read(door: str, folder: Path) -> list[str]:
    paths = [os.path.relpath(path, folder) for path in DOORS[door](folder)]
    return [path.replace(os.sep, "/") for path in paths]


def notes_of(door: str, folder: Path, caplog: pytest.LogCaptureFixture) -> str:
    """What a door says, without what only one of Keras's functions is told."""
    forget_notes()
    caplog.clear()
    DOORS[door](folder)
    told = [message.removeprefix("saccade: ") for message in caplog.messages]
    told += find_photos(folder).notes if door in ("train", "evaluate") else []
    told += folder_notes_of_index(folder) if door == "index" else []
    return "\n".join(note for note in told if "of Keras" not in note)


def folder_notes_of_index(folder: Path) -> list[str]:
    from saccade.data import folder_notes

    return folder_notes(index_folder(folder))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes, sockets and links: POSIX only")
@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("awkward", AWKWARD, ids=lambda make: make.__name__)
def test_the_same_files_and_the_same_notes(folder, awkward, door, caplog):
    expected = ORDINARY | awkward(folder)
    found = read(door, folder)
    assert len(found) == len(set(found))
    assert set(found) == expected
    told = notes_of(door, folder, caplog)
    assert told == notes_of("index", folder, caplog)
    assert re.search(AWKWARD[awkward], told) if AWKWARD[awkward] else told == ""


@pytest.mark.parametrize("door", DOORS)
def test_the_same_order(folder, door):
    """By the full names of the folders: "a b" and "a-b" come before what lies in "a"/b."""
    folders_below(folder)
    cats = ["1.png", "a/1.png", "a b/1.png", "a-b/1.png", "a/b/2.PNG"]
    assert read(door, folder) == [*(f"cat/{name}" for name in cats), "dog/1.png"]


@pytest.mark.parametrize("door", DOORS)
def test_a_folder_that_may_not_be_read_is_named(folder, door, monkeypatch):
    picture(folder / "cat" / "secret" / "1.png")
    scandir = os.scandir

    def refuse(path="."):
        if os.fspath(path).endswith("secret"):
            raise PermissionError(13, "Permission denied", os.fspath(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(DataError, match=r'cat/secret": must be readable, got Permission denied'):
        read(door, folder)


@pytest.mark.parametrize("door", DOORS)
def test_hidden_class_folders_are_keras_s_rule_and_never_lost_in_silence(folder, door, caplog):
    picture(folder / ".checkpoints" / "1.png")
    (folder / ".git").mkdir()
    counts = door in ("generator", "index", "dataset as a whole")
    assert (".checkpoints/1.png" in read(door, folder)) == counts
    told = notes_of(door, folder, caplog)
    if door != "dataset as a whole":
        said = r"\.checkpoints, \.git counts as a class" if counts else r"left out \.checkpoints, "
        assert re.search(said, told)


@pytest.mark.parametrize("door", ["generator", "dataset"])
def test_links_in_a_ring_that_are_followed_come_to_an_end(folder, door):
    links_in_a_ring(folder)
    if door == "generator":
        flow = ImageDataGenerator().flow_from_directory(folder, follow_links=True)
        found = sorted(flow.filenames)
    else:
        paths = image_dataset_from_directory(folder, follow_links=True).file_paths
        found = sorted(os.path.relpath(path, folder) for path in paths)
    assert found == [
        "cat/1.png", "cat/one/1.png", "cat/one/other/1.png", "cat/two/1.png",
        "cat/two/other/1.png", "dog/1.png",
    ]  # fmt: skip


def test_what_keras_leaves_out_is_said_and_can_be_asked_for(folder, caplog):
    for name in ("cat/2.webp", "cat/3.webp", "dog/2.tif"):
        picture(folder / name)
    DOORS["generator"](folder)
    DOORS["dataset"](folder)
    said = [note for note in caplog.messages if "of Keras leaves out" in note]
    assert ["includes 2 .webp files, of a kind that flow" in note for note in said] == [True, False]
    assert ["includes 2 .webp files, 1 .tif file, of a kind " in note for note in said] == [
        False,
        True,
    ]
    forget_notes()
    caplog.clear()
    ImageDataGenerator(extensions=[".webp"]).flow_from_directory(folder)
    assert not caplog.messages


def test_keras_really_departs(folder, capsys):
    """Its two functions count different files of one folder, and neither all of them."""
    keras_image = pytest.importorskip("keras.src.legacy.preprocessing.image")
    from keras.src.utils.dataset_utils import index_directory
    from keras.src.utils.image_dataset_utils import ALLOWLIST_FORMATS

    assert ALLOWLIST_FORMATS == DATASET_EXTENSIONS
    for name in ("cat/2.webp", "cat/3.gif", "dog/2.tif"):
        picture(folder / name)
    flow = keras_image.ImageDataGenerator().flow_from_directory(str(folder))
    assert set(flow.white_list_formats) == set(GENERATOR_EXTENSIONS)
    paths = index_directory(str(folder), "inferred", ALLOWLIST_FORMATS, verbose=False)[0]
    assert {len(flow.filenames), len(paths)} == {3}
    assert "dog/2.tif" in flow.filenames
    assert str(folder / "cat" / "3.gif") in paths
    assert len(read("train", folder)) == 5


def test_the_endings_are_those_of_both_doors_of_keras_and_of_pillow():
    for ending in (*GENERATOR_EXTENSIONS, *DATASET_EXTENSIONS, *PICTURE_EXTENSIONS):
        assert f"x{ending}".endswith(ALL_EXTENSIONS)
