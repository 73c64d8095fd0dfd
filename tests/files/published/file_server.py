"""A server of one file on this machine, which can play every way in which a download goes wrong."""

from __future__ import annotations

import http.server
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace


@contextmanager
def serving(body: bytes) -> Iterator[SimpleNamespace]:
    """The server, until the end.

    Its `.state` says what it does: `body`, whatever is asked for; `ranges`, whether it can send a
    rest; `cut`, after how many bytes each of the next answers breaks off; `status`; `hold`, an
    event that answers wait for; `paused_at`, after how many bytes they do; `wrong_start`, where a
    rest is said to begin. What it was asked is in `asked` (the header Range of each request) and
    `paths`. Its `.address` ends in "/".
    """
    state = SimpleNamespace(
        body=body,
        ranges=True,
        cut=[],
        status=200,
        asked=[],
        paths=[],
        hold=None,
        wrong_start=None,
        paused_at=0,
    )

    class Handler(http.server.BaseHTTPRequestHandler):
        def log_message(self, format, *args):
            pass

        def do_GET(self):
            wanted = self.headers.get("Range")
            state.asked.append(wanted)
            state.paths.append(self.path)
            if state.hold is not None and not state.paused_at:
                state.hold.wait(10)
            if state.status != 200:
                self.send_error(state.status)
                return
            start = int(wanted[6:-1]) if wanted and state.ranges else 0
            if start and start >= len(state.body):
                self.send_response(416)
                self.send_header("Content-Range", f"bytes */{len(state.body)}")
                self.end_headers()
                return
            rest = state.body[start:]
            self.send_response(206 if start else 200)
            self.send_header("Content-Length", str(len(rest)))
            if start:
                said = start if state.wrong_start is None else state.wrong_start
                span = f"bytes {said}-{len(state.body) - 1}/{len(state.body)}"
                self.send_header("Content-Range", span)
            self.end_headers()
            cut = state.cut.pop(0) if state.cut else None
            if state.paused_at and not start:
                self.wfile.write(rest[: state.paused_at])
                state.hold.wait(10)
                rest = rest[state.paused_at :]
            self.wfile.write(rest[:cut])
            if cut is not None:
                self.wfile.flush()
                self.connection.shutdown(socket.SHUT_RDWR)

    class Server(http.server.ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request, client_address):
            """A client that hung up."""

    running = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=running.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield SimpleNamespace(state=state, address=f"http://127.0.0.1:{running.server_port}/")
    finally:
        running.shutdown()
        running.server_close()
        thread.join()
