"""Habits of public scripts: imports of inner places, names of old networks, values as they came."""

from __future__ import annotations

import subprocess
import textwrap
from collections import namedtuple
from pathlib import Path

import numpy as np
import pytest
import torch

from saccade import backend
from saccade.applications.imagenet_utils import correct_pad
from saccade.data.dataset import Dataset
from saccade.errors import InvalidArgument
from saccade.keras_alias.submodules import get_submodules_from_kwargs
from saccade.layers import Dense, Input, Layer, RandomTranslation, RandomZoom
from saccade.losses import Hinge, LossFunctionWrapper, MeanAbsoluteError, MeanSquaredError
from saccade.metrics import BinaryAccuracy, Mean
from saccade.models import Functional, Model, Sequential
from saccade.numerics.tensors.conversion import as_tensor
from saccade.old_layer_names import todays_name
from saccade.saving import serialize_keras_object
from saccade.script_door import open_script_door
from scripts.warm_process import python


@pytest.fixture
def door():
    open_script_door()
    yield
    open_script_door(False)


def run(folder: Path, code: str) -> subprocess.CompletedProcess[str]:
    (folder / "script.py").write_text(textwrap.dedent(code))
    return python("-m", "saccade", "script.py", cwd=folder)


@pytest.mark.parametrize(
    "line",
    [
        "from tensorflow.keras.layers.experimental import preprocessing as one; one.Resizing",
        "from tensorflow.python.framework.ops import disable_eager_execution as one; one()",
        "from keras.engine.functional import Functional",
        "from keras.models import Functional",
        "from keras.engine import keras_tensor as one; one.KerasTensor",
        "from tensorflow.python.keras.engine import data_adapter as one; one.expand_1d",
        "from keras.engine.training_utils import make_batches",
        "from keras.losses import LossFunctionWrapper",
        "from keras.backend.common import _EPSILON, _FLOATX",
        "from keras.metrics.base_metric import Metric",
        "from keras_applications import get_submodules_from_kwargs as one; one({})",
        "from keras.legacy import interfaces as one; one.legacy_conv2d_support(len)",
        "from tensorflow.python.keras.optimizer_v2 import adam as one; one.Adam(0.1)",
        "from tensorflow.python.keras.optimizer_v2 import gradient_descent as one; one.SGD(0.1)",
        "from keras.optimizers import adam as one; one(lr=0.1)",
        "import six; from six.moves import range",
        "import keras.backend as one; one.tf.image",
        "import keras; keras.backend.tf.nn",
        "import tensorflow as one; one.profiler.experimental.start('.')",
    ],
)
def test_inner_places_are_there_by_themselves(tmp_path, line):
    done = run(tmp_path, f"{line}\nprint('on')")
    assert done.stdout == "on\n", done.stderr


def test_a_file_that_optimizers_never_had(tmp_path):
    done = run(tmp_path, "from tensorflow.python.keras.optimizer_v2 import adan; adan.Adam(0.1)")
    assert done.returncode == 1
    assert "optimizer_v2.adan" in done.stderr


def test_a_model_of_a_list_of_one_tells_its_shapes(door):
    x = Input((4,))
    model = Model(inputs=[x], outputs=[Dense(2)(x)])
    assert isinstance(model, Functional)
    assert (model.input_shape, model.output_shape) == ((None, 4), (None, 2))
    assert model.get_input_at(0) is x
    assert model.get_output_at(0) is model.outputs[0]
    slopes = backend.function(model.inputs, backend.gradients(model.output, model.inputs))
    assert slopes([np.ones((1, 4))])[0].shape == (1, 4)


def test_names_of_layers_are_one_object():
    assert Dense(1, name="".join(["fully_", "named"])).name is Dense(1, name="fully_named").name


def test_names_that_layers_of_resnet50_had():
    known = set(
        """conv1_relu conv1_bn conv5_block3_out conv2_block1_1_relu conv5_block3_add
        conv2_block1_0_bn conv5_block3_3_conv predictions""".split()  # noqa: SIM905
    )
    for old, new in {
        "activation_49": "conv5_block3_out",
        "activation_2": "conv2_block1_1_relu",
        "activation_1": "conv1_relu",
        "add_16": "conv5_block3_add",
        "bn2a_branch1": "conv2_block1_0_bn",
        "res5c_branch2c": "conv5_block3_3_conv",
        "bn_conv1": "conv1_bn",
        "fc1000": "predictions",
    }.items():
        assert todays_name(old, known) == new
    for name in ("activation_50", "activation_x", "add_0", "res2d_branch9", "conv1_relu"):
        assert todays_name(name, known) is None
    assert todays_name("fc1000", {"predictions"}) is None  # of another network


def test_a_reduction_of_keras_2():
    assert MeanSquaredError(reduction="auto").reduction == "sum_over_batch_size"
    with pytest.raises(ValueError, match="reduction"):
        MeanSquaredError(reduction="automatic")


def test_a_function_as_a_loss_with_its_arguments():
    loss = LossFunctionWrapper(lambda true, found, by=1: by * (true - found).abs(), name="by", by=3)
    assert float(loss(np.ones((2, 1)), np.zeros((2, 1)))) == 3
    assert (loss.name, loss.reduction) == ("by", "sum_over_batch_size")


def test_lists_of_tensors_are_arrays():
    mean = Mean()
    mean.update_state([torch.tensor(1.0), torch.tensor(2.0)])
    assert float(mean.result()) == 1.5
    nested = as_tensor([[torch.tensor(1.0), 2], [3, torch.tensor(4.0)]])
    np.testing.assert_array_equal(nested, [[1, 2], [3, 4]])


def test_factors_that_were_computed():
    part = 1.0 - torch.tensor(0.25).sqrt()
    assert RandomTranslation(part, np.float32(0.25)).height_factor == pytest.approx(0.5)
    RandomZoom((-part, part))
    with pytest.raises(InvalidArgument):
        RandomTranslation(torch.tensor([0.1, 0.2, 0.3]), 0.1)


def test_errors_behind_a_generator_are_left_out():
    def checked(x):
        if int(x) in (1, 2):
            raise ValueError("not this one")
        return x

    numbers = Dataset.from_generator(lambda: iter(range(5)), output_types="int32")
    assert [int(x) for x in numbers.map(checked).ignore_errors()] == [0, 3, 4]

    def breaks():
        yield 0
        raise ValueError("the source itself")

    broken = Dataset.from_generator(breaks, output_types="int32").ignore_errors()
    assert [int(x) for x in broken] == [0]
    with pytest.raises(InvalidArgument, match="known length"):
        numbers.filter(lambda x: x > 0).ignore_errors()


def test_an_input_of_a_bare_number(door):
    assert Input(shape=28 * 28).shape == (None, 784)
    open_script_door(False)
    with pytest.raises(InvalidArgument, match="a shape is a tuple"):
        Input(shape=28 * 28)


def test_modules_that_networks_were_written_with():
    own = object()
    assert get_submodules_from_kwargs({"layers": own})[:2] == (backend, own)


def test_a_list_from_a_function_of_a_dataset_is_a_tuple():
    """As in TensorFlow, where a list often holds images and labels of different shapes."""
    first = next(iter(Dataset.range(3).map(lambda x: [x, (x + 1) * torch.ones(2)])))
    assert isinstance(first, tuple)
    assert [tuple(one.shape) for one in first] == [(), (2,)]


def test_one_target_for_all_predictions():
    found = np.array([[0.9], [0.1]], np.float32)
    for loss in (Hinge(), MeanSquaredError(), MeanAbsoluteError()):
        assert float(loss(1.0, found)) == pytest.approx(float(loss(np.ones((2, 1)), found)))
    metric = BinaryAccuracy()
    metric.update_state(1.0, found)
    assert float(metric.result()) == 0.5


@pytest.mark.parametrize(("size", "pad"), [(7, ((1, 1), (1, 1))), (8, ((0, 1), (0, 1)))])
def test_what_is_put_around_an_input_before_a_step_of_two(size, pad):
    assert correct_pad(Input((size, size, 3)), 3) == pad
    assert correct_pad(Input((None, None, 3)), (5, 3)) == ((1, 2), (0, 1))  # as an even side


def test_a_config_may_hold_a_number_of_numpys():
    class Own(Layer):
        def get_config(self):
            return {**super().get_config(), "cls": np.array(2), "part": np.float32(0.5)}

    assert {**serialize_keras_object(Own())["config"]}["cls"] == 2


def test_a_shape_says_its_rank():
    assert Input((4, 3)).shape.ndims == Input((4, 3)).shape.rank == 3


def test_a_sequential_is_not_built_for_another_shape():
    model = Sequential([Input((2,), batch_size=3), Dense(2)])
    with pytest.raises(InvalidArgument, match=r"made for inputs of \(3, 2\)"):
        model.build((3, 4))
    model.build((3, 2))
    model.build((None, 2))


def test_a_layer_that_cannot_say_its_shape():
    class Silent(Layer):
        def call(self, x):
            return x + 1.0

        def compute_output_spec(self, *args, **kwargs):
            raise NotImplementedError

    model = Sequential([Silent()])
    np.testing.assert_array_equal(model(np.ones((3, 2))), np.full((3, 2), 2.0))
    model.summary()


def test_outputs_of_a_namedtuple_stay_one():
    pair = namedtuple("Pair", ["one", "other"])
    x = Input((3,))
    model = Model(x, pair(Dense(1, name="one")(x), Dense(1, name="other")(x)))
    assert isinstance(model.predict(np.ones((4, 3)), verbose=0), pair)
    model.compile("sgd", pair("mse", "mse"), metrics=pair("mae", "mae"))
    y = np.ones((4, 1))
    history = model.fit(np.ones((4, 3)), pair(y, y), verbose=0).history
    assert set(history) == {"loss", "one_loss", "other_loss", "one_mae", "other_mae"}
