"""Download: a published file fetched to a place of its own, whole or not at all.

What has arrived lies beside the target as `<name>.part`. The next call goes on from there where
the server can; the part takes the target's name when its hash is right, never before.
"""

from __future__ import annotations

import errno
import http.client
import os
import re
import shutil
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from saccade.disk.regular_file import open_regular
from saccade.disk.whole_file import flush_folder
from saccade.errors import FileFormatError, NoSuchFile, SaccadeError
from saccade.files.published.fetch_progress import Progress, Watch, on_error_stream
from saccade.files.published.offline import who_forbids
from saccade.files.published.remote_file import RemoteFile
from saccade.notes import note_once
from saccade.version import __version__

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

TIMEOUT_S = 30.0
TRIES = 5
_CHUNK_BYTES = 1 << 18
_FULL = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))


class _Broken(Exception):
    """The connection ended early; what arrived is kept."""


def download(
    file: RemoteFile,
    target: Path,
    instead: str = "",
    timeout_s: float = TIMEOUT_S,
    progress: Progress = on_error_stream,
    forbidden_by: str = "",
) -> None:
    """Fetch a file to `target`, showing how far it is; SACCADE_OFFLINE=1 forbids it.

    Args:
        file: what to fetch.
        target: where to put it; its folder exists.
        instead: a sentence for errors, on what one can do without the file.
        timeout_s: how long the server may be silent.
        progress: who shows how far it is.
        forbidden_by: the argument by which the user forbids to fetch it; empty where none does.

    Raises:
        NoSuchFile: it can't or must not be fetched, or can't be written; what arrived so far is
            kept for the next call.
        FileFormatError: what arrived is not the file; it is removed.
    """
    part = target.with_name(f"{target.name}.part")
    try:
        if setting := forbidden_by or who_forbids():
            raise NoSuchFile(file.name, "must be fetched once", f"{setting}, which forbids it")
        with _alone(part):
            if file.is_at(target):  # somebody else fetched it meanwhile
                part.unlink(missing_ok=True)
                return
            with progress(file) as watch:
                _receive_all(file, part, timeout_s, watch)
            os.replace(part, target)
            flush_folder(target.parent)
    except SaccadeError as error:
        do = f"{error.do} {_by_hand(file, target, instead)}".strip()
        raise type(error)(error.where, error.needed, error.got, do) from error.__cause__
    except OSError as error:
        raise NoSuchFile(
            file.name,
            f'"{target}" must be writable',
            str(error),
            f"Set KERAS_HOME to a folder of yours. {instead}".strip(),
        ) from error


def _by_hand(file: RemoteFile, target: Path, instead: str) -> str:
    sign = f" It must {file.sign}." if file.kind else ""
    return (
        f'By hand: fetch {file.address} elsewhere and put it at "{target}".{sign} {instead}'.strip()
    )


def _receive_all(file: RemoteFile, part: Path, timeout_s: float, watch: Watch) -> None:
    """Make the part the whole file, over as many connections as it takes."""
    resumed = _size(part) > 0
    if resumed and not file.kind:  # nothing would tell whether the halves are of one file
        _empty(part)
        resumed = False
    if resumed and file.is_at(part):
        return
    for left in reversed(range(TRIES)):
        before = _size(part)
        try:
            _receive(file, part, timeout_s, watch)
        except _Broken as broken:
            if left and _size(part) > before:
                resumed = True
                continue
            raise NoSuchFile(
                file.name,
                "the connection must last",
                f"{broken} after {_size(part):,} bytes",
                "Call again: it " + ("goes on from there." if file.kind else "starts over."),
            ) from broken
        if file.is_at(part):
            return
        got = _described(part, file.digest_of(part))
        _empty(part)
        if not (resumed and left):
            raise FileFormatError(
                file.name,
                f"must {file.sign}",
                got,
                "It was removed. A proxy or login page may have answered, or the file was "
                "changed where it is published.",
            )
        resumed = False  # its beginning may be of an older file: once more, from the start


def _size(part: Path) -> int:
    return part.stat().st_size


def _empty(part: Path) -> None:
    """Start over; the file itself stays, for the lock is on it."""
    os.truncate(part, 0)


def _described(part: Path, digest: str) -> str:
    with open_regular(part) as file:
        start = file.read(64).lstrip().lower()
    page = ", a web page" if start.startswith((b"<!doctype", b"<html")) else ""
    return f"{digest} ({part.stat().st_size:,} bytes{page})".lstrip()


def _receive(file: RemoteFile, part: Path, timeout_s: float, watch: Watch) -> None:
    """Add to the part what one connection gives."""
    have = _size(part)
    headers = {"User-Agent": f"saccade/{__version__}"}
    if have:
        headers["Range"] = f"bytes={have}-"
    try:
        answer = urllib.request.urlopen(
            urllib.request.Request(file.address, headers=headers), timeout=timeout_s
        )
    except urllib.error.HTTPError as error:
        error.close()
        if error.code == 416 and have:  # there is no such rest: the part is of another file
            _empty(part)
            return _receive(file, part, timeout_s, watch)
        raise NoSuchFile(
            file.name, "the server must have it", f"{error.code} {error.reason}"
        ) from error
    except (OSError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", error)
        raise NoSuchFile(file.name, "must be fetched once", f"no connection ({reason})") from error
    with answer:
        start, due = _span(answer, have)
        if start not in (0, have):
            if not have:
                raise NoSuchFile(file.name, "the server must send its beginning", f"byte {start}")
            _empty(part)
            return _receive(file, part, timeout_s, watch)
        _check_room(file, part, None if due is None else due - start)
        watch(start, due)
        with part.open("ab" if start else "wb") as draft:
            _copy(file, answer, draft, due, watch)


def _span(answer: Any, have: int) -> tuple[int, int | None]:
    """(where the answer begins, how long the file is) in bytes."""
    if answer.status == 206:
        match = re.fullmatch(
            r"bytes (\d+)-\d+/(\d+|\*)", answer.headers.get("Content-Range", "").strip()
        )
        if match:
            return int(match[1]), None if match[2] == "*" else int(match[2])
        return -1, None
    length = answer.headers.get("Content-Length", "")
    return 0, int(length) if length.isdigit() else None


def _copy(file: RemoteFile, answer: Any, draft: Any, due: int | None, watch: Watch) -> None:
    while True:
        try:
            chunk = answer.read(_CHUNK_BYTES)
        except (OSError, http.client.HTTPException) as error:
            raise _Broken(f"it broke off ({type(error).__name__}: {error})") from error
        if not chunk:
            break
        try:
            draft.write(chunk)
            draft.flush()
        except OSError as error:
            if error.errno in _FULL:
                raise _full(file, Path(draft.name), due) from error
            raise
        watch(draft.tell(), due)
    os.fsync(draft.fileno())
    if due is not None and draft.tell() < due:
        raise _Broken(f"it broke off, {due:,} bytes were due,")


def _check_room(file: RemoteFile, part: Path, needed: int | None) -> None:
    if needed is not None and shutil.disk_usage(part.parent).free < needed:
        raise _full(file, part, needed)


def _full(file: RemoteFile, part: Path, due: int | None) -> NoSuchFile:
    _empty(part)  # a full disk is worse than fetching it again
    free = shutil.disk_usage(part.parent).free
    return NoSuchFile(
        file.name,
        f'the disk of "{part.parent}" must have room for it'
        + (f", {due:,} bytes" if due is not None else ""),
        f"{free:,} bytes free",
        "What had arrived was removed. Make room, or set KERAS_HOME to a folder on another disk.",
    )


@contextmanager
def _alone(part: Path) -> Iterator[None]:
    """The part is there, and no other process writes it; others wait, and find the file there."""
    while True:
        with part.open("ab") as held:
            _lock(held, part)
            if part.exists() and os.path.samestat(os.fstat(held.fileno()), part.stat()):
                try:
                    if fcntl is None:
                        held.close()  # Windows moves no open file
                    yield
                finally:
                    if part.exists() and not _size(part):
                        part.unlink()
                return
            # The one that we waited for has moved it away.


def _lock(held: Any, part: Path) -> None:
    if fcntl is None:
        return
    with suppress(OSError):  # some network disks know no locks
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            note_once(f"another process is fetching {part.stem}: waiting for it.")
            fcntl.flock(held, fcntl.LOCK_EX)
