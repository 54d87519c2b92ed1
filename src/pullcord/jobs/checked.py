"""The daily look: whether each meeting could be ended, asked before the day on which it matters, and kept with what proves it.

Each connection is tested too, once for all meetings on it. One at a time, and never while an end has still to go out.
What is kept holds ids, codes and our own sentences.
"""

import json
import logging
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from pullcord.jobs import looks
from pullcord.jobs.desk import Desk
from pullcord.jobs.doctor import How, tested
from pullcord.jobs.looks import EVERY_SECONDS as EVERY_SECONDS
from pullcord.safe.files import replace_whole
from pullcord.safe.kit import Kit
from pullcord.words import Meeting, PlatformError

log = logging.getLogger("pullcord.checked")

FILE = "checked"
AFTER_START_SECONDS = 60.0
"""A server that has just started has more urgent things to do."""
PAUSE_SECONDS = 1.0
IDLE_SECONDS = 60.0
"""Where nothing is due: to know that, every kit is opened."""


class Checked(NamedTuple):
    """What the last look at one meeting found."""

    at: float
    how: How
    code: str
    why: str
    place: str
    """A mark of where it was then and by what right: of another place it says nothing."""


Others = Callable[[], Iterable[Meeting] | None]
"""The connections that no meeting is on yet. None = the database cannot be asked now."""


class Checks:
    def __init__(self, desk: Desk, *, others: Others = lambda: None) -> None:
        self._desk, self._others = desk, others
        self._known = dict(read(desk))
        self._asked: dict[str, float] = {}
        """When a connection was tested, by its mark: also where what was found could not be written down."""
        self.pause_seconds = AFTER_START_SECONDS
        """Until the next turn."""

    def turn(self) -> None:
        self.pause_seconds = IDLE_SECONDS  # also where something breaks
        if self.look_at_next() is not None or self.look_at_next_connection():
            self.pause_seconds = PAUSE_SECONDS

    def look_at_next(self) -> str | None:
        """Look at one meeting whose turn it is; its id. None = nothing is due."""
        kits = [kit for kit in self._desk.kits.all() if isinstance(kit, Kit)]
        due = next((kit for kit in kits if is_due(self._desk, kit, self._known)), None)
        if due is None:
            return None
        self._desk.means.turns.let_others_send()
        told, now = tested(self._desk, due), self._desk.means.clock()
        self._known[due.meeting.id] = Checked(now, told.how, told.code, told.why, place_of(self._desk, due))
        known = {kit.meeting.id for kit in kits}
        self._known = {meeting: one for meeting, one in self._known.items() if meeting in known}
        self._keep()
        return due.meeting.id

    def look_at_next_connection(self) -> bool:
        """Test one whose turn it is. False = nothing is due."""
        desk, others = self._desk, self._others()
        places = looks.places_of(desk, others or ())
        due = next((mark for mark in places if self._is_due(mark)), None)
        if due is None:
            return False
        desk.means.turns.let_others_send()
        self._asked[due] = desk.means.clock()
        try:
            looks.look_at(desk, places[due])
            if others is not None:
                looks.forget_others(desk, places)
        except PlatformError as error:
            log.warning("a connection cannot be tested: %s", error.code)
        except OSError as error:
            log.error("what the test of a connection found could not be kept: %s", error.strerror)
        return True

    def _is_due(self, mark: str) -> bool:
        asked = self._asked.get(mark)
        is_asked = asked is not None and 0 <= self._desk.means.clock() - asked < EVERY_SECONDS
        return not is_asked and looks.is_old(self._desk, looks.read(self._desk, mark))

    def _keep(self) -> None:
        content = json.dumps({meeting: one._asdict() for meeting, one in self._known.items()}).encode()
        try:
            replace_whole(self._desk.config.path(FILE), content)
        except OSError as error:
            log.error("what the daily look found could not be kept: %s", error.strerror)


def is_due(desk: Desk, kit: Kit, known: Mapping[str, Checked]) -> bool:
    """Never looked at, a day ago, or at another place since. A clock that was set back makes it due too."""
    last = known.get(kit.meeting.id)
    if last is None or last.place != place_of(desk, kit):
        return True
    return not 0 <= desk.means.clock() - last.at < EVERY_SECONDS


def place_of(desk: Desk, kit: Kit) -> str:
    told = [kit.meeting.platform, sorted(kit.meeting.at.items()), sorted(kit.meeting.secrets.items())]
    return desk.keys.mark(FILE, json.dumps(told).encode())


def read(desk: Desk) -> dict[str, Checked]:
    """By meeting. Empty where nothing was kept, or it cannot be read: then it is not known."""
    try:
        with open(desk.config.path(FILE), "rb") as file:
            told = json.loads(file.read())
        return {meeting: Checked(**one) for meeting, one in told.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def of(desk: Desk, kit: Kit, known: Mapping[str, Checked]) -> Checked | None:
    """What may be said of this meeting now: None = not known, also where its place has changed since, or its look is old."""
    found = known.get(kit.meeting.id)
    if found is None or found.place != place_of(desk, kit):
        return None
    return found if 0 <= desk.means.clock() - found.at < 2 * EVERY_SECONDS else None


def counts(desk: Desk) -> dict[str, int]:
    """How many meetings, by what the last look found. Never which."""
    found: dict[str, int] = {"well": 0, "unknown": 0, "broken": 0}
    for one in read(desk).values():
        found[one.how] += 1
    return found
