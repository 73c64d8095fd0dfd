"""Logs are read from the device only when somebody looks, and then are what they were."""

import collections
import copy
import csv
import io
import json
import pickle

import numpy as np
import pytest
import torch

from saccade.callbacks import Callback
from saccade.layers import Dense
from saccade.metrics import Metric
from saccade.models import Sequential
from saccade.training.logs import LazyLogs

VALUES = {"acc": 0.5, "loss": 2.0}


class Counting:
    """Readers that count how often they were asked."""

    def __init__(self):
        self.reads = collections.Counter()

    def logs(self):
        return LazyLogs({name: self.reader(name) for name in VALUES})

    def reader(self, name):
        def read():
            self.reads[name] += 1
            return VALUES[name]

        return read


UNREAD = {
    "nothing": lambda logs: None,
    "len": lambda logs: len(logs),
    "in": lambda logs: ("loss" in logs, "x" in logs),
    "iteration": lambda logs: list(logs),
    "keys": lambda logs: list(logs.keys()),
    "reversed": lambda logs: list(reversed(logs)),
    "bool": bool,
    "get of another": lambda logs: logs.get("lr"),
    "set": lambda logs: logs.__setitem__("loss", 1.0),
    "delete": lambda logs: logs.__delitem__("loss"),
    "clear": lambda logs: logs.clear(),
}


@pytest.mark.parametrize("use", UNREAD.values(), ids=UNREAD)
def test_what_needs_no_number_reads_none(use):
    counting = Counting()
    logs = counting.logs()
    use(logs)
    assert counting.reads == {}


READ_ONE = {
    "[]": lambda logs: logs["loss"],
    "get": lambda logs: logs.get("loss"),
    "get with a default": lambda logs: logs.get("loss", 7),
    "pop": lambda logs: logs.pop("loss"),
    "setdefault": lambda logs: logs.setdefault("loss", 9.0),
    "format": lambda logs: float("{loss}".format_map(logs)),
    "percent": lambda logs: float("%(loss)s" % logs),  # noqa: UP031 (old callbacks print so)
    "itemgetter": lambda logs: __import__("operator").itemgetter("loss")(logs),
}


@pytest.mark.parametrize("use", READ_ONE.values(), ids=READ_ONE)
def test_reading_one_reads_only_that(use):
    counting = Counting()
    assert use(counting.logs()) == 2.0
    assert counting.reads == {"loss": 1}


def popped(logs):
    """Every pair, taken off one by one."""
    taken = {}
    while logs:
        key, value = logs.popitem()
        taken[key] = value
    return taken


def from_csv(logs):
    text = io.StringIO()
    writer = csv.DictWriter(text, list(VALUES))
    writer.writerow(logs)
    return dict(zip(VALUES, map(float, text.getvalue().split(",")), strict=True))


READ_ALL = {
    "dict": dict,
    "**": lambda logs: dict(**logs),
    "{**}": lambda logs: {**logs},
    "items": lambda logs: dict(logs.items()),
    "values": lambda logs: dict(zip(logs, logs.values(), strict=True)),
    "comprehension": lambda logs: {name: logs[name] for name in logs},
    "json": lambda logs: json.loads(json.dumps(logs)),
    "json with indent": lambda logs: json.loads(json.dumps(logs, indent=1, sort_keys=True)),
    "copy method": lambda logs: logs.copy(),
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "pickle": lambda logs: pickle.loads(pickle.dumps(logs)),
    "repr": lambda logs: eval(repr(logs)),
    "str": lambda logs: eval(str(logs)),
    "format": lambda logs: eval(f"{logs}"),
    "update of another": lambda logs: (other := {}, other.update(logs))[0],
    "or": lambda logs: logs | {},
    "or on the right": lambda logs: {} | logs,
    "in-place or on the right": lambda logs: (other := {"acc": 0}, other.__ior__(logs))[1],
    "in-place or": lambda logs: logs.__ior__({}),
    "OrderedDict": lambda logs: dict(collections.OrderedDict(logs)),
    "ChainMap": lambda logs: dict(collections.ChainMap({}, logs)),
    "popitem": popped,
    "csv": from_csv,
    "defaultdict": lambda logs: dict(collections.defaultdict(float, logs)),
}


@pytest.mark.parametrize("use", READ_ALL.values(), ids=READ_ALL)
def test_every_way_to_read_all(use):
    counting = Counting()
    assert use(counting.logs()) == VALUES
    assert counting.reads == {"acc": 1, "loss": 1}


def test_comparisons():
    logs = Counting().logs
    assert logs() == VALUES
    assert logs() == VALUES
    assert logs() == logs()
    assert (logs() != VALUES) is False
    assert (logs() != VALUES) is False
    assert logs() != {**VALUES, "loss": 3.0}
    assert logs() != {}
    with pytest.raises(TypeError):
        hash(logs())


def test_the_order_stays():
    logs = Counting().logs()
    assert list(logs.items()) == list(VALUES.items())
    logs["loss"]
    logs["zzz"] = 1.0
    assert list(logs) == ["acc", "loss", "zzz"]


def test_a_number_is_read_once():
    counting = Counting()
    logs = counting.logs()
    for _ in range(3):
        dict(logs), logs["loss"], repr(logs)
    assert counting.reads == {"acc": 1, "loss": 1}


def test_writing():
    logs = Counting().logs()
    logs["loss"] = 7.0
    logs.update(acc=0.1, extra=1)
    logs |= {"more": 2}
    assert isinstance(logs, dict)
    assert dict(logs) == {"acc": 0.1, "loss": 7.0, "extra": 1, "more": 2}
    assert logs.setdefault("new", 5) == 5
    del logs["new"]
    with pytest.raises(KeyError):
        logs.pop("new")
    assert logs.pop("new", None) is None
    with pytest.raises(KeyError):
        logs["new"]
    merged = {"loss": 1.0, "x": 2} | Counting().logs()
    assert merged == {"loss": 2.0, "x": 2, "acc": 0.5}


# -- in the loop ---------------------------------------------------------------------------


def model_and_data(metrics=()):
    model = Sequential([Dense(3, activation="softmax", input_shape=(4,))])
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["acc", *metrics])
    stream = np.random.RandomState(0)
    return model, stream.standard_normal((40, 4)).astype("f4"), stream.randint(0, 3, 40)


class Keeps(Callback):
    """Keeps the logs of every batch, and what they say at once when asked to look."""

    def __init__(self, look):
        super().__init__()
        self.look, self.kept, self.seen = look, [], []

    def on_train_batch_end(self, batch, logs=None):
        self.kept.append(logs)
        if self.look:
            self.seen.append(dict(logs))


class Largest(Metric):
    """A metric of a user's that changes its state in place."""

    def __init__(self):
        super().__init__(name="largest")
        self.value = torch.zeros(())

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.value += y_pred.max()

    def result(self):
        return self.value

    def reset_state(self):
        self.value.zero_()


def test_kept_logs_say_later_what_they_would_have_said_then():
    results = []
    for look in (True, False):
        model, x, y = model_and_data([Largest()])
        model.set_weights([np.full((4, 3), 0.1), np.arange(3)])
        keeps = Keeps(look)
        model.fit(x, y, batch_size=8, epochs=2, verbose=0, shuffle=False, callbacks=[keeps])
        results.append(keeps)
    looked, kept = results
    assert len(looked.seen) == 10
    assert [dict(logs) for logs in kept.kept] == looked.seen
    assert list(looked.seen[0]) == ["acc", "largest", "loss"]
    assert len({logs["loss"] for logs in looked.seen}) == 10
    assert looked.seen[1]["largest"] > looked.seen[0]["largest"]


def test_nothing_is_read_for_a_callback_that_does_not_look(monkeypatch):
    """Between epochs no number leaves the device; an epoch's own are read once."""
    reads = []

    def counted(self, readers):
        noted = {
            name: (lambda name=name, reader=reader: (reads.append(name), reader())[1])
            for name, reader in readers.items()
        }
        plain(self, noted)

    plain = LazyLogs.__init__
    monkeypatch.setattr(LazyLogs, "__init__", counted)

    class Looks(Callback):
        def on_train_batch_end(self, batch, logs=None):
            assert len(logs) == 2
            assert "loss" in logs

        def on_epoch_end(self, epoch, logs=None):
            reads.append(f"epoch {epoch}")

    model, x, y = model_and_data()
    model.fit(x, y, batch_size=8, epochs=2, verbose=0, callbacks=[Looks()])
    assert reads == ["acc", "loss", "epoch 0", "acc", "loss", "epoch 1"]


def test_logs_are_python_floats():
    model, x, y = model_and_data()
    keeps = Keeps(True)
    history = model.fit(x, y, verbose=0, callbacks=[keeps], validation_split=0.2)
    values = [*keeps.seen[0].values(), *(v[0] for v in history.history.values())]
    assert {type(value) for value in values} == {float}
