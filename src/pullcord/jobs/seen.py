"""Keep the rosters of running meetings warm: whoever was seen in a meeting was there, though gone when it was stopped."""

import threading
import time
from collections.abc import Callable

from pullcord.jobs.desk import Desk
from pullcord.platforms import platform
from pullcord.safe.kit import Kit
from pullcord.words import Person, PlatformError

LOOK_EVERY_SECONDS = 15.0
FORGET_AFTER_SECONDS = 12 * 3600.0


class Seen:
    """People seen per meeting, in memory only, forgotten half a day after the last look that found anybody."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._people: dict[str, dict[str, Person]] = {}
        self._last: dict[str, float] = {}
        self._lock = threading.Lock()

    def add(self, meeting_id: str, people: list[Person]) -> None:
        with self._lock:
            if people:
                self._last[meeting_id] = self._clock()
                self._people.setdefault(meeting_id, {}).update({_who(person): person for person in people})
            elif self._clock() - self._last.get(meeting_id, 0.0) > FORGET_AFTER_SECONDS:
                self._people.pop(meeting_id, None)

    def with_seen(self, meeting_id: str, people: list[Person] | None) -> list[Person] | None:
        """These, and whoever was seen before and is not among them. None = neither is known."""
        now = {_who(person): person for person in people or []}
        with self._lock:
            before = self._people.get(meeting_id, {})
            return None if people is None and not before else list((before | now).values())


def _who(person: Person) -> str:
    """One invitation is one person, however often they came and went."""
    return f"invite {person.invite}" if person.invite else f"presence {person.key}"


def look_round(desk: Desk, seen: Seen, *, pause: Callable[[float], object] = time.sleep) -> None:
    """One look into every meeting that may be running. A platform that does not answer is asked again next time.

    A tenth of the time at most is spent looking: somebody may be pressing meanwhile.
    """
    for kit in desk.kits.all():
        began = time.monotonic()
        if isinstance(kit, Kit) and _may_run(kit, desk.means.clock()):
            _look(kit, desk, seen)
        pause(9 * (time.monotonic() - began))


def _may_run(kit: Kit, now: float) -> bool:
    return kit.starts is None or kit.starts - 3600 <= now <= (kit.ends or kit.starts) + 6 * 3600


def _look(kit: Kit, desk: Desk, seen: Seen) -> None:
    try:
        adapter = platform(kit.meeting.platform)
        if adapter.can("roster"):
            began = time.monotonic()
            seen.add(kit.meeting.id, adapter.roster(kit.meeting, desk.means.wire(adapter.name)))
            desk.means.pace[adapter.name] = time.monotonic() - began
    except PlatformError:
        return
