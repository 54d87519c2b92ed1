"""Short-lived rights that the people pages hand to the fast door, in memory only.

A host's page is made by Django, which knows who is signed in; his press and his live view go to the edge, which knows no
session. A ticket is 128 random bits, of one kind, for one person and listed things; a restart forgets them all.
"""

import threading
import time
from collections.abc import Callable
from typing import NamedTuple

from pullcord.safe.keys import digest, new_token

MOST = 10_000


class Ticket(NamedTuple):
    kind: str
    """What it gives: `press`, `end all`, `live`, `keep`."""
    by: str
    about: tuple[str, ...]
    until: float


class Tickets:
    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._held: dict[str, Ticket] = {}
        self._lock = threading.Lock()

    def issue(self, kind: str, *, by: str, about: tuple[str, ...], seconds: float) -> str:
        token = new_token()
        with self._lock:
            self._drop_old()
            self._held[digest(token)] = Ticket(kind, by, about, self._clock() + seconds)
        return token

    def find(self, kind: str, token: str) -> Ticket | None:
        ticket = self._held.get(digest(token))
        return ticket if ticket is not None and ticket.kind == kind and self._clock() < ticket.until else None

    def take(self, kind: str, token: str, *, by: str) -> Ticket | None:
        """For one use, by whom it was issued to."""
        with self._lock:
            ticket = self.find(kind, token)
            if ticket is None or ticket.by != by:
                return None
            return self._held.pop(digest(token))

    def _drop_old(self) -> None:
        now = self._clock()
        self._held = {key: ticket for key, ticket in self._held.items() if now < ticket.until}
        while len(self._held) >= MOST:
            self._held.pop(next(iter(self._held)))
