"""One request in, one reply out: all that an adapter knows of the network.

`ColdWire` opens a connection for each, for a process that makes three calls and ends; `pullcord.platforms.warm` keeps them
open, for the server. Neither follows a redirect: an answer's links are data.
"""

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, runtime_checkable
from urllib.parse import SplitResult, urlsplit

from pullcord.platforms.line import Broken, Line
from pullcord.platforms.reach import EVERYWHERE, OutOfReach, Reach
from pullcord.words import PlatformError

if TYPE_CHECKING:
    from ssl import SSLContext

LARGEST_ANSWER_BYTES = 1_000_000


class Request(NamedTuple):
    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes = b""
    wait_seconds: float = 5.0

    def __repr__(self) -> str:
        return f"Request({self.method})"


class Reply(NamedTuple):
    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes


class WireError(Exception):
    """No reply came. `kind`: `timeout` = the request may have arrived; `refused` = it did not;
    `barred` = it may not go there, and was not sent."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


class Wire(Protocol):
    @property
    def reach(self) -> Reach:
        """How far it goes: also for an adapter that brings a line of its own."""

    def send(self, request: Request) -> Reply:
        """Raises WireError."""


@runtime_checkable
class Warm(Protocol):
    """A wire whose lines stay open between requests."""

    def open_ahead(self, url: str) -> None:
        """Have one to this server, so that the next request waits for none. Raises WireError."""


def open_ahead(wire: Wire, url: str) -> None:
    """Where the wire keeps lines open; that it could not be opened is told by the request that needs it."""
    if isinstance(wire, Warm):
        with suppress(WireError):
            wire.open_ahead(url)


class ColdWire:
    """A connection per request."""

    def __init__(self, reach: Reach = EVERYWHERE) -> None:
        self.reach = reach

    def send(self, request: Request) -> Reply:
        connection = connect(request, reach=self.reach)
        try:
            return exchange(connection, request)[0]
        finally:
            connection.close()


def place(request: Request) -> SplitResult:
    """Where it goes. Raises WireError where that cannot be an address."""
    try:
        return urlsplit(request.url)
    except ValueError as unfit:
        raise WireError("unreachable") from unfit


def connect(request: Request, *, tls: "SSLContext | None" = None, reach: Reach = EVERYWHERE) -> Line:
    """A line to where the request goes, not yet open. Raises WireError."""
    try:
        return Line(place(request), tls=tls, reach=reach)
    except Broken as unfit:
        raise WireError("unreachable") from unfit


def exchange(line: Line, request: Request) -> tuple[Reply, bool]:
    """One request and its reply; and whether the line can take another. Raises WireError."""
    parts, most = place(request), LARGEST_ANSWER_BYTES + 1
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        answer = line.exchange(
            request.method, path, dict(request.headers), request.body, wait_seconds=request.wait_seconds, most=most
        )
    except TimeoutError as late:
        raise WireError("timeout") from late
    except ConnectionRefusedError as refused:
        raise WireError("refused") from refused
    except OutOfReach as barred:
        raise WireError("barred") from barred
    except (OSError, Broken) as broken:
        raise WireError("unreachable") from broken
    return Reply(answer.status, answer.headers, answer.body(most)), answer.can_stay


class Hurried:
    """The same line, for a question that is not worth more than so many seconds."""

    def __init__(self, wire: Wire, seconds: float) -> None:
        self._wire = wire
        self.seconds = patience(wire, seconds)
        self.reach = wire.reach

    def send(self, request: Request) -> Reply:
        return self._wire.send(request._replace(wait_seconds=min(self.seconds, request.wait_seconds)))


def patience(wire: Wire, seconds: float) -> float:
    """How long an adapter that brings a line of its own may wait: as long as for a request over this wire."""
    return min(seconds, wire.seconds) if isinstance(wire, Hurried) else seconds


def ask(platform: str, title: str, wire: Wire, request: Request) -> Any:
    """Send, and read the JSON answer. Every way this can fail is a PlatformError of its own, free of secrets."""
    return read(platform, title, send(platform, title, wire, request))


def send(platform: str, title: str, wire: Wire, request: Request) -> Reply:
    """Send; a reply that is no success is a PlatformError: `<platform>-timeout|unreachable|barred|denied|busy|broken|refused`."""
    return judged(platform, title, sent(platform, title, wire, request))


def sent(platform: str, title: str, wire: Wire, request: Request) -> Reply:
    """Send, for whoever reads refusals too. No reply at all is a PlatformError: `<platform>-timeout|unreachable|barred`."""
    try:
        return wire.send(request)
    except WireError as error:
        if error.kind == "timeout":
            raise PlatformError(f"{platform}-timeout", f"{title} did not answer in time.", retry=True) from None
        if error.kind == "barred":
            raise barred(platform, title) from None
        raise PlatformError(f"{platform}-unreachable", f"{title} could not be reached.", retry=True) from None


def barred(platform: str, title: str) -> PlatformError:
    sentence = f"The address of {title} lies on a private network, which the settings of this server do not name."
    return PlatformError(f"{platform}-barred", sentence, retry=False)


def judged(platform: str, title: str, reply: Reply) -> Reply:
    """A reply that is no success is a PlatformError: `<platform>-denied|busy|broken|refused`."""
    if reply.status in (401, 403):
        raise PlatformError(f"{platform}-denied", f"{title} did not accept our credential.", retry=False)
    if reply.status == 429:
        raise PlatformError(
            f"{platform}-busy",
            f"{title} asked us to wait.",
            retry=True,
            wait_seconds=_seconds(reply.headers.get("retry-after")),
        )
    if reply.status >= 500:
        raise PlatformError(f"{platform}-broken", f"{title} has a fault of its own ({reply.status}).", retry=True)
    if not 200 <= reply.status < 300:
        raise PlatformError(f"{platform}-refused", f"{title} refused ({reply.status}).", retry=False)
    return reply


def read(platform: str, title: str, reply: Reply) -> Any:
    """The JSON of a reply. An answer too large or not JSON is `<platform>-odd`."""
    if len(reply.body) > LARGEST_ANSWER_BYTES:
        raise PlatformError(f"{platform}-odd", f"{title} answered in a way we do not understand.", retry=False)
    try:
        return json.loads(reply.body)
    except ValueError:
        raise PlatformError(
            f"{platform}-odd", f"{title} answered in a way we do not understand.", retry=False
        ) from None


def _seconds(text: str | None) -> float | None:
    """`Retry-After` in seconds; a date or nonsense is None: the caller then keeps its own pace."""
    try:
        return None if text is None else max(0.0, float(text))
    except ValueError:
        return None
