"""A loopback server that misbehaves, one way at a time: what every adapter must turn into a plain error of its own."""

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final, NamedTuple

from pullcord.platforms.wire import LARGEST_ANSWER_BYTES


class Fault(NamedTuple):
    """How the server misbehaves, and what is to be said of it."""

    code: str
    """What follows the platform's name in the error's code."""
    retry: bool
    status: int = 200
    headers: Mapping[str, str] = {}
    body: bytes = b""
    wait_seconds: float | None = None
    answers: bool = True
    """False = it takes the request and says nothing."""
    listens: bool = True


HTML: Final = b"<!doctype html><title>Log in</title><p>Welcome"

FAULTS: Final[Mapping[str, Fault]] = {
    "never answers": Fault("timeout", True, answers=False),
    "is not there": Fault("unreachable", True, listens=False),
    "wants another credential": Fault("denied", False, 401),
    "forbids it": Fault("denied", False, 403, body=b'{"error": "forbidden"}'),
    "asks to wait": Fault("busy", True, 429, {"Retry-After": "7"}, wait_seconds=7.0),
    "asks to wait until a date": Fault("busy", True, 429, {"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}),
    "has a fault": Fault("broken", True, 500, body=b"Traceback"),
    "is being restarted": Fault("broken", True, 503),
    "does not know the path": Fault("refused", False, 404),
    "sends elsewhere": Fault("refused", False, 302, {"Location": "http://192.0.2.1/"}),
    "answers with a page": Fault("odd", False, headers={"Content-Type": "text/html"}, body=HTML),
    "answers with garbage": Fault("odd", False, body=b"\x00\xff\xfe{"),
    "answers with nothing": Fault("odd", False),
    "answers with a list": Fault("odd", False, body=b"[]"),
    "answers with an empty object": Fault("odd", False, body=b"{}"),
    "hangs up halfway": Fault("unreachable", True, headers={"Content-Length": "500"}, body=b'{"ja'),
    "answers without end": Fault("odd", False, body=b"[" + b" " * LARGEST_ANSWER_BYTES + b"]"),
}


@contextmanager
def faulty(fault: Fault) -> Iterator[str]:
    """The address, `http://127.0.0.1:PORT`, of a server with this fault."""
    if not fault.listens:
        with nobody() as address:
            yield address
        return
    ended = threading.Event()
    server = ThreadingHTTPServer(("127.0.0.1", 0), speaking(fault, ended))
    server.daemon_threads = False
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        ended.set()
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def nobody() -> Iterator[str]:
    """A port that is taken, so that no one else gets it, and on which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


def speaking(fault: Fault, ended: threading.Event) -> type[BaseHTTPRequestHandler]:
    class Speaking(BaseHTTPRequestHandler):
        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.close_connection = True
            if not fault.answers:
                ended.wait()
                return
            self.send_response(fault.status)
            for name, value in {"Content-Length": str(len(fault.body)), **fault.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            try:
                self.wfile.write(fault.body)
            except OSError:
                return  # the caller has read enough, and went

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer

        def log_message(self, format: str, *args: object) -> None:
            """Silence: what the fake says is no evidence."""

    return Speaking
