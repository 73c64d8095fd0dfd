"""Frozen layers: nothing of them moves, and thawing needs no new compile."""

import copy
import math

import numpy as np
import pytest
import torch

from saccade import layers, mixed_precision, optimizers
from saccade.callbacks import BackupAndRestore, Callback, LambdaCallback
from saccade.errors import StateError
from saccade.models import Model, Sequential, load_model
from saccade.notes import forget_notes
from saccade.utils import set_random_seed

RANDOM = np.random.RandomState(0)
X = RANDOM.rand(12, 6, 6, 3).astype(np.float32) * 4
Y = RANDOM.randint(0, 3, 12)


def backbone(name="backbone"):
    image = layers.Input((6, 6, 3))
    x = layers.Conv2D(4, 3, name="conv_1", kernel_regularizer="l2")(image)
    x = layers.BatchNormalization(name="norm_1")(x)
    x = layers.Conv2D(4, 2, name="conv_2", kernel_constraint="max_norm")(x)
    x = layers.BatchNormalization(name="norm_2")(x)
    return Model(image, x, name=name)


def nested(part):
    return Sequential([part, layers.GlobalAveragePooling2D(), layers.Dense(3, "softmax")])


def flat(part):
    x = layers.GlobalAveragePooling2D()(part.output)
    return Model(part.input, layers.Dense(3, "softmax")(x))


def fit(model, epochs=2, **options):
    options = {"batch_size": 4, "shuffle": False, "verbose": 0, **options}
    return model.fit(X, Y, epochs=epochs, **options)


def compiled(model, optimizer="adam", **options):
    options = {"jit_compile": False, **options}
    model.compile(optimizer, "sparse_categorical_crossentropy", **options)
    return model


def values(layer):
    return [weight.numpy().tobytes() for weight in layer.weights]


def freeze(part, kept=0):
    """All layers but the last `kept`."""
    if not kept:
        part.trainable = False
    for layer in part.layers[: len(part.layers) - kept] if kept else []:
        layer.trainable = False


OPTIMIZERS = {
    "weight decay": lambda: optimizers.AdamW(0.01, weight_decay=0.1),
    "average": lambda: optimizers.Adam(0.01, use_ema=True, ema_overwrite_frequency=2),
    "clipnorm": lambda: optimizers.SGD(0.1, momentum=0.9, clipnorm=0.1),
    "global clipnorm": lambda: optimizers.RMSprop(0.01, global_clipnorm=0.1),
    "accumulation": lambda: optimizers.Adam(0.01, gradient_accumulation_steps=2),
    "loss scale": lambda: optimizers.SGD(0.1, momentum=0.5, loss_scale_factor=8.0),
    "dynamic loss scale": lambda: optimizers.LossScaleOptimizer(optimizers.Adam(0.01)),
    "lamb": lambda: optimizers.Lamb(0.01, weight_decay=0.1),
}


@pytest.mark.parametrize("reuse_features", [True, False])
@pytest.mark.parametrize("make", [nested, flat])
@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_nothing_frozen_moves(kind, make, reuse_features):
    set_random_seed(1)
    part = backbone()
    model = make(part)
    freeze(part)
    compiled(model, OPTIMIZERS[kind]())
    before, head = values(part), values(model.layers[-1])
    fit(model, reuse_features=reuse_features)
    assert values(part) == before
    assert values(model.layers[-1]) != head
    inner = getattr(model.optimizer, "inner_optimizer", model.optimizer)
    assert all(len(slot) == 2 for slot in inner.slots.values())
    assert all(weight.grad is None for weight in part.weights)


@pytest.mark.parametrize("make", [nested, flat])
def test_partly_frozen(make):
    set_random_seed(2)
    part = backbone()
    freeze(part, kept=2)
    model = compiled(make(part), optimizers.AdamW(0.01, weight_decay=0.1))
    before = [values(layer) for layer in part.layers]
    fit(model)
    after = [values(layer) for layer in part.layers]
    moved = [layer.name for layer, b, a in zip(part.layers, before, after, strict=True) if a != b]
    assert moved == ["conv_2", "norm_2"]
    assert len(model.optimizer.slots["m"]) == 2 + 2 + 2


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
def test_nothing_frozen_moves_in_half_precision(policy):
    mixed_precision.set_global_policy(policy)
    try:
        part = backbone()
        model = nested(part)
        freeze(part)
        before = values(part)
        fit(compiled(model))
    finally:
        mixed_precision.set_global_policy("float32")
    assert values(part) == before


def test_a_compiled_step_moves_nothing_frozen():
    part = backbone()
    freeze(part, kept=2)
    before = [values(layer) for layer in part.layers[:3]]
    fit(compiled(nested(part), jit_compile=True), epochs=1)
    assert [values(layer) for layer in part.layers[:3]] == before


def test_steps_of_every_kind():
    part = backbone()
    freeze(part)
    model = compiled(nested(part))
    before = values(part)
    model.train_on_batch(X, Y)
    model.train_step((torch.tensor(X), torch.tensor(Y)))
    assert values(part) == before
    inside = backbone()
    inside.trainable = False
    x = torch.tensor(X)
    assert torch.equal(inside(x, training=True), inside(x, training=False))


def test_frozen_norms_are_at_rest_and_thawed_ones_are_not():
    norm = layers.BatchNormalization()
    norm.build((None, 3))
    norm.trainable = False
    x = torch.tensor(X[:, 0, 0])
    before = values(norm)
    assert torch.equal(norm(x, training=True), norm(x, training=False))
    assert values(norm) == before
    norm.trainable = True
    norm(x, training=True)
    assert values(norm) != before


def test_the_whole_thawed_after_a_part_was_frozen():
    part = backbone()
    model = nested(part)
    everything = [weight.path for weight in model.trainable_weights]
    freeze(part, kept=2)
    model.trainable = True
    assert [weight.path for weight in model.trainable_weights] == everything
    assert len(model.non_trainable_weights) == 4  # moving statistics never are
    model.trainable = False
    assert model.trainable_weights == []
    part.trainable = True  # inside what is frozen
    assert model.trainable_weights == []
    assert part.trainable_weights != []


def test_frozen_before_it_is_built():
    dense = layers.Dense(3, trainable=False)
    model = Sequential([layers.Flatten(), dense, layers.Dense(3, "softmax")])
    compiled(model)
    model.build((None, 6, 6, 3))
    before = values(dense)
    fit(model)
    assert values(dense) == before
    assert len(model.trainable_weights) == 2
    dense.trainable = True
    assert len(model.trainable_weights) == 4


def test_counts_of_the_summary(capsys):
    part = backbone()
    freeze(part)
    nested(part).summary()
    shown = capsys.readouterr().out
    frozen = part.count_params()
    assert f"Trainable params: {4 * 3 + 3} " in shown
    assert f"Non-trainable params: {frozen} " in shown


# -- between two trainings ------------------------------------------------------------------


def test_frozen_between_two_trainings_without_compile():
    set_random_seed(3)
    part = backbone()
    model = fit_once(part)
    part.trainable = False
    before = values(part)
    fit(model)
    assert values(part) == before
    assert len(model.optimizer.slots["m"]) == 2


def fit_once(part, optimizer=None):
    model = compiled(nested(part), optimizer or optimizers.Adam(0.01))
    fit(model, epochs=1)
    return model


def test_thawed_without_compile_gets_slots_and_says_so_once(caplog):
    set_random_seed(4)
    forget_notes()
    part = backbone()
    freeze(part)
    model = fit_once(part)
    head = [slot.clone() for slot in model.optimizer.slots["m"]]
    assert caplog.messages == []
    part.trainable = True
    model.optimizer.build(model.trainable_weights)
    assert len(model.optimizer.slots["m"]) == 2 + 8
    for kept, slot in zip(head, model.optimizer.slots["m"][-2:], strict=True):
        assert torch.equal(kept, slot)
    assert all(not slot.any() for slot in model.optimizer.slots["m"][:8])
    fit(model)
    assert model.optimizer.iterations == 9
    (said,) = [line for line in caplog.messages if "unfrozen" in line]
    assert "Adam: 8 weights come new after 3 steps" in said
    assert "compile()" in said


def test_a_file_of_a_model_that_is_moved_in_part_is_no_thawing(caplog, tmp_path):
    forget_notes()
    model = Sequential([layers.Dense(3, input_shape=(4,)), layers.Dense(2)])
    model.compile(optimizers.AdamW(0.01), "mse")
    half = model.layers[0].trainable_weights
    for _ in range(2):
        model.optimizer.apply_gradients([(torch.ones_like(one), one) for one in half])
    moved = [slot.clone() for slot in model.optimizer.slots["m"]]
    for name in ("m.weights.h5", "m.keras", "m.h5"):
        (model.save_weights if "weights" in name else model.save)(tmp_path / name)
        assert len(model.optimizer.slots["m"]) == 2
    model.load_weights(tmp_path / "m.weights.h5")
    for before, after in zip(moved, model.optimizer.slots["m"][:2], strict=True):
        assert torch.equal(before, after)
    model.optimizer.apply_gradients([(torch.ones_like(one), one) for one in half])
    assert model.optimizer.iterations == 3
    assert not [line for line in caplog.messages if "come new" in line]


def test_one_optimizer_for_two_models_is_said_as_what_it_is(caplog):
    forget_notes()
    optimizer = optimizers.Adam(0.01)
    for units in (2, 3):
        model = Sequential([layers.Dense(units, input_shape=(4,))])
        model.compile(optimizer, "mse")
        for _ in range(2):
            model.train_on_batch(np.ones((2, 4)), np.ones((2, units)))
    (said,) = caplog.messages
    assert "Adam: after 2 steps it moves other weights, 2 of another model" in said
    assert "unfrozen" not in said


def test_thawed_one_by_one_is_said_once(caplog):
    forget_notes()
    part = backbone()
    for layer in part.layers:
        layer.trainable = False
    model = fit_once(part)
    for layer in reversed(part.layers):
        layer.trainable = True
        fit(model, epochs=1)
    assert len([line for line in caplog.messages if "unfrozen" in line]) == 1


def test_slots_wait_for_a_frozen_layer(caplog):
    """Frozen for a while: the slots are there again, and nothing is said."""
    set_random_seed(5)
    forget_notes()
    part = backbone()
    model = fit_once(part, optimizers.Adam(0.01, use_ema=True, gradient_accumulation_steps=2))
    by_weight = dict(zip(map(id, model.trainable_weights), model.optimizer.slots["v"], strict=True))
    kept = {key: slot.clone() for key, slot in by_weight.items()}
    part.trainable = False
    fit(model, epochs=1)
    saved = model.optimizer.state()
    assert len(saved["slots"]["v"]) == 2
    part.trainable = True
    model.optimizer.build(model.trainable_weights)
    again = dict(zip(model.trainable_weights, model.optimizer.slots["v"], strict=True))
    for weight, slot in again.items():
        if weight.path.startswith("dense"):
            assert not torch.equal(slot, kept[id(weight)])
        else:
            assert torch.equal(slot, kept[id(weight)])
    sums = model.optimizer.slots["gradient_accumulator"]
    assert all(not one.any() for one in sums[:8])
    fit(model)
    assert [line for line in caplog.messages if "unfrozen" in line] == []


class Thaw(Callback):
    """Unfreezes a layer when epoch `at` begins, and freezes it again two epochs later."""

    def __init__(self, part, at=1):
        self.part, self.at = part, at
        self.seen = []

    def on_epoch_begin(self, epoch, logs=None):
        self.part.trainable = epoch == self.at
        self.seen.append(values(self.part))


@pytest.mark.parametrize("reuse_features", [True, False])
def test_thawed_for_one_epoch_by_a_callback(reuse_features):
    set_random_seed(6)
    part = backbone()
    freeze(part)
    model = compiled(nested(part))
    thaw = Thaw(part)
    fit(model, epochs=4, callbacks=[thaw], reuse_features=reuse_features)
    first, second, third, fourth = thaw.seen
    assert first == second
    assert second != third
    assert third == fourth == values(part)


# -- files and resuming ---------------------------------------------------------------------


@pytest.mark.parametrize("make", [nested, flat])
def test_a_file_of_a_partly_frozen_model(make, tmp_path):
    set_random_seed(7)
    part = backbone()
    freeze(part, kept=2)
    model = compiled(make(part))
    fit(model, epochs=1)
    model.save(tmp_path / "m.keras")
    again = load_model(tmp_path / "m.keras")
    assert len(again.trainable_weights) == len(model.trainable_weights) == 6
    assert values(again) == values(model)
    assert again.optimizer.iterations == 3
    for one in (model, again):
        one.jit_compile = False
        fit(one, epochs=1)
    assert values(again) == values(model)
    copied = copy.deepcopy(model)
    assert [w.path for w in copied.trainable_weights] == [w.path for w in model.trainable_weights]


def test_a_file_of_a_model_frozen_since(tmp_path):
    set_random_seed(8)
    part = backbone()
    model = fit_once(part)
    part.trainable = False
    model.save(tmp_path / "m.keras")
    again = load_model(tmp_path / "m.keras")
    assert len(again.optimizer.slots["m"]) == 2
    for one in (model, again):
        one.jit_compile = False
        fit(one, epochs=1)
    assert values(again) == values(model)


def interrupted(folder, freeze_at_start, thaw_at=None):
    """A model that was trained for two epochs of four, and what is left to do."""
    part = backbone()
    part.trainable = not freeze_at_start
    model = compiled(nested(part))
    callbacks = [BackupAndRestore(folder, delete_checkpoint=False)]
    if thaw_at is not None:
        thaw = lambda epoch, logs: setattr(part, "trainable", epoch >= thaw_at)  # noqa: E731
        callbacks.insert(0, LambdaCallback(on_epoch_begin=thaw))
    return model, callbacks


def test_a_frozen_training_is_resumed(tmp_path):
    set_random_seed(9)
    whole, _ = interrupted(tmp_path / "unused", True)
    start = whole.get_weights()
    first, callbacks = interrupted(tmp_path / "kept", True)
    first.set_weights(start)
    fit(whole, epochs=4)
    fit(first, epochs=2, callbacks=callbacks)
    second, callbacks = interrupted(tmp_path / "kept", True)
    fit(second, epochs=4, callbacks=callbacks)
    assert values(second) == values(whole)


def test_layers_frozen_since_stay_as_the_state_has_them(tmp_path):
    first, callbacks = interrupted(tmp_path, False)
    fit(first, epochs=2, callbacks=callbacks)
    second, callbacks = interrupted(tmp_path, True)
    fit(second, epochs=4, callbacks=callbacks)
    assert values(second.layers[0]) == values(first.layers[0])
    assert values(second) != values(first)
    assert len(second.optimizer._weights) == 2


def test_a_state_of_other_weights_is_refused_in_words():
    first = compiled(nested(backbone()))
    fit(first, epochs=1)
    state = first.optimizer.state()
    other = compiled(nested(backbone()))
    with pytest.raises(StateError, match=r"the 2 weights that are trained now.*one of 10 weights"):
        other.optimizer.restore(state, other.trainable_weights[-2:])
    assert other.optimizer.iterations == 0


def test_a_training_with_a_layer_thawed_by_a_callback_is_resumed(tmp_path):
    set_random_seed(11)
    whole, callbacks = interrupted(tmp_path / "unused", True, thaw_at=1)
    start = whole.get_weights()
    fit(whole, epochs=4, callbacks=callbacks[:1])
    first, callbacks = interrupted(tmp_path / "kept", True, thaw_at=1)
    first.set_weights(start)
    fit(first, epochs=2, callbacks=callbacks)
    second, callbacks = interrupted(tmp_path / "kept", True, thaw_at=1)
    fit(second, epochs=4, callbacks=callbacks)
    assert values(second) == values(whole)


def test_averages_of_a_layer_frozen_since_are_not_written_over_it():
    set_random_seed(10)
    part = backbone()
    model = compiled(nested(part), optimizers.SGD(0.1, use_ema=True, ema_overwrite_frequency=1))
    fit(model, epochs=1)
    part.trainable = False
    before = values(part)
    fit(model, epochs=1)
    assert values(part) == before
    assert math.isfinite(model.evaluate(X, Y, verbose=0))


def test_weights_that_come_before_the_first_step_are_no_news(caplog):
    forget_notes()
    part = backbone()
    optimizer = optimizers.Adam()
    optimizer.build(part.trainable_weights[:2])
    optimizer.build(part.trainable_weights)
    assert caplog.messages == []
