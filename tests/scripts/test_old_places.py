"""Where earlier versions of Keras kept things: scripts that import from there run unchanged."""

from __future__ import annotations

import subprocess
import textwrap
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from parity.reference import keras
from saccade.errors import FileFormatError
from saccade.keras_alias.check import check_script, fault_of
from saccade.keras_alias.left_names import sentence_of_left
from saccade.layers import Dense
from saccade.models import Sequential, model_from_yaml
from scripts.warm_process import python


def run(folder: Path, code: str) -> subprocess.CompletedProcess[str]:
    (folder / "script.py").write_text(textwrap.dedent(code))
    return python("-m", "saccade", "script.py", cwd=folder)


def test_keras_engine_has_what_models_are_made_of(tmp_path):
    done = run(
        tmp_path,
        """
        import importlib
        import keras
        from keras.engine import InputSpec, Layer, Model, merge
        from keras.engine.topology import get_source_inputs, Container, Input
        for path in ("topology", "base_layer", "training", "input_layer", "network", "sequential"):
            room = importlib.import_module("keras.engine." + path)
            tf_room = importlib.import_module("tensorflow.python.keras.engine." + path)
            for one in (room, tf_room, getattr(keras.engine, path)):
                assert one.Layer is keras.layers.Layer, path
                assert one.InputSpec is keras.layers.InputSpec is keras.InputSpec, path
                assert one.Model is keras.models.Model, path
                assert one.Sequential is keras.models.Sequential, path
                assert one.InputLayer is keras.layers.InputLayer, path
        from keras.layers import *
        x = Input((8, 8, 3))
        y = AtrousConvolution2D(2, 3, 3, atrous_rate=(2, 2))(x)
        z = merge([y, y], mode="sum")
        print(z.shape, callable(Merge), get_source_inputs(z)[0] is x)
        """,
    )
    assert done.stdout == "(None, 4, 4, 2) True True\n", done.stderr


def test_old_names_of_losses_metrics_initializers_and_utils(tmp_path):
    done = run(
        tmp_path,
        """
        import keras
        from keras import losses, metrics, initializers, objectives, initializations
        from keras.applications.mobilenet import relu6, DepthwiseConv2D
        from keras.losses import binary_crossentropy, MSE
        from keras.utils.layer_utils import print_summary
        from keras.utils.visualize_util import plot

        pairs = {"mse": "mean_squared_error", "mae": "mean_absolute_error",
                 "mape": "mean_absolute_percentage_error",
                 "msle": "mean_squared_logarithmic_error", "kld": "kl_divergence"}
        for short, long in pairs.items():
            for home in (losses, metrics, objectives):
                for name in (short, short.upper()):
                    assert getattr(home, name) is getattr(home, long), (home, name)
        assert losses.cosine_proximity is losses.cosine_similarity
        assert losses.huber_loss is losses.huber and losses.logcosh is losses.log_cosh
        for word in ("cosine_proximity", "huber_loss"):
            assert losses.get(word).__name__ in ("cosine_similarity", "huber")
        assert initializations.zero is initializers.zero is initializers.Zeros
        assert initializers.normal(stddev=0.1).stddev == 0.1
        assert (initializers.uniform, initializers.one) == (
            initializers.RandomUniform, initializers.Ones)
        assert plot is keras.utils.plot_model
        model = keras.Sequential([keras.layers.Dense(2, input_shape=(3,), activation=relu6)])
        model.compile("sgd", losses.mse, metrics=[metrics.mae, "cosine_proximity"])
        model.fit([[1.0, 2, 3]], [[1.0, 2]], verbose=0)
        print(list(model.history.history))
        print_summary(model)
        """,
    )
    assert done.stdout.startswith("['cosine_proximity', 'loss', "), done.stdout + done.stderr
    assert "Trainable params: 8" in done.stdout


def test_a_refusal_says_its_way_out_and_no_nearest_name(tmp_path):
    done = run(tmp_path, "import keras\nkeras.utils.FeatureSpace\n")
    assert "turn words into numbers before fit." in done.stderr
    assert "The nearest" not in done.stderr
    done = run(tmp_path, "import keras\nkeras.layers.Dens\n")
    assert "The nearest that saccade has is 'Dense'." in done.stderr


def test_a_refused_name_of_a_star_import_carries_its_sentence(tmp_path):
    done = run(tmp_path, "from keras.layers import *\nDense(3)\nLSTM(3)\n")
    assert "NameError: name 'LSTM' is not defined\nkeras.layers.LSTM is not in" in done.stderr
    assert "saccade has no recurrent layers" in done.stderr
    done = run(tmp_path, "from keras.layers import *\nnothing\n")
    assert done.stderr.endswith("NameError: name 'nothing' is not defined\n")


def test_modules_that_are_gone_say_their_way_out(tmp_path):
    for line, do in (("import tensorflow as tf; tf.train.Saver()", "tf.train.Checkpoint"),):
        done = run(tmp_path, line + "\n")
        assert do in done.stderr.splitlines()[-1], (line, done.stderr)
    assert fault_of("tensorflow.keras.wrappers.scikit_learn.KerasClassifier") == ""


def test_scripts_ask_the_backend_for_what_lies_below_it(tmp_path):
    done = run(
        tmp_path,
        """
        from tensorflow.python.client import device_lib
        from keras import backend as K
        from keras.backend.common import normalize_data_format
        from keras.backend.tensorflow_backend import tf, _to_tensor
        from keras.utils.conv_utils import normalize_data_format as other

        found = device_lib.list_local_devices()
        assert (found[0].name, found[0].device_type) == ("/device:CPU:0", "CPU")
        gpus = [one.name for one in found if one.device_type == "GPU"]
        assert K.tensorflow_backend._get_available_gpus() == gpus
        f1 = K.constant([0.5, float("nan")])
        assert K.eval(K.tf.where(K.tf.is_nan(f1), K.tf.zeros_like(f1), f1)).tolist() == [0.5, 0]
        assert K.tf is tf and K.np.prod([2, 3]) == 6
        assert other(None) == normalize_data_format("Channels_Last") == "channels_last"
        assert K.eval(_to_tensor(3, "float32")) == 3.0 and int(K.size(K.zeros((2, 3)))) == 6
        with K.control_dependencies([f1]):
            print(K.batch_get_value(ops=[f1])[0][0])
        """,
    )
    assert done.stdout == "0.5\n", done.stderr
    for name in ("client.device_lib.list_local_devices", "client.device_lib"):
        assert fault_of(f"tensorflow.python.{name}") == ""


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("assert K.backend() == 'tensorflow'", "tensorflow"),
        ("if K.backend() != 'tensorflow': raise RuntimeError('needs datasets')", "tensorflow"),
        ("assert K.backend() != 'theano'", "torch"),
        ("assert K.backend() in ('tensorflow', 'torch')", "torch"),
        ("import keras; assert keras.config.backend() == 'tensorflow'  # or torch", "tensorflow"),
    ],
)
def test_a_script_that_knows_no_torch_runs_as_on_tensorflow(tmp_path, line, says):
    done = run(tmp_path, f"from keras import backend as K\n{line}\nprint(K.backend())\n")
    assert done.stdout == f"{says}\n", done.stderr


@pytest.mark.parametrize(
    ("imports", "whose"),
    [
        ("from keras.layers import Dense", "Keras 2 wrote"),
        ("import tensorflow as tf\nfrom keras.layers import Dense", "Keras 2 wrote"),
        ("from keras.layers import Dense\nimport tensorflow as tf", "Keras 2 wrote"),
        ("import tensorflow as tf\nDense = tf.keras.layers.Dense", "TensorFlow wrote"),
        ("from tensorflow.keras.layers import Dense", "TensorFlow wrote"),
        ("import keras\nfrom tensorflow.keras.layers import Dense", "TensorFlow wrote"),
        ("import keras\nfrom tensorflow import keras\nDense = keras.layers.Dense", "TensorFlow"),
    ],
)
def test_tensorflow_beside_keras_leaves_the_script_one_of_keras(tmp_path, imports, whose):
    """Scripts of Keras 2 imported tensorflow for its functions; their files are Keras's."""
    code = "Dense(2, input_shape=(3,))\nfrom keras.models import Sequential"
    if "tensorflow.keras" in imports or "keras = " in imports or "Dense = " in imports:
        code = ""
    room = "keras" if code else "tensorflow.keras"
    done = run(
        tmp_path,
        f"{imports}\nfrom {room}.models import Sequential\n"
        "model = Sequential([Dense(2, input_shape=(3,))])\nmodel.save('digits.model')\n",
    )
    assert whose in done.stderr, done.stderr


def test_check_knows_the_old_words_of_the_backends_functions(tmp_path, capsys):
    script = tmp_path / "script.py"
    script.write_text(
        "from keras import backend as K\n"
        "K.one_hot(indices=[1], nb_classes=3)\nK.sum(x=[1.0], name='s')\n"
        "K.pool2d([[[[1.0]]]], (1, 1), dim_ordering='tf')\nprint(K.tf.is_nan(1.0))\n"
    )
    assert check_script(str(script)) == 0, capsys.readouterr().out
    script.write_text("from keras import backend as K\nK.one_hot(indexes=[1], num_classes=3)\n")
    assert check_script(str(script)) == 1


def test_yaml_goes_there_and_back():
    text = Sequential([Dense(2, input_shape=(3,))]).to_yaml(default_flow_style=False)
    assert model_from_yaml(text).output_shape == (None, 2)


def test_yaml_of_keras_2_is_read_and_runs_nothing():
    yaml = pytest.importorskip("yaml")
    layer = {"units": 2, "batch_input_shape": (None, 3), "name": "dense_1"}
    record = {
        "class_name": "Sequential",
        "config": {"name": "sequential_1", "layers": [{"class_name": "Dense", "config": layer}]},
    }
    assert "python/tuple" in yaml.dump(record)
    assert model_from_yaml(yaml.dump(record)).output_shape == (None, 2)
    for text in ("!!python/object/apply:os.getcwd []", "a: [1", "3"):
        with pytest.raises(FileFormatError):
            model_from_yaml(text)


def test_names_that_a_script_only_imports(tmp_path):
    done = run(
        tmp_path,
        """
        from keras.callbacks import BaseLogger, RemoteMonitor
        from keras.initializations import get_fans
        from keras.layers import Dense, LocallyConnected1D, LocallyConnected2D, MaxoutDense
        from keras.layers.local import LocallyConnected2D as Local
        from keras.models import Sequential, model_from_config
        from keras.optimizers import clip_norm
        from keras.preprocessing.image import apply_transform, list_pictures
        from keras.preprocessing.image import transform_matrix_offset_center
        from keras.regularizers import WeightRegularizer
        from keras.utils import GeneratorEnqueuer, OrderedEnqueuer, SequenceEnqueuer
        from keras.utils.data_utils import OrderedEnqueuer as Queue
        import keras, numpy as np
        print(get_fans((3, 3, 2, 4)), get_fans((4, 2, 3, 3), "th"), clip_norm(2.0, 1.0, 4.0))
        model = Sequential([Dense(2, input_shape=(3,), W_regularizer=WeightRegularizer(l2=0.1))])
        config = {"class_name": "Sequential", "config": model.get_config()}
        print(model_from_config(config).output_shape)
        model.compile("sgd", "mse")
        model.fit(np.ones((2, 3)), np.ones((2, 2)), verbose=0, callbacks=[BaseLogger()])
        half_turn = transform_matrix_offset_center(np.diag([-1.0, -1.0, 1.0]), 3, 3)
        image = np.arange(9.0).reshape(1, 3, 3)
        print(apply_transform(image, half_turn).ravel()[:3], list_pictures("."))
        for use in (lambda: Local(3, 2), lambda: type("Mine", (MaxoutDense,), {}), Queue):
            try:
                use()
            except ValueError as error:
                print(str(error).split(":")[0])
        print(hasattr(keras.layers, "MaxoutDense"))
        """,
    )
    expected = "(18, 36) (18, 36) 0.5\n(None, 2)\n[8. 8. 8.] []\n"
    refused = "keras.layers.local.LocallyConnected2D\nkeras.layers.MaxoutDense\n"
    refused += "keras.utils.data_utils.OrderedEnqueuer\n"
    assert done.stdout == f"{expected}{refused}False\n", done.stdout + done.stderr


LEFTOVERS = """
import keras
from keras.layers import Dense, LSTM, Conv2D, CuDNNGRU
from keras.datasets import imdb, mnist
from keras.datasets.reuters import load_data
import keras.preprocessing.text as text
import keras.datasets.boston_housing
import tensorflow.contrib.slim as slim
from tensorflow.python.framework import graph_util
from tensorflow import get_variable
from tensorflow.keras.preprocessing.text import Tokenizer

def use(*ways):
    for way in ways:
        try:
            way()
        except (ValueError, AttributeError) as error:
            print(str(error).split(": ")[0])

use(lambda: LSTM(3), lambda: type("Mine", (LSTM,), {}), lambda: imdb.load_data(),
    lambda: load_data(), lambda: text.Tokenizer, lambda: slim.conv2d, lambda: graph_util.x(),
    lambda: get_variable("w"), lambda: Tokenizer(num_words=3))
print(hasattr(keras.layers, "LSTM"), hasattr(keras.datasets, "imdb"), hasattr(LSTM, "get_config"),
      isinstance(Dense(1), (LSTM, CuDNNGRU)))
"""

FALLBACKS = """
import contextlib
try:
    from keras.layers import CuDNNLSTM
except ImportError:
    CuDNNLSTM = "another"
try:
    import keras.datasets.imdb as imdb
except Exception:
    imdb = "another"

def recurrent():
    try:
        import nets
    except ModuleNotFoundError:
        return "none"
    except ImportError:
        return "another"

Tokenizer = "another"
with contextlib.suppress(ImportError):
    from keras.preprocessing.text import Tokenizer
print(CuDNNLSTM, imdb, recurrent(), Tokenizer)
try:
    from keras.layers import LSTM
except ImportError:
    raise SystemExit("no Keras")
finally:
    print("imported")
"""


def test_what_a_script_imports_and_does_not_use_does_not_stop_it(tmp_path):
    done = run(tmp_path, LEFTOVERS)
    assert done.stdout.split() == [
        "keras.layers.LSTM", "keras.layers.LSTM", "keras.datasets.imdb.load_data",
        "keras.datasets.reuters.load_data", "keras.preprocessing.text.Tokenizer",
        "tensorflow.contrib.slim.conv2d", "tensorflow.python.framework.graph_util.x",
        "tensorflow.get_variable", "tensorflow.keras.preprocessing.text.Tokenizer",
        *["False"] * 4,
    ], done.stdout + done.stderr  # fmt: skip
    assert fault_of("keras.preprocessing.text.Tokenizer").startswith("not supported. saccade reads")


def test_a_script_with_another_way_takes_it(tmp_path):
    (tmp_path / "nets.py").write_text("from keras.layers import LSTM\n")
    done = run(tmp_path, FALLBACKS)
    assert done.stdout == "another another another another\nimported\n", done.stderr
    assert done.returncode == 0


@pytest.mark.parametrize(
    ("first", "used"),
    [
        ("PIL", "PIL.Image.new"),
        ("urllib", "urllib.request.urlopen"),
        ("concurrent", "concurrent.futures.Future"),
        ("xml", "xml.dom.Node"),
    ],
)
def test_a_bare_import_finds_what_keras_had_loaded(tmp_path, first, used):
    done = run(tmp_path, f"import keras\nimport {first}\nprint(callable({used}))\n")
    assert done.stdout == "True\n", done.stderr
    if first == "PIL":
        (tmp_path / "xml.py").write_text("mine = 5\n")
        done = run(tmp_path, "import keras, xml\nprint(xml.mine)\n")
        assert done.stdout == "5\n", done.stderr


def names_of_keras(module, path: str, seen: set[int]) -> Iterator[str]:
    seen.add(id(module))
    for name, one in vars(module).items():
        if name.startswith("_") or name == "src":
            continue
        yield f"{path}.{name}"
        if isinstance(one, ModuleType) and one.__name__.startswith("keras") and id(one) not in seen:
            yield from names_of_keras(one, f"{path}.{name}", seen)


def test_every_name_that_keras_has_can_be_imported_and_no_other():
    listed = [*names_of_keras(keras, "keras", set())]
    missing = [name for name in listed if fault_of(name)]
    assert len(listed) > 1000
    assert "keras.layers.LSTM" in missing
    assert not [name for name in missing if not sentence_of_left(name)]
    for name in ("layers.LSTMs", "layer.LSTM", "datasets.imbd", "preprocessing.txt.Tokenizer"):
        assert not sentence_of_left(f"keras.{name}")
        assert not sentence_of_left(f"tensorflow.keras.{name}")
    assert not sentence_of_left("tensorflow.constants")
    assert not sentence_of_left("tensorflow.nn.rellu")
