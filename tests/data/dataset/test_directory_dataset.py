"""image_dataset_from_directory: files, labels, pixels, refusals."""

import inspect
import tracemalloc

import numpy as np
import pytest
import torch
from PIL import Image

import saccade.preprocessing
import saccade.utils
from saccade.data.dataset import Dataset, TensorSpec
from saccade.data.files.decode import UnreadableImage
from saccade.errors import DataError, InvalidArgument, NoSuchFile, UnknownName

load = saccade.utils.image_dataset_from_directory


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    root = tmp_path_factory.mktemp("pictures")
    stream = np.random.RandomState(0)
    for name, count in (("cat", 7), ("Dog", 5), (".hidden", 2)):
        (root / name / "more").mkdir(parents=True)
        for i in range(count):
            pixels = stream.randint(0, 255, (12, 9, 3)).astype(np.uint8)
            below = "more" if i == 3 else "."
            Image.fromarray(pixels).save(root / name / below / f"{i}.PNG")
        (root / name / "notes.txt").write_text("not listed")
    return root


def names_of(dataset, root):
    return [path.replace(f"{root}/", "") for path in dataset.file_paths]


def test_both_spellings():
    assert saccade.preprocessing.image_dataset_from_directory is load


def test_files_labels_and_batches(folder, capsys):
    ds = load(folder, shuffle=False, image_size=(6, 5), batch_size=5)
    assert isinstance(ds, Dataset)
    assert capsys.readouterr().out == "Found 12 files belonging to 2 classes.\n"
    assert ds.class_names == ["Dog", "cat"]
    assert names_of(ds, folder)[:6] == [*(f"Dog/{i}.PNG" for i in (0, 1, 2, 4)),
                                        "Dog/more/3.PNG", "cat/0.PNG"]  # fmt: skip
    batches = list(ds)
    assert [tuple(x.shape) for x, _ in batches] == [(5, 6, 5, 3), (5, 6, 5, 3), (2, 6, 5, 3)]
    assert batches[0][0].dtype == torch.float32
    assert batches[0][1].dtype == torch.int32
    assert torch.cat([y for _, y in batches]).tolist() == [0] * 5 + [1] * 7
    assert len(ds) == 3
    assert ds.element_spec[0] == TensorSpec((None, 6, 5, 3), torch.float32)


def test_labels_follow_their_images(folder):
    plain = load(folder, shuffle=False, image_size=(6, 5), batch_size=None, verbose=False)
    label_of = {x.numpy().tobytes(): int(y) for x, y in plain}
    shuffled = load(folder, seed=3, image_size=(6, 5), batch_size=None, verbose=False)
    first, second = ([(x.numpy().tobytes(), int(y)) for x, y in shuffled] for _ in range(2))
    assert first != second
    for one_pass in (first, second):
        assert dict(one_pass) == label_of
        assert len(one_pass) == 12


def test_label_modes(folder):
    options = {"shuffle": False, "image_size": 4, "batch_size": 12, "verbose": False}
    binary = next(iter(load(folder, label_mode="binary", **options)))[1]
    assert binary.dtype == torch.float32
    assert binary.tolist() == [[0.0]] * 5 + [[1.0]] * 7
    one_hot = next(iter(load(folder, label_mode="categorical", **options)))[1]
    assert one_hot.dtype == torch.float32
    assert one_hot[[0, 11]].tolist() == [[1, 0], [0, 1]]
    for nothing in ({"label_mode": None}, {"labels": None}):
        assert next(iter(load(folder, **nothing, **options))).shape == (12, 4, 4, 3)
    given = load(folder, labels=list(range(14)), **options)  # the folder is read as a whole
    assert len(given.file_paths) == 14
    assert next(iter(given))[1].tolist() == list(range(12))
    assert given.class_names == sorted(map(str, range(14)), key=int)


def test_a_list_of_labels_stays_as_it_was(folder):
    labels = list(range(14))
    load(folder, labels=labels, seed=3, verbose=False)
    assert labels == list(range(14))


def test_nearest_gives_floats_too(folder):
    ds = load(folder, interpolation="Nearest", image_size=4, verbose=False, labels=None)
    assert next(iter(ds)).dtype == torch.float32


def test_chosen_classes_number_in_their_order(folder):
    ds = load(folder, class_names=["cat", "Dog"], shuffle=False, image_size=4, verbose=False)
    assert ds.class_names == ["cat", "Dog"]
    assert names_of(ds, folder)[0] == "cat/0.PNG"
    assert next(iter(ds))[1].tolist() == [0] * 7 + [1] * 5


def test_the_two_subsets_share_nothing(folder, capsys):
    options = {"validation_split": 0.3, "seed": 5, "image_size": 4}
    train, held = load(folder, subset="both", **options)
    assert capsys.readouterr().out.splitlines() == [
        "Found 12 files belonging to 2 classes.",
        "Using 9 files for training.",
        "Using 3 files for validation.",
    ]
    assert len({*train.file_paths, *held.file_paths}) == 12
    assert load(folder, subset="training", **options).file_paths == train.file_paths
    assert load(folder, subset="validation", **options).file_paths == held.file_paths
    assert torch.equal(next(iter(held))[0], next(iter(held))[0])  # validation keeps its order


def test_color_modes_and_deep_pictures(tmp_path):
    (tmp_path / "a").mkdir()
    deep = np.full((3, 3), 200 * 256 + 7, np.uint16)
    Image.fromarray(deep).save(tmp_path / "a" / "deep.png")
    Image.new("RGBA", (3, 3), (10, 20, 30, 0)).save(tmp_path / "a" / "glass.png")
    values = {}
    for mode in ("rgb", "rgba", "grayscale"):
        ds = load(tmp_path, color_mode=mode, shuffle=False, image_size=2, verbose=False)
        values[mode] = [x[0, 0].tolist() for x in next(iter(ds))[0]]
    assert values["rgb"] == [[200, 200, 200], [10, 20, 30]]  # transparency is left out
    assert values["rgba"] == [[200, 200, 200, 255], [10, 20, 30, 0]]
    assert values["grayscale"][0] == [200]


def test_pixels_keep_their_proportions(tmp_path):
    (tmp_path / "a").mkdir()
    wide = np.zeros((4, 8, 3), np.uint8)
    wide[:, 2:6] = 100
    Image.fromarray(wide).save(tmp_path / "a" / "wide.png")
    options = {"shuffle": False, "image_size": (4, 4), "verbose": False, "labels": None}
    crop = next(iter(load(tmp_path, crop_to_aspect_ratio=True, **options)))
    assert crop.unique().tolist() == [100]
    pad = next(iter(load(tmp_path, pad_to_aspect_ratio=True, **options)))[0, :, :, 0]
    assert pad.tolist() == [[0] * 4, [0, 100, 100, 0], [0, 100, 100, 0], [0] * 4]


def test_a_broken_file_is_named(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "broken.jpg").write_bytes(b"\xff\xd8\xff nothing")
    ds = load(tmp_path, verbose=False, image_size=4)
    with pytest.raises(UnreadableImage, match=r"a/broken\.jpg"):
        list(ds)


def test_links(tmp_path):
    for name in ("data/a/down", "else/b"):
        (tmp_path / name).mkdir(parents=True)
        Image.new("RGB", (2, 2)).save(tmp_path / name / "1.png")
    (tmp_path / "data/a/link").symlink_to(tmp_path / "else")
    (tmp_path / "data/a/up").symlink_to(tmp_path / "data")
    plain = load(tmp_path / "data", image_size=2, verbose=False, shuffle=False)
    assert names_of(plain, tmp_path) == ["data/a/down/1.png"]
    linked = load(tmp_path / "data", image_size=2, verbose=False, shuffle=False, follow_links=True)
    assert names_of(linked, tmp_path) == ["data/a/down/1.png", "data/a/link/b/1.png"]


FAULTS = [
    ({"labels": "guessed"}, InvalidArgument, "labels"),
    ({"labels": [0, 1], "class_names": ["cat"]}, InvalidArgument, "class_names"),
    ({"labels": None, "class_names": ["cat"]}, InvalidArgument, "class_names"),
    ({"labels": [0, 1]}, InvalidArgument, "as many as the image files, 14, got 2"),
    ({"label_mode": "sparse"}, UnknownName, "label_mode"),
    ({"label_mode": "binary", "class_names": ["cat"]}, InvalidArgument, "exactly 2 classes"),
    ({"class_names": ["cow"]}, InvalidArgument, r"\['Dog', 'cat'\], got 'cow'"),
    ({"color_mode": "hsv"}, UnknownName, "color_mode"),
    ({"batch_size": 0}, InvalidArgument, "batch_size"),
    ({"image_size": (3,)}, InvalidArgument, "image_size"),
    ({"image_size": (0, 3)}, InvalidArgument, "image_size"),
    ({"interpolation": "hamming"}, UnknownName, "interpolation"),
    ({"crop_to_aspect_ratio": True, "pad_to_aspect_ratio": True}, InvalidArgument, "exclude"),
    ({"data_format": "first"}, UnknownName, "data_format"),
    ({"format": "torch"}, UnknownName, "format"),
    ({"validation_split": 2.0}, InvalidArgument, "between 0 and 1"),
    ({"validation_split": 0.2}, InvalidArgument, "given together"),
    ({"subset": "both"}, InvalidArgument, "given together"),
    ({"validation_split": 0.2, "subset": "test", "seed": 1}, InvalidArgument, "subset"),
    ({"validation_split": 0.2, "subset": "both"}, InvalidArgument, "needs a seed"),
    ({"validation_split": 0.01, "subset": "training", "seed": 1}, DataError, "must hold images"),
]


@pytest.mark.parametrize("case", range(len(FAULTS)))
def test_what_cannot_work(case, folder):
    options, kind, words = FAULTS[case]
    with pytest.raises(kind, match=words) as caught:
        load(folder, **options)
    assert isinstance(caught.value, ValueError)


def test_folders_that_are_not_there(tmp_path):
    with pytest.raises(NoSuchFile):
        load(tmp_path / "none")
    with pytest.raises(DataError, match=r"must hold images \(\.bmp, \.gif"):
        load(tmp_path)


def test_both_formats_need_nothing_else(folder):
    for name in ("tf", "grain"):
        ds = load(folder, format=name, image_size=2, verbose=False)
        assert isinstance(ds.map(lambda x, y: x), Dataset)
    assert "kwargs" not in str(inspect.signature(load))


def test_a_hundred_thousand_files_keep_paths_alone(monkeypatch):
    """Less than 300 bytes a file, and no image of a file that was read."""
    import saccade.data.dataset.directory_dataset as module

    count = 100_000
    monkeypatch.setattr(module.FittedImage, "read", lambda self, path: np.ones((8, 8, 3), "f"))

    def listed(*_):
        paths = [f"a/folder/of/pictures/class_{i % 10}/image_{i:06d}.jpg" for i in range(count)]
        return paths, np.zeros(count, np.int32), ["a"]

    monkeypatch.setattr(module, "list_images", listed)
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    ds = load("any", image_size=8, batch_size=500, seed=1).take(20)
    for _ in ds:
        pass
    bytes_a_file = (tracemalloc.get_traced_memory()[0] - before) / count
    tracemalloc.stop()
    assert bytes_a_file < 300
