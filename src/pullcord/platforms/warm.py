"""The server's lines to the platforms: connections that stay open between calls.

A stop makes two calls before its end is on the wire, and a hundred stops may share one processor: `platforms.line` says
why the line is our own.
"""

import select
import threading
import time
from ssl import create_default_context
from typing import NamedTuple

from pullcord.platforms.line import Broken, Line
from pullcord.platforms.reach import EVERYWHERE, OutOfReach, Reach
from pullcord.platforms.wire import Reply, Request, WireError, connect, exchange, place

KEEP_OPEN_SECONDS = 120.0
FRESH_SECONDS = 60.0
CONNECT_SECONDS = 5.0
MOST_IDLE = 64
"""How many lines to one server are kept while nobody uses them."""


class _Idle(NamedTuple):
    line: Line
    since: float


class WarmWire:
    """Safe for many threads. Follows no redirect, takes no proxy from the environment, and never sends a request twice."""

    def __init__(self, reach: Reach = EVERYWHERE) -> None:
        self.reach = reach
        self._tls = create_default_context()
        self._idle: dict[str, list[_Idle]] = {}
        self._lock = threading.Lock()

    def send(self, request: Request) -> Reply:
        server = "://".join(place(request)[:2])
        line = self._open_line(server) or self._new_line(request)
        can_stay = False
        try:
            reply, can_stay = exchange(line, request)
        finally:
            if can_stay:
                self._keep(server, line)
            else:
                line.close()
        return reply

    def open_ahead(self, url: str) -> None:
        """A line to this server that waits for the next request, where there is none. Asks nothing. Raises WireError."""
        request = Request("GET", url, {}, wait_seconds=CONNECT_SECONDS)
        server = "://".join(place(request)[:2])
        if not self._has_fresh(server):
            self._keep(server, self._new_line(request))

    def close(self) -> None:
        with self._lock:
            idle, self._idle = self._idle, {}
        for lines in idle.values():
            for line, _ in lines:
                line.close()

    def _has_fresh(self, server: str) -> bool:
        """One that nobody used for long may have died without a word on the way: it is not counted on."""
        with self._lock:
            waiting = self._idle.get(server)
            if not waiting:
                return False
            line, since = waiting[-1]
            return time.monotonic() - since < FRESH_SECONDS and not _is_closed(line)

    def _open_line(self, server: str) -> Line | None:
        """The line used last that the platform has not closed meanwhile; those that it has closed are let go."""
        while True:
            with self._lock:
                waiting = self._idle.get(server)
                if not waiting:
                    return None
                line, since = waiting.pop()
            if time.monotonic() - since < KEEP_OPEN_SECONDS and not _is_closed(line):
                return line
            line.close()

    def _new_line(self, request: Request) -> Line:
        """Raises WireError."""
        line = connect(request, tls=self._tls, reach=self.reach)
        try:
            line.open(min(CONNECT_SECONDS, request.wait_seconds))
        except TimeoutError as late:
            raise WireError("timeout") from late
        except OutOfReach as barred:
            raise WireError("barred") from barred
        except OSError as refused:
            raise WireError("refused") from refused
        except Broken as unfit:
            raise WireError("unreachable") from unfit
        return line

    def _keep(self, server: str, line: Line) -> None:
        with self._lock:
            lines = self._idle.setdefault(server, [])
            if len(lines) < MOST_IDLE:
                return lines.append(_Idle(line, time.monotonic()))
        line.close()


def _is_closed(line: Line) -> bool:
    """An idle line has nothing to say: what can be read from it now is its end."""
    if line.socket is None:
        return True
    look = select.poll()
    look.register(line.socket, select.POLLIN)
    return bool(look.poll(0))
