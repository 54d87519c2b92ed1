"""The practice meeting as a platform far away: it counts a day's calls, wants a token beforehand, and its list comes late."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from pullcord.platforms import KNOWN
from pullcord.platforms.practice import LIMITS as PRACTICE
from pullcord.platforms.practice import hold, is_over, release, roster, stop
from pullcord.platforms.wire import Wire
from pullcord.words import Meeting, PlatformError

__all__ = ["LIMITS", "hold", "is_over", "ready", "release", "roster", "stop"]

NAME: Final = "distant"
LIMITS: Final = PRACTICE._replace(title="Distant meeting", calls_per_day=64, looks_beside=True)

made_ready: list[str] = []
"""The meetings, in order."""


def ready(meeting: Meeting, wire: Wire) -> None:
    made_ready.append(meeting.id)
    if meeting.name == "no token":
        raise PlatformError("distant-denied", "It did not accept our credential.", retry=False)


@contextmanager
def known() -> Iterator[None]:
    """Known as a platform of its own, for as long as this lasts."""
    assert isinstance(KNOWN, dict)
    KNOWN[NAME] = __name__
    made_ready.clear()
    try:
        yield
    finally:
        del KNOWN[NAME]


def on_it(meeting: Meeting) -> Meeting:
    return meeting._replace(platform=NAME)
