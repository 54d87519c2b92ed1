"""What somebody here has confirmed of the help lines, what wants confirming and why, and how it is written down.

Values in, values out; the day is passed in.
"""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Final, Literal, NamedTuple

from pullcord.core.saying import in_english
from pullcord.places.select import YOUNG_DAYS, address_of, confirmation, dated, held_back, is_young, to_confirm
from pullcord.places.values import Confirmed, Directory, Line, digits, first_day, is_same

HEAD: Final = (
    "# Numbers of help lines that somebody here has checked. Format: docs/reference/help-lines.md.",
    "# The help lines page writes this file too: it keeps every row, and comments that have a line to themselves.",
)

Why = Literal["soon", "changed", "lapsed", "no address", "old"]
"""Shown still, but not for long; the number is another one since it was confirmed; the year is over; we know no official
address to check it against; undated or too old."""


class Wanted(NamedTuple):
    """A line that somebody should confirm. Whoever presses has seen every number here: all of them are shown from then on."""

    line: Line
    where: str
    address: str
    """The official one. Empty = we hold none."""
    dated: str
    why: Why
    before: Confirmed | None
    """Who confirmed it last, of whatever number."""
    until: date | None
    """The last day on which its number is shown; None = it is held back already."""
    is_emergency: bool
    """Nobody calls such a number to see whether it is right."""


class Standing(NamedTuple):
    """A confirmation that was written down."""

    confirmed: Confirmed
    line: Line | None
    """None = no table holds that line any more."""
    country: str
    until: date
    state: Literal["counts", "changed", "lapsed", "gone"]


def wanted(known: Directory, country: str, *, today: date) -> list[Wanted]:
    """In the order of the table."""
    return [_wanted(line, known, today) for line in to_confirm(known, country, today=today) if line.number]


def _wanted(line: Line, known: Directory, today: date) -> Wanted:
    now = confirmation(line, known, today)
    until = last_day(now.on) if now is not None else _held_back_after(line, today)
    nations = known.countries[line.country].nations
    return Wanted(
        line=line,
        where=", ".join(nations[code] for code in line.nations),
        address=address_of(line),
        dated=dated(line, None, in_english),
        why=_why(line, known, until),
        before=known.confirmed.get(line.id),
        until=until,
        is_emergency=line.kind == "emergency" or not emergency_numbers(known).isdisjoint(map(digits, line.reaches)),
    )


def emergency_numbers(known: Directory) -> set[str]:
    """Of every country: a phone abroad takes them for the one where it is."""
    lines = (line for table in known.countries.values() for line in table.lines if line.kind == "emergency")
    return {digits(number) for line in lines for number in (line.phone, *line.also) if number}


def _held_back_after(line: Line, today: date) -> date | None:
    seen = first_day(line.verified_on)
    return None if held_back(line, today) or seen is None else last_day(seen)


def _why(line: Line, known: Directory, until: date | None) -> Why:
    before = known.confirmed.get(line.id)
    if until is not None:
        return "soon"
    if before is not None:
        return "lapsed" if is_same(before.number, line.number) else "changed"
    return "old" if line.url else "no address"


def last_day(seen_on: date) -> date:
    """The last day on which what was seen or confirmed then is believed."""
    return seen_on + timedelta(days=YOUNG_DAYS)


def standing(known: Directory, *, today: date) -> list[Standing]:
    """What was confirmed here, of whatever country, the latest first. Of one line, the confirmation that counts."""
    lines = {line.id: line for table in known.countries.values() for line in table.lines}
    rows = sorted(known.confirmed.values(), key=lambda row: row.on, reverse=True)
    return [_standing(row, lines.get(row.line), known, today) for row in rows]


def _standing(row: Confirmed, line: Line | None, known: Directory, today: date) -> Standing:
    country = known.countries[line.country].name if line is not None else ""
    if line is None:
        return Standing(row, line, country, last_day(row.on), "gone")
    if not is_same(row.number, line.number):
        return Standing(row, line, country, last_day(row.on), "changed")
    return Standing(row, line, country, last_day(row.on), "counts" if is_young(row.on, today) else "lapsed")


def as_text(rows: Iterable[Confirmed], comments: Iterable[str] = ()) -> str:
    """The file that says this. Whatever is printable comes out of it as it went in."""
    kept = [comment for comment in comments if comment not in HEAD]
    return "".join(f"{line}\n" for line in (*HEAD, *kept, *(text for row in rows for text in _as_lines(row))))


def _as_lines(row: Confirmed) -> Iterator[str]:
    yield from ("", "[[confirmed]]")
    yield from (
        f"{key} = {_quoted(value)}" for key, value in (("id", row.line), ("number", row.number), ("by", row.by))
    )
    yield f"on = {row.on.isoformat()}"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def comments_of(text: str) -> list[str]:
    """Those that have a line to themselves."""
    return [line.strip() for line in text.split("\n") if line.lstrip().startswith("#")]
