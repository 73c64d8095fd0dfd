"""TorchModuleWrapper: modules of torch's are trained, saved and told when they rest."""

import copy

import numpy as np
import pytest
import torch
from torch import nn

from parity.reference import keras
from saccade import layers, models, optimizers
from saccade.errors import InvalidArgument, NotSupported

X = np.random.RandomState(0).uniform(size=(12, 2, 6, 6)).astype("float32")
Y = np.arange(12) % 3


def net(seed=0):
    torch.manual_seed(seed)
    parts = [nn.Conv2d(2, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Linear(64, 3)]
    return nn.Sequential(*parts)


def alone(module, base=models, room=layers):
    class Alone(base.Model):
        def __init__(self):
            super().__init__()
            self.inner = room.TorchModuleWrapper(module)

        def call(self, x, training=False):
            return self.inner(x, training=training)

    return Alone()


def test_fit_moves_what_torch_itself_would():
    mine, theirs = net(), net()
    model = alone(mine)
    model.compile(optimizers.SGD(0.1), nn_loss)
    model.fit(X, Y, batch_size=4, epochs=2, shuffle=False, verbose=0)
    step = torch.optim.SGD(theirs.parameters(), 0.1)
    for _ in range(2):
        for start in range(0, 12, 4):
            step.zero_grad()
            y = torch.as_tensor(Y[start : start + 4])
            nn.functional.cross_entropy(theirs(torch.as_tensor(X[start : start + 4])), y).backward()
            step.step()
    needed = theirs.state_dict()
    for key, got in mine.state_dict().items():
        np.testing.assert_allclose(got.detach(), needed[key], rtol=1e-4, atol=1e-5, err_msg=key)
    theirs.eval()
    needed = theirs(torch.as_tensor(X)).detach().numpy()
    np.testing.assert_allclose(model.predict(X, verbose=0), needed, rtol=1e-4, atol=1e-5)


def nn_loss(y_true, y_pred):
    return nn.functional.cross_entropy(y_pred, y_true.long().reshape(-1))


def test_an_attribute_is_wrapped_and_its_weights_are_the_models():
    class Mixed(models.Model):
        def __init__(self):
            super().__init__()
            self.conv, self.act, self.drop = nn.Conv2d(2, 4, 3), nn.ReLU(), nn.Dropout(0.5)
            self.dense = layers.Dense(3)

        def call(self, x):
            return self.dense(torch.flatten(self.drop(self.act(self.conv(x))), 1))

    model = Mixed()
    model(X)
    assert [one.name for one in model.weights] == ["weight", "bias", "kernel", "bias"]
    assert isinstance(model.conv, layers.TorchModuleWrapper)
    assert type(model.act) is nn.ReLU
    assert len(list(model.parameters())) == 4
    np.testing.assert_array_equal(model.predict(X, verbose=0), model.predict(X, verbose=0))
    assert not torch.equal(model(X, training=True), model(X, training=True))
    model.conv.trainable = False
    assert [one.name for one in model.trainable_weights] == ["kernel", "bias"]
    twin = copy.deepcopy(model)
    twin.conv.weights[0].assign(np.zeros((4, 2, 3, 3)))
    assert model.conv.weights[0].detach().any()
    assert not twin.conv.module.weight.detach().any()


@pytest.mark.parametrize("name", ["m.weights.h5", "m.h5"])
def test_the_whole_state_is_saved(name, tmp_path):
    model, fresh = alone(net()), alone(net(1))
    for one in (model, fresh):
        one(X)
    model.inner.module[1].running_mean.add_(3)
    model.save_weights(tmp_path / name)
    fresh.load_weights(tmp_path / name)
    state = fresh.inner.module.state_dict()
    for key, needed in model.inner.module.state_dict().items():
        if name != "m.h5" or "running" not in key:  # the older layout holds weights alone
            assert torch.equal(state[key], needed), key


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
@pytest.mark.skipif(keras.backend.backend() != "torch", reason="Keras has the wrapper on torch")
def test_a_file_of_keras_is_read(tmp_path):
    theirs, mine = alone(net(), keras, keras.layers), alone(net(1))
    theirs(torch.as_tensor(X))
    mine(X)
    theirs.save_weights(tmp_path / "k.weights.h5")
    mine.load_weights(tmp_path / "k.weights.h5")
    for key, needed in theirs.inner.module.state_dict().items():
        np.testing.assert_array_equal(mine.inner.module.state_dict()[key], needed.cpu(), key)


def test_a_graph_knows_its_shapes_and_a_file_brings_no_code(tmp_path):
    image = layers.Input((2, 6, 6))
    model = models.Model(image, layers.Dense(2)(layers.TorchModuleWrapper(net())(image)))
    assert model.output_shape == (None, 2)
    assert model.layers[1].output.shape == (None, 3)
    given = layers.TorchModuleWrapper(net(), output_shape=(None, 3), name="given")
    assert given.compute_output_shape((None, 2, 6, 6)) == (None, 3)
    model.save(tmp_path / "m.keras")
    with pytest.raises(NotSupported, match=r"no code.*by its own lines, then call load_weights"):
        models.load_model(tmp_path / "m.keras")
    other = models.Model(image, layers.Dense(2)(layers.TorchModuleWrapper(net(1))(image)))
    other.load_weights(tmp_path / "m.keras")
    np.testing.assert_array_equal(other.predict(X, verbose=0), model.predict(X, verbose=0))


def test_what_is_no_module_of_torch_s_alone():
    for module in (layers.Dense(1), nn.Sequential(layers.Dense(1)), np.tanh):
        with pytest.raises(InvalidArgument, match="torch's alone"):
            layers.TorchModuleWrapper(module)
    with pytest.raises(InvalidArgument, match="Call it once"):
        layers.TorchModuleWrapper(nn.LazyLinear(3))
    holder = layers.Layer()
    for module in (nn.ModuleList([nn.Linear(1, 1)]), nn.Parameter(torch.ones(2))):
        with pytest.raises(NotSupported, match="is not trained"):
            holder.part = module


def test_shared_weights_are_counted_once():
    first = nn.Linear(4, 4)
    module = nn.Sequential(first, first)
    wrapper = layers.TorchModuleWrapper(module, trainable=False)
    assert len(wrapper.weights) == 2
    assert not wrapper.trainable_weights
    assert wrapper.count_params() == 20


def test_a_module_that_a_lambda_calls_is_trained_too():
    model = models.Sequential([layers.Input((2,)), layers.Lambda(nn.Linear(2, 3))])
    assert model.output_shape == (None, 3)
    before = model.get_weights()
    model.compile("sgd", "mse")
    model.fit(np.ones((8, 2)), np.ones((8, 3)), verbose=0)
    assert [one.shape for one in before] == [(3, 2), (3,)]
    assert not np.array_equal(before[0], model.get_weights()[0])
