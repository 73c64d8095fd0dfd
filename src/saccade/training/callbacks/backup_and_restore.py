"""BackupAndRestore: a run that is killed goes on where it was, as if nothing had happened."""

from __future__ import annotations

import os
import time
from typing import Any

from saccade.errors import InvalidArgument, StateError
from saccade.notes import note_once
from saccade.training.callbacks.batch_count import BatchCount, check_save_freq
from saccade.training.callbacks.callback import Callback
from saccade.training.resuming.interrupts import Interrupts, how_to_go_on
from saccade.training.resuming.named_callbacks import names_of, states_for
from saccade.training.resuming.run_state import check_fits, live_state
from saccade.training.resuming.state_folder import StateFolder
from saccade.training.resuming.state_writer import StateWriter

MOST_WAITING, LEAST_WAIT_S = 0.01, 0.05  # of an epoch, and of a short one


class BackupAndRestore(Callback):
    """Keeps the state of the run in a folder; the next `fit` with the same folder goes on from it.

    The state is everything: weights, optimizer, place in the data, random streams, sums of the
    metrics, and what other callbacks remember. A run that is killed and started again ends with
    the weights, to the bit, of one that never was. (Keras keeps weights and optimizer, and begins
    the epoch anew.) A callback is known again by its class and its place among those of its class.

    Training waits for a copy of the state; a thread writes it, flushes it to the disk and gives
    it its name when it is whole. What cannot be written is said once, and training goes on.

    A first Ctrl-C or SIGTERM while `fit` runs finishes the step and saves the state; a second one
    stops at once, and the last state that was saved stays.

    Args:
        backup_dir: the folder, of this run alone. It holds "latest.state.safetensors", and
            "training_metadata.json" for people: the epoch, from 0, and the batches done in it.
        save_freq: "epoch", or a number of batches; a state is left out where copies would take more
            than 1 % of the time, or 50 ms of each short epoch. The last epoch's is always kept.
        double_checkpoint: keep the state before the last one, too, and fall back to it if the
            last can't be read.
        delete_checkpoint: delete the files when training has ended.

    Attributes:
        waited_s: how long training waited for copies of its state.
        wrote_s: how long the thread wrote and flushed.
        how_to_go_on: what is said when an interrupt ended the training; None says the command.

    Raises:
        InvalidArgument: an empty folder name; another frequency.
        StateError: the model is not built, or not the one that was saved; another training, here
            or in another process, keeps its state in the folder.
        FileFormatError: a file that is damaged, or of another format.
        NotWritten: the folder can't be made or written to, before training starts.

    Source: `keras.callbacks.BackupAndRestore`.
    """

    hears_last = True  # or callbacks after it would be saved an epoch too early
    how_to_go_on: str | None = None

    def __init__(
        self,
        backup_dir: str | os.PathLike[str],
        save_freq: str | int = "epoch",
        double_checkpoint: bool = False,
        delete_checkpoint: bool = True,
    ):
        super().__init__()
        if not backup_dir or not os.fspath(backup_dir):
            raise InvalidArgument(
                "BackupAndRestore", "backup_dir must be a folder", repr(backup_dir)
            )
        self.backup_dir = os.fspath(backup_dir)
        self.save_freq = check_save_freq("BackupAndRestore", save_freq)
        self.double_checkpoint, self.delete_checkpoint = double_checkpoint, delete_checkpoint
        self._count = BatchCount(save_freq)
        self._folder = StateFolder(self.backup_dir, double_checkpoint)
        self._writer = StateWriter(self._folder.write, self._say_not_written)
        self._interrupts: Any = None
        self._has_trained = False
        self._run: Any = None
        self._epoch_began_s = self._waited_before_s = 0.0
        self._saved_s = self._waited_until_s = 0.0
        self._epochs_since = 0
        self._versions: list[int] | None = None  # of the weights, before a validation
        self._is_kept = True  # what was trained before the validation that is on
        self._validation_moves = True  # weights, as SwapEMAWeights does; until it is seen not to

    @property
    def waited_s(self) -> float:
        return self._writer.waited_s

    @property
    def wrote_s(self) -> float:
        return self._writer.wrote_s

    # -- before and after ------------------------------------------------------------------

    def set_run(self, run: Any) -> None:
        """The run whose state is kept; before other callbacks have begun anything, find a state."""
        if not run.model.weights:
            raise StateError(
                "BackupAndRestore",
                "the model must be built before fit()",
                None,
                "Give its first layer an input_shape, or call it on a batch.",
            )
        self._run = run
        self._folder.lock()
        saved = self._folder.read()
        self._has_trained = saved is not None
        if saved is not None:
            saved["callbacks"] = states_for(run.callbacks.callbacks, saved.pop("named_callbacks"))
            check_fits(run, saved)
            run.resume = saved
        run.interrupts = self._interrupts = Interrupts()
        self._interrupts.begin()

    def leave_run(self, run: Any, error: BaseException | None) -> None:
        """Wait for what is being written, unless a second interrupt came."""
        interrupts, self._interrupts = self._interrupts, None
        self._run = None  # it holds the data
        try:
            self._end(run, error, interrupts)
        finally:
            self._folder.unlock()

    def _end(self, run: Any, error: BaseException | None, interrupts: Any) -> None:
        if interrupts is None:  # the state was refused
            return
        try:
            if interrupts.again:
                return
            if error is not None:
                self._is_kept &= self._writer.release()
            self._writer.finish()
            self._writer.let_go()
        finally:
            interrupts.end()
        # One that never trained need not be gone on with. After an interrupt the program ends
        # before it has used what was trained.
        never_trained = isinstance(error, Exception) and not self._has_trained
        has_ended = error is None and interrupts.came is None
        if never_trained or (has_ended and self.delete_checkpoint):
            self._folder.delete()
        if interrupts.came is not None:
            self._say_how_to_go_on(run)
            if error is None:
                interrupts.stop()

    def on_train_begin(self, logs: dict | None = None) -> None:
        self._folder.begin(self._place())
        self._waited_until_s = self.waited_s
        if self._run.resume is None:
            self._writer.put(*self._state())  # a run that is killed early began like this
        self._saved_s, self._epochs_since = time.perf_counter(), 0
        self.on_epoch_begin(self._run.epoch)  # one that is gone on with has begun

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        self._epoch_began_s, self._waited_before_s = time.perf_counter(), self.waited_s

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        interrupted = self._interrupts.came is not None
        if interrupted or (self._count.is_due() and not self._has_waited_long()):
            self._save()
        if interrupted:
            self._interrupts.stop()

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        interrupted = self._interrupts.came is not None
        self._epochs_since += 1
        self._is_kept = True
        if self._versions is not None:
            now = [weight._version for weight in self.model.weights]
            self._validation_moves, self._versions = now != self._versions, None
        is_due = self.save_freq == "epoch" and (self._is_last() or self._is_affordable())
        if is_due or interrupted:
            self._save()
        if interrupted and self._run.epoch < self._run.epochs:
            self._interrupts.stop()

    def before_validation(self, run: Any) -> None:
        """An interrupt during validation goes back to here."""
        self._versions = [weight._version for weight in self.model.weights]
        is_cheap = self._writer.last_wait_s <= LEAST_WAIT_S / 2  # two copies an epoch are
        self._is_kept = is_cheap or not self._validation_moves or self._is_affordable()
        if is_cheap or (self._validation_moves and self._is_kept):
            self._writer.hold(*self._state())
        elif self._is_kept:
            state, place = self._state()
            self._writer.note(state, place, [state["weights"], state["optimizer"]])

    def _is_last(self) -> bool:
        return self._run.epoch >= self._run.epochs or bool(self.model.stop_training)

    def _is_affordable(self) -> bool:
        """Whether the epochs since the last state have paid for the waiting that it brought.

        Where a copy takes longer than a short epoch allows, that of a few is kept: a run that is
        killed repeats the others, to the same bit.
        """
        lasted_s = time.perf_counter() - self._saved_s
        allowed_s = max(LEAST_WAIT_S * self._epochs_since, MOST_WAITING * lasted_s)
        return self.waited_s - self._waited_until_s <= allowed_s

    def _has_waited_long(self) -> bool:
        """Whether another copy would hold up the epoch: a later state goes on as exactly."""
        lasted_s = time.perf_counter() - self._epoch_began_s
        waited_s = self.waited_s - self._waited_before_s
        return waited_s + self._writer.last_wait_s > max(LEAST_WAIT_S, MOST_WAITING * lasted_s)

    # -- writing ---------------------------------------------------------------------------

    def _place(self) -> dict[str, Any]:
        state = self._run.resume or {"epoch": self._run.epoch, "step": self._run.step}
        return {"epoch": state["epoch"], "batch": state["step"]}

    def _save(self) -> None:
        self._has_trained = True
        self._waited_until_s = self.waited_s
        self._writer.put(*self._state())
        self._saved_s, self._epochs_since = time.perf_counter(), 0

    def _state(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """The state, and where it was taken."""
        state = live_state(self._run)
        state["stopping"] = bool(self.model.stop_training)
        named = zip(names_of(self._run.callbacks.callbacks), state.pop("callbacks"), strict=True)
        state["named_callbacks"] = [list(pair) for pair in named]
        return state, {"epoch": state["epoch"], "batch": state["step"]}

    def _say_not_written(self, error: OSError) -> None:
        note_once(
            f'BackupAndRestore: the state could not be written to "{self.backup_dir}" '
            f"({error.strerror or error}). Training goes on, and the last one that was stays.",
            key=f"state not written {self.backup_dir} {error.errno}",
        )

    def _say_how_to_go_on(self, run: Any) -> None:
        place = f"epoch {run.epoch + 1} of {run.epochs}, after step {run.step}"
        if run.epoch == run.epochs:
            place = "the last epoch"
        elif not run.step and not run.epoch:
            place = "epoch 1, before its first step"
        elif not run.step:
            place = f"epoch {run.epoch} of {run.epochs}, at its end"
        saved = f'All is saved in "{self.backup_dir}".'
        if not self._is_kept:
            saved = f'"{self.backup_dir}" holds an earlier state; what came after is trained again.'
        if self._writer.lost:
            saved = f'It could not be saved: "{self.backup_dir}" holds an earlier state, if any.'
        again = self.how_to_go_on or how_to_go_on()
        note_once(
            f"fit: stopped in {place}. {saved} {again}", key=f"stopped {place} {self.backup_dir}"
        )

    def state(self) -> Any:
        return self._count.state()

    def restore(self, state: Any) -> None:
        self._count.restore(state)
