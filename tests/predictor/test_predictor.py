"""Predictor: files and arrays in, names and probabilities out; the same from any thread."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image

from saccade.config import set_image_data_format
from saccade.errors import (
    DataError,
    FileFormatError,
    InvalidArgument,
    NoSuchFile,
    StateError,
)
from saccade.layers import Conv2D, Dense, Flatten, Input
from saccade.models import Sequential, load_model
from saccade.predictor import Predictor, Preprocessing
from saccade.seeds import set_random_seed

NAMES = ["ant", "bee", "cow"]


def make_model(outputs=3, activation="softmax", names=NAMES, size=(6, 8)):
    set_random_seed(5)
    model = Sequential([Flatten(input_shape=(*size, 3)), Dense(outputs, activation=activation)])
    model.preprocessing = Preprocessing(size).to_dict()
    model.class_names = list(names) if names else None
    return model


@pytest.fixture
def run(tmp_path):
    folder = tmp_path / "run"
    folder.mkdir()
    make_model().save(folder / "model.keras")
    return folder


@pytest.fixture
def pictures(tmp_path):
    stream = np.random.default_rng(0)
    paths = []
    for k in range(7):
        path = tmp_path / f"{k}.png"
        Image.fromarray(stream.integers(0, 256, (12, 10, 3), dtype=np.uint8)).save(path)
        paths.append(path)
    return paths


def test_the_ranking_is_the_models_own(run, pictures):
    predictor = Predictor.load(run)
    assert predictor.classes == NAMES
    assert predictor.preprocessing == Preprocessing((6, 8))
    batch = np.stack([predictor.preprocessing.read(path) for path in pictures])
    expected = make_model().predict((batch / 255).astype(np.float32), verbose=0)
    for prediction, row in zip(predictor.predict(pictures), expected, strict=True):
        assert dict(prediction.ranking) == pytest.approx(dict(zip(NAMES, row, strict=True)), 1e-5)
        shares = [share for _, share in prediction.ranking]
        assert shares == sorted(shares, reverse=True)
        assert prediction.class_name == NAMES[row.argmax()]
        assert prediction.probability == shares[0]


def test_a_folder_and_its_file_are_the_same(run, pictures):
    from_folder = Predictor.load(run).predict(pictures)
    assert Predictor.load(run / "model.keras").predict(pictures) == from_folder


def test_files_and_arrays_one_or_many(run, pictures):
    predictor = Predictor.load(run)
    arrays = [np.asarray(Image.open(path)) for path in pictures]
    by_file = [each.ranking for each in predictor.predict(pictures)]
    assert [each.ranking for each in predictor.predict(arrays)] == by_file
    assert [each.ranking for each in predictor.predict(np.stack(arrays))] == by_file
    assert predictor.predict(str(pictures[0]))[0].class_name == by_file[0][0][0]
    assert predictor.predict(arrays[0])[0].source == "array 0"
    assert predictor.predict([]) == []


def test_batches_of_any_size_agree(run, pictures):
    whole = Predictor.load(run).predict(pictures)
    for size in (1, 3):
        parts = Predictor.load(run, batch_size=size).predict(pictures)
        for a, b in zip(whole, parts, strict=True):
            assert dict(a.ranking) == pytest.approx(dict(b.ranking), abs=1e-6)


def test_pictures_are_streamed(run, pictures):
    taken = []

    def watch():
        for path in pictures:
            taken.append(path)
            yield path

    stream = Predictor.load(run, batch_size=2).stream(watch())
    next(stream)
    assert len(taken) == 2
    assert len(list(stream)) == 6


def test_a_file_that_cannot_be_read_says_so_and_the_others_are_predicted(run, pictures, tmp_path):
    (tmp_path / "bad.png").write_bytes(b"nothing")
    found = Predictor.load(run).predict(
        [pictures[0], tmp_path / "bad.png", "none.png", pictures[1]]
    )
    assert [each.error is None for each in found] == [True, False, False, True]
    assert isinstance(found[1].error, DataError)
    assert isinstance(found[2].error, NoSuchFile)
    assert found[1].ranking == ()
    assert found[1].class_name is None
    assert found[3].ranking == Predictor.load(run).predict([pictures[1]])[0].ranking
    assert all(each.error for each in Predictor.load(run).predict(["a", "b"]))


def test_top_is_obeyed_and_checked(run, pictures):
    predictor = Predictor.load(run)
    assert [len(predictor.predict(pictures[0], top=top)[0].ranking) for top in (1, 2, 9)] == [
        1,
        2,
        3,
    ]
    for top in (0, -1, 1.5, True):
        with pytest.raises(InvalidArgument, match="top"):
            predictor.predict(pictures, top=top)


def test_many_threads_get_what_one_gets(run, pictures):
    predictor = Predictor.load(run)
    alone = predictor.predict(pictures)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: predictor.predict(pictures), range(24)))
    assert all(each == alone for each in found)


def test_one_output_is_the_second_class(pictures):
    model = make_model(1, "sigmoid", ["no", "yes"])
    ranking = dict(Predictor(model).predict(pictures[0])[0].ranking)
    batch = Preprocessing((6, 8)).read(pictures[0])[None] / 255
    share = model.predict(batch.astype(np.float32), verbose=0)[0, 0]
    assert ranking == pytest.approx({"yes": share, "no": 1 - share}, abs=1e-6)


def test_classes_without_names_are_numbers():
    assert Predictor(make_model(names=None)).classes == ["0", "1", "2"]


def test_what_makes_no_predictor(pictures, tmp_path):
    plain = make_model()
    plain.preprocessing = None
    with pytest.raises(StateError, match="prepared"):
        Predictor(plain)
    with pytest.raises(FileFormatError, match="class names"):
        Predictor(make_model(names=["one", "two"]))
    with pytest.raises(StateError, match="probabilities"):
        Predictor(make_model(activation=None)).predict(pictures)
    with pytest.raises(InvalidArgument, match="batch_size"):
        Predictor(make_model(), batch_size=0)
    with pytest.raises(NoSuchFile, match=r"must hold model\.keras"):
        Predictor.load(tmp_path)
    with pytest.raises(NoSuchFile, match="Did you mean"):
        Predictor.load(tmp_path / "0.pgn")
    with pytest.raises(DataError, match="another file"):
        Predictor.load(pictures[0])
    with pytest.raises(InvalidArgument, match="NHWC"):
        Predictor(make_model()).predict(np.zeros((5, 6, 7), np.uint8))


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right there")
def test_a_link_to_nothing_is_called_one_and_no_other_name_is_proposed(tmp_path):
    dead = tmp_path / "model.keras"
    for target in ("gone", dead.name):  # and one that leads to itself
        dead.symlink_to(target)
        with pytest.raises(NoSuchFile, match="got a dead link") as told:
            Predictor.load(dead)
        assert "Did you mean" not in str(told.value)
        with pytest.raises(DataError, match=r"model\.keras.*or a dead link"):
            Predictor.load(tmp_path)
        dead.unlink()


def test_a_model_that_looks_in_a_mirror_averages_its_answers(run, pictures):
    plain = Predictor.load(run)
    model = load_model(run / "model.keras")
    model.preprocessing = Preprocessing((6, 8), mirrored=True).to_dict()
    mirrored = Predictor(model)
    one = np.random.default_rng(0).integers(0, 255, (6, 8, 3), dtype=np.uint8)
    both = [dict(each.ranking) for each in plain.predict([one, one[:, ::-1]])]
    found = dict(mirrored.predict(one)[0].ranking)
    assert both[0]["ant"] != pytest.approx(both[1]["ant"], rel=1e-4)
    for name, probability in found.items():
        assert probability == pytest.approx((both[0][name] + both[1][name]) / 2, rel=1e-5)


def test_a_network_with_its_channels_first():
    image = np.random.RandomState(0).randint(0, 256, (6, 8, 3)).astype("uint8")
    weights, answers = None, []
    for word, shape in (("channels_last", (6, 8, 3)), ("channels_first", (3, 6, 8))):
        set_image_data_format(word)
        model = Sequential([Input(shape), Conv2D(2, 3), Flatten(), Dense(3, "softmax")])
        if weights is not None:
            model.set_weights(weights)
        weights = model.get_weights()
        model.preprocessing = Preprocessing((6, 8)).to_dict()
        answers.append(dict(Predictor(model).predict(image)[0].ranking))
    assert answers[0] == pytest.approx(answers[1])
