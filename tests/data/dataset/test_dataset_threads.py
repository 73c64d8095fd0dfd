"""Threads of a Dataset: really ahead, in order, with the errors they met; gone when left."""

import gc
import threading
import time

import numpy as np
import pytest
import torch

from saccade.data.dataset import AUTOTUNE, Dataset

WAIT_S = 10.0


def numbers(n: int) -> Dataset:
    return Dataset.from_tensor_slices(np.arange(n))


def prefetchers() -> list[threading.Thread]:
    return [one for one in threading.enumerate() if one.name == "saccade-prefetch"]


def wait_until(condition) -> bool:
    end = time.monotonic() + WAIT_S
    while not condition() and time.monotonic() < end:
        time.sleep(0.005)
    return condition()


def test_several_at_a_time_and_in_order():
    together = threading.Barrier(3)

    def meet(x):
        if x > 0:  # the first call is made alone
            together.wait(WAIT_S)
        return x * 2

    ds = numbers(10).map(meet, num_parallel_calls=3)
    assert [int(x) for x in ds] == list(range(0, 20, 2))


def test_the_first_call_is_made_alone():
    """Layers make their weights at the first call."""
    inside, most, lock = [0], [0], threading.Lock()

    def watch(x):
        with lock:
            inside[0] += 1
        time.sleep(0.02)
        with lock:
            most[0] = max(most[0], inside[0] if x == 0 else 0)
            inside[0] -= 1
        return x

    list(numbers(6).map(watch, num_parallel_calls=4))
    assert most[0] == 1


def test_the_look_ahead_is_bounded():
    called = []
    items = iter(numbers(100).map(lambda x: called.append(int(x)) or x, num_parallel_calls=2))
    next(items), next(items)
    time.sleep(0.05)
    assert 2 <= len(called) <= 2 + 4


def test_prefetch_reads_ahead_and_no_further():
    called = []
    items = iter(numbers(100).map(lambda x: called.append(int(x)) or x).prefetch(3))
    next(items)
    assert wait_until(lambda: len(called) >= 4)
    time.sleep(0.05)
    assert len(called) <= 5  # one given, three in the queue, one in hand
    assert called == sorted(called)


@pytest.mark.parametrize("calls", [None, 2, AUTOTUNE])
@pytest.mark.parametrize("ahead", [0, 2])
def test_an_error_comes_in_its_place(calls, ahead):
    def fail(x):
        if x == 5:
            raise KeyError("the sixth")
        return x

    ds = numbers(20).map(fail, num_parallel_calls=calls).map(lambda x: x, 2).prefetch(ahead)
    seen = []
    with pytest.raises(KeyError, match="the sixth"):
        seen.extend(int(x) for x in ds)
    assert seen == [0, 1, 2, 3, 4]
    assert wait_until(lambda: not prefetchers())


def test_a_loop_that_is_left_leaves_nothing():
    def chain():
        return numbers(1000).repeat().map(lambda x: x, AUTOTUNE).batch(2).prefetch(2).prefetch(1)

    for _ in range(5):
        for _ in chain():
            break
        next(iter(chain()))
        items = iter(chain())
        next(items)
        items.close()
        list(chain().take(3))
    gc.collect()
    assert wait_until(lambda: not prefetchers())


def test_ctrl_c_leaves_nothing():
    def interrupted():
        for x in numbers(1000).map(lambda x: x, AUTOTUNE).prefetch(2):
            if x == 10:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    gc.collect()
    assert wait_until(lambda: not prefetchers())


def test_two_iterations_side_by_side():
    ds = numbers(50).map(lambda x: x + 1, AUTOTUNE).prefetch(2)
    assert all(a == b for a, b in zip(ds, ds, strict=True))


def test_a_dataset_within_a_function_of_another():
    """A thread of the pool that waits for the pool would wait for ever."""
    inner = numbers(4).map(lambda x: x, num_parallel_calls=AUTOTUNE)
    ds = numbers(12).map(lambda x: x + sum(inner), num_parallel_calls=AUTOTUNE)
    assert [int(x) for x in ds] == list(range(6, 18))


def test_gradients_are_off_in_every_thread():
    weight = torch.ones((), requires_grad=True)
    ds = numbers(6).map(lambda x: (x * weight).requires_grad, num_parallel_calls=2).prefetch(1)
    assert not any(ds)
