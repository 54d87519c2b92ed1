"""The guard: looks at every meeting that is kept ended, by its pace, and sooner when an event tells of it.

A loop in `serve`, or in the command line that waits where no server is alive. It keeps nothing that a crash could lose: what
is to be kept ended stands in the journal, and whoever starts takes it over from there.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Protocol

from pullcord.core import pace
from pullcord.core.incident import Incident
from pullcord.core.pace import Bucket
from pullcord.jobs.aside import Aside
from pullcord.jobs.desk import Desk
from pullcord.jobs.keep import Memory, end_hold, keep, keeps_until, not_asked, sum_up
from pullcord.platforms import platform
from pullcord.platforms.wire import Reply, Request, Wire
from pullcord.safe.kit import Kit, KitUnreadable
from pullcord.words import PlatformError

TAKE_OVER_EVERY_SECONDS = 1.0
MOST_AT_ONCE = 32
MOST_AT_ONE_PLACE = 4
"""Looks that are out at the same time: a server that hangs keeps its own meetings waiting, and no others."""
LONGEST_HOLD_SECONDS = 7 * 24 * 3600.0
"""No meeting can be kept ended for longer. An incident older than this, and never barred, is not asked about."""


class Doing(Protocol):
    @property
    def is_done(self) -> bool: ...


class Counted:
    """The same line; counts what goes out."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self.reach = wire.reach
        self.calls = 0

    def send(self, request: Request) -> Reply:
        self.calls += 1
        return self._wire.send(request)


class Watch:
    """One meeting that is kept ended, and when it is looked at."""

    def __init__(self, incident: Incident, platform_name: str, place: str, *, now: float, steady: float) -> None:
        self.incident = incident
        self.platform = platform_name
        self.place = place
        self.memory = Memory()
        self.last: float | None = None
        """When the last look began, by the steady clock."""
        self.calls = 1.0
        """How many the last look took."""
        self.is_woken = False
        self.doing: Doing | None = None
        self._seen = (now, steady)

    @property
    def is_looking(self) -> bool:
        return self.doing is not None and not self.doing.is_done

    def age(self, now: float) -> float:
        again = self.memory.last_again_at or self.incident.last_again_at or 0.0
        return max(0.0, now - max(self.incident.pressed_at, again))

    def next_look(self, now: float) -> float:
        """By the steady clock. The first one leaves a stop that has just begun alone; one is due when the time is over."""
        seen_now, seen_steady = self._seen
        if self.last is None and not self.is_woken:
            return seen_steady + max(0.0, pace.QUICK_SECONDS - (seen_now - self.incident.pressed_at))
        usual = pace.next_look(age=self.age(now), last=self.last, woken=self.is_woken)
        until = self.incident.kept_until
        ends_at = usual if until is None else seen_steady + until - seen_now
        return min(usual, ends_at) if self.last is None or self.last < ends_at else usual

    def is_time_over(self, until: float, *, now: float, steady: float) -> bool:
        """By both clocks: one that was set forward while we watched lets nobody in."""
        seen_now, seen_steady = self._seen
        return now >= until and steady - seen_steady >= until - seen_now


def _steady() -> float:
    """Goes on while the machine sleeps, where the system has such a clock."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


class Guard:
    """`turn` is called by one thread, over and over; `wake` by any."""

    def __init__(
        self,
        desk: Desk,
        *,
        only: str | None = None,
        steady: Callable[[], float] = _steady,
        start: Callable[[Callable[[], None]], Doing] = Aside,
    ) -> None:
        """`only`: this one meeting. `steady`: a clock that nobody sets. `start`: does a thing beside."""
        self._desk = desk
        self._only = only
        self._steady = steady
        self._start = start
        self._watches: dict[str, Watch] = {}
        self._buckets: dict[str, tuple[Bucket, ...]] = {}
        self._spending = threading.Lock()
        self._taken_over_at = float("-inf")
        self._turned_at = steady()
        self._bell = threading.Condition()
        self._woken: set[str] = set()

    def wake(self, meeting_id: str) -> None:
        """Something happened in this meeting: look at it within a second, if it is kept ended."""
        with self._bell:
            self._woken.add(meeting_id)
            self._bell.notify()

    def kept(self) -> list[str]:
        """The meetings that are looked after."""
        return list(self._watches)

    def turn_age_seconds(self) -> float:
        """Since the last turn began: more than a few seconds, and nobody keeps anything ended."""
        return self._steady() - self._turned_at

    def turn(self, *, at_most: float) -> None:
        """Wait until it is time for something, so many seconds at most, and begin it."""
        self._turned_at = self._steady()
        woken = self._wait(at_most)
        if woken or self._steady() - self._taken_over_at >= TAKE_OVER_EVERY_SECONDS:
            self._take_over()
        for meeting_id in woken:
            if meeting_id in self._watches:
                self._watches[meeting_id].is_woken = True
        for watch in self._due():
            self._begin(watch)

    def write_down(self) -> None:
        """Sum up what was only counted: before leaving."""
        for watch in self._watches.values():
            sum_up(watch.incident, self._desk.means, watch.memory)

    # -- what is kept ---------------------------------------------------------------------------------------------------

    def _take_over(self) -> None:
        """Every incident that is not released and whose time is not over, whoever ended the meeting."""
        self._taken_over_at = self._steady()
        open_now = {one.meeting: one for one in self._desk.means.book.all() if self._is_open(one)}
        for meeting_id in [one for one in self._watches if one not in open_now]:
            del self._watches[meeting_id]
        for meeting_id, incident in open_now.items():
            watch = self._watches.get(meeting_id)
            if watch is None or watch.incident.id != incident.id:
                self._watches[meeting_id] = self._new(incident)
            else:
                watch.incident = incident

    def _is_open(self, incident: Incident) -> bool:
        if incident.is_done or self._only not in (None, incident.meeting):
            return False
        now = self._desk.means.clock()
        if incident.kept_until is not None:
            return True  # also one whose time is over: the bar is still to be lifted
        if now - incident.pressed_at >= LONGEST_HOLD_SECONDS:
            return False
        kit = self._kit(incident.meeting)
        return not isinstance(kit, Kit) or now < keeps_until(incident, kit)

    def _new(self, incident: Incident) -> Watch:
        kit = self._kit(incident.meeting)
        name = kit.meeting.platform if isinstance(kit, Kit) else "" if kit is None else kit.platform
        place = place_of(kit) if isinstance(kit, Kit) else name
        return Watch(incident, name, place, now=self._desk.means.clock(), steady=self._steady())

    def _kit(self, meeting_id: str) -> Kit | KitUnreadable | None:
        try:
            return self._desk.kits.read(meeting_id)
        except KitUnreadable as error:
            return error
        except FileNotFoundError:
            return None

    # -- when -----------------------------------------------------------------------------------------------------------

    def _wait(self, at_most: float) -> set[str]:
        with self._bell:
            self._bell.wait_for(lambda: self._woken, timeout=max(0.0, min(at_most, self._idle_seconds())))
            woken, self._woken = self._woken, set()
        return woken

    def _idle_seconds(self) -> float:
        """Until the first look that is not out already. A few hundredths at least: what waits for its share asks again."""
        now, steady = self._desk.means.clock(), self._steady()
        waiting = [watch.next_look(now) - steady for watch in self._watches.values() if not watch.is_looking]
        return max(0.02, min(waiting, default=TAKE_OVER_EVERY_SECONDS))

    def _due(self) -> list[Watch]:
        """Those whose time has come, as far as threads and shares reach; woken ones first, then the latest."""
        now, steady = self._desk.means.clock(), self._steady()
        busy = Counter(watch.place for watch in self._watches.values() if watch.is_looking)
        waiting = [watch for watch in self._watches.values() if not watch.is_looking and watch.next_look(now) <= steady]
        waiting.sort(key=lambda watch: (not watch.is_woken, _lateness(watch, now, steady)))
        due = []
        for watch in waiting:
            has_room = busy.total() < MOST_AT_ONCE and busy[watch.place] < MOST_AT_ONE_PLACE
            if has_room and self._may_spend(watch, steady):
                busy[watch.place] += 1
                self._spend(watch.platform, watch.calls, steady)
                due.append(watch)
        return due

    def _may_spend(self, watch: Watch, steady: float) -> bool:
        waits = (
            pace.wait_seconds(bucket, watch.calls, steady, woken=watch.is_woken) for bucket in self._of(watch.platform)
        )
        return all(seconds <= 0 for seconds in waits)

    def _spend(self, name: str, calls: float, steady: float) -> None:
        with self._spending:
            self._buckets[name] = tuple(pace.spent(bucket, calls, steady) for bucket in self._of(name))

    def _of(self, name: str) -> tuple[Bucket, ...]:
        if name not in self._buckets:
            try:
                limits = platform(name).limits
            except PlatformError:
                return ()
            self._buckets[name] = pace.buckets(
                calls_per_day=limits.calls_per_day, calls_per_second=limits.calls_per_second, now=self._steady()
            )
        return self._buckets[name]

    # -- doing it --------------------------------------------------------------------------------------------------------

    def _begin(self, watch: Watch) -> None:
        watch.last, watch.is_woken = self._steady(), False
        kit = self._kit(watch.incident.meeting)
        if isinstance(kit, Kit):
            watch.doing = self._start(lambda: self._look(kit, watch))
        elif watch.incident.unseen_since is None:
            not_asked(self._desk.means, watch.incident, "no-kit" if kit is None else "kit-unreadable")

    def _look(self, kit: Kit, watch: Watch) -> None:
        means = self._desk.means
        counted = Counted(means.wire(kit.meeting.platform))
        planned = watch.calls
        ours = means._replace(wire=lambda _: counted)
        until = watch.incident.kept_until
        if until is not None and watch.is_time_over(until, now=means.clock(), steady=self._steady()):
            end_hold(kit, ours, is_held_for_another=self._is_held_for_another(kit, watch))
        else:
            had_failed = watch.memory.fell_short
            keep(kit, ours, watch.memory)
            # One call in thousands fails, as on a line that closes in that moment. Once, the next look comes soon.
            watch.is_woken = watch.is_woken or (watch.memory.fell_short and not had_failed)
        # What it really took, an end included; the next look is taken to cost what this one did without it.
        self._spend(kit.meeting.platform, counted.calls - planned, self._steady())
        watch.calls = max(1.0, min(float(counted.calls), planned + 1.0))

    def _is_held_for_another(self, kit: Kit, watch: Watch) -> bool:
        now = self._desk.means.clock()
        others = [one for one in self._desk.means.book.all() if one.is_held(now) and one.id != watch.incident.id]
        kits = [self._kit(one.meeting) for one in others]
        return any(isinstance(other, Kit) and is_same_place(other, kit) for other in kits)


def _lateness(watch: Watch, now: float, steady: float) -> float:
    """Lower = more urgent: how late it is, in looks that should have been."""
    if watch.last is None:
        return float("-inf")
    return -(steady - watch.last) / pace.every_seconds(watch.age(now))


def place_of(kit: Kit) -> str:
    """The server that is asked: what hangs there hangs for all of its meetings."""
    return f"{kit.meeting.platform} {kit.meeting.at.get('server', '')}"


def is_same_place(one: Kit, other: Kit) -> bool:
    """Whether two meetings take place in the same room of the same server."""
    return _room_of(one) == _room_of(other)


def _room_of(kit: Kit) -> tuple[str, dict[str, str]]:
    return kit.meeting.platform, {name: told for name, told in kit.meeting.at.items() if name != "link"}
