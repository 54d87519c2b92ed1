"""Keep the rosters of running meetings warm: whoever was seen in a meeting was there, though gone when it was stopped."""

import threading
import time
from collections.abc import Callable

from pullcord.core import pace
from pullcord.core.pace import Bucket
from pullcord.core.roster import Presence, Roster
from pullcord.jobs.desk import Desk
from pullcord.platforms import Platform, platform
from pullcord.safe.kit import Kit
from pullcord.words import Event, Person, PlatformError

LOOK_EVERY_SECONDS = 15.0
FORGET_AFTER_SECONDS = 12 * 3600.0


class Seen:
    """Who was in each meeting, in memory only; forgotten half a day after the last that was heard or seen of anybody."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._rosters: dict[str, Roster] = {}
        self._last: dict[str, float] = {}
        self._lock = threading.Lock()
        self._buckets: dict[str, tuple[Bucket, ...]] = {}

    def may_look(self, adapter: Platform) -> bool:
        """Looking takes a quarter of a platform's day and half of its second at most: ending and the guard need the rest."""
        limits, now = adapter.limits, self._clock()
        with self._lock:
            buckets = self._buckets.get(adapter.name) or pace.buckets(
                calls_per_day=limits.calls_per_day, calls_per_second=limits.calls_per_second, now=now
            )
            if any(pace.wait_seconds(bucket, 1.0, now, woken=False) > 0 for bucket in buckets):
                return False
            self._buckets[adapter.name] = tuple(pace.spent(bucket, 1.0, now) for bucket in buckets)
        return True

    def add(self, meeting_id: str, people: list[Person], *, at: float | None = None) -> None:
        """The platform was asked at that time, and these were in. Nobody, in a meeting we know nothing of, is no news."""
        with self._lock:
            if people or meeting_id in self._rosters:
                self._roster(meeting_id, is_news=bool(people)).look(people, at=time.time() if at is None else at)

    def hear(self, meeting_id: str, event: Event, *, received_at: float) -> None:
        """The platform has reported this. It may come again, late, and in any order."""
        with self._lock:
            self._roster(meeting_id, is_news=True).report(event, received_at=received_at)

    def with_seen(self, meeting_id: str, people: list[Person] | None) -> list[Person] | None:
        """These, and whoever was there before and is not among them. None = neither is known."""
        if people is not None:
            self.add(meeting_id, people)
        present = self.presences(meeting_id)
        return None if people is None and not present else [one.person for one in present]

    def presences(self, meeting_id: str) -> list[Presence]:
        with self._lock:
            roster = self._rosters.get(meeting_id)
            return [] if roster is None else roster.presences()

    def tidy(self) -> None:
        """Forget the meetings of which nothing was heard or seen for half a day."""
        with self._lock:
            now = self._clock()
            for meeting_id in [one for one, last in self._last.items() if now - last > FORGET_AFTER_SECONDS]:
                del self._last[meeting_id], self._rosters[meeting_id]

    def _roster(self, meeting_id: str, *, is_news: bool) -> Roster:
        if is_news:
            self._last[meeting_id] = self._clock()
        return self._rosters.setdefault(meeting_id, Roster())


def look_round(desk: Desk, seen: Seen, *, pause: Callable[[float], object] = time.sleep) -> None:
    """One look into every meeting that may be running. A platform that does not answer is asked again next time.

    A tenth of the time at most is spent looking: somebody may be pressing meanwhile.
    """
    for kit in desk.kits.all():
        began = time.monotonic()
        if isinstance(kit, Kit):
            _make_ready(kit, desk)
        if isinstance(kit, Kit) and _may_run(kit, desk.means.clock()):
            _look(kit, desk, seen)
        pause(9 * (time.monotonic() - began))


def _may_run(kit: Kit, now: float) -> bool:
    return kit.starts is None or kit.starts - 3600 <= now <= (kit.ends or kit.starts) + 6 * 3600


def _make_ready(kit: Kit, desk: Desk) -> None:
    """Also of a meeting that is not to run today: what a stop would wait for is there by then."""
    try:
        adapter = platform(kit.meeting.platform)
        if adapter.can("ready"):
            adapter.ready(kit.meeting, desk.means.wire(adapter.name))
    except PlatformError:
        return  # the daily look says what is wrong with it


def _look(kit: Kit, desk: Desk, seen: Seen) -> None:
    try:
        adapter = platform(kit.meeting.platform)
        if adapter.can("roster") and seen.may_look(adapter):
            began, at = time.monotonic(), desk.means.clock()
            seen.add(kit.meeting.id, adapter.roster(kit.meeting, desk.means.wire(adapter.name)), at=at)
            desk.means.pace[adapter.name] = time.monotonic() - began
    except PlatformError:
        return
