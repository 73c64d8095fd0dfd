"""Workers: processes that a script spawns import it anew, so saccade is installed in them first."""

from __future__ import annotations

import functools
from typing import Any

_hooked: list[bool] = []
_FIRST = "import saccade; saccade.install(); "


def hook() -> None:
    """Have `multiprocessing`, spawning or through a fork server, install saccade in workers."""
    if _hooked:
        return
    _hooked.append(True)  # before the imports, which ask for it again
    import multiprocessing
    from multiprocessing import spawn

    spawn.get_command_line = _installing(spawn.get_command_line)
    # The server's own default is the script, which would be imported without saccade; each worker
    # imports it anyway, after it is forked.
    multiprocessing.set_forkserver_preload([f"{__package__}.in_worker"])


def _installing(command_line: Any) -> Any:
    @functools.wraps(command_line)
    def first(**details: Any) -> list[str]:
        words = command_line(**details)
        if "-c" in words:
            code = words.index("-c") + 1
            words[code] = _FIRST + words[code]
        return words

    return first
