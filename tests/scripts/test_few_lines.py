"""Notes are few: one line of a kind, and what it stands for is in `--explain`."""

from __future__ import annotations

import re
import sys

import pytest

from saccade import notes
from saccade.layers import Conv2D, Dense, Dropout
from scripts.few_lines import kind_of, notes_in, said_twice
from scripts.warm_process import warm_process

KERAS_1 = """\
import numpy as np
from keras.layers import BatchNormalization, Convolution2D, Dense, Dropout, Flatten, MaxPooling2D
from keras.models import Sequential
from keras.optimizers import SGD
model = Sequential()
model.add(Convolution2D(nb_filter=4, nb_row=3, nb_col=3, border_mode="same", subsample=(1, 1),
                        init="he_normal", dim_ordering="tf", input_shape=(8, 8, 3)))
model.add(BatchNormalization(mode=0))
model.add(MaxPooling2D(border_mode="valid"))
model.add(Flatten())
model.add(Dropout(p=0.5))
model.add(Dense(output_dim=3, activation="softmax", bias=True))
model.compile(SGD(lr=0.1, decay=1e-6), "categorical_crossentropy", metrics=["accuracy"])
x, y = np.random.rand(16, 8, 8, 3), np.eye(3)[np.arange(16) % 3]
history = model.fit(x, y, nb_epoch=1, verbose=0, validation_split=0.25)
print(history.history["val_acc"] and model.predict_classes(x[:2]).shape)
model.save("a.h5")
model.save("b.hdf5")
"""
WORDS = (
    "nb_filter", "nb_row", "border_mode", "subsample", "init", "dim_ordering", "mode", "p",
    "output_dim", "bias", "lr", "decay", "nb_epoch", "val_acc", "predict_classes",
)  # fmt: skip


@pytest.mark.skipif(sys.platform != "linux", reason="a process with torch may not be split there")
@pytest.mark.parametrize("explained", [False, True])
def test_a_script_of_keras_1_says_one_line_of_its_old_words(explained, tmp_path):
    (tmp_path / "script.py").write_text(KERAS_1)
    flags = ["--explain"] if explained else []
    done = warm_process().run("saccade", [*flags, "script.py"], tmp_path)
    assert (done.stdout, done.returncode) == ("(2,)\n", 0), done.stderr
    if not explained:
        said = notes_in(done.stderr)
        assert [kind_of(one) == "an old word" for one in said] == [True, False], said
        assert "--explain SCRIPT" in said[0]
        return
    assert not notes_in(done.stderr)  # nothing is said twice
    told, _, _ = done.stderr.partition("warned of")
    block = re.findall(r"(?m)^    (.*)$", told)
    assert len(block) == len(WORDS)
    for word in WORDS:
        assert sum(bool(re.search(rf"\b{word}\b", line.split(" is ")[0])) for line in block) == 1
    assert told.count("older format") == 1


def test_the_first_old_word_speaks_for_all(caplog):
    notes.forget_notes()
    Conv2D(4, 3, border_mode="same")
    Dense(output_dim=3, init="zero")
    Dropout(p=0.5)
    (said,) = [record.getMessage() for record in caplog.records]
    assert "Conv2D(border_mode=)" in said
    assert "Other old words are read without a note" in said
    caplog.set_level("DEBUG", "saccade")
    Dense(3, W_regularizer="l2")
    assert "W_regularizer" in caplog.records[-1].getMessage()
    assert "Other old words" not in caplog.records[-1].getMessage()
    notes.forget_notes()


def test_kinds_are_told_apart():
    first = 'saccade: "a b.h5": the layer x=3 has 4 weights.'
    other = 'saccade: "c.h5": the layer y=5 has 12 weights.'
    assert said_twice(f"{first}\nText\n{other}\nsaccade: another thing.") == {kind_of(first): 2}
