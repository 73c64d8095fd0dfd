"""`--check`: names are read off the text, and nothing is run."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import textwrap
from types import ModuleType

import pytest

from parity.reference import keras
from saccade.keras_alias.aliases import real_name
from saccade.keras_alias.check import check_names, check_script, fault_of
from saccade.keras_alias.script_text.call_faults import fault_of_call, fault_of_method
from saccade.keras_alias.script_text.name_uses import NameUse, names_used


def used(code: str) -> list[tuple[str, int]]:
    found = names_used(ast.parse(textwrap.dedent(code)))
    return [(use.name, use.line) for use in found if not use.called]


def test_names_are_followed_through_imports_and_variables():
    assert used("""\
    import keras
    import tensorflow as tf, numpy as np
    import tensorflow.keras.backend as K
    from keras.layers import Dense as D, Conv2D
    layers = tf.keras.layers
    x = layers.Flatten()(D(3).output)
    K.clear_session()
    keras.models.Model.from_config
    np.keras.layers
    """) == [
        ("keras", 1),
        ("tensorflow", 2),
        ("tensorflow.keras.backend", 3),
        ("keras.layers.Conv2D", 4),
        ("keras.layers.Dense", 4),
        ("tensorflow.keras.layers", 5),
        ("tensorflow.keras.layers.Flatten", 6),
        ("tensorflow.keras.backend.clear_session", 7),
        ("keras.models.Model.from_config", 8),
    ]


@pytest.mark.parametrize(
    "own",
    [
        "def f(image):\n    return image.shape",
        "def f():\n    image = 3\n    return image.shape",
        "image = 3\nimage.shape",
        "for image in []:\n    image.shape",
        "def f():\n    while True:\n        image.shape\n        image = 3",
        "f = lambda image: image.shape",
        "import image\nimage.shape",
    ],
)
def test_a_name_of_the_scripts_own_is_not_keras(own):
    code = f"from keras.preprocessing import image\n{own}\n"
    assert [name for name, _ in used(code)] == ["keras.preprocessing.image"]


def test_what_has_another_way_is_told_apart():
    code = "try:\n    from keras.x import y\nexcept ImportError:\n    from keras import layers\n"
    assert [(use.name, use.tried) for use in names_used(ast.parse(code))] == [
        ("keras.x.y", True),
        ("keras.layers", False),
    ]


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("keras.layers.Dense", ""),
        ("keras.layers.Dense.anything.of_a.class", ""),
        ("tensorflow.keras.layers.convolutional.Conv2D", ""),
        ("keras.layers.Conv2DD", "not supported. The nearest that it has is 'Conv2D'."),
        ("keras.layers.LSTM", "not supported. saccade has no recurrent layers"),
        ("keras.nothing.at_all", "not supported."),
    ],
)
def test_what_is_missing_is_told_with_the_way_out(name, fault):
    found = fault_of(name)
    assert found.startswith(fault)
    assert bool(found) is bool(fault)


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("tensorflow.data.Dataset.range", ""),
        ("tensorflow.data.Dataset.snapshot", "not supported. Use cache"),
        ("tensorflow.data.Dataset.rang", "not supported. The nearest name that is: range."),
        ("tensorflow.image.ResizeMethod.BILNEAR", "not supported. The nearest that it has is"),
        ("tensorflow.keras.Model.from_config", ""),
        ("keras.losses.Reduction.NONE", ""),
    ],
)
def test_names_of_classes_are_looked_up(name, fault):
    assert fault_of(name).startswith(fault)
    assert bool(fault_of(name)) == bool(fault)


def test_modules_beside_the_script_are_looked_through(tmp_path):
    (tmp_path / "a.py").write_text("import b\nimport json\n")
    (tmp_path / "b.py").write_text("import a, keras\nkeras.layers.Nothing\n")
    found = check_names(tmp_path / "a.py")
    assert [(one.file, one.use.name, bool(one.fault)) for one in found] == [
        ("b.py", "keras", False),
        ("b.py", "keras.layers.Nothing", True),
    ]


@pytest.mark.parametrize(
    ("code", "ends", "said"),
    [
        ("from keras.layers import Dense\nraise SystemExit(9)\n", 0, "All 1 names are supported."),
        ("from keras.layers import Dens\n", 1, "1 of 1 names are not supported."),
        ("print(1)\n", 0, "uses no name of Keras or TensorFlow"),
        ("try:\n    import keras.x\nexcept ImportError:\n    pass\n", 0, "has another way"),
        ("def f(:\n", 2, "invalid syntax"),
    ],
)
def test_exit_code_and_words(tmp_path, capsys, code, ends, said):
    script = tmp_path / "script.py"
    script.write_text(code)
    assert check_script(str(script)) == ends
    printed = capsys.readouterr()
    assert said in " ".join((printed.out + printed.err).split())


def test_a_missing_script_ends_with_code_2(tmp_path, capsys):
    assert check_script(str(tmp_path / "none.py")) == 2
    assert (
        'none.py": must be a file that can be read, got nothing of that name'
        in capsys.readouterr().err
    )


def test_packages_beside_the_script_are_looked_through(tmp_path):
    (tmp_path / "script.py").write_text(
        "from lib4.nets import LSTM\nfrom lib4 import small\nimport lib3\nimport a.b.c\n"
    )
    for name, code in {
        "lib4/__init__.py": "from . import rooms\n",
        "lib4/nets.py": "from keras.layers import LSTM\nfrom .deep.down import x\n",
        "lib4/small.py": "from keras.layers import GRU\n",
        "lib4/rooms.py": "from ..outside import y\nfrom keras.layers import Dense\n",
        "lib4/deep/down.py": "import keras.nothing\n",
        "lib3/__init__.py": "from keras.layers import RNN\n",
        "a/b/c.py": "from keras.layers import ConvLSTM2D\n",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(code)
    (tmp_path.parent / "outside.py").write_text("import keras.outside\n")
    found = check_names(tmp_path / "script.py")
    assert sorted((one.file, one.use.name, bool(one.fault)) for one in found) == [
        ("a/b/c.py", "keras.layers.ConvLSTM2D", True),
        ("lib3/__init__.py", "keras.layers.RNN", True),
        ("lib4/deep/down.py", "keras.nothing", True),
        ("lib4/nets.py", "keras.layers.LSTM", True),
        ("lib4/rooms.py", "keras.layers.Dense", False),
        ("lib4/small.py", "keras.layers.GRU", True),
    ]


@pytest.mark.parametrize(
    ("name", "module", "fault"),
    [
        ("keras.backend.tensorflow_backend._nothing", "keras.backend", True),
        ("keras.backend.tensorflow_backend.get_value", "keras.backend", False),
        ("keras.layers.core.LSTM", "keras.layers.core", True),
        ("keras.layers.core.dense", "keras.layers.core.dense", False),
        ("keras.layers.core.dense.Dense", "keras.layers.core.dense", False),
        ("keras.engine.topology.Layer", "keras", False),
        ("keras.engine.topology.Nothing", "keras", True),
        ("keras.src.layers.core.Dense", "keras.src.layers.core", False),
        ("tensorflow.python.keras.utils.np_utils.to_categorical", "", False),
    ],
)
def test_names_below_old_paths_are_looked_up(name, module, fault):
    assert bool(fault_of(name, module)) is fault


def test_names_of_a_star_import_are_listed(tmp_path):
    (tmp_path / "script.py").write_text(
        "from keras.layers import *\nfrom keras.models import *\nclass GRU: pass\n"
        "x = GRU(); Dense(3); LSTM(3); print(undefined)\nModel()\n"
    )
    found = check_names(tmp_path / "script.py")
    assert [(one.use.name, one.use.line, bool(one.fault)) for one in found] == [
        ("keras.layers", 1, False),
        ("keras.models", 2, False),
        ("keras.layers.Dense", 4, False),
        ("keras.layers.LSTM", 4, True),
        ("keras.models.Model", 5, False),
    ]


def test_a_branch_that_the_backend_rules_out_is_not_looked_at():
    code = """\
    from keras import backend as K
    from keras import layers
    if K.backend() == "theano":
        layers.GRU(3)
    elif "tensorflow" == K.backend():
        layers.LSTM(3)
    else:
        layers.Dense(3)
    if K.backend() != "torch":
        layers.SimpleRNN(3)
    if K.image_data_format() == "channels_first":
        layers.Flatten()
    """
    names = {name for name, _ in used(code)}
    assert {"keras.layers.Dense", "keras.layers.Flatten"} <= names
    assert not names & {"keras.layers.GRU", "keras.layers.LSTM", "keras.layers.SimpleRNN"}


CONNECT = "tf.config.experimental_connect_to_cluster(tpu)"


@pytest.mark.parametrize(
    ("code", "is_looked_at"),
    [
        (f"if tpu:\n    {CONNECT}", False),
        (f"if tpu is not None:\n    {CONNECT}", False),
        (f"if tpu != None:\n    {CONNECT}", False),
        (f"if not tpu:\n    pass\nelse:\n    {CONNECT}", False),
        (f"if not (tpu is None):\n    {CONNECT}", False),
        (f"if tpu is None:\n    {CONNECT}", True),
        (f"tpu = 5\nif tpu:\n    {CONNECT}", True),
        (f"for tpu in (1, 2):\n    pass\nif tpu:\n    {CONNECT}", True),
        (f"if found:\n    {CONNECT}", True),
    ],
)
def test_a_branch_for_a_tpu_is_not_looked_at(code, is_looked_at):
    begin = """
import tensorflow as tf
try:
    tpu = tf.distribute.cluster_resolver.TPUClusterResolver()
except ValueError:
    tpu = None
"""
    names = {name for name, _ in used(begin + code)}
    assert ("tensorflow.config.experimental_connect_to_cluster" in names) is is_looked_at


def test_what_follows_a_tpu_that_was_found_is_not_looked_at():
    names = {
        name
        for name, _ in used(f"""
import tensorflow as tf
try:
    tpu = tf.distribute.cluster_resolver.TPUClusterResolver.connect()
except ValueError:
    print("none")
else:
    {CONNECT}
""")
    }
    assert "tensorflow.config.experimental_connect_to_cluster" not in names


def test_the_branch_of_a_script_that_knows_no_torch_is_tensorflow_s():
    code = """\
    from keras import backend as K  # torch, in a comment
    from keras import layers
    if K.backend() == 'tensorflow':
        layers.Dense(3)
    else:
        layers.GRU(3)
    if K.backend() == "theano":
        layers.LSTM(3)
    """
    names = {name for name, _ in used(code)}
    assert "keras.layers.Dense" in names
    assert not names & {"keras.layers.GRU", "keras.layers.LSTM"}


@pytest.mark.parametrize("room", ["backend", "layers", "losses", "metrics", "models", "utils"])
def test_rooms_of_saccade_s_are_no_names_of_keras_s(room):
    """`keras.metrics.accuracy` is a module here, which stops a script that calls it."""
    package = importlib.import_module(f"saccade.{room}")
    theirs = getattr(keras, room)
    for module in pkgutil.iter_modules(package.__path__):
        name = f"keras.{room}.{module.name}"
        found = getattr(package, module.name, None)
        is_old_room = real_name(name) == real_name(f"keras.{room}")
        if isinstance(found, ModuleType) and not hasattr(theirs, module.name) and not is_old_room:
            assert fault_of(name), name


@pytest.mark.parametrize(
    ("call", "fault"),
    [
        ("keras.optimizers.adam", ""),
        ("keras.layers.Dense", ""),
        ("keras.preprocessing.image", "a module cannot be called"),
        ("tensorflow.saved_model.save", "refused"),
    ],
)
def test_calls_that_stop(call, fault):
    told = fault_of_call(NameUse(call, 1, False, called=True))
    assert fault in told
    assert bool(told) is bool(fault)


def test_the_report_fits_80_columns_and_ends_in_one_line(tmp_path, capsys):
    script = tmp_path / "script.py"
    script.write_text(
        "import tensorflow as tf\nimport a_package_that_nobody_has\nimport helper\n"
        "tf.keras.layers.LSTM(3)\n"
        + "tf.keras.preprocessing.image_dataset_from_directory('x')\n"
        * 9
    )
    (tmp_path / "helper.py").write_text("import os\n")
    assert check_script(str(script)) == 1
    lines = capsys.readouterr().out.splitlines()
    assert all(len(line) <= 80 for line in lines)
    assert "Needs what is not installed: pip install a_package_that_nobody_has" in lines
    assert lines[-1].endswith("It will stop at line 2: a_package_that_nobody_has is not installed.")
    columns = {line.index("works") for line in lines if line.endswith("works")}
    assert columns == {56}  # names longer than their column stand above
    assert any(line.split() == ["5,", "6,", "7", "+6", "works"] for line in lines)
    script.write_text("from keras.layers import Dense\n\nDense(3)\n")
    assert check_script(str(script)) == 0
    assert capsys.readouterr().out.splitlines()[-1].endswith("will run, as far as names tell.")
    script.write_text("from keras.layers import Dense, LSTM\n")
    assert check_script(str(script)) == 0
    *_, about, _, _, end = capsys.readouterr().out.splitlines()
    assert about.endswith("it may be imported, not used")
    assert end.endswith("will run, as far as names tell.")
    for use in ("LSTM(3)", "class Mine(LSTM): ...", "LSTM.from_config({})"):
        script.write_text(f"from keras.layers import Dense, LSTM\n\n{use}\n")
        assert check_script(str(script)) == 1
        end = capsys.readouterr().out.splitlines()[-1]
        assert "It will stop at line 3: " in end
        assert "LSTM" in end


def told(code: str) -> list[tuple[int, str]]:
    """The lines of a script that stop it, and what is said of each."""
    found = []
    tree = ast.parse(textwrap.dedent(code))
    for use in names_used(tree):
        fault = fault_of_method(use) if use.method else fault_of_call(use) if use.called else ""
        if fault and not use.tried and not use.idle:
            found.append((use.line, fault))
    return found


MISSPELT = {
    "layers.Dense(4, foo=1)": "no argument foo=",
    "layers.Conv2D(4, 3, paddin='same')(x)": "The nearest is padding=",
    "layers.LSTM2(4)": "",  # no name, which is another finding
    "keras.optimizers.Adam(learning_rat=0.1)": "The nearest is learning_rate=",
    "keras.losses.Huber(delte=1.0)": "The nearest is delta=",
    "keras.metrics.AUC(nam='a')": "The nearest is name=",
    "keras.callbacks.EarlyStopping(patiense=3)": "The nearest is patience=",
    "keras.callbacks.ModelCheckpoint('a.h5', save_best=True)": "no argument save_best=",
    "keras.preprocessing.image.ImageDataGenerator(rescal=1.0)": "The nearest is rescale=",
    "keras.utils.to_categorical(y, clases=3)": "no argument clases=",
    "keras.Input(shap=(3,))": "The nearest is shape=",
    "keras.applications.VGG16(weigths=None)": "The nearest is weights=",
    "model.fit(x, y, n_epoch=3)": "The nearest is nb_epoch=",
    "model.fit_generator(x, epoch=3)": "no argument epoch=",
    "model.compile('sgd', los='mse')": "The nearest is loss=",
    "model.frobnicate()": "no such method",
    "model.sumary()": "The nearest is summary",
    "build().sumary()": "The nearest is summary",
    "built.predict(x, batchsize=3)": "The nearest is batch_size=",
    "network.sumary()": "The nearest is summary",
    "flow.flow_from_directory('x', target_sise=(3, 3))": "The nearest is target_size=",
}
START = """\
import keras
from keras import layers
from keras.models import Sequential
def build():
    net = Sequential()
    return net
model, x, y = Sequential(), None, None
model = Sequential()
built = build()
network = keras.applications.ResNet50(weights=None)
flow = keras.preprocessing.image.ImageDataGenerator()
"""


@pytest.mark.parametrize("call", MISSPELT)
def test_words_and_methods_of_calls_are_compared(call):
    found = told(START + call)
    assert len(found) == bool(MISSPELT[call]), found
    assert all(line == 12 and MISSPELT[call] in fault for line, fault in found)


@pytest.mark.parametrize(
    "call",
    [
        "layers.Convolution2D(nb_filter=4, nb_row=3, nb_col=3, border_mode='same', subsample=(1, 1))",
        "layers.Dense(output_dim=3, init='zero', W_regularizer='l2', input_dim=4, weights=[])",
        "layers.LeakyReLU(alpha=0.3)",
        "layers.BatchNormalization(mode=0, virtual_batch_size=None, dtype='float32', name='a')",
        "layers.Embedding(input_dim=3, output_dim=4, input_length=8, mask_zero=True)",
        "layers.RandomFlip(bounding_box_format=None)",
        "layers.Dropout(p=0.3, batch_input_shape=(None, 3))",
        "keras.optimizers.SGD(lr=0.1, decay=1e-6, momentum=0.9, nesterov=True, clipnorm=1.0)",
        "keras.optimizers.Nadam(lr=0.1, schedule_decay=0.004)",
        "keras.callbacks.ModelCheckpoint('a', period=2, save_best_only=True)",
        "keras.callbacks.ReduceLROnPlateau(epsilon=0.1)",
        "keras.callbacks.LambdaCallback(custom=print)",
        "keras.Model(input=x, output=y)",
        "keras.preprocessing.image.ImageDataGenerator(dim_ordering='tf', rescale=1.0)",
        "model.fit(x, y, nb_epoch=3, workers=2, pickle_safe=True, show_accuracy=True)",
        "model.fit(x, samples_per_epoch=3, nb_val_samples=3, validation_data=y)",
        "model.fit_generator(x, samples_per_epoch=3, nb_epoch=2, max_q_size=3, nb_worker=2)",
        "model.evaluate_generator(x, steps=3, val_samples=3)",
        "model.compile('sgd', 'mse', sample_weight_mode=None, class_mode='binary')",
        "model.save('x', save_format='h5')",
        "model.make_predict_function()",
        "model.predict_classes(x)",
        "model.mine = print; model.mine(3)",
        "model = mine(); model.frobnicate()",
        "if x:\n    model = mine()\nmodel.frobnicate()",
        "def f(model):\n    model.frobnicate()\nf(3)",
        "layers.Dense(**x)",
    ],
)
def test_words_that_are_understood_are_no_faults(call):
    assert told(START + call) == []


@pytest.mark.parametrize(
    ("code", "stops"),
    [
        ("try:\n    {}\nexcept {}:\n    pass", {"ValueError": 0, "Exception": 0, "KeyError": 1}),
        ("try:\n    {}\nexcept ({}, KeyError) as e:\n    print(e)", {"TypeError": 0, "OSError": 1}),
        ("try:\n    {}\nexcept {}:\n    raise", {"ValueError": 1, "Exception": 1}),
        ("try:\n    {}\nexcept {}:\n    sys.exit(1)", {"Exception": 1}),
        ("try:\n    pass\nexcept {1}:\n    {0}", {"Exception": 1}),
        ("with contextlib.suppress({1}):\n    {0}", {"Exception": 0, "KeyError": 1}),
        ("def f():\n    {0}", {"": 0}),
        ("def f():\n    f()\n    {0}", {"": 0}),
        ("def f():\n    {0}\nf()", {"": 1}),
        ("def f():\n    {0}\ntry:\n    f()\nexcept {1}:\n    pass", {"Exception": 0, "OSError": 1}),
        ("def f():\n    {0}\ntry:\n    f()\nexcept {1}:\n    f()", {"Exception": 1}),
        ("@task\ndef f():\n    {0}", {"": 1}),
        ("try:\n    def f():\n        {0}\nexcept {1}:\n    pass\nf()", {"Exception": 1}),
    ],
)
def test_what_is_caught_or_never_called_stops_nothing(code, stops):
    for kind, count in stops.items():
        found = told("import keras\n" + code.format("keras.layers.Dense(3, foo=1)", kind))
        assert len(found) == count, (kind, found)


def test_lines_of_a_pipe_fit_80_columns(tmp_path, capsys):
    script = (
        tmp_path / "a_script_with_a_very_long_name_that_says_what_it_is_made_for_and_by_whom.py"
    )
    name = "keras.preprocessing.image_dataset_from_directory"
    script.write_text(
        f"import keras\n{name}('x')\n{name}('x', a_word_that_nobody_has_ever_given_to_a_function=1)\n"
        "import a_package_with_such_a_long_name_that_no_line_of_eighty_columns_could_ever_hold_it\n"
    )
    assert check_script(str(script)) == 1
    lines = capsys.readouterr().out.splitlines()
    assert all(len(line) <= 80 for line in lines if "pip install" not in line), lines
    assert lines[-1].startswith("It will stop at line 3: image_dataset_from_directory has no")


IN_A_CLASS = """
import keras
class Mine(keras.layers.Layer):
    kept = None
    def build(self, shape):
        {0}
    def own(self):
        self.given = print
class Below(Mine):
    def later(self):
        pass
"""


@pytest.mark.parametrize(
    ("call", "fault"),
    [
        ("self.frobnicate()", "no such method"),
        ("self.add_weight(shapes=(1,))", "no argument shapes="),
        ("self.add_weight(shape=(1,))", ""),
        ("self.add_metric(3.0, name='x')", ""),
        ("self.own()", ""),
        ("self.given(3)", ""),
        ("self.kept(3)", ""),
        ("self.later()", ""),
        ("super().biuld(shape)", "The nearest is build"),
        ("super(Mine, self).add_weight(shapes=(1,))", "no argument shapes="),
        ("super().build(shape)", ""),
        ("super().__init__(nothing=3)", ""),
        ("super().own()", "no such method"),
        ("self.net = keras.Sequential(); self.net.sumary()", "The nearest is summary"),
        ("self.net = keras.Sequential(); self.net = None; self.net.sumary()", ""),
        ("self.net = keras.Sequential(); setattr(self, shape, 3); self.net.sumary()", ""),
        ("self.net.sumary(); other.net = 3", ""),
        ("self.kept = keras.Sequential(); self.kept.sumary()", ""),
        ("net = keras.models.load_model('a'); net.sumary()", "The nearest is summary"),
        ("net = keras.models.load_model('a'); net.predict_classes(3); net.extract(3)", ""),
        ("net = keras.models.load_model('a'); net.predict(x, batchsize=3)", ""),
    ],
)
def test_methods_of_self_are_compared(call, fault):
    found = told(IN_A_CLASS.format(call))
    assert (len(found) == 1 and fault in found[0][1]) if fault else found == []


def test_what_is_only_imported_may_be_a_name_that_is_refused_at_its_use(tmp_path, capsys):
    script = tmp_path / "script.py"
    lines = "from keras.layers import MaxoutDense\nfrom keras.callbacks import RemoteMonitor\n"
    script.write_text(lines)
    assert check_script(str(script)) == 0
    script.write_text(lines + "MaxoutDense(3)\n")
    assert check_script(str(script)) == 1
    said = capsys.readouterr().out
    assert "Maximum()" in said
    assert "It will stop at line 3" in said
