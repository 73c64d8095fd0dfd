"""A model in a file: it comes back as it was, in this process and in a fresh one."""

import copy
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import h5py
import numpy as np
import pytest
import torch

from conformance.calls import ABSTRACT, call, numbers
from conformance.layer_examples import EXAMPLES
from saccade.errors import InvalidArgument
from saccade.layers import CLASSES, Conv2D, Dense, Dropout, Flatten, Input, MaxPooling2D, Rescaling
from saccade.models import Model, Sequential, clone_model, load_model
from saccade.models.reviving import known_classes
from saccade.notes import forget_notes
from saccade.saving import save_model

# Where the examples of conformance are too plain to say something.
MORE = {
    "Conv2D name": lambda: Conv2D(4, (2, 3), (2, 1), "same", activation="relu", name="eye"),
    "Conv2D groups": lambda: Conv2D(4, 3, groups=2, use_bias=False, kernel_initializer="he_normal"),
    "Dense bias": lambda: Dense(3, "softmax", bias_initializer="ones"),
    "Dropout shape": lambda: Dropout(0.4, noise_shape=(None, 1, 1, 2), seed=4),
}
X = np.random.RandomState(1).standard_normal((5, 8, 8, 2)).astype("float32")


def small(compiled=True):
    torch.manual_seed(2)
    model = Sequential([Input((8, 8, 2)), Conv2D(3, 3, activation="relu"), MaxPooling2D()])
    model.add(Sequential([Flatten(), Dense(4, "relu")]))
    model.add(Dense(3, "softmax"))
    if compiled:
        model.compile("adam", "sparse_categorical_crossentropy", metrics=["acc"])
        model.fit(X, np.arange(5) % 3, verbose=0)
    return model


def summary_of(model) -> str:
    lines = []
    model.summary(print_fn=lines.append, line_length=80, expand_nested=True, show_trainable=True)
    return "\n".join(lines)


def test_every_class_of_the_table_is_tested():
    models = {"Functional", "Model", "Sequential"}
    assert {*EXAMPLES} | models == set(known_classes())


def example(name):
    """A layer that comes first in a model, and a batch for it; None for a layer of several."""
    if name in MORE:
        return MORE[name](), X
    config, shape, _ = EXAMPLES[name]
    if isinstance(shape, list) or name in {"InputLayer", "RandomHeight", "RandomWidth", *ABSTRACT}:
        return None
    config = copy.deepcopy(config)  # layers inside a layer belong to one model
    return CLASSES[name](**config), numbers(name, shape, np.random.RandomState(1))


@pytest.mark.sampled
@pytest.mark.parametrize("case", [one for one in [*EXAMPLES, *MORE] if example(one)])
@pytest.mark.parametrize("built", [True, False], ids=["built", "not built"])
def test_every_layer_comes_back_as_it_was(tmp_path, case, built):
    layer, x = example(case)
    layers = [layer, Flatten(), Dense(2)]
    model = Sequential([Input(x.shape[1:]), *layers] if built else layers)
    if not built:
        model.compile("sgd", "mse", metrics=["mse"])
    model.save(tmp_path / "m.keras")
    read = load_model(tmp_path / "m.keras")
    assert read.get_config() == model.get_config()
    assert read.get_compile_config() == model.get_compile_config()
    assert (read.built, read.compiled) == (built, not built)
    assert summary_of(read) == summary_of(model)
    if built:
        np.testing.assert_array_equal(read.predict(x, verbose=0), model.predict(x, verbose=0))


@pytest.mark.parametrize("case", [one for one, (_, s, _) in EXAMPLES.items() if type(s) is list])
def test_every_layer_of_several_inputs_comes_back_as_it_was(tmp_path, case):
    config, shapes, _ = EXAMPLES[case]
    inputs = [Input(shape[1:]) for shape in shapes]
    model = Model(inputs, call(CLASSES[case](**config), inputs))
    model.save(tmp_path / "m.keras")
    read = load_model(tmp_path / "m.keras")
    assert json.dumps(read.get_config()) == json.dumps(model.get_config())  # tuples as lists
    x = [np.random.RandomState(1).standard_normal(shape).astype("f") for shape in shapes]
    np.testing.assert_array_equal(read.predict(x, verbose=0), model.predict(x, verbose=0))


def test_a_trained_model_comes_back_as_it_was(tmp_path):
    model = small()
    model.save(tmp_path / "m.keras")
    read = load_model(tmp_path / "m.keras")
    assert read.get_config() == model.get_config()
    assert read.get_compile_config() == model.get_compile_config()
    assert summary_of(read) == summary_of(model)
    assert "Optimizer params" in summary_of(read)
    assert [w.path for w in read.weights] == [w.path for w in model.weights]
    for mine, other in zip(read.weights, model.weights, strict=True):
        assert torch.equal(mine, other)
        assert mine.stride() == other.stride()  # convolution's speed hangs on it


def test_what_is_frozen_stays_frozen(tmp_path):
    model = small(compiled=False)
    model.layers[0].trainable = False
    model.layers[2].layers[1].trainable = False
    model.save(tmp_path / "m.keras")
    read = load_model(tmp_path / "m.keras")
    assert read.get_config() == model.get_config()
    assert summary_of(read) == summary_of(model)
    assert [w.trainable for w in read.weights] == [w.trainable for w in model.weights]
    model.trainable = False
    model.save(tmp_path / "m.keras")
    read = load_model(tmp_path / "m.keras")
    assert read.trainable_weights == []
    assert read.get_config() == model.get_config()


def test_compile_false_leaves_the_training_out(tmp_path):
    model = small()
    model.save(tmp_path / "m.keras")
    read = load_model(tmp_path / "m.keras", compile=False)
    assert not read.compiled
    assert read.optimizer is None
    np.testing.assert_array_equal(read.predict(X, verbose=0), model.predict(X, verbose=0))


def test_a_model_may_be_saved_again_and_again(tmp_path):
    model = small()
    for _ in range(3):
        model.save(tmp_path / "m.keras")
        model = load_model(tmp_path / "m.keras")
    assert model.get_config() == load_model(tmp_path / "m.keras").get_config()


def test_what_travels_beyond_keras(tmp_path):
    model = small()
    model.preprocessing = {"rescale": 1 / 255, "size": (150, 150), "nested": {"a": [None, True]}}
    model.class_names = ["Äpfel", "pears", "plums"]
    model.save(tmp_path / "m.keras")
    read = load_model(tmp_path / "m.keras")
    assert read.preprocessing == {
        "rescale": 1 / 255,
        "size": [150, 150],
        "nested": {"a": [None, True]},
    }
    assert read.class_names == ["Äpfel", "pears", "plums"]
    assert load_model(tmp_path / "m.keras", compile=False).class_names == read.class_names


@pytest.mark.parametrize(
    ("attribute", "value", "words"),
    [
        ("preprocessing", {"by": print}, "model.preprocessing.by"),
        ("preprocessing", {"sizes": {1: 2}}, "model.preprocessing.sizes needs words"),
        ("preprocessing", [1, 2], ""),
        ("preprocessing", print, ""),
        ("preprocessing", Rescaling(2.0), ""),
        ("class_names", "cats", ""),
        ("class_names", 5, ""),
        ("class_names", {"cat": 0}, ""),
        ("class_names", [Rescaling(2.0)], ""),
    ],
)
@pytest.mark.parametrize("ending", ["keras", "h5"])
def test_a_users_own_value_stays_with_the_user(tmp_path, attribute, value, words, caplog, ending):
    """Both names mean nothing to Keras: a script may keep there what it likes."""
    forget_notes()
    model = small(compiled=False)
    setattr(model, attribute, value)
    model.save(tmp_path / f"m.{ending}")
    assert getattr(model, attribute) is value or getattr(model, attribute) == value
    assert getattr(load_model(tmp_path / f"m.{ending}"), attribute) is None
    said = [line for line in caplog.messages if "preprocessing" in line or "class_names" in line]
    assert any(words in line for line in said) if words else not said
    assert getattr(clone_model(model), attribute) in (None, value)


def test_the_entries_of_the_file(tmp_path):
    small().save(tmp_path / "m.keras")
    with zipfile.ZipFile(tmp_path / "m.keras") as archive:
        assert archive.namelist() == [
            "metadata.json",
            "config.json",
            "model.weights.h5",
            "saccade.json",
        ]
        assert {entry.compress_type for entry in archive.infolist()} == {zipfile.ZIP_STORED}
        config = json.loads(archive.read("config.json"))
        with h5py.File(archive.open("model.weights.h5")) as file:
            kernel = file["layers/conv2d/vars/0"]
            assert kernel.shape == (3, 3, 2, 3)
            assert file["layers/sequential/layers/dense/vars/0"].shape == (27, 4)
            assert "_input" not in file
    assert list(config) == [
        "module",
        "class_name",
        "config",
        "registered_name",
        "build_config",
        "compile_config",
    ]
    assert config["compile_config"]["optimizer"]["module"] == "keras.optimizers"
    assert config["compile_config"]["optimizer"]["class_name"] == "Adam"


FRESH = """
import io, json, sys
import numpy as np
from saccade.models import Sequential, load_model
from saccade.layers import Conv2D, Dense, Flatten, InputLayer, Input
from saccade.files.replacement import check_suffix
assert "h5py" not in sys.modules, "h5py is loaded before it is needed"
model = load_model(sys.argv[1])
lines = []
model.summary(print_fn=lines.append, line_length=80, expand_nested=True, show_trainable=True)
new = [Dense(1), Dense(1), Conv2D(1, 1), Flatten(), Sequential(), Sequential()]
result = {
    "names": [model.name, *(layer.name for layer in model.layers)],
    "config": model.get_config(),
    "summary": "\\n".join(lines),
    "predicted": model.predict(np.load(sys.argv[2]), verbose=0).tolist(),
    "new": [layer.name for layer in new] + [Input((3,)).name],
}
model.add(new[0])
json.dump(result, open(sys.argv[3], "w"))
"""


def test_in_a_fresh_process(tmp_path):
    model = small()
    model.layers[0].name = "conv2d_7"
    model.save(tmp_path / "m.keras")
    np.save(tmp_path / "x.npy", X)
    arguments = [str(tmp_path / name) for name in ("m.keras", "x.npy", "result.json")]
    source = str(Path(__file__).resolve().parents[2] / "src")
    paths = os.pathsep.join([source, os.environ.get("PYTHONPATH", "")])
    subprocess.run(
        [sys.executable, "-W", "error", "-c", FRESH, *arguments],
        check=True,
        env={**os.environ, "PYTHONPATH": paths},
    )
    result = json.loads((tmp_path / "result.json").read_text())
    assert result["names"] == [model.name, *(layer.name for layer in model.layers)]
    assert result["config"] == json.loads(json.dumps(model.get_config()))
    assert result["summary"] == summary_of(model)
    np.testing.assert_array_equal(
        np.array(result["predicted"], "float32"), model.predict(X, verbose=0)
    )
    inner = model.layers[2]
    taken = {model.name, model._input.name, inner._input.name, *(o.name for o in inner.layers)}
    taken |= {layer.name for layer in model.layers}
    assert not taken & set(result["new"])
    assert len(set(result["new"])) == len(result["new"])
    assert result["new"][2] == "conv2d_8"


def test_loading_draws_nothing(tmp_path):
    small().save(tmp_path / "m.keras")
    torch.manual_seed(3)
    np.random.seed(3)
    expected = torch.rand(3), np.random.rand(3)
    torch.manual_seed(3)
    np.random.seed(3)
    load_model(tmp_path / "m.keras")
    assert torch.equal(torch.rand(3), expected[0])
    np.testing.assert_array_equal(np.random.rand(3), expected[1])


def test_saving_changes_nothing(tmp_path):
    model = small()
    model.layers[0].trainable = False
    before = model.optimizer.variables
    model.save(tmp_path / "m.keras")
    after = model.optimizer.variables
    assert len(before) == len(after)
    assert all(a is b for a, b in zip(before[2:], after[2:], strict=True))


def test_the_public_names(tmp_path):
    model = small(compiled=False)
    save_model(model, tmp_path / "m.keras")
    with pytest.raises(InvalidArgument, match="overwrite=False"):
        save_model(model, tmp_path / "m.keras", overwrite=False)


def test_a_model_that_is_not_built_says_that_its_file_has_no_weights(tmp_path, caplog):
    forget_notes()
    Sequential([Dense(2)]).save(tmp_path / "m.keras")
    assert "no weights" in caplog.text
