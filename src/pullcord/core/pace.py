"""When a held meeting is asked about next: often at first, then more rarely, and never beyond our share of a platform.

A share is a bucket of calls that refills as time passes. In any span of time no more is spent than what it can hold and
what has run into it meanwhile: that is the whole proof that a cap is kept, for one held meeting and for a hundred.
"""

from typing import Final, NamedTuple

QUICK_SECONDS: Final = 1.75
"""Two seconds, less what the question itself takes, and what a busy machine adds to it: at 1.9 the longest was 2.05."""
PACES: Final = ((600.0, QUICK_SECONDS), (3600.0, 15.0))
"""Up to this age, so many seconds between two looks."""
SLOW_SECONDS: Final = 60.0
WOKEN_SECONDS: Final = 0.5
"""Between two looks at one meeting, however many events come: a flood of them makes no flood of ours."""
SHARE_OF_DAY: Final = 0.25
"""The part of a platform's daily calls that keeping meetings ended may take. Ending and reporting need the rest."""
SHARE_OF_SECOND: Final = 0.5
KEPT_FOR_EVENTS: Final = 0.25
"""The part of the day's bucket that polling leaves: when it is low, what an event tells of is looked at all the same."""
DAY_SECONDS: Final = 86_400.0


class Bucket(NamedTuple):
    """What may be spent: `size` calls at once, and `per_second` more as time passes."""

    size: float
    per_second: float
    left: float
    at: float
    """When it held that much. Any clock that never goes back."""
    kept: float = 0.0
    """How many of them polling leaves for what an event tells of."""


def every_seconds(age: float) -> float:
    """Between two looks, that long after the press, or after the meeting was last found running again."""
    return next((seconds for until, seconds in PACES if age < until), SLOW_SECONDS)


def next_look(*, age: float, last: float | None, woken: bool) -> float:
    """When to look, were there no limits; `last` = when the last look began. Anything in the past = now."""
    if last is None:
        return 0.0
    return last + (min(WOKEN_SECONDS, every_seconds(age)) if woken else every_seconds(age))


def buckets(*, calls_per_day: int | None, calls_per_second: float | None, now: float) -> tuple[Bucket, ...]:
    """Full ones, for what a platform declares; none where it declares no limit.

    The day's holds half of our share and refills with the other half, so that a day never takes more than the share.
    """
    made = []
    if calls_per_day is not None:
        half = calls_per_day * SHARE_OF_DAY / 2
        made.append(Bucket(half, half / DAY_SECONDS, half, now, kept=half * KEPT_FOR_EVENTS))
    if calls_per_second is not None:
        rate = calls_per_second * SHARE_OF_SECOND
        size = max(1.0, rate)
        made.append(Bucket(size, rate, size, now))
    return tuple(made)


def filled(bucket: Bucket, now: float) -> Bucket:
    left = min(bucket.size, bucket.left + max(0.0, now - bucket.at) * bucket.per_second)
    return bucket._replace(left=left, at=max(now, bucket.at))


def spent(bucket: Bucket, calls: float, now: float) -> Bucket:
    """An end is never withheld, so what is left may fall below nothing; what is asked afterwards waits for it."""
    full = filled(bucket, now)
    return full._replace(left=full.left - calls)


def wait_seconds(bucket: Bucket, calls: float, now: float, *, woken: bool) -> float:
    """How long a look of so many calls has to wait. One that is larger than the whole bucket waits for a full one."""
    needed = min(bucket.size, calls + (0.0 if woken else bucket.kept))
    short = needed - filled(bucket, now).left
    return max(0.0, short) / bucket.per_second
