"""A process that has loaded saccade once and runs `saccade train` in forks, for tests that kill it.

It reads lines of JSON, {"words": [...], "processors": n, "events": n or null}, answers with the
number of the process, and, when that has ended, with its exit code; killed it is negative. `events`
kills it from inside at the n-th moment at which a file is flushed, renamed or removed, a row of
history is written, or features are kept. What is said goes to the file `said`; how many events
there were, to the file `events`.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from typing import Any

_seen = [0]  # events


def serve() -> None:
    import matplotlib.backends.backend_agg
    import matplotlib.figure  # noqa: F401 (loaded once, for all forks)
    import torch

    from saccade.recipe.training import trainer  # noqa: F401

    torch.set_num_threads(1)
    _answer("ready")
    for line in sys.stdin:
        asked = json.loads(line)
        process = os.fork()
        if process == 0:
            os._exit(_train(asked))
        _answer(process)
        _, status = os.waitpid(process, 0)
        _answer(os.waitstatus_to_exitcode(status))


def _answer(value: Any) -> None:
    sys.stdout.write(f"{value}\n")
    sys.stdout.flush()


def _train(asked: dict[str, Any]) -> int:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    said = os.open("said", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(said, 1)
    os.dup2(said, 2)
    if asked.get("processors") and hasattr(os, "sched_setaffinity"):
        own = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, set(own[: asked["processors"]]))
    if asked.get("events"):
        _die_at(asked["events"])
    for name, value in asked.get("settings", {}).items():
        _set(name, value)
    from saccade.cli import main

    sys.argv = ["saccade", "train", *asked["words"]]
    try:
        main()
    except SystemExit as end:
        code = int(end.code or 0)
    else:
        code = 0
    with open("events", "w") as file:
        file.write(str(_seen[0]))
    return code


def _die_at(count: int) -> None:
    """Kill the process at the count-th event, before or after it."""
    from saccade.recipe.training.recorder import Recorder
    from saccade.recipe.unfinished.kept_features import KeptFeatures

    def told(holder: Any, name: str) -> None:
        function = getattr(holder, name)

        def call(*args: Any, **options: Any) -> Any:
            _count(count)
            result = function(*args, **options)
            _count(count)
            return result

        setattr(holder, name, call)

    for name in ("replace", "fsync", "unlink", "rmdir"):
        told(os, name)
    told(KeptFeatures, "add")
    told(Recorder, "on_epoch_end")


def _count(last: int) -> None:
    _seen[0] += 1
    if _seen[0] == last:
        os.kill(os.getpid(), signal.SIGKILL)


def _set(name: str, value: Any) -> None:
    """A number of a module, as "saccade.recipe.training.transfer:LAST_LAYER.epochs"."""
    from dataclasses import replace
    from importlib import import_module

    module, _, path = name.partition(":")
    holder, _, field = path.partition(".")
    loaded = import_module(module)
    setattr(loaded, holder, replace(getattr(loaded, holder), **{field: value}) if field else value)


if __name__ == "__main__":
    serve()
