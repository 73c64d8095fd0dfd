"""State writer: states copied while training waits, and written by a thread while it goes on."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from saccade.files.plain_state import as_plain
from saccade.files.state_file import PackedState
from saccade.timers import SAVING, WAITING_TO_SAVE


class Buffers:
    """Memory for the tensors of a state, used again for the next one."""

    def __init__(self):
        self._held: list[torch.Tensor] = []

    def fill(self, tensors: Sequence[torch.Tensor]) -> list[torch.Tensor]:
        """Copies of the tensors, on the CPU; those given before are no longer."""
        del self._held[len(tensors) :]
        for place, tensor in enumerate(tensors):
            if place == len(self._held):
                self._held.append(_empty(tensor, tensor.is_cuda))
            elif (tensor.shape, tensor.dtype) != (self._held[place].shape, self._held[place].dtype):
                self._held[place] = _empty(tensor, tensor.is_cuda)
            self._held[place].copy_(tensor, non_blocking=True)
        if any(tensor.is_cuda for tensor in tensors):
            torch.cuda.synchronize()
        return self._held

    def another(self) -> Buffers:
        """Buffers for the same tensors, their memory touched: the system gives it when it is."""
        twin = Buffers()
        twin._held = [_empty(one, one.is_pinned()).zero_() for one in self._held]
        return twin


def _empty(like: torch.Tensor, pinned: bool) -> torch.Tensor:
    return torch.empty(like.shape, dtype=like.dtype, pin_memory=pinned)


@dataclass
class _Copy:
    """A state that waits to be written; one that is held waits for `release`."""

    packed: PackedState
    about: dict[str, Any]
    buffers: Buffers
    is_held: bool = False


@dataclass
class _Note:
    """A state that is not copied, but for what may change; and what the rest is known by."""

    plain: Any
    tensors: list[torch.Tensor]
    about: dict[str, Any]
    versions: list[int]

    def is_as_it_was(self) -> bool:
        return self.versions == [one._version for one in self.tensors]


class StateWriter:
    """Writes states one after the other in a thread; at most two copies are in memory.

    A state that comes while one is written waits; a newer one takes its place.

    Args:
        write: writes one; runs in the thread.
        failed: told of an OSError of `write`, in the thread; the writer goes on.

    Attributes:
        waited_s, last_wait_s: how long callers of `put` and `hold` waited for copies, and the last.
        wrote_s: how long the thread wrote and flushed.
        written, replaced: how many states came to the disk, and how many a newer one replaced.
        lost: whether the last state that was to be written could not be.
    """

    def __init__(
        self,
        write: Callable[[PackedState, dict[str, Any]], None],
        failed: Callable[[OSError], None],
    ):
        self._write, self._failed = write, failed
        self.waited_s = self.last_wait_s = self.wrote_s = 0.0
        self.written = self.replaced = 0
        self.lost = False
        self._free: list[Buffers] = []
        self._made = 0  # buffers, at most two
        self._next: _Copy | None = None
        self._noted: _Note | None = None
        self._fault: BaseException | None = None
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def put(self, state: Any, about: dict[str, Any]) -> None:
        """Copy a state; the thread writes the copy.

        Raises:
            InvalidArgument: the state is not plain. And what an earlier state failed with, unless
            it was an OSError.
        """
        self._copy(state, about, False)

    def hold(self, state: Any, about: dict[str, Any]) -> None:
        """Copy a state that is written if `release` is called before the next `put`.

        Where an older state still waits to be written, this one takes its place at once.
        """
        self._copy(state, about, True)

    @WAITING_TO_SAVE.timed
    def note(self, state: Any, about: dict[str, Any], lasting: Any) -> None:
        """As `hold`, but what lasts is copied at `release` only, and nothing if it has changed.

        Args:
            lasting: the parts of the state, tensors, that nothing changes meanwhile as a rule.
        """
        began_s = time.perf_counter()
        tensors: list[torch.Tensor] = []
        unmoved: list[torch.Tensor] = []
        plain = as_plain(state, tensors)
        as_plain(lasting, unmoved)
        kept = {one.data_ptr() for one in unmoved if not one.is_inference()}
        tensors = [one if one.data_ptr() in kept else one.clone() for one in tensors]
        self._noted = _Note(plain, tensors, about, [one._version for one in tensors])
        self.waited_s += time.perf_counter() - began_s

    @WAITING_TO_SAVE.timed
    def _copy(self, state: Any, about: dict[str, Any], is_held: bool) -> None:
        began_s = time.perf_counter()
        tensors: list[torch.Tensor] = []
        plain = as_plain(state, tensors)
        self._copy_plain(plain, tensors, about, is_held)
        self.last_wait_s = time.perf_counter() - began_s
        self.waited_s += self.last_wait_s

    def _copy_plain(
        self, plain: Any, tensors: list[torch.Tensor], about: dict[str, Any], is_held: bool
    ) -> None:
        self._raise()
        self._noted = None
        with self._changed:
            last, self._next = self._next, None
            if last is not None:
                buffers = last.buffers
                self.replaced += not last.is_held
                is_held &= last.is_held
            else:
                buffers = self._take_buffers()
        packed = PackedState(plain, buffers.fill(tensors))
        with self._changed:
            self._next = _Copy(packed, about, buffers, is_held)
            self._wake()

    def _take_buffers(self) -> Buffers:
        """Free ones, or new ones where there are fewer than two; the lock is held."""
        if not self._free and self._made < 2:
            self._made += 1
            return Buffers()
        self._changed.wait_for(lambda: bool(self._free))  # the thread is just making them
        return self._free.pop()

    def release(self) -> bool:
        """Let the state that is held or noted be written; False if that changed meanwhile."""
        noted, self._noted = self._noted, None
        if noted is not None and not noted.is_as_it_was():
            return False
        if noted is not None:
            self._copy_plain(noted.plain, noted.tensors, noted.about, False)
        with self._changed:
            if self._next is not None:
                self._next.is_held = False
                self._wake()
        return True

    def finish(self) -> None:
        """Wait until everything is written; a state that is held or noted is dropped."""
        self._noted = None
        with self._changed:
            if self._next is not None and self._next.is_held:
                self._free.append(self._next.buffers)
                self._next = None
            thread = self._thread
        if thread is not None:
            thread.join()
        self._raise()

    def let_go(self) -> None:
        """Give back the memory of the buffers."""
        self._free.clear()
        self._made = 0

    def _raise(self) -> None:
        fault, self._fault = self._fault, None
        if fault is not None:
            raise fault

    def _wake(self) -> None:
        """Have a thread, which ends when nothing is left to write; the lock is held."""
        if self._is_due() and self._thread is None:
            self._thread = threading.Thread(target=self._run, name="saccade-state", daemon=True)
            self._thread.start()

    def _is_due(self) -> bool:
        return self._next is not None and not self._next.is_held

    def _run(self) -> None:
        while True:
            with self._changed:
                if not self._is_due():
                    self._thread = None
                    return
                copy, self._next = self._next, None
                is_alone = self._made < 2
                self._made += is_alone
            assert copy is not None
            if is_alone:  # so that training does not wait for its memory
                self._set_free(copy.buffers.another())
            self._write_one(copy)
            self._set_free(copy.buffers)

    def _set_free(self, buffers: Buffers) -> None:
        with self._changed:
            self._free.append(buffers)
            self._changed.notify_all()

    def _write_one(self, copy: _Copy) -> None:
        began_s = time.perf_counter()
        try:
            with SAVING:
                self._write(copy.packed, copy.about)
            self.written += 1
            self.lost = False
        except OSError as error:
            self.lost = True
            self._failed(error)
        except BaseException as error:  # raised again in the thread that trains
            self._fault = error
        self.wrote_s += time.perf_counter() - began_s
