"""An organisation's own help lines: entered with their source, judged as every other, and held back once they are old."""

from datetime import date, timedelta
from typing import NamedTuple

from pullcord.jobs.desk import Desk
from pullcord.jobs.meetings import Refused
from pullcord.jobs.people import now
from pullcord.places.lint import DEAD
from pullcord.places.own import NAME_SIGNS, WORDS_SIGNS, Field, number, texts, words
from pullcord.places.own import Refused as NotTaken
from pullcord.places.values import digits
from pullcord.store import own_lines
from pullcord.store.models import OwnLine, User

COUNTS_FOR_DAYS = 365
"""As a confirmed line of ours."""
MOST = 20


def source(text: str) -> str:
    return "" if any(sign.isalpha() for sign in text) else "does not say where the number was read"


FIELDS = {
    "name": Field(NAME_SIGNS, words, needed=True),
    "number": Field(40, number, needed=True),
    "hours": Field(WORDS_SIGNS, words),
    "source": Field(WORDS_SIGNS, source, needed=True),
}


class Shown(NamedTuple):
    line: OwnLine
    is_old: bool
    """Nobody has checked it for a year: its number is held back."""


def add(desk: Desk, owner: User, **told: str) -> OwnLine:
    """Raises NotFound, Refused."""
    try:
        columns = texts(told, FIELDS, told.get("name", "") or "A help line")
    except NotTaken as why:
        raise Refused("bad-line", str(why)) from None
    if digits(columns["number"]) in {dead for _, dead in DEAD}:
        raise Refused("dead-line", "This number still stands on public pages and reaches nobody.")
    if len(own_lines.of_mine(owner)) >= MOST:
        raise Refused("too-many-lines", f"{MOST} are the most. Whoever looks for help reads no long list.")
    return own_lines.add(owner, at=now(desk), checked_on=now(desk).date(), **columns)


def check_again(desk: Desk, owner: User, line: int) -> None:
    """Somebody has called it or read it at its source. Raises NotFound."""
    own_lines.check_again(owner, line, on=now(desk).date())


def shown(desk: Desk, lines: list[OwnLine]) -> list[Shown]:
    today = now(desk).date()
    return [Shown(line, is_old(line.checked_on, today)) for line in lines]


def is_old(checked_on: date, today: date) -> bool:
    return today - checked_on > timedelta(days=COUNTS_FOR_DAYS)
