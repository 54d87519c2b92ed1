"""One meeting of an account: its number and its paths, what Zoom tells of it, and what this process has seen of it lately."""

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, Final

from pullcord.platforms import zoom_token
from pullcord.platforms.wire import Wire
from pullcord.platforms.zoom_api import Said, expect, odd, say
from pullcord.platforms.zoom_facts import IS_WEBINAR
from pullcord.words import Meeting, PlatformError

AGAIN_SECONDS: Final = 600.0
"""A hold that was said within this is looked at before it is said again: a host has a hundred changes in a day."""
MOST_REMEMBERED: Final = 1_000

Place = tuple[str, str, str]


class Memory:
    """What this process has seen of meetings lately. Nothing depends on it but the number of calls."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kinds: dict[Place, str] = {}
        self._barred: dict[Place, float] = {}

    def kind(self, meeting: Meeting) -> str:
        return self._kinds.get(place(meeting)) or meeting.at.get("kind") or "meeting"

    def is_other(self, meeting: Meeting, kind: str) -> None:
        with self._lock:
            self._make_room()
            self._kinds[place(meeting)] = kind

    def barred(self, meeting: Meeting) -> None:
        with self._lock:
            self._make_room()
            self._barred[place(meeting)] = time.monotonic()

    def opened(self, meeting: Meeting) -> None:
        self._barred.pop(place(meeting), None)

    def was_barred(self, meeting: Meeting) -> bool:
        return time.monotonic() - self._barred.get(place(meeting), float("-inf")) < AGAIN_SECONDS

    def _make_room(self) -> None:
        for known in (self._kinds, self._barred):
            if len(known) >= MOST_REMEMBERED:
                known.clear()


memory = Memory()


def of_its_kind(meeting: Meeting, ask: Callable[[str], Said]) -> Said:
    """Ask by what it was entered as; where Zoom says that the number is of the other kind, by that, and remember it."""
    kind = memory.kind(meeting)
    said = ask(kind)
    if said.code != IS_WEBINAR:
        return said
    other = "meeting" if kind == "webinar" else "webinar"
    again = ask(other)
    if again.code != IS_WEBINAR:
        memory.is_other(meeting, other)
    return again


def about(meeting: Meeting, wire: Wire) -> Mapping[str, Any]:
    """Its kind is known afterwards. Raises PlatformError."""
    said = of_its_kind(meeting, lambda kind: say(meeting, wire, "GET", path(meeting, kind)))
    return whole(expect(said, 200), meeting)


def whole(said: Said, meeting: Meeting) -> Mapping[str, Any]:
    """An answer about another meeting, or about none, proves nothing of this one. Raises PlatformError."""
    return said.body if str(said.body.get("id")) == room(meeting) else odd()


def place(meeting: Meeting) -> Place:
    return zoom_token.address(meeting), meeting.at["account"], room(meeting)


def path(meeting: Meeting, kind: str) -> str:
    return f"/{'webinars' if kind == 'webinar' else 'meetings'}/{room(meeting)}"


def room(meeting: Meeting) -> str:
    """Digits alone: anything else would be another path of the interface. Raises PlatformError `meeting-incomplete`."""
    number = meeting.at["room"].replace(" ", "").replace("-", "")
    if not (number.isascii() and number.isdecimal()):
        raise PlatformError("meeting-incomplete", "What is known here as this meeting’s number is none.", retry=False)
    return number
