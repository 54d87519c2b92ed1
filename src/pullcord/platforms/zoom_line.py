"""Zoom's reports over a line that we open (WebSocket): nobody has to reach this server, which may be a club's laptop.

One line for each subscription, with a token of an hour in its address, as Zoom's documentation asks; a second line ends the first. Every
half minute we say that we are there. What comes is Zoom's own: its certificate is checked, and the line was opened by our credential.
"""

import json
import time
from collections.abc import Generator
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode, urlsplit

from pullcord.platforms import zoom_token
from pullcord.platforms.reach import OutOfReach
from pullcord.platforms.wire import Wire, barred
from pullcord.platforms.zoom_events import heard
from pullcord.words import Heard, Meeting, PlatformError

if TYPE_CHECKING:
    from websockets.sync.client import ClientConnection

BEAT_SECONDS: Final = 30.0
LOOK_EVERY_SECONDS: Final = 1.0
OPEN_SECONDS: Final = 10.0
MOST_BYTES: Final = 256 * 1024
HEARTBEAT: Final = json.dumps({"module": "heartbeat"})


def listen(meeting: Meeting, wire: Wire) -> Generator[Heard | None]:
    """Each report as it comes; None about once a second. Raises PlatformError, also when Zoom ends the line."""
    from websockets.exceptions import WebSocketException  # here, because a cold stop opens no line

    try:
        with _opened(meeting, wire) as line:
            beat = time.monotonic()
            while True:
                if time.monotonic() - beat >= BEAT_SECONDS:
                    line.send(HEARTBEAT)
                    beat = time.monotonic()
                try:
                    yield _read(line.recv(LOOK_EVERY_SECONDS))
                except TimeoutError:
                    yield None
    except (OSError, WebSocketException):
        raise PlatformError(
            "zoom-line-broken", "Zoom's line for reports is not open. We ask instead.", retry=True
        ) from None


def address_of(meeting: Meeting) -> str:
    """`wss://ws.zoom.us/ws`: beside the interface, whose name begins with `api.`."""
    parts = urlsplit(zoom_token.address(meeting))
    scheme, host = "ws" if parts.scheme == "http" else "wss", parts.netloc
    return f"{scheme}://{'ws.' + host.removeprefix('api.') if host.startswith('api.') else host}/ws"


def _opened(meeting: Meeting, wire: Wire) -> "ClientConnection":
    from logging import CRITICAL, Logger

    from websockets.exceptions import WebSocketException
    from websockets.sync.client import connect

    # The token stands in the address, as Zoom wants it: a logger of its own, so that no setting of a log turns it on.
    says_nothing = Logger("a line to Zoom", CRITICAL + 1)
    token = zoom_token.token(meeting, wire)
    told = {"subscriptionId": meeting.at["subscription"], "access_token": token.text}
    parts = urlsplit(address_of(meeting))
    port = parts.port or (443 if parts.scheme == "wss" else 80)
    try:
        below = wire.reach.connect(parts.hostname or "", port, OPEN_SECONDS)
    except OutOfReach:
        raise barred("zoom", "Zoom") from None
    address = f"{address_of(meeting)}?{urlencode(told)}"
    try:
        return connect(
            address, sock=below, open_timeout=OPEN_SECONDS, close_timeout=1, max_size=MOST_BYTES, logger=says_nothing
        )
    except WebSocketException:
        below.close()
        zoom_token.drop(meeting, token)  # whatever it was refused for: the next one is tried with a new token
        raise


def _read(text: str | bytes) -> Heard | None:
    """None = nothing of an event. What nobody can read is passed over: the line goes on."""
    with suppress(ValueError, RecursionError, PlatformError):
        told: Any = json.loads(text)
        content = told.get("content") if isinstance(told, dict) and told.get("module") == "message" else None
        event = json.loads(content) if isinstance(content, str) else None
        if isinstance(event, dict) and isinstance(content, str):
            return heard(event, content.encode(), signed_at=time.time(), trusted=True)
    return None
