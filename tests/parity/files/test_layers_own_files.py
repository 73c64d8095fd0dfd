"""`save_assets` and `load_assets`: files of a layer's own, which Keras and saccade both read."""

import pathlib
import zipfile

import pytest

import saccade
from parity.reference import keras
from saccade.errors import FileFormatError
from saccade.layers import Dense
from saccade.models import Sequential, load_model


def wordy(base):
    class Wordy(base):
        words = None

        def save_assets(self, dir_path):
            folder = pathlib.Path(dir_path, "more")
            folder.mkdir()
            (folder / "words.txt").write_text(" ".join(self.words))

        def load_assets(self, dir_path):
            if dir_path is not None:
                self.words = pathlib.Path(dir_path, "more", "words.txt").read_text().split()

    return Wordy


@pytest.mark.filterwarnings("ignore:__array__")  # Keras's own, of its weights
@pytest.mark.parametrize("written", [saccade, keras], ids=["ours", "keras's"])
@pytest.mark.parametrize("read", [saccade, keras], ids=["ours", "keras's"])
def test_files_of_a_layers_own_travel_with_the_model(tmp_path, written, read):
    entry, inside = written.Input((4,)), written.Input((3,))
    inner = written.Model(inside, wordy(written.layers.Dense)(2, name="deep")(inside))
    inner.layers[-1].words = ["deep"]
    outer = wordy(written.layers.Dense)(3, name="flat")
    model = written.Model(entry, inner(outer(entry)))
    outer.words = ["cat", "dog"]
    model.save(tmp_path / "m.keras")
    custom = {"Wordy": wordy(read.layers.Dense)}
    again = read.models.load_model(tmp_path / "m.keras", custom_objects=custom)
    assert again.get_layer("flat").words == ["cat", "dog"]
    assert again.layers[-1].layers[-1].words == ["deep"]
    model.save_weights(tmp_path / "m.weights.h5")  # has no place for them, as in Keras


@pytest.mark.parametrize(
    "name", ["assets/../../x", "assets/./x", "assets/a\\..\\x", "assets/C:x", "assets/link"]
)
def test_files_of_layers_stay_in_their_folder(tmp_path, name):
    cls = wordy(Dense)
    layer = cls(2, input_shape=(4,))
    layer.words = []
    Sequential([layer]).save(tmp_path / "m.keras")
    with zipfile.ZipFile(tmp_path / "m.keras", "a") as archive:
        entry = zipfile.ZipInfo(name)
        entry.external_attr = 0o120777 << 16 if name.endswith("link") else 0
        archive.writestr(entry, b"out")
    with pytest.raises(FileFormatError, match="assets"):
        load_model(tmp_path / "m.keras", custom_objects={"Wordy": cls})
    assert not (tmp_path.parent / "x").exists()
