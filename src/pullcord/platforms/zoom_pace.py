"""Whose turn it is: an account's calls go out as fast as Zoom takes them, ends before everything else.

Of what Zoom would refuse with "too many" nothing is gained by sending it: a hundred ends at once on a Pro plan are answered in
3.3 seconds one behind the other, and in a minute where each is refused and tries again. What Zoom says of its own counts is
remembered here, so that a limit is told before it bites.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from heapq import heapify, heappush
from typing import Final, Literal, NamedTuple

from pullcord.platforms.zoom_facts import CHANGES_PER_HOST_AND_DAY, RATES, UNKNOWN_PLAN, Label
from pullcord.words import PlatformError

Turn = Literal["end", "bar", "ask"]
ORDER: Final[Mapping[Turn, int]] = {"end": 0, "bar": 1, "ask": 2}
LONGEST_WAIT_SECONDS: Final = 10.0
ANSWER_SECONDS: Final = 0.3
"""How long others wait for the answer to the end that was sent last."""
LATE_SECONDS: Final = 0.01
"""A turn that was begun this much late is caught up with by the next ones."""
MOST_REMEMBERED: Final = 1_000
DAY_SECONDS: Final = 86_400.0
LOW: Final = 0.1
"""Below this part of a day's calls, it is said."""
NEARLY_ALL_CHANGES: Final = 0.8


class Queue:
    """The turns of one account and one kind of call, a moment apart. Safe for many threads; only the foremost keeps time."""

    def __init__(self, per_second: float) -> None:
        # Half a call less than all: two clocks never agree on where a second begins.
        self._apart = 1.0 / max(0.5, per_second - 0.5)
        self._next = float("-inf")
        self._number = 0
        self._waiting: list[tuple[int, int, threading.Event]] = []
        self._lock = threading.Lock()

    def wait(self, turn: Turn, *, at_most: float) -> bool:
        """Whether the turn came by then. Who comes later and is more urgent goes first."""
        until, bell = time.monotonic() + at_most, threading.Event()
        with self._lock:
            self._number += 1
            mine = (ORDER[turn], self._number, bell)
            heappush(self._waiting, mine)
        while True:
            with self._lock:
                seconds = self._seconds_for(mine, until)
                if seconds <= 0:
                    return self._leave(mine)
                bell.clear()
            bell.wait(seconds)

    def _seconds_for(self, mine: tuple[int, int, threading.Event], until: float) -> float:
        now = time.monotonic()
        return min(self._next if self._waiting[0] is mine else until, until) - now

    def _leave(self, mine: tuple[int, int, threading.Event]) -> bool:
        now = time.monotonic()
        is_mine = self._waiting[0] is mine and now >= self._next
        self._waiting.remove(mine)
        heapify(self._waiting)
        if is_mine:
            self._next = max(self._next, now - LATE_SECONDS) + self._apart
        if self._waiting:
            self._waiting[0][2].set()
        return is_mine


class Ends:
    """Of many meetings at once, all ends are answered before anything else of the same kind goes out."""

    def __init__(self) -> None:
        self._out = 0
        self._sent_at = float("-inf")
        self._all_back = threading.Condition()

    @contextmanager
    def sending(self) -> Iterator[None]:
        with self._all_back:
            self._out += 1
        try:
            yield
        finally:
            with self._all_back:
                self._out -= 1
                if not self._out:
                    self._all_back.notify_all()

    def sent(self) -> None:
        self._sent_at = time.monotonic()

    def let_go_first(self, *, at_most: float) -> None:
        """Until the last is answered; of one that hangs, no longer than its answer usually takes."""
        began = time.monotonic()
        with self._all_back:
            while self._out:
                hangs_at = max(self._sent_at, began) + ANSWER_SECONDS
                seconds = min(began + at_most, hangs_at) - time.monotonic()
                if seconds <= 0:
                    return
                self._all_back.wait(seconds)


class Day(NamedTuple):
    """What Zoom said of one kind of call: so many of the day's are left."""

    left: int
    most: int

    @property
    def is_low(self) -> bool:
        return self.left < LOW * self.most


class Account:
    """What is known of one account's pace. In this process only: what other processes and apps spend, Zoom's headers tell."""

    def __init__(self, plan: str) -> None:
        self.plan = plan
        self.ends = Ends()
        self.queues: dict[tuple[Label, bool], Queue] = {}
        self.days: dict[Label, Day] = {}
        self.barred_until: dict[Label, float] = {}
        """Where the day's calls are spent: until when, in seconds since 1970."""
        self._changes: OrderedDict[str, tuple[int, int]] = OrderedDict()
        self._lock = threading.Lock()

    def queue(self, label: Label, turn: Turn) -> Queue:
        """Where the plan is not known, ends go at the pace of Pro: one that is refused is sent again; the rest at the slowest."""
        is_end = turn == "end" and self.plan == UNKNOWN_PLAN
        with self._lock:
            if (label, is_end) not in self.queues:
                plan = self.plan or ("pro" if is_end else "basic")
                self.queues[label, is_end] = Queue(RATES[plan][label])
            return self.queues[label, is_end]

    def hear(self, label: Label, headers: Mapping[str, str]) -> None:
        """`X-RateLimit-Limit` and `-Remaining` of a day; those of a second are no news."""
        most, left = (_number(headers.get(f"x-ratelimit-{name}")) for name in ("limit", "remaining"))
        if most is not None and left is not None and most >= 500:
            self.days[label] = Day(left, most)

    def count_change(self, meeting: str, now: float) -> int:
        """How many changes of this meeting went out from here since midnight UTC, this one included."""
        day = int(now // DAY_SECONDS)
        with self._lock:
            known, count = self._changes.pop(meeting, (day, 0))
            count = count + 1 if known == day else 1
            self._changes[meeting] = day, count
            while len(self._changes) > MOST_REMEMBERED:
                self._changes.popitem(last=False)
        return count

    def changes(self, now: float) -> int:
        """All of today's, of whatever meeting: a host has so many, and whose meetings they are is not known here."""
        day = int(now // DAY_SECONDS)
        with self._lock:
            return sum(count for known, count in self._changes.values() if known == day)

    def are_changes_low(self, now: float) -> bool:
        return self.changes(now) >= NEARLY_ALL_CHANGES * CHANGES_PER_HOST_AND_DAY


_accounts: dict[tuple[str, str, str], Account] = {}
_lock = threading.Lock()


def account(server: str, name: str, plan: str) -> Account:
    """The same one for all who call it so."""
    with _lock:
        return _accounts.setdefault((server, name, plan), Account(plan if plan in RATES else UNKNOWN_PLAN))


def wait(of: Account, label: Label, turn: Turn, *, at_most: float, now: float) -> None:
    """Until it may go out. Raises PlatformError `zoom-busy` where that is too long, or the day's calls are spent."""
    barred = of.barred_until.get(label, 0.0)
    if turn != "end" and now < barred:
        raise busy(barred - now)
    if turn != "end" and label == "light":
        of.ends.let_go_first(at_most=at_most)
    if not of.queue(label, turn).wait(turn, at_most=min(at_most, LONGEST_WAIT_SECONDS)):
        raise busy(None)
    if turn == "end":
        of.ends.sent()


def busy(seconds: float | None) -> PlatformError:
    if seconds is not None and seconds >= 60:
        sentence = f"Zoom takes no more calls of this account today: it asked us to wait {_long(seconds)}."
    else:
        sentence = "Zoom asked us to wait."
    return PlatformError("zoom-busy", sentence, retry=True, wait_seconds=seconds)


def _long(seconds: float) -> str:
    minutes = round(seconds / 60)
    return f"{minutes} minutes" if minutes < 120 else f"{round(minutes / 60)} hours"


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isascii() and text.isdecimal() and len(text) < 12 else None
