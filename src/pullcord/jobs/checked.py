"""The daily look: whether each meeting could be ended, asked before the day on which it matters, and kept with what proves it.

One meeting at a time, and never while an end has still to go out. What is kept holds ids, codes and our own sentences.
"""

import json
import logging
from collections.abc import Mapping
from typing import NamedTuple

from pullcord.jobs.desk import Desk
from pullcord.jobs.doctor import How, tested
from pullcord.safe.files import replace_whole
from pullcord.safe.kit import Kit

log = logging.getLogger("pullcord.checked")

FILE = "checked"
EVERY_SECONDS = 24 * 3600.0
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


class Checks:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._known = dict(read(desk))
        self.pause_seconds = AFTER_START_SECONDS
        """Until the next turn."""

    def turn(self) -> None:
        self.pause_seconds = IDLE_SECONDS  # also where something breaks
        if self.look_at_next() is not None:
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
