"""What each method promises: the bottom of a bowl, its formula, its invariant."""

import itertools
import logging
import math

import numpy as np
import pytest
import torch

from saccade import notes
from saccade.optimizers import (
    SGD,
    Adadelta,
    Adafactor,
    Adagrad,
    Adam,
    Adamax,
    AdamW,
    Ftrl,
    Lamb,
    Lion,
    Muon,
    Nadam,
    RMSprop,
    ScheduleFreeAdamW,
    schedules,
)
from saccade.variables import Variable

CASES = {
    "sgd": lambda: SGD(0.1),
    "momentum": lambda: SGD(0.05, momentum=0.8),
    "nesterov": lambda: SGD(0.05, momentum=0.8, nesterov=True),
    "adam": lambda: Adam(0.1),
    "amsgrad": lambda: Adam(0.1, amsgrad=True),
    "rmsprop": lambda: RMSprop(0.02),
    "rmsprop momentum": lambda: RMSprop(0.01, momentum=0.5),
    "centered": lambda: RMSprop(0.01, centered=True),
    "adamw": lambda: AdamW(0.1, weight_decay=1e-4),
    "nadam": lambda: Nadam(0.1),
    "adamax": lambda: Adamax(0.1),
    "adagrad": lambda: Adagrad(0.8),
    "adafactor": lambda: Adafactor(0.1),
    "adadelta": lambda: Adadelta(3.0, epsilon=1e-4),
    "lion": lambda: Lion(0.02),
    "lamb": lambda: Lamb(0.02),
    "ftrl": lambda: Ftrl(0.8),
    "schedule-free": lambda: ScheduleFreeAdamW(0.5),
    "muon": lambda: Muon(0.1),
    "average": lambda: Adam(0.1, use_ema=True, ema_overwrite_frequency=10, ema_momentum=0.5),
    "gathered": lambda: Adam(0.1, gradient_accumulation_steps=2),
    "warm-up": lambda: Adam(schedules.CosineDecay(0.0, 500, 0.1, "", 0.2, 50)),
}


@pytest.mark.parametrize("make", CASES.values(), ids=CASES)
def test_the_bottom_of_a_bowl(make):
    """From (3, -4, 0.5) to (1, 2, -1) on a bowl that is five times steeper one way."""
    bottom = torch.tensor([1.0, 2.0, -1.0])
    steep = torch.tensor([1.0, 5.0, 2.0])
    w, optimizer = Variable(torch.tensor([3.0, -4.0, 0.5])), make()
    for _ in range(600):
        optimizer.step([w], [steep * (w.detach() - bottom)])
    assert float((w.detach() - bottom).abs().max()) < 0.05
    assert optimizer.iterations == 600 // (optimizer.gradient_accumulation_steps or 1)


# -- by hand, in float64 and the formula's own letters -------------------------------------


def follow(formula, steps=10):
    """A weight's way, in plain Python numbers."""
    w, state = 1.0, {}
    way = []
    for t in range(1, steps + 1):
        w = formula(w, gradient(t), t, state)
        way.append(w)
    return way


def gradient(t):
    return math.sin(1.7 * t) + 0.3


def sgd(w, g, t, state):
    return w - 0.1 * g


def momentum(w, g, t, state):
    v = 0.9 * state.get("v", 0.0) - 0.1 * g
    state["v"] = v
    return w + v


def nesterov(w, g, t, state):
    v = 0.9 * state.get("v", 0.0) - 0.1 * g
    state["v"] = v
    return w + 0.9 * v - 0.1 * g


def adam(w, g, t, state, beta_2=0.999, amsgrad=False):
    m = 0.9 * state.get("m", 0.0) + 0.1 * g
    v = beta_2 * state.get("v", 0.0) + (1 - beta_2) * g * g
    top = max(state.get("top", 0.0), v)
    state.update(m=m, v=v, top=top)
    root = math.sqrt(top if amsgrad else v)
    return w - 0.1 * math.sqrt(1 - beta_2**t) / (1 - 0.9**t) * m / (root + 1e-7)


def amsgrad(w, g, t, state):
    """With a memory so short that v falls, or the largest so far would be v itself."""
    return adam(w, g, t, state, 0.5, True)


def rmsprop(w, g, t, state):
    v = 0.9 * state.get("v", 0.0) + 0.1 * g * g
    state["v"] = v
    return w - 0.1 * g / math.sqrt(v + 1e-7)


def centered(w, g, t, state):
    v = 0.9 * state.get("v", 0.0) + 0.1 * g * g
    a = 0.9 * state.get("a", 0.0) + 0.1 * g
    b = 0.5 * state.get("b", 0.0) + 0.1 * g / math.sqrt(v - a * a + 1e-7)
    state.update(v=v, a=a, b=b)
    return w - b


def adamw(w, g, t, state):
    return adam(w - 0.1 * 0.3 * w, g, t, state)


def nadam(w, g, t, state):
    def u(t):
        return 0.9 * (1 - 0.96**t / 2)

    m = 0.9 * state.get("m", 0.0) + 0.1 * g
    v = 0.999 * state.get("v", 0.0) + 0.001 * g * g
    product = state.get("product", 1.0) * u(t)
    state.update(m=m, v=v, product=product)
    ahead = u(t + 1) * m / (1 - product * u(t + 1)) + (1 - u(t)) * g / (1 - product)
    return w - 0.1 * ahead / (math.sqrt(v / (1 - 0.999**t)) + 1e-7)


def adamax(w, g, t, state):
    m = 0.9 * state.get("m", 0.0) + 0.1 * g
    u = max(0.999 * state.get("u", 0.0), abs(g))
    state.update(m=m, u=u)
    return w - 0.1 / (1 - 0.9**t) * m / (u + 1e-7)


def adafactor(w, g, t, state):
    b = 1 - t**-0.8
    state["v"] = b * state.get("v", 0.0) + (1 - b) * g * g
    u = g / math.sqrt(state["v"])
    return w - max(1e-3, abs(w)) * min(0.4, 1 / math.sqrt(t)) * u / max(1.0, abs(u) / 0.9)


def adagrad(w, g, t, state):
    state["a"] = state.get("a", 0.1) + g * g
    return w - 0.1 * g / math.sqrt(state["a"] + 1e-7)


def adadelta(w, g, t, state):
    a = 0.95 * state.get("a", 0.0) + 0.05 * g * g
    step = g * math.sqrt(state.get("d", 0.0) + 1e-3) / math.sqrt(a + 1e-3)
    state.update(a=a, d=0.95 * state.get("d", 0.0) + 0.05 * step * step)
    return w - 0.1 * step


def lion(w, g, t, state):
    m = state.get("m", 0.0)
    state["m"] = 0.99 * m + 0.01 * g
    return w - math.copysign(0.1, 0.9 * m + 0.1 * g)


def lamb(w, g, t, state):
    """Of a weight of one number the length is its size: every step is lr * |w|."""
    m = 0.9 * state.get("m", 0.0) + 0.1 * g
    state["m"] = m
    return w - 0.1 * math.copysign(w, m)


def schedule_free(w, g, t, state):
    """With the mean x kept beside z, as the paper writes it; the first three steps are shorter."""
    x, z = state.get("x", w), state.get("z", w)
    v = 0.999 * state.get("v", 0.0) + 0.001 * g * g
    z -= 0.1 * min(1.0, t / 3) * g / (math.sqrt(v / (1 - 0.999**t)) + 1e-8)
    x += (z - x) / t
    state.update(x=x, z=z, v=v)
    return 0.3 * z + 0.7 * x


def ftrl(w, g, t, state):
    n, z = state.get("n", 0.1), state.get("z", 0.0)
    grown = n + g * g
    z += g - (math.sqrt(grown) - math.sqrt(n)) / 0.1 * w
    state.update(n=grown, z=z)
    return (min(max(z, -0.5), 0.5) - z) / (math.sqrt(grown) / 0.1)


FORMULAS = {
    sgd: lambda: SGD(0.1),
    momentum: lambda: SGD(0.1, momentum=0.9),
    nesterov: lambda: SGD(0.1, momentum=0.9, nesterov=True),
    adam: lambda: Adam(0.1),
    amsgrad: lambda: Adam(0.1, beta_2=0.5, amsgrad=True),
    rmsprop: lambda: RMSprop(0.1),
    centered: lambda: RMSprop(0.1, centered=True, momentum=0.5),
    adamw: lambda: AdamW(0.1, weight_decay=0.3),
    nadam: lambda: Nadam(0.1),
    adamax: lambda: Adamax(0.1),
    adafactor: lambda: Adafactor(0.4, clip_threshold=0.9),
    adagrad: lambda: Adagrad(0.1),
    adadelta: lambda: Adadelta(0.1, epsilon=1e-3),
    lion: lambda: Lion(0.1),
    schedule_free: lambda: ScheduleFreeAdamW(0.1, beta_1=0.7, warmup_steps=3),
    ftrl: lambda: Ftrl(0.1, l1_regularization_strength=0.5),
}


@pytest.mark.parametrize(("formula", "make"), FORMULAS.items(), ids=lambda f: f.__name__)
@pytest.mark.parametrize("keep", [None, torch.tensor(1.0)], ids=["plain", "deferred"])
def test_ten_steps_of_the_formula(formula, make, keep):
    w, optimizer, way = Variable(torch.tensor([1.0, 1.0])), make(), []
    for t in range(1, 11):
        optimizer.step([w], [torch.full((2,), gradient(t))], keep)
        way.append(float(w.detach()[0]))
        assert w[0] == w[1]
    np.testing.assert_allclose(way, follow(formula), rtol=2e-6, atol=2e-6)


def test_lamb_moves_a_weight_by_its_own_length():
    w, optimizer, way = Variable(torch.tensor([1.0])), Lamb(0.1), []
    for t in range(1, 11):
        optimizer.step([w], [torch.full((1,), gradient(t))])
        way.append(float(w.detach()[0]))
    np.testing.assert_allclose(way, follow(lamb), rtol=2e-6, atol=2e-6)


def test_amsgrad_golden_values():
    """keras-semantics.md, C4: x = 1, gradients .01 and then .1 to 1."""
    w, optimizer, way = Variable(torch.tensor([1.0])), Adam(amsgrad=True), []
    for g in [0.01, 0.1, 0.2, 0.3, 0.4]:
        optimizer.step([w], [torch.tensor([g])])
        way.append(float(w.detach()[0]))
    np.testing.assert_allclose(way, [0.999, 0.9982, 0.9974, 0.9965, 0.9955], rtol=5e-4)


# -- invariants ----------------------------------------------------------------------------


@pytest.mark.parametrize("scale", [1e-4, 1.0, 1e4])
def test_adam_does_not_mind_the_scale_of_the_gradient(scale):
    """Steps are m / sqrt(v): a loss a thousand times larger trains the same, epsilon aside."""
    ways = []
    for factor in (1.0, scale):
        w, optimizer = Variable(torch.tensor([1.0])), Adam(0.1, epsilon=1e-12)
        for t in range(1, 21):
            optimizer.step([w], [torch.tensor([factor * gradient(t)])])
        ways.append(float(w.detach()[0]))
    assert ways[0] == pytest.approx(ways[1], rel=1e-4)


@pytest.mark.parametrize("make", [Adam, RMSprop])
def test_the_first_step_of_adam_is_the_rate(make):
    for g in (0.1, 1.0, -50.0):
        w = Variable(torch.tensor([0.0]))
        make(0.1).step([w], [torch.tensor([g])])
        expected = 0.1 if make is Adam else 0.1 / math.sqrt(0.1)
        assert float(w.detach()[0]) == pytest.approx(-math.copysign(expected, g), rel=1e-3)


def test_amsgrad_never_lets_a_step_grow_again():
    """The divisor never falls: v_hat is a running maximum."""
    w, optimizer = Variable(torch.zeros(3)), Adam(0.1, amsgrad=True)
    top = torch.zeros(3)
    for t in range(1, 40):
        optimizer.step([w], [torch.full((3,), 5.0 if t < 5 else 0.01)])
        now = optimizer.slots["v_hat"][0]
        assert (now >= top).all()
        top = now.clone()
    assert (optimizer.slots["v"][0] < top).all()


@pytest.mark.parametrize("make", [Adamax, Lamb, Adadelta, Nadam])
def test_the_others_that_do_not_mind_the_scale(make):
    ways = []
    for scale in (1.0, 1e4):
        w, optimizer = Variable(torch.tensor([1.0])), make(0.1, epsilon=1e-20)
        for t in range(1, 21):
            optimizer.step([w], [torch.tensor([scale * gradient(t)])])
        ways.append(float(w.detach()[0]))
    assert ways[0] == pytest.approx(ways[1], rel=1e-4)


def test_lion_moves_every_weight_by_the_rate():
    w, optimizer = Variable(torch.zeros(4)), Lion(0.1)
    optimizer.step([w], [torch.tensor([1e-20, 1e20, -3.0, 0.0])])
    torch.testing.assert_close(w.detach(), torch.tensor([-0.1, -0.1, 0.1, 0.0]))


def test_adagrad_steps_only_shrink():
    w, optimizer, sizes = Variable(torch.zeros(1)), Adagrad(0.1), []
    for _ in range(20):
        before = float(w.detach()[0])
        optimizer.step([w], [torch.ones(1)])
        sizes.append(before - float(w.detach()[0]))
    assert all(later < earlier for earlier, later in itertools.pairwise(sizes))
    assert sizes[-1] == pytest.approx(0.1 / math.sqrt(20.1), rel=1e-4)


def test_adamax_divides_by_the_largest_gradient_lately():
    w, optimizer = Variable(torch.zeros(1)), Adamax(0.1, beta_2=0.5)
    for g, largest in ((8.0, 8.0), (1.0, 4.0), (-3.0, 3.0), (0.0, 1.5)):
        optimizer.step([w], [torch.tensor([g])])
        assert float(optimizer.slots["u"][0]) == largest


def test_a_schedule_free_weight_is_what_it_steps_or_the_mean_of_that():
    """At beta_1 = 0 and 1."""
    steps, mean = ScheduleFreeAdamW(0.1, beta_1=0.0), ScheduleFreeAdamW(0.1, beta_1=1.0)
    one, other, way = Variable(torch.zeros(1)), Variable(torch.zeros(1)), []
    for t in range(1, 6):
        for optimizer, w in ((steps, one), (mean, other)):
            optimizer.step([w], [torch.tensor([gradient(t)])])
        way.append(float(one.detach()))
        assert float(other.detach()) == pytest.approx(sum(way) / t, rel=1e-5)


@pytest.mark.parametrize("shape", [(8, 3), (3, 8), (5, 5)])
def test_muon_steps_as_far_in_every_direction(shape):
    """However unequal the gradient is: its singular vectors stay, its singular values become 1."""
    stream = torch.Generator().manual_seed(4)
    start = torch.randn(shape, generator=stream)
    u, _, v = torch.linalg.svd(torch.randn(shape, generator=stream), full_matrices=False)
    uneven = u @ torch.diag(torch.linspace(0.2, 1.0, min(shape))) @ v
    w = Variable(start.clone())
    Muon(1.0, weight_decay=None, rms_rate=None).step([w], [uneven])
    step = start - w.detach()
    sizes = torch.linalg.svdvals(step)
    assert 0.6 < sizes.min() <= sizes.max() < 1.3
    torch.testing.assert_close(
        u.T @ step @ v.T, torch.diag(torch.diag(u.T @ step @ v.T)), rtol=0.0, atol=1e-4
    )
    again = Variable(start.T.contiguous())  # a matrix on its side goes the same way
    Muon(1.0, weight_decay=None, rms_rate=None).step([again], [uneven.T])
    torch.testing.assert_close(again.detach().T, w.detach(), rtol=1e-4, atol=1e-4)


def test_muon_tells_a_pattern_that_is_in_no_path(caplog):
    notes.forget_notes()
    caplog.set_level(logging.WARNING, "saccade")
    Muon(exclude_layers=["kernel", "head"]).build([Variable(torch.ones(2, 3), name="kernel")])
    assert len(caplog.messages) == 1
    assert 'exclude_layers has "head", which is in no path' in caplog.messages[0]
    notes.forget_notes()


def test_ftrl_makes_weights_of_exactly_zero():
    """What pulls less than l1 in all does not lift a weight from zero; the rest it does."""
    w, optimizer = Variable(torch.zeros(3)), Ftrl(0.1, l1_regularization_strength=1.0)
    for _ in range(5):
        optimizer.step([w], [torch.tensor([0.1, -0.5, 0.0])])
    assert w.tolist()[0] == 0.0
    assert w.tolist()[1] > 0.0
    assert w.tolist()[2] == 0.0
    before = w.detach().clone()
    optimizer.learning_rate = 0.0  # Keras divides by it and gets NaN
    optimizer.step([w], [torch.ones(3)])
    assert torch.equal(w.detach(), before)


def test_nadam_counts_its_product_from_the_steps_alone():
    """Also after going back, as a run that is restored does."""
    optimizer = Nadam()
    forward = [optimizer.product(t) for t in range(50)]
    assert forward == [optimizer.product(t) for t in range(50)]
    assert optimizer.product(40) == Nadam().product(40) == forward[40]
    assert Nadam().product(10**9) < 1e-299


def test_momentum_gathers_speed_to_its_limit():
    """Under a constant force the velocity tends to lr * g / (1 - momentum)."""
    w, optimizer = Variable(torch.zeros(1)), SGD(0.1, momentum=0.9)
    for _ in range(200):
        optimizer.step([w], [torch.ones(1)])
    assert float(optimizer.slots["momentum"][0]) == pytest.approx(-1.0, rel=1e-5)


PLAIN = (SGD, Adafactor, Adam, RMSprop, AdamW, Nadam, Adamax, Adagrad, Adadelta, Lion, Lamb)


def test_weight_decay_shrinks_without_a_gradient():
    """w *= 1 - lr * decay, beside the step and not through the gradient."""
    for make in PLAIN:
        w, optimizer = Variable(torch.tensor([2.0])), make(0.1, weight_decay=0.5)
        for _ in range(3):
            optimizer.step([w], [torch.zeros(1)])
        assert float(w.detach()[0]) == pytest.approx(2.0 * 0.95**3, rel=1e-6)


def test_clipping():
    big, small = torch.tensor([30.0, -40.0]), torch.tensor([[0.3], [0.0]])
    moved = {}
    for option in ({"clipnorm": 1.0}, {"clipvalue": 0.25}, {"global_clipnorm": 1.0}):
        w = [Variable(torch.zeros(2)), Variable(torch.zeros(2, 1))]
        SGD(1.0, **option).step(w, [big.clone(), small.clone()])
        moved[next(iter(option))] = [-one.detach() for one in w]
    torch.testing.assert_close(moved["clipnorm"][0], torch.tensor([0.6, -0.8]))
    torch.testing.assert_close(moved["clipnorm"][1], small)
    torch.testing.assert_close(moved["clipvalue"][0], torch.tensor([0.25, -0.25]))
    torch.testing.assert_close(moved["clipvalue"][1], torch.tensor([[0.25], [0.0]]))
    length = math.sqrt(50.0**2 + 0.3**2)
    torch.testing.assert_close(moved["global_clipnorm"][0], big / length)
    torch.testing.assert_close(moved["global_clipnorm"][1], small / length)
    for option in ("clipnorm", "clipvalue", "global_clipnorm"):  # short ones stay as they are
        w = Variable(torch.zeros(2))
        SGD(1.0, **{option: 100.0}).step([w], [big.clone()])
        assert torch.equal(w.detach(), -big)


def test_gradients_are_not_changed():
    """What the user handed in stays his, with clipping and in every memory layout."""
    for make in CASES.values():
        for options in ({}, {"clipnorm": 0.1}):
            optimizer = make()
            optimizer.clipnorm = options.get("clipnorm")
            g = torch.arange(24.0).reshape(2, 3, 4).transpose(0, 2)
            before = g.clone()
            optimizer.step([Variable(torch.zeros(4, 3, 2))], [g])
            assert torch.equal(g, before)


def last_axis_first(tensor):
    """The same values, laid out in memory as kernels are."""
    return tensor.permute(3, 0, 1, 2).contiguous().permute(1, 2, 3, 0)


def first_axes_swapped(tensor):
    return tensor.transpose(0, 1).contiguous().transpose(0, 1)


@pytest.mark.parametrize("make", CASES.values(), ids=CASES)
def test_memory_layouts_do_not_matter(make):
    """Kernels lie in memory in another order than their gradients may."""
    stream = torch.Generator().manual_seed(1)
    start = torch.randn(3, 3, 2, 4, generator=stream)
    gradients = [torch.randn(3, 3, 2, 4, generator=stream) for _ in range(3)]
    results = []
    for of_weight in (torch.clone, last_axis_first):
        for of_gradient in (torch.clone, last_axis_first, first_axes_swapped):
            w, optimizer = Variable(of_weight(start)), make()
            for g in gradients:
                optimizer.step([w], [of_gradient(g)])
            results.append(w.detach().contiguous())
    for result in results[1:]:
        torch.testing.assert_close(result, results[0], rtol=1e-6, atol=1e-7)


# -- old spellings -------------------------------------------------------------------------


@pytest.mark.parametrize("make", [SGD, Adam, RMSprop])
def test_lr_and_decay_have_their_old_meaning_and_one_note(make, caplog):
    notes.forget_notes()
    caplog.set_level(logging.DEBUG, "saccade")  # all old words of a process get one note
    optimizer = make(lr=0.5, decay=0.25)
    make(lr=0.5, decay=0.25)
    assert optimizer.learning_rate == 0.5
    assert len(caplog.messages) == 2
    assert "lr" in caplog.messages[0]
    assert "learning_rate / (1 + decay * t)" in caplog.messages[1]
    rates = []
    w = Variable(torch.zeros(1))
    for _ in range(4):
        rates.append(optimizer.current_rate())
        optimizer.step([w], [torch.ones(1)])
    assert rates == [0.5 / (1 + 0.25 * t) for t in range(4)]
    notes.forget_notes()


def test_apply_gradients_as_old_loops_spell_it():
    w = [Variable(torch.ones(2)), Variable(torch.ones(3))]
    g = [torch.ones(2), torch.ones(3)]
    one, other = SGD(0.1), SGD(0.1)
    one.apply_gradients(zip(g, w, strict=True))
    v = [Variable(torch.ones(2)), Variable(torch.ones(3))]
    other.build(v)
    other.apply(g)
    for a, b in zip(w, v, strict=True):
        assert torch.equal(a.detach(), b.detach())
        assert float(a.detach()[0]) == pytest.approx(0.9)
    with pytest.raises(ValueError, match=r"2|gradients"):
        other.apply(g[:1])


def test_apply_as_own_training_loops_call_it():
    w, v = Variable(torch.ones(2)), Variable(torch.ones(3))
    optimizer = Adam(0.1)
    with pytest.raises(ValueError, match=r"needs weights.*build"):
        optimizer.apply([torch.ones(2)])
    optimizer.build([w, v])
    assert optimizer.apply_gradients([(torch.ones(3), v)]) == 1  # one of two: the other waits
    assert len(optimizer.slots["m"]) == 2
    assert torch.equal(w.detach(), torch.ones(2))
    assert not torch.equal(v.detach(), torch.ones(3))
    optimizer.apply_gradients([(torch.ones(3), v), (torch.ones(2), w)])  # in any order
    assert optimizer.slots["m"][0].shape == (2,)
    assert not torch.equal(w.detach(), torch.ones(2))
    optimizer.apply([], [])
    assert optimizer.iterations == 2
    with pytest.raises(ValueError, match="a gradient is needed, got None for every weight"):
        optimizer.apply([None, None])


def test_the_state_can_be_set():
    stream = torch.Generator().manual_seed(5)
    w, v = Variable(torch.ones(2)), Variable(torch.ones(2))
    for make in (Nadam, lambda: Adam(0.1, use_ema=True, gradient_accumulation_steps=2)):
        one, other = make(), make()
        for _ in range(3):
            one.step([w], [torch.randn(2, generator=stream)])
        other.build([v])
        other.set_weights(one.variables)
        for mine, its in zip(one.variables, other.variables, strict=True):
            assert np.array_equal(np.asarray(mine), np.asarray(its))
        with pytest.raises(ValueError, match="the state must fit"):
            other.set_weights(one.variables[:-1])


def test_what_has_no_effect_is_said(caplog):
    notes.forget_notes()
    caplog.set_level(logging.WARNING, "saccade")
    SGD(ema_overwrite_frequency=3)
    schedules.CosineDecay(0.1, 10, warmup_steps=3)
    assert "no effect without use_ema" in caplog.messages[0]
    assert "no effect without warmup_target" in caplog.messages[1]
    notes.forget_notes()


def test_old_decay_goes_into_the_config():
    again = SGD.from_config(SGD(0.5, decay=0.25).get_config())
    assert again.decay == 0.25
    assert "decay" not in SGD(0.5).get_config()
