"""One line to a server: HTTP/1.1 over a socket, read by the parser that the edge's own server uses.

Why not the standard library's client: its header parser is the mail package's. That took a third of a cold stop, and half
of what each call costs a server that ends a hundred meetings at once.
"""

import re
import socket
import time
from typing import TYPE_CHECKING, Final
from urllib.parse import SplitResult

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

from pullcord.platforms.reach import EVERYWHERE, Reach

if TYPE_CHECKING:
    from ssl import SSLContext

LARGEST_HEAD_BYTES: Final = 65_536
MOST_HEADERS: Final = 100
_UNFIT: Final = re.compile(rb"[\x00-\x20\x7f]")
"""In a request's first line."""
_UNFIT_HEADER: Final = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
"""In a header: above all an end of line, behind which another header could stand."""


class Broken(Exception):
    """No whole answer came, or the request cannot be sent."""


class Answer:
    """What the parser told of one answer. It calls these by their names."""

    def __init__(self) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        self.is_whole = False
        self.is_more = False
        """Something came behind it."""
        self._parts: list[bytes] = []
        self._size = 0
        self._headers = 0
        self._parser = HttpResponseParser(self)

    @property
    def can_stay(self) -> bool:
        """Whether the server keeps the line open for another request."""
        return self.is_whole and not self.is_more and self._stays

    def body(self, most: int) -> bytes:
        return b"".join(self._parts)[:most]

    def take(self, data: bytes, *, most: int) -> bool:
        """Whether it needs more: not once it is whole, nor once there is more of it than anyone would read. Raises Broken."""
        try:
            self._parser.feed_data(data)
        except (HttpParserError, HttpParserUpgrade, UnicodeError) as odd:
            if not self.is_whole:
                raise Broken from odd
            self.is_more = True
        return not self.is_whole and self._size < most

    def end(self) -> None:
        """The line was closed. Only an answer that names no length may end so. Raises Broken."""
        if not self.status or self.headers.keys() & {"content-length", "transfer-encoding"}:
            raise Broken
        self.is_whole = self.is_more = True

    # -- what the parser calls --

    def on_message_begin(self) -> None:
        self.is_more = self.is_whole

    def on_header(self, name: bytes, value: bytes) -> None:
        if self.is_whole:
            return
        self._headers += 1
        if self._headers > MOST_HEADERS:
            raise Broken
        self.headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        if not self.is_whole:
            self.status = self._parser.get_status_code()
            self._stays = self._parser.should_keep_alive()

    def on_body(self, data: bytes) -> None:
        if not self.is_whole:
            self._parts.append(data)
            self._size += len(data)

    def on_message_complete(self) -> None:
        if self.is_whole:
            return
        if 100 <= self.status < 200:  # a word before the answer
            self.status, self.headers = 0, {}
        else:
            self.is_whole = True


class Line:
    """To one server, opened on first use. Every failure is an OSError, Broken or OutOfReach; each leaves it unfit for more."""

    def __init__(self, place: SplitResult, *, tls: "SSLContext | None" = None, reach: Reach = EVERYWHERE) -> None:
        """Raises Broken where that cannot be an address."""
        try:
            self._host = (place.hostname or "").encode("ascii" if (place.hostname or "").isascii() else "idna").decode()
            self._port = place.port or (443 if place.scheme == "https" else 80)
        except ValueError as unfit:
            raise Broken from unfit
        self._is_tls = place.scheme == "https"
        self._tls = tls
        self._reach = reach
        self._name = f"[{self._host}]" if ":" in self._host else self._host
        if place.port is not None:
            self._name += f":{place.port}"
        self.socket: socket.socket | None = None

    def open(self, wait_seconds: float) -> None:
        """Raises OSError, Broken, OutOfReach."""
        try:
            line = self._reach.connect(self._host, self._port, wait_seconds)
        except UnicodeError as unfit:
            raise Broken from unfit
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket = self._secured(line) if self._is_tls else line

    def _secured(self, line: socket.socket) -> socket.socket:
        from ssl import create_default_context  # only where it is needed: a cold stop pays for what it uses

        try:
            return (self._tls or create_default_context()).wrap_socket(line, server_hostname=self._host)
        except OSError:
            line.close()
            raise
        except ValueError as unfit:  # a name that no certificate could have
            line.close()
            raise Broken from unfit

    def exchange(
        self, method: str, path: str, headers: dict[str, str], body: bytes, *, wait_seconds: float, most: int
    ) -> Answer:
        """One request and its answer, of which `most` bytes are read. Raises OSError, Broken."""
        request = self._head(method, path, headers, body) + body
        if self.socket is None:
            self.open(wait_seconds)
        assert self.socket is not None  # noqa: S101  # it was opened just now
        until = time.monotonic() + wait_seconds
        self.socket.settimeout(wait_seconds)
        self.socket.sendall(request)
        return self._read(self.socket, Answer(), until, most)

    def close(self) -> None:
        line, self.socket = self.socket, None
        if line is not None:
            line.close()

    def _head(self, method: str, path: str, headers: dict[str, str], body: bytes) -> bytes:
        """Raises Broken where what is to be sent would not be one request with these headers."""
        try:
            first = [part.encode("ascii") for part in (method, path)]
            told = [(name.encode("ascii"), value.encode("latin-1")) for name, value in headers.items()]
        except UnicodeError as unfit:
            raise Broken from unfit
        if any(_UNFIT.search(part) for part in (*first, *(name for name, _ in told))):
            raise Broken
        if any(_UNFIT_HEADER.search(value) for _, value in told):
            raise Broken
        ours = [(b"Host", self._name.encode()), (b"Accept-Encoding", b"identity")]
        if body or method != "GET":
            ours.append((b"Content-Length", b"%d" % len(body)))
        lines = [b"%b %b HTTP/1.1" % (first[0], first[1]), *(b"%b: %b" % pair for pair in (*ours, *told))]
        return b"\r\n".join(lines) + b"\r\n\r\n"

    def _read(self, line: socket.socket, answer: Answer, until: float, most: int) -> Answer:
        """All of the time that there is, not so much for each part: who drips his answer must not hold us."""
        head = 0
        while True:
            data = line.recv(65_536)
            if not data:
                answer.end()
                return answer
            if not answer.take(data, most=most):
                return answer
            head += 0 if answer.status else len(data)
            left = until - time.monotonic()
            if left <= 0:
                raise TimeoutError
            if head > LARGEST_HEAD_BYTES:
                raise Broken
            line.settimeout(left)
