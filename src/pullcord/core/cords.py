"""Whether a press by this link, at this hour, stops the meeting.

A link works from an hour before the start until the bar on the way back ends, and whenever the meeting is really live;
it expires a day after the last occurrence. A stop never waits on a clock we cannot trust: outside its hours the platform
is asked, and where it cannot be asked, the press stops.
"""

from typing import Literal

Answer = Literal["stop", "stop if live", "expired", "suspended"]

BEFORE_START_SECONDS = 60 * 60
AFTER_END_SECONDS = 24 * 60 * 60
TAKE_BACK_SECONDS = 60.0


def may_press(
    *, now: float, starts: float | None, ends: float | None, expires: float | None, suspended: bool, held: bool
) -> Answer:
    """All times in seconds since 1970, UTC. `held` = a bar on the way back stands for this meeting now."""
    if suspended:
        return "suspended"
    if expires is not None and now >= expires:
        return "expired"
    if held or starts is None:
        return "stop"
    last = starts if ends is None else ends
    return "stop" if starts - BEFORE_START_SECONDS <= now <= last + AFTER_END_SECONDS else "stop if live"


def may_take_back(*, now: float, pressed_at: float, pressers: int, tries: int | None) -> str | None:
    """None = yes; else the reason why only the signed-in host can let people back in."""
    if now - pressed_at > TAKE_BACK_SECONDS:
        return "More than a minute has passed."
    if pressers > 1:
        return "Somebody else ended the meeting too."
    if tries is None:
        return "This platform cannot say whether somebody tried to come back in."
    if tries > 0:
        return "Somebody has tried to come back in."
    return None
