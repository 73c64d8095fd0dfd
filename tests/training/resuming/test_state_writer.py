"""State writer: what training waits for, what the thread does, and how much memory both take."""

import gc
import threading
import time

import pytest
import torch

from saccade import timers
from saccade.errors import InvalidArgument
from saccade.files.state_file import PackedState
from saccade.training.resuming.state_writer import StateWriter


class Disk:
    """Takes states, and waits for a gate where it is closed."""

    def __init__(self):
        self.gate = threading.Event()
        self.gate.set()
        self.began = threading.Event()
        self.got, self.faults, self.error = [], [], None
        self.forgets = False

    def write(self, packed, about):
        self.began.set()
        assert self.gate.wait(10)
        if self.error is not None:
            raise self.error
        if self.forgets:
            return
        self.got.append((about, [one.clone() for one in packed.tensors]))


@pytest.fixture
def disk():
    return Disk()


@pytest.fixture
def writer(disk):
    return StateWriter(disk.write, disk.faults.append)


def state(number):
    return {"w": torch.full((4, 3), float(number)), "n": number}


def test_what_is_written_is_what_it_was(writer, disk):
    """Training goes on changing its tensors meanwhile."""
    disk.gate.clear()
    live = state(1)
    writer.put(live, 1)
    live["w"].fill_(9.0)
    disk.gate.set()
    writer.finish()
    assert [about for about, _ in disk.got] == [1]
    assert torch.equal(disk.got[0][1][0], torch.ones(4, 3))


def test_a_newer_state_takes_the_place_of_one_that_waits(writer, disk):
    disk.gate.clear()
    writer.put(state(0), 0)
    assert disk.began.wait(10)
    for number in range(1, 6):
        writer.put(state(number), number)
    disk.gate.set()
    writer.finish()
    assert [about for about, _ in disk.got] == [0, 5]
    assert torch.equal(disk.got[1][1][0], torch.full((4, 3), 5.0))
    assert (writer.written, writer.replaced) == (2, 4)


def test_at_most_two_copies_are_in_memory(writer, disk):
    shape = (123, 457)

    def copies():
        gc.collect()
        held = [one for one in gc.get_objects() if type(one) is torch.Tensor]
        return sum(tuple(one.shape) == shape for one in held)

    disk.forgets = True
    live = torch.zeros(shape)
    for number in range(6):
        if number % 2:
            disk.gate.clear()
        disk.began.clear()
        writer.put([live], number)
        if number % 2:
            assert disk.began.wait(10)
            writer.put([live], number)
            writer.put([live], number)
            writer.hold([live], number)
        assert copies() <= 1 + 2
        disk.gate.set()
        writer.finish()
    writer.let_go()
    assert copies() == 1


def test_one_that_is_held_is_written_when_it_is_released(writer, disk):
    writer.hold(state(1), 1)
    writer.finish()
    assert not disk.got
    writer.hold(state(2), 2)
    writer.release()
    writer.finish()
    writer.hold(state(3), 3)
    writer.put(state(4), 4)
    writer.finish()
    assert [about for about, _ in disk.got] == [2, 4]


def test_one_that_is_held_does_not_cost_an_older_one(writer, disk):
    """What waited to be written is newer now, and still is written."""
    disk.gate.clear()
    writer.put(state(0), 0)
    assert disk.began.wait(10)
    writer.put(state(1), 1)
    writer.hold(state(2), 2)
    disk.gate.set()
    writer.finish()
    assert [about for about, _ in disk.got] == [0, 2]


def test_one_that_is_noted_is_copied_when_it_is_released(writer, disk):
    """What may change meanwhile is copied at once."""
    live, sums = {"w": torch.full((4, 3), 1.0).t()}, torch.zeros(2)
    writer.note([live, sums], 1, live)
    held = writer._noted.tensors
    assert held[0].data_ptr() == live["w"].data_ptr()
    sums += 1
    writer.release()
    writer.finish()
    [(about, tensors)] = disk.got
    assert about == 1
    assert torch.equal(tensors[0], torch.ones(4, 3))
    assert torch.equal(tensors[1], torch.zeros(2))


def test_one_that_is_noted_goes_when_it_has_changed_or_a_newer_one_came(writer, disk):
    live = torch.zeros(3)
    writer.note([live], 1, [live])
    live += 1
    assert not writer.release()
    writer.finish()
    writer.note([live], 2, [live])
    writer.put([live], 3)
    writer.release()
    writer.note([live], 4, [live])
    writer.finish()
    writer.release()
    writer.finish()
    assert [about for about, _ in disk.got] == [3]


def test_a_disk_that_takes_nothing_is_told_and_the_next_state_is_tried(writer, disk):
    disk.error = OSError(28, "No space left on device")
    writer.put(state(1), 1)
    writer.finish()
    assert [fault.errno for fault in disk.faults] == [28]
    assert writer.lost
    disk.error = None
    writer.put(state(2), 2)
    writer.finish()
    assert [about for about, _ in disk.got] == [2]
    assert not writer.lost


def test_a_fault_of_the_program_is_raised_where_training_is(writer, disk):
    disk.error = ZeroDivisionError("a fault")
    writer.put(state(1), 1)
    with pytest.raises(ZeroDivisionError):
        writer.finish()
    disk.error = None
    writer.put(state(2), 2)
    writer.finish()
    assert [about for about, _ in disk.got] == [2]


def test_a_state_that_is_not_plain_is_told_at_once(writer):
    with pytest.raises(InvalidArgument, match="must be made of numbers"):
        writer.put({"callbacks": object()}, 0)
    writer.finish()


def test_threads_end_with_the_work(writer, disk):
    for number in range(3):
        writer.put(state(number), number)
        writer.finish()
    assert "saccade-state" not in [thread.name for thread in threading.enumerate()]


def test_other_shapes_get_other_buffers(writer, disk):
    for size in (3, 5, 2):
        writer.put([torch.ones(size), torch.ones(7, dtype=torch.int64)], size)
        writer.finish()
    assert [tensors[0].shape[0] for _, tensors in disk.got] == [3, 5, 2]


def test_training_waits_for_the_copy_alone(writer, disk):
    """And both times are told apart, as attributes and to whoever listens to timers."""
    heard = []

    class Listens:
        def begin(self, span):
            heard.append((span.name, threading.current_thread().name))

        def end(self, span):
            pass

    disk.gate.clear()
    listens = Listens()
    timers.listen(listens)
    try:
        writer.put(state(1), 1)
        time.sleep(0.05)
        assert writer.waited_s < 0.05
        disk.gate.set()
        writer.finish()
    finally:
        timers.stop_listening(listens)
    assert writer.wrote_s > 0.04
    assert dict(heard) == {
        timers.WAITING_TO_SAVE.name: threading.current_thread().name,
        timers.SAVING.name: "saccade-state",
    }


def test_what_goes_to_the_disk_is_packed(writer, disk, monkeypatch):
    seen = []
    monkeypatch.setattr(writer, "_write", lambda packed, about: seen.append(packed))
    writer.put({"n": 1}, 0)
    writer.finish()
    assert isinstance(seen[0], PackedState)
    assert seen[0].plain == {"n": 1}
