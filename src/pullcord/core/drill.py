"""A drill: what somebody's own time was, in plain words; when it is put away; and a good day for the next one.

No marks and no ranking: a time is told to the person whose time it is, and what is not known is said to be not known.
"""

from calendar import monthrange
from collections.abc import Collection, Iterable
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final, NamedTuple

OVER_KEPT_SECONDS: Final = 60 * 60.0
"""How long the pages of a practice meeting stay after it was over: time enough to read them."""
LONGEST_SECONDS: Final = 24 * 60 * 60.0
STALE_DAYS: Final = 90
MONTHS: Final = 3
SOON_DAYS: Final = 7
USUAL_TIME: Final = time(18)
"""Where the meeting has no hours: after work."""
MINUTE: Final = 60
HOUR: Final = 60 * 60


class Times(NamedTuple):
    """One person's drill, in seconds since 1970, UTC. None = it did not happen, or is not known."""

    begun_at: float | None = None
    pressed_at: float | None = None
    over_at: float | None = None

    @property
    def until_press(self) -> float | None:
        return _between(self.begun_at, self.pressed_at)

    @property
    def until_over(self) -> float | None:
        return _between(self.pressed_at, self.over_at)


def _between(one: float | None, other: float | None) -> float | None:
    """A clock that was set back makes no time: then it is not known."""
    return None if one is None or other is None or other < one else other - one


class Line(NamedTuple):
    """A line of the journal about this practice meeting."""

    kind: str
    at: float
    by: str


BEGUN: Final = "drill begun"


def read(lines: Iterable[Line], presses_as: Collection[str]) -> Times:
    """What this person's lines say: the first beginning, their first press, and what was first proven after it.

    `presses_as`: the ids by which the journal knows them, as the holder of a link, and by an account where they have one.
    """
    times = Times()
    for line in lines:
        is_theirs = line.by in presses_as
        if line.kind == BEGUN and is_theirs and times.begun_at is None:
            times = times._replace(begun_at=line.at)
        elif line.kind == "pressed" and is_theirs and times.pressed_at is None:
            times = times._replace(pressed_at=line.at)
        elif line.kind == "over" and times.pressed_at is not None and times.over_at is None:
            times = times._replace(over_at=line.at)
    return times


def told_to_you(times: Times) -> str:
    if times.pressed_at is None:
        return _not_pressed(times)
    if times.until_press is None:
        first = "You ended it. When you began is not known."
    else:
        first = f"You ended it in {in_words(times.until_press)}."
    return f"{first} {_over(times)}"


def told_of(times: Times) -> str:
    """To somebody else who may know that they practised: without a time, which is theirs."""
    if times.pressed_at is not None:
        return "They ended it."
    return "They began, and have not ended it." if times.begun_at is not None else "They have not begun yet."


def _over(times: Times) -> str:
    if times.until_over is None:
        return "When it was over is not known."
    return f"It was over {in_words(times.until_over)} later."


def _not_pressed(times: Times) -> str:
    if times.begun_at is None:
        return "You have not begun. There is no hurry."
    return "You began and did not end it. That is all right: this is what practice is for. Try again whenever you like."


def in_words(seconds: float) -> str:
    """Whole seconds, as people say them."""
    whole = round(seconds)
    if whole < 1:
        return "less than a second"
    if whole >= HOUR:
        return "more than an hour"
    minutes, rest = divmod(whole, MINUTE)
    parts = [_many(minutes, "minute")] * bool(minutes) + [_many(rest, "second")] * bool(rest)
    return " and ".join(parts)


def _many(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def is_to_be_put_away(times: Times, *, made_at: float, now: float) -> bool:
    """An hour after it was over; after a day in any case."""
    is_read = times.over_at is not None and now - times.over_at >= OVER_KEPT_SECONDS
    return is_read or now - made_at >= LONGEST_SECONDS


# -- the next one ------------------------------------------------------------------------------------------------------


def next_date(*, now: datetime, last: datetime | None, starts: datetime | None, zone: tzinfo) -> datetime:
    """A day from Monday to Friday, at the meeting's usual hour, after now. All times are aware; the answer is in `zone`.

    `last`: when somebody last practised; None = never. `starts`: of the meeting, past or to come; None = no hours.
    Three months after the last time. Where that was more than 90 days ago: before the meeting that comes next, and where
    none is planned, in a week.
    """
    hour = USUAL_TIME if starts is None else starts.astimezone(zone).time().replace(second=0, microsecond=0)
    today = now.astimezone(zone).date()
    if last is not None and now - last <= timedelta(days=STALE_DAYS):
        wanted = _weekday(_months_after(last.astimezone(zone).date(), MONTHS), 1)
        return _not_before(wanted, hour, now, zone)
    if starts is not None and starts > now:
        before = _before(starts, hour, now, zone)
        if before is not None:
            return before
    return _not_before(_weekday(today + timedelta(days=SOON_DAYS), 1), hour, now, zone)


def _before(starts: datetime, hour: time, now: datetime, zone: tzinfo) -> datetime | None:
    """The last such day before the meeting's own, but three months from now at the latest; None = there is none left."""
    latest = _months_after(now.astimezone(zone).date(), MONTHS)
    day = min(starts.astimezone(zone).date() - timedelta(days=1), latest)
    found = _at(_weekday(day, -1), hour, zone)
    return found if _is_later(found, now) else None


def _not_before(day: date, hour: time, now: datetime, zone: tzinfo) -> datetime:
    found = _at(day, hour, zone)
    while not _is_later(found, now):
        day = _weekday(day + timedelta(days=1), 1)
        found = _at(day, hour, zone)
    return found


def _at(day: date, hour: time, zone: tzinfo) -> datetime:
    return datetime.combine(day, hour, zone)


def _is_later(one: datetime, other: datetime) -> bool:
    """In UTC: in one zone Python compares what the clocks show."""
    return one.astimezone(UTC) > other.astimezone(UTC)


def _weekday(day: date, step: int) -> date:
    while day.weekday() > 4:
        day += timedelta(days=step)
    return day


def _months_after(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
