"""The practice meeting with its native hold switched off: an end, and nothing that keeps anybody out. As most servers are."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from pullcord.platforms import KNOWN
from pullcord.platforms.practice import LIMITS as PRACTICE
from pullcord.platforms.practice import hear, is_over, kick, roster, stop
from pullcord.words import Meeting

__all__ = ["LIMITS", "NAME", "hear", "is_over", "kick", "known", "on_it", "roster", "stop"]

NAME: Final = "guarded"
LIMITS: Final = PRACTICE._replace(title="Guarded meeting", keep_ended="guard", kick_is_ban=True)


@contextmanager
def known() -> Iterator[None]:
    """Known as a platform of its own, for as long as this lasts."""
    assert isinstance(KNOWN, dict)
    KNOWN[NAME] = __name__
    try:
        yield
    finally:
        del KNOWN[NAME]


def on_it(meeting: Meeting) -> Meeting:
    return meeting._replace(platform=NAME)
