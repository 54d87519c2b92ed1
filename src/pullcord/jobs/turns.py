"""Who goes first, where many press at once: within this process, and in front of everything else it does."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

OTHERS_TURN_SECONDS = 1.0
"""How long a press waits for the one before it, on the same meeting, to have ended it."""
OTHERS_ENDS_SECONDS = 0.5
"""How long what follows an end waits for the ends of other meetings to go out."""


class Turns:
    """Within this process: one end at a time per meeting; and of many meetings, the ends before everything else."""

    def __init__(self) -> None:
        self._locks: dict[str, threading.Lock] = {}
        self._lock = threading.Lock()
        self._to_send: set[str] = set()
        self._all_sent = threading.Condition(self._lock)
        self._last_press = 0.0

    @property
    def quiet_seconds(self) -> float:
        """How long ago the last press was."""
        return time.monotonic() - self._last_press

    def begin(self, meeting_id: str) -> None:
        """A press has come in, and this meeting's end is to go out."""
        with self._lock:
            self._to_send.add(meeting_id)
            self._last_press = time.monotonic()

    def sent(self, meeting_id: str) -> None:
        """It has gone out, or there was none to send."""
        with self._lock:
            self._to_send.discard(meeting_id)
            if len(self._to_send) <= 1:  # before that nobody's turn has come, and a hundred would wake up to see it
                self._all_sent.notify_all()

    def others_are_to_be_sent(self, meeting_id: str = "") -> bool:
        """Of other meetings: who pressed for this one too is waiting for us, and must not be waited for."""
        return bool(self._to_send - {meeting_id})

    def let_others_send(self, meeting_id: str = "") -> None:
        """The bar, the list and the proof come after the ends of all other meetings, and so do pages and bookkeeping.

        Half a second at most.
        """
        with self._lock:
            self._all_sent.wait_for(lambda: not self.others_are_to_be_sent(meeting_id), timeout=OTHERS_ENDS_SECONDS)

    @contextmanager
    def of(self, meeting_id: str) -> Iterator[None]:
        """Wait for whoever is ending this meeting now; but a second only: he may hang, and this press must not."""
        with self._lock:
            turn = self._locks.setdefault(meeting_id, threading.Lock())
        mine = turn.acquire(timeout=OTHERS_TURN_SECONDS)
        try:
            yield
        finally:
            if mine:
                turn.release()
