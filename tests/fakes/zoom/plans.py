"""What each plan allows, as the vendor's documentation says (rate limits, by account and label), and as far as it was read."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Literal, NamedTuple

Label = Literal["light", "medium", "heavy"]
CHANGES_A_DAY = 100
"""Creating and updating meetings, for each host, by the day in UTC."""


class Plan(NamedTuple):
    name: str
    per_second: dict[Label, int]
    per_day: dict[Label, int | None]
    """None = no such limit was read."""
    has_reports: bool
    has_registration: bool
    has_metrics: bool


BASIC = Plan(
    "basic", {"light": 4, "medium": 2, "heavy": 1}, {"light": 6000, "medium": 2000, "heavy": 1000}, False, False, False
)
PRO = Plan(
    "pro", {"light": 30, "medium": 20, "heavy": 10}, {"light": None, "medium": None, "heavy": 30_000}, True, True, False
)
BUSINESS = Plan(
    "business",
    {"light": 80, "medium": 60, "heavy": 40},
    {"light": None, "medium": None, "heavy": 60_000},
    True,
    True,
    True,
)


class Over(NamedTuple):
    """A limit was reached. `until`: seconds since 1970, for a limit of the day; None = of the second."""

    limit: int
    until: float | None


class Counts:
    """Calls of this second and this day, by label; and changes of this day, by host."""

    def __init__(self, plan: Plan, clock: Callable[[], float]) -> None:
        self._plan, self._clock = plan, clock
        self._seconds: Counter[tuple[str, int]] = Counter()
        self._days: Counter[tuple[str, str]] = Counter()

    def call(self, label: Label) -> Over | None:
        now = self._clock()
        second, day = (label, int(now)), (label, _day(now))
        if self._seconds[second] >= self._plan.per_second[label]:
            return Over(self._plan.per_second[label], None)
        a_day = self._plan.per_day[label]
        if a_day is not None and self._days[day] >= a_day:
            return Over(a_day, _midnight(now))
        self._seconds[second] += 1
        self._days[day] += 1
        return None

    def change(self, host: str) -> Over | None:
        """A meeting of this host is created or updated."""
        now = self._clock()
        key = (f"change {host}", _day(now))
        if self._days[key] >= CHANGES_A_DAY:
            return Over(CHANGES_A_DAY, _midnight(now))
        self._days[key] += 1
        return None

    def left(self, label: Label) -> int:
        return self._plan.per_second[label] - self._seconds[label, int(self._clock())]


def _day(now: float) -> str:
    return datetime.fromtimestamp(now, UTC).date().isoformat()


def _midnight(now: float) -> float:
    day = datetime.fromtimestamp(now, UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return (day + timedelta(days=1)).timestamp()
