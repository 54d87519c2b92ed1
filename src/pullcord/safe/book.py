"""The incidents as the journal tells them, kept in memory: what a door reads when the database is gone.

Several processes append to one journal; each follows the file, so all see the same lines in the same order and agree on
whose press came first.
"""

import threading
import time
from collections.abc import Callable
from itertools import count

from pullcord.core.incident import Incident, fold
from pullcord.safe.journal import START, Journal, Line


class Book:
    def __init__(self, journal: Journal, *, about: str = "", clock: Callable[[], float] = time.time) -> None:
        self._journal = journal
        self._about = about
        self._clock = clock
        self._read_to = START
        self._latest: dict[str, Incident] = {}
        self._taken: set[str] = set()
        """The marks of the lines taken in: a failing disk may bring one twice, long after, and it happened once."""
        self._lock = threading.Lock()
        self._questions = count(1)
        self._asked = 0
        self._answered = 0
        """Up to which question the last reading was begun after it was asked."""
        self._told: list[Line] = []

    def follow(self) -> None:
        """Take in what has come to the journal since, and what the disk does not take: it happened all the same.

        Where a hundred ask at once, one reads for all who had asked before he began.
        """
        self._asked = mine = next(self._questions)
        with self._lock:
            if mine <= self._answered:
                return
            asked = self._asked
            late = self._journal.late()  # before the file: a line written meanwhile is then found twice, not missed
            lines, self._read_to = self._journal.read(self._read_to, about=self._about)
            for line in (*lines, *late):
                if line.mark not in self._taken:
                    self._taken.add(line.mark)
                    self._told.append(line)
                    self._fold(line)
            self._answered = asked

    def told(self) -> list[Line]:
        """Every line so far, each once, in the order in which it was taken in."""
        self.follow()
        with self._lock:
            return list(self._told)

    def latest(self, meeting_id: str) -> Incident | None:
        """The meeting's last incident, over or not."""
        self.follow()
        with self._lock:
            return self._latest.get(meeting_id)

    def find(self, incident_id: str) -> Incident | None:
        self.follow()
        with self._lock:
            return next((incident for incident in self._latest.values() if incident.id == incident_id), None)

    def unfinished(self) -> list[Incident]:
        """What a crash may have left open: neither released, nor both proven over and barred.

        Only for its day: weeks later another meeting may run in the same place, and nobody has pressed for that one.
        """
        now = self._clock()
        return [one for one in self.all() if one.takes_presses(now) and not (one.is_over and one.held_at is not None)]

    def all(self) -> list[Incident]:
        self.follow()
        with self._lock:
            return list(self._latest.values())

    def _fold(self, line: Line) -> None:
        meeting = line.fields.get("meeting")
        if not isinstance(meeting, str):
            return
        incident = fold(self._latest.get(meeting), line.kind, line.at, line.fields)
        if incident is not None:
            self._latest[meeting] = incident
