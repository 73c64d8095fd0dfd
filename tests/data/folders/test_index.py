import hashlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from saccade.data import FolderIndex, fingerprint, folder_notes, index_folder
from saccade.data.folders.walk import GENERATOR_EXTENSIONS
from saccade.errors import DataError, InvalidArgument, NoSuchFile


def make(folder: Path, *names: str) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
    return folder


def test_classes_by_character_code_and_files_by_folder_then_name(tmp_path):
    make(tmp_path, "b/2.png", "b/10.png", "B/x.JPG", ".c/1.bmp", "b/a b/1.ppm", "b/a/1.tiff")
    index = index_folder(tmp_path)
    assert index.class_names == (".c", "B", "b")
    expected = (".c/1.bmp", "B/x.JPG", "b/10.png", "b/2.png", "b/a/1.tiff", "b/a b/1.ppm")
    assert index.paths == tuple(name.replace("/", os.sep) for name in expected)
    assert index.labels.dtype == np.int32
    assert index.labels.tolist() == [0, 1, 2, 2, 2, 2]
    assert index.class_indices == {".c": 0, "B": 1, "b": 2}
    assert index.counts.tolist() == [1, 1, 4]
    assert len(index) == 6
    assert Path(index.full_path(1)) == tmp_path / "B" / "x.JPG"


def test_what_is_passed_over_is_counted(tmp_path):
    make(tmp_path, "a/1.png", "a/2.gif", "a/3.GIF", "b/4.webp", "b/README", "loose.jpg", "list.csv")
    (tmp_path / "empty").mkdir()
    make(tmp_path, ".ipynb_checkpoints/1.png")
    index = index_folder(tmp_path, GENERATOR_EXTENSIONS)
    assert index.ignored == {".gif": 2, ".webp": 1, "": 1}
    assert index.loose == 1
    assert index.empty == ("b", "empty")
    assert index.hidden == (".ipynb_checkpoints",)
    notes = folder_notes(index)
    assert len(notes) == 4
    assert all(str(tmp_path) in note for note in notes)
    assert "2 .gif files, 1 .webp file. Give extensions=['.gif', '.webp'] to use" in notes[0]
    assert "left out 1 image beside the class folders" in notes[1]
    assert ".ipynb_checkpoints" in notes[2]
    assert "b, empty" in notes[3]


def test_an_ordinary_folder_needs_no_note(tmp_path):
    assert folder_notes(index_folder(make(tmp_path, "a/1.png", "b/set 1/2.png", "a/x.txt"))) == []


def test_chosen_classes_are_numbered_as_given(tmp_path):
    make(tmp_path, "a/1.png", "b/1.png", "c/1.png")
    index = index_folder(tmp_path, classes=["c", "a"])
    assert index.class_names == ("c", "a")
    assert [Path(path).parts[0] for path in index.paths] == ["c", "a"]
    assert index.labels.tolist() == [0, 1]


def test_other_extensions(tmp_path):
    make(tmp_path, "a/1.png", "a/2.webp")
    assert len(index_folder(tmp_path, extensions=("png", "webp"))) == 2


@pytest.mark.parametrize("extensions", [[".webp"], ["webp"], [".WEBP"], (".Webp", ".gif")])
def test_extensions_with_or_without_a_dot_in_capitals_or_not(tmp_path, extensions):
    make(tmp_path, "a/1.webp", "a/2.WEBP", "a/3.png", "a/4.jpg")
    assert len(index_folder(tmp_path, extensions)) == 2


@pytest.mark.parametrize("extensions", ["webp", [], [""], ["."], [None], [3]])
def test_extensions_that_would_accept_everything_or_nothing(tmp_path, extensions):
    make(tmp_path, "a/1.webp")
    with pytest.raises(InvalidArgument, match="extensions: must be a list of endings"):
        index_folder(tmp_path, extensions)


def test_a_link_that_leads_up_is_followed_once(tmp_path):
    make(tmp_path, "data/a/1.png", "data/a/deep/2.png", "elsewhere/3.png")
    (tmp_path / "data" / "a" / "deep" / "up").symlink_to(tmp_path / "data" / "a")
    (tmp_path / "data" / "a" / "more").symlink_to(tmp_path / "elsewhere")
    assert len(index_folder(tmp_path / "data")) == 2
    assert len(index_folder(tmp_path / "data", follow_links=True)) == 3


def test_a_missing_folder_names_its_nearest_neighbour(tmp_path):
    make(tmp_path, "fruits/train/a/1.png")
    with pytest.raises(NoSuchFile, match="Did you mean") as caught:
        index_folder(tmp_path / "fruts" / "train")
    assert f'"{tmp_path / "fruits" / "train"}"?' in str(caught.value)
    assert isinstance(caught.value, FileNotFoundError)
    with pytest.raises(NoSuchFile, match='has no "zzz" in it'):
        index_folder(tmp_path / "zzz" / "deeper")
    with pytest.raises(NoSuchFile, match="expanduser"):
        index_folder("~/pictures-of-mine")


def test_a_file_is_no_folder(tmp_path):
    make(tmp_path, "a.zip")
    with pytest.raises(DataError, match="must be a folder, got a file"):
        index_folder(tmp_path / "a.zip")


def test_a_class_folder_given_as_the_folder_names_its_parent(tmp_path):
    make(tmp_path, "cat/1.jpg", "cat/2.jpg")
    with pytest.raises(DataError, match="got 2 images and no folder") as caught:
        index_folder(tmp_path / "cat")
    assert f'the folder above it, "{tmp_path}"' in str(caught.value)


def test_a_folder_without_anything(tmp_path):
    with pytest.raises(DataError, match="must hold one folder for each class, got no folder"):
        index_folder(tmp_path)
    assert len(index_folder(tmp_path, allow_empty=True)) == 0


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (
            ("a/1.webp", "b/2.webp"),
            r"\(a, b\) with 2 .webp files. Give extensions=\['.webp'\] to use them",
        ),
        (("a/1.heic", "b/2.svg"), r"Convert .heic, .svg to PNG or JPEG"),
        (("a/1.txt",), r"1 class folder \(a\) with 1 .txt file. Check that this is the folder"),
    ],
)
def test_folders_without_images_say_what_they_hold(tmp_path, names, message):
    with pytest.raises(DataError, match=message):
        index_folder(make(tmp_path, *names), GENERATOR_EXTENSIONS)


def test_empty_class_folders(tmp_path):
    (tmp_path / "a").mkdir()
    with pytest.raises(DataError, match=r"1 class folder \(a\) without a file"):
        index_folder(tmp_path)


def test_a_folder_one_floor_too_high_gets_a_note(tmp_path):
    make(tmp_path, "photos/cat/1.jpg", "photos/dog/1.jpg")
    (note,) = folder_notes(index_folder(tmp_path))
    assert f'Did you mean "{tmp_path / "photos"}"?' in note
    make(tmp_path, "test/cat/1.jpg", "test/dog/1.jpg")
    (note,) = folder_notes(index_folder(tmp_path))
    assert "classes (photos, test) all lie in folders (cat, dog)" in note


def test_missing_classes(tmp_path):
    make(tmp_path, "sub/cat/1.jpg", "sub/dog/1.jpg")
    with pytest.raises(DataError, match="no 'cat', 'dog' among sub") as caught:
        index_folder(tmp_path, classes=["cat", "dog"])
    assert f'Did you mean "{tmp_path / "sub"}"?' in str(caught.value)
    with pytest.raises(DataError, match='Did you mean "cat"'):
        index_folder(tmp_path / "sub", classes=["cta"])


@pytest.mark.parametrize("classes", ["cat", ["cat", "cat"]])
def test_classes_that_cannot_work(tmp_path, classes):
    with pytest.raises(InvalidArgument, match="classes: must"):
        index_folder(make(tmp_path, "cat/1.jpg"), classes=classes)


@pytest.mark.skipif(os.name != "posix", reason="file names of any bytes: POSIX only")
def test_a_name_that_is_not_utf8(tmp_path):
    make(tmp_path, "a/1.png")
    try:
        (tmp_path / "a" / os.fsdecode(b"caf\xe9.png")).write_bytes(b"x")
    except OSError:
        pytest.skip("the file system refuses such names")
    index = index_folder(tmp_path)
    assert len(index) == 2
    assert len(fingerprint(index)) == 64


def test_the_fingerprint_is_the_sum_it_says(tmp_path):
    make(tmp_path, "b/1.png", "a/2.png", "a/notes.txt")
    whole = hashlib.sha256()
    for name in ("a/2.png", "b/1.png"):
        content = hashlib.sha256(name.encode()).hexdigest()
        whole.update(f"{name}\0{len(name)}\0{content}\n".encode())
    assert fingerprint(index_folder(tmp_path)) == whole.hexdigest()


def test_the_fingerprint_changes_iff_the_data_does(tmp_path):
    first = make(tmp_path / "one", "a/1.png", "b/2.png", "b/x.txt")
    before = fingerprint(index_folder(first))
    os.utime(first / "a" / "1.png", (1, 1))
    (first / "b" / "x.txt").write_text("changed")
    assert fingerprint(index_folder(first)) == before
    assert fingerprint(index_folder(first, classes=["b", "a"])) == before
    first.rename(tmp_path / "two")
    second = tmp_path / "two"
    assert fingerprint(index_folder(second)) == before

    (second / "a" / "1.png").write_bytes(b"a/1.pnG")  # same name, same size
    edited = fingerprint(index_folder(second))
    (second / "a" / "1.png").rename(second / "b" / "1.png")
    moved = fingerprint(index_folder(second))
    make(second, "b/3.png")
    assert len({before, edited, moved, fingerprint(index_folder(second))}) == 4


def test_the_fingerprint_of_a_file_that_went_away(tmp_path):
    index = index_folder(make(tmp_path, "a/1.png"))
    (tmp_path / "a" / "1.png").unlink()
    with pytest.raises(NoSuchFile, match="was there when the folder was read"):
        fingerprint(index)


def test_an_index_is_frozen():
    index = FolderIndex(".", (), (), np.zeros(0, np.int32))
    with pytest.raises(AttributeError):
        index.directory = "elsewhere"  # type: ignore[misc]


def test_neither_pillow_nor_torch_is_loaded_by_an_index():
    code = (
        "import sys, saccade.data.folders.index, saccade.data.generator.generator\n"
        "print([name for name in ('PIL', 'torch', 'scipy') if name in sys.modules])"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes on this system")
def test_a_pipe_is_no_image_and_nobody_waits_for_it(tmp_path):
    (tmp_path / "cat").mkdir()
    os.mkfifo(tmp_path / "cat" / "pipe.jpg")
    (tmp_path / "cat" / "1.jpg").write_bytes(b"")
    os.symlink(tmp_path / "gone.jpg", tmp_path / "cat" / "link.jpg")
    index = index_folder(tmp_path)
    assert index.paths == (os.path.join("cat", "1.jpg"), os.path.join("cat", "link.jpg"))
    assert index.special == (os.path.join("cat", "pipe.jpg"),)
    assert any("pipe.jpg" in note for note in folder_notes(index))
