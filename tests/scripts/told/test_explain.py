"""`--explain`: what was said, and where the time went."""

from __future__ import annotations

import importlib.util
import re
import threading
import time

import numpy as np
import pytest
import torch

from saccade import notes, timers
from saccade.keras_alias.explain import GUARDS, ORDER, Explanation, is_guard
from saccade.layers import Conv2D, Dense, Dropout, Input
from saccade.models import Sequential
from saccade.optimizers import Adam
from saccade.tensorflow_alias.parts.running.gradient_tape import GradientTape
from saccade.timers import (
    BACKWARD,
    COMPILED,
    EVALUATE,
    FEATURES,
    FORWARD,
    PREDICT,
    UPDATE,
    VALIDATION,
    WAITING,
)
from scripts.note_kinds import kind_of, notes_in, said_twice
from scripts.warm_process import python

SCRIPT = """\
import sys
import numpy as np
from keras.layers import Dense, Flatten, Input
from keras.models import Sequential
from keras.optimizers import Adam
model = Sequential([Input((6, 6, 3)), Flatten(), Dense(3, activation="softmax")])
model.compile(Adam(lr=0.01), "sparse_categorical_crossentropy")
x, y = np.random.rand(64, 6, 6, 3), np.random.randint(0, 3, 64)
model.fit(x, y, epochs=2, validation_split=0.25, verbose=0)
print("done")
sys.exit(4)
"""


def test_a_script_is_explained_after_it_ran(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    done = python("-m", "saccade", "--explain", script, cwd=tmp_path)
    assert (done.stdout, done.returncode) == ("done\n", 4)
    said = done.stderr[done.stderr.index("What saccade did") :]
    assert "translated: 1\n  old words, read as they were meant:\n    Adam(lr=) is the old" in said
    assert "warned of: nothing" in said
    shares = dict(re.findall(r"(?m)^(\S.*?) +[\d.]+ +(\d+)%$", said))
    assert {"forward, loss and metrics", "backward", "validation", "everything else"} <= set(shares)
    assert 97 <= sum(map(int, shares.values())) <= 103


@pytest.fixture
def told():
    told = Explanation()
    timers.listen(told)
    yield told
    timers.stop_listening(told)


def test_time_inside_is_counted_once(told):
    inner = EVALUATE.timed(lambda: time.sleep(0.05))

    def outer():
        time.sleep(0.02)
        inner()

    FORWARD.timed(outer)()
    assert 0.05 <= told.seconds[EVALUATE] < 0.07
    assert 0.02 <= told.seconds[FORWARD] < 0.04
    VALIDATION.timed(outer)()
    assert 0.07 <= told.seconds[VALIDATION] < 0.1
    assert told.seconds[EVALUATE] < 0.07


def test_a_span_that_ends_by_an_error_is_counted_and_one_of_another_thread_is_not(told):
    @EVALUATE.timed
    def fail():
        time.sleep(0.01)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert told.seconds[EVALUATE] >= 0.01
    thread = threading.Thread(target=PREDICT.timed(lambda: time.sleep(0.01)))
    thread.start()
    thread.join()
    assert set(told.seconds) == {EVALUATE}


def test_a_span_that_was_open_before_is_not_counted():
    told = Explanation()
    with EVALUATE:
        timers.listen(told)
    with PREDICT:
        timers.stop_listening(told)
    assert not told.seconds


def test_training_tells_where_its_time_goes(told):
    x, y = np.random.rand(32, 4).astype("float32"), np.random.randint(0, 2, 32)
    frozen, dense = Dense(4, trainable=False), Dense(2, activation="softmax")
    model = Sequential([Input((4,)), frozen, dense])
    model.compile("sgd", "sparse_categorical_crossentropy")
    model.fit(x, y, batch_size=8, epochs=2, validation_split=0.25, verbose=0)
    spans = {WAITING, FORWARD, BACKWARD, UPDATE, VALIDATION, FEATURES}
    assert {span for span in told.seconds if told.seconds[span] > 0} == spans
    model.evaluate(x, y, verbose=0)
    model.predict(x, verbose=0)
    assert set(told.seconds) == spans | {EVALUATE, PREDICT}
    assert set(ORDER) == spans | {EVALUATE, PREDICT, COMPILED}
    rows = told.rows()
    assert [name for name, _ in rows][-1] == "everything else"
    assert all(seconds >= 0 for _, seconds in rows)


def test_the_gradients_of_a_step_written_by_hand_are_counted_too(told):
    model = Sequential([Input((4,)), Dense(2)])
    x = torch.ones(3, 4)
    with GradientTape() as tape:
        loss = model(x).square().mean()
    gradients = tape.gradient(loss, model.trainable_weights)
    assert set(told.seconds) == {BACKWARD}
    Adam().apply(gradients, model.trainable_weights)
    assert set(told.seconds) == {BACKWARD, UPDATE}


def test_the_modules_whose_notes_are_warnings_are_there():
    for module in GUARDS:
        assert importlib.util.find_spec(module) is not None, module


@pytest.mark.parametrize(
    ("module", "warns"),
    [
        ("saccade.data.generator.generator", True),
        ("saccade.data.files.image_file", True),
        ("saccade.models.trainer", True),
        ("saccade.training.loop", True),
        ("saccade.datasets.cifar10", False),
        ("saccade.layers.core.keras1_words", False),
        ("saccade.training.features.feature_reuse", False),
    ],
)
def test_notes_of_the_guards_alone_are_warnings(module, warns):
    assert is_guard(module) is warns


# -- few lines ------------------------------------------------------------------------------

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


@pytest.mark.parametrize("explained", [False, True])
def test_a_script_of_keras_1_says_one_line_of_its_old_words(explained, tmp_path):
    (tmp_path / "script.py").write_text(KERAS_1)
    flags = ["--explain"] if explained else []
    done = python("-m", "saccade", *flags, "script.py", cwd=tmp_path)
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
