"""Lists and dicts of layers: found, trained, copied, pickled and saved wherever they are put."""

import copy
import pickle

import numpy as np
import pytest
import torch

from saccade.errors import NotSupported
from saccade.layers import Dense, Layer, TorchModuleWrapper
from saccade.models import Model
from saccade.variables import Variable


class Holder(Model):
    """Calls every layer that it finds in `blocks`, whatever that is."""

    def __init__(self, blocks=None):
        super().__init__()
        self.blocks = [] if blocks is None else blocks

    def call(self, x):
        for layer in flat(self.blocks):
            x = layer(x)
        return x


def flat(value):
    if isinstance(value, dict):
        value = value.values()
    if isinstance(value, Layer):
        return [value]
    return [layer for item in value for layer in flat(item)]


def dense(name):
    return Dense(3, name=name)


X = np.random.RandomState(0).standard_normal((4, 3)).astype(np.float32)


def append(model):
    model.blocks.append(dense("b"))


def extend(model):
    model.blocks.extend([dense("b"), dense("c")])


def insert(model):
    model.blocks.insert(0, dense("b"))


def add_in_place(model):
    model.blocks += [dense("b")]


def set_item(model):
    model.blocks[0] = dense("b")


def set_slice(model):
    model.blocks[0:1] = [dense("b"), dense("c")]


def delete(model):
    del model.blocks[0]


def nested(model):
    model.blocks.append([dense("b"), [dense("c")]])
    model.blocks[-1].append(dense("d"))
    model.blocks[-1][1].append(dense("e"))


def tuple_inside(model):
    model.blocks.append((dense("b"), dense("c")))


def remove(model):
    model.blocks.remove(model.blocks[0])
    model.blocks.append(dense("b"))


def pop_and_reverse(model):
    model.blocks.append(dense("b"))
    model.blocks.append(dense("c"))
    model.blocks.pop(0)
    model.blocks.reverse()


def clear(model):
    model.blocks.clear()
    model.blocks.append(dense("b"))


def replace_the_list(model):
    model.blocks = [dense("b")]


def replace_by_a_layer(model):
    model.blocks = dense("b")


CHANGES = [
    append, extend, insert, add_in_place, set_item, set_slice, delete, nested, tuple_inside,
    remove, pop_and_reverse, clear, replace_the_list, replace_by_a_layer,
]  # fmt: skip


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_what_is_put_in_or_taken_out_of_a_list_later(change):
    model = Holder([dense("a"), dense("z")])
    change(model)
    expected = flat(model.blocks)
    assert sorted(layer.name for layer in model.layers) == sorted(layer.name for layer in expected)
    model(X)
    assert {id(w) for w in model.weights} == {id(w) for layer in expected for w in layer.weights}
    assert {id(p) for p in model.parameters()} == {id(w) for w in model.weights}
    check_copies(model)


def put(model):
    model.blocks["b"] = dense("b")


def dots(model):
    model.blocks["left.eye"] = dense("b")
    model.blocks["left%2Eeye"] = dense("c")
    model.blocks["left/eye"] = dense("d")


def numbers(model):
    model.blocks[3] = dense("b")


def update(model):
    model.blocks.update({"b": dense("b")}, c=dense("c"))


def merge(model):
    model.blocks |= {"b": dense("b")}


def set_default(model):
    model.blocks.setdefault("b", dense("b"))
    model.blocks.setdefault("b", dense("c"))


def delete_key(model):
    del model.blocks["a"]
    model.blocks["b"] = dense("b")


def pop_key(model):
    model.blocks.pop("a")
    model.blocks.popitem()
    model.blocks["b"] = dense("b")


def dict_in_dict(model):
    model.blocks["b"] = {"c": dense("c")}
    model.blocks["b"]["d"] = dense("d")
    model.blocks["e"] = [dense("e")]
    model.blocks["e"].append(dense("f"))


DICT_CHANGES = [
    put, dots, numbers, update, merge, set_default, delete_key, pop_key, dict_in_dict,
]  # fmt: skip


@pytest.mark.parametrize("change", DICT_CHANGES, ids=lambda change: change.__name__)
def test_what_is_put_in_or_taken_out_of_a_dict_later(change):
    model = Holder({"a": dense("a"), "z": dense("z")})
    change(model)
    expected = flat(model.blocks)
    assert sorted(layer.name for layer in model.layers) == sorted(layer.name for layer in expected)
    model(X)
    assert {id(w) for w in model.weights} == {id(w) for layer in expected for w in layer.weights}
    check_copies(model)


def check_copies(model):
    """deepcopy, pickle and state_dict give the same function, with weights of its own."""
    before = model(X).detach().numpy().copy()
    for copied in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        np.testing.assert_array_equal(copied(X).detach().numpy(), before)
        assert len(copied.weights) == len(model.weights)
        assert not {id(w) for w in copied.weights} & {id(w) for w in model.weights}
        copied.set_weights([w * 0 for w in copied.get_weights()])
        np.testing.assert_array_equal(model(X).detach().numpy(), before)
        late = dense("late")
        if isinstance(copied.blocks, list):
            copied.blocks.append(late)
        elif isinstance(copied.blocks, dict):
            copied.blocks["late"] = late
        else:
            continue
        assert late in copied.layers, "the copy no longer tracks its container"
        assert late not in model.layers
    saved = {key: value.clone() for key, value in model.state_dict().items()}
    assert len(saved) == len(model.weights)
    other = copy.deepcopy(model)
    other.set_weights([w + 1 for w in other.get_weights()])
    other.load_state_dict(saved)
    np.testing.assert_array_equal(other(X).detach().numpy(), before)


def test_an_empty_container_is_tracked_too():
    for empty, add in (([], list.append), ({}, None)):
        model = Holder(empty)
        layer = dense("a")
        if add is None:
            model.blocks["a"] = layer
        else:
            model.blocks.append(layer)
        assert model.layers == [layer]


def test_a_list_of_sizes_stays_a_list():
    model = Model()
    model.sizes, model.names, model.pair = [1, 2], {"a": 1}, (3, 4)
    assert type(model.sizes) is list
    assert type(model.names) is dict
    assert type(model.pair) is tuple
    assert model.layers == []


def test_keys_are_safe_for_torch():
    model = Holder({"left.eye": dense("a"), "b": [dense("b")]})
    model(X)
    names = [name for name, _ in model.named_modules()]
    assert names == ["", "blocks[left%2Eeye]", "blocks[b/0]"]
    assert "blocks[b/0].kernel" in model.state_dict()


def test_weights_keep_the_order_in_which_layers_came():
    model = Holder([dense("a")])
    model.head = dense("head")
    model.blocks.append(dense("b"))
    model(X)
    model.head(X)
    assert [w.path for w in model.weights] == [
        f"{name}/{weight}" for name in ("a", "head", "b") for weight in ("kernel", "bias")
    ]


@pytest.mark.parametrize("new", ["layer", "list", "dict", "tuple", "none", "deleted"])
@pytest.mark.parametrize("old", ["layer", "list", "dict", "tuple"])
def test_an_attribute_that_is_replaced_leaves_nothing_behind(old, new):
    """A layer that the model no longer holds is not trained, counted or saved any more."""
    make = {
        "layer": dense,
        "list": lambda name: [dense(name)],
        "dict": lambda name: {"k": dense(name)},
        "tuple": lambda name: (dense(name),),
        "none": lambda name: None,
    }
    model = Model()
    model.part = make[old]("old")
    if new == "deleted":
        del model.part
        assert not hasattr(model, "part")
    else:
        model.part = make[new]("new")
    assert [layer.name for layer in model.layers] == ([] if new in ("none", "deleted") else ["new"])


def test_a_shared_layer_counts_once():
    layer = dense("a")
    model = Holder([layer, layer])
    model.again = layer
    model(X)
    assert model.layers == [layer]
    assert len(model.weights) == len(list(model.parameters())) == 2


class Own(Layer):
    def build(self, input_shape):
        self.scales = [self.add_weight((3,), "ones", name=f"scale{i}") for i in range(2)]

    def call(self, x):
        return x * self.scales[0] * self.scales[1]


def test_weights_in_a_list():
    layer = Own()
    layer(X)
    assert [w.name for w in layer.weights] == ["scale0", "scale1"]
    assert len(list(layer.parameters())) == 2
    layer.set_weights([np.full(3, 2.0), np.full(3, 5.0)])
    for copied in (layer, copy.deepcopy(layer), pickle.loads(pickle.dumps(layer))):
        np.testing.assert_allclose(copied(X).detach().numpy(), X * 10, rtol=1e-6)
        copied.set_weights([np.full(3, 3.0), np.full(3, 5.0)])
        np.testing.assert_allclose(copied(X).detach().numpy(), X * 15, rtol=1e-6)


def test_parts_of_torch_that_fit_would_leave_as_they_are_are_refused_by_name():
    """A module that is an attribute is wrapped; lists of modules, holders of ours and weights that
    no layer made would be left as they are."""
    model = Model()
    for part in (torch.nn.Linear(3, 3), torch.nn.Dropout(0.5)):
        model.inner = part
        assert isinstance(model.inner, TorchModuleWrapper)
    del model.inner
    for part in (
        torch.nn.Parameter(torch.ones(3)),
        torch.nn.ModuleList([torch.nn.Linear(1, 1)]),
        torch.nn.ModuleList([dense("a")]),
    ):
        with pytest.raises(NotSupported, match=f"torch.nn.{type(part).__name__}"):
            model.inner = part
        assert not hasattr(model, "inner")
    with pytest.raises(NotSupported, match="Linear"):
        model.inner = [torch.nn.Linear(3, 3)]
    assert not hasattr(model, "inner")
    model.blocks = []
    with pytest.raises(NotSupported, match="Linear"):
        model.blocks.append(torch.nn.Linear(3, 3))
    model.function = torch.nn.ReLU()
    assert list(model.parameters()) == []


def test_a_weight_that_is_replaced_or_deleted_is_forgotten():
    layer = dense("a")
    layer(X)
    kept = layer.bias
    layer.kernel = layer.add_weight((3, 3), "zeros", name="kernel")
    assert [w is layer.kernel or w is kept for w in layer.weights] == [True, True]
    del layer.kernel
    assert layer.weights == [kept]
    assert [p is kept for p in layer.parameters()] == [True]


def test_a_variable_made_by_hand_is_owned():
    layer = Layer()
    layer.scale = Variable(torch.ones(3), name="scale")
    layer.count = Variable(torch.zeros(()), trainable=False, name="count")
    assert [w.name for w in layer.weights] == ["scale", "count"]
    assert [w.name for w in layer.trainable_weights] == ["scale"]


def test_a_list_that_holds_itself_is_walked_once(tmp_path):
    model = Holding()
    model.parts = [dense("b")]
    model.parts.append(model.parts)
    model.table = {"c": dense("c")}
    model.table["self"] = model.table
    expected = model(X)
    assert [one.name for one in model.layers] == ["a", "b", "c"]
    for part in model.layers:
        part(X)
    model.save_weights(tmp_path / "m.weights.h5")
    with torch.no_grad():
        model.a.kernel.zero_()
    model.load_weights(tmp_path / "m.weights.h5")
    torch.testing.assert_close(model(X), expected)


class Holding(Model):
    def __init__(self):
        super().__init__()
        self.a = dense("a")

    def call(self, x):
        return self.a(x)
