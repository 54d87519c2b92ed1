"""The practice server reports what happens in its rooms, to the same door and in the same way as any meeting server."""

import os
import secrets
import threading
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from pullcord.platforms.warm import WarmWire
from pullcord.platforms.wire import Request, Wire, WireError
from pullcord.practice import events
from pullcord.practice.events import Happened

SOURCE: Final = "here"
"""The public id of this place: all its rooms share it, and the secret."""
SIGNS_WITH: Final = "events-key"
MOST_WAITING: Final = 1_000
TRIES_FOR_SECONDS: Final = 300.0
PAUSES: Final = (0.1, 0.5, 1.0, 5.0)


def secret_in(folder: Path) -> str:
    """What the rooms of this folder sign with; made when it is first needed. Raises OSError."""
    path = folder / SIGNS_WITH
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text()
    with os.fdopen(handle, "w") as file:
        file.write(secret := secrets.token_urlsafe(32))
    return secret


class Reporter:
    """What `Rooms` takes as `on_event`. Reports in order, each until it is taken, from a thread of its own."""

    def __init__(self, folder: Path, address: str, *, wire: Wire | None = None) -> None:
        """`address`: of the server to report to."""
        self._folder = folder
        self._url = f"{address}/events/practice/{SOURCE}"
        self._wire = wire or WarmWire()
        self._waiting: deque[Happened] = deque(maxlen=MOST_WAITING)
        self._wake = threading.Condition()
        self._thread: threading.Thread | None = None

    def __call__(self, happened: Happened) -> None:
        with self._wake:
            self._waiting.append(happened)
            if self._thread is None:
                self._thread = threading.Thread(target=self._report_for_ever, name="practice events", daemon=True)
                self._thread.start()
            self._wake.notify()

    def _report_for_ever(self) -> None:
        while True:
            with self._wake:
                self._wake.wait_for(lambda: self._waiting)
                happened = self._waiting.popleft()
            self._report(happened)

    def _report(self, happened: Happened) -> None:
        """Under the same nonce each time: a report whose answer was lost is not taken twice."""
        nonce = secrets.token_urlsafe(16)
        for pause in _pauses():
            try:
                secret = secret_in(self._folder)
                headers, raw = events.signed(happened, secret=secret, now=time.time(), nonce=nonce)
                if self._wire.send(Request("POST", self._url, headers, raw)).status < 500:
                    return
            except (WireError, OSError):
                pass  # the door or the disk is not there now
            time.sleep(pause)


def _pauses() -> Iterator[float]:
    until = time.monotonic() + TRIES_FOR_SECONDS
    yield from PAUSES
    while time.monotonic() < until:
        yield PAUSES[-1]
