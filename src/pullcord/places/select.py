"""Whom to show, what of it, in which order, and what is held back and why. Values in, values out; the day is passed in."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final, NamedTuple

from pullcord.core.saying import Say, in_english, noted
from pullcord.places.values import (
    LIBPHONENUMBER,
    ORDER,
    TITLES,
    Confirmed,
    Country,
    Directory,
    Kind,
    Line,
    first_day,
    is_same,
)

ANY_COUNTRY: Final = "ZZ"
"""Its lines are hotlines: they help wherever a link was posted."""
YOUNG_DAYS: Final = 365
"""How long a number that stands on somebody else's page, or a confirmation, is believed."""
REMIND_DAYS: Final = 60
UNDATED_PAGE: Final = noted("date of the page unknown")
UNCONFIRMED: Final = noted("The number we hold is undated or more than a year old. Take it from the address.")
UNCONFIRMED_ANYWHERE: Final = noted(
    "The number we hold is undated or more than a year old, and we have no official address."
)
NO_ADDRESS: Final = noted("We hold a number, but no official address to check it against.")
NOTHING_HELD: Final = noted("We hold no checked number.")
BY_LIBPHONENUMBER: Final = noted("an emergency number by the list libphonenumber, as of {day}")


class Asks(NamedTuple):
    """What the situation calls for beyond what everyone is shown."""

    link_posted: bool = False
    """A hotline takes web addresses: without one it is the wrong first door."""
    money: bool = False
    """Money or an account was touched."""
    concern: bool = False
    """Somebody is worried about a child, about someone else or about themselves."""


EVERYONE: Final = Asks()


class Shown(NamedTuple):
    """One line as it may be shown, part by part. Empty = there is none, or it is held back."""

    id: str
    kind: Kind
    name: str
    where: str
    """The parts of the country that it serves, in words; empty = all of it."""
    phone: str
    also: tuple[str, ...]
    text: str
    abroad: str
    relay: str
    email: str
    address: str
    hours: str
    languages: str
    cost: str
    for_whom: str
    know: str
    dated: str
    """Since when we know, or that we do not: never empty where a number is shown."""
    source: tuple[str, ...]
    withheld: str = ""
    """Why its number is not shown, where we hold one."""

    @property
    def is_of_use(self) -> bool:
        return bool(self.phone or self.text or self.address)


class Group(NamedTuple):
    kind: Kind
    title: str
    shown: tuple[Shown, ...]
    empty: str = ""
    """What is said where we hold nothing that may be shown."""
    ask_at: Shown | None = None
    """Whom to ask then."""


def lines_for(
    known: Directory,
    country: str,
    nation: str | None,
    *,
    today: date,
    asks: Asks = EVERYONE,
    police_in: str | None = None,
    say: Say = in_english,
) -> list[Shown]:
    """In order. `nation`: None = not said, so every part's lines are shown, with their part.

    `country` is the one in which the person is who needs help: asked, never guessed. `police_in`: the host's country,
    where it is another one; it has the police of the meeting.
    """
    table = known.country(country)
    lines = _of(table, nation, asks) if table is not None else []
    if police_in and police_in.upper() != country.upper():
        host = known.country(police_in)
        lines = [line for line in lines if line.kind != "police"]
        lines += [line for line in _of(host, None, asks) if line.kind == "police"] if host is not None else []
    anywhere = known.country(ANY_COUNTRY)
    if asks.link_posted and anywhere is not None and anywhere is not table:
        lines += anywhere.lines
    lines.sort(key=lambda line: ORDER.index(line.kind))
    return [_shown(line, known, today, say) for line in lines]


def _of(table: Country, nation: str | None, asks: Asks) -> list[Line]:
    return [line for line in table.lines if _is_asked(line.kind, asks) and _serves(line, nation)]


def _is_asked(kind: Kind, asks: Asks) -> bool:
    only_then: dict[Kind, bool] = {
        "csam_hotline": asks.link_posted,
        "cybercrime": asks.money,
        "csa_concern": asks.concern,
    }
    return only_then.get(kind, True)


def _serves(line: Line, nation: str | None) -> bool:
    return not line.nations or nation is None or nation.upper() in line.nations


def _shown(line: Line, known: Directory, today: date, say: Say) -> Shown:
    confirmed = confirmation(line, known, today)
    why = "" if confirmed else held_back(line, today)
    table = known.countries[line.country]
    open_ways = not why
    return Shown(
        id=line.id,
        kind=line.kind,
        name=line.name,
        where=", ".join(table.nations[code] for code in line.nations),
        phone=line.phone if open_ways else "",
        also=line.also if open_ways else (),
        text=line.text if open_ways else "",
        abroad=line.abroad if open_ways else "",
        relay=line.relay if open_ways else "",
        email=line.email if open_ways else "",
        address=address_of(line),
        hours=line.hours,
        languages=line.languages,
        cost=line.cost,
        for_whom=line.for_whom,
        know=line.know,
        dated=dated(line, confirmed, say),
        source=line.source,
        withheld=why,
    )


def held_back(line: Line, today: date) -> str:
    """Why the number of a line that nobody here has confirmed is not shown; empty = it is, or there is none."""
    if not line.reaches or line.confidence in ("A", LIBPHONENUMBER):
        return ""
    if not is_young(first_day(line.verified_on), today):
        return UNCONFIRMED if line.url else UNCONFIRMED_ANYWHERE
    return "" if line.url else NO_ADDRESS


def is_young(day: date | None, today: date) -> bool:
    return day is not None and 0 <= (today - day).days <= YOUNG_DAYS


def confirmation(line: Line, known: Directory, today: date) -> Confirmed | None:
    """What a named person confirmed is this number and no other: a changed one has to be confirmed anew."""
    confirmed = known.confirmed.get(line.id)
    if confirmed is None or not is_same(confirmed.number, line.number):
        return None
    return confirmed if is_young(confirmed.on, today) else None


def address_of(line: Line) -> str:
    """The official address. Where a body's own or a government page showed the number and no other is known, that page."""
    if line.url or line.confidence != "A":
        return line.url
    return next((text.split()[0] for text in line.source if text.startswith("http")), "")


def dated(line: Line, confirmed: Confirmed | None, say: Say) -> str:
    if confirmed is not None:
        return say("confirmed by {name} on {day}").format(name=confirmed.by, day=confirmed.on.isoformat())
    if line.confidence == LIBPHONENUMBER:
        return say(BY_LIBPHONENUMBER).format(day=line.verified_on)
    if first_day(line.verified_on) is None:
        return say(UNDATED_PAGE)
    return say("last seen {day}").format(day=line.verified_on)


def by_kind(shown: Iterable[Shown], *, asks: Asks = EVERYONE) -> list[Group]:
    """Every kind that was asked for, in order; of one of which we hold nothing it is said."""
    lines = list(shown)
    useful = [line for line in lines if line.is_of_use]
    return [_group(kind, useful) for kind in ORDER if _is_asked(kind, asks)]


def _group(kind: Kind, useful: list[Shown]) -> Group:
    ours = tuple(line for line in useful if line.kind == kind)
    if ours:
        return Group(kind, TITLES[kind], ours)
    return Group(kind, TITLES[kind], (), NOTHING_HELD, next(_who_knows(useful), None))


def _who_knows(useful: list[Shown]) -> Iterator[Shown]:
    """Whose official address knows the others: the police's, or else support after a crime."""
    for kind in ("police", "victim_support", "abuse_survivors", "csam_hotline"):
        yield from (line for line in useful if line.kind == kind and line.address)


def nations_of(known: Directory, country: str) -> dict[str, str]:
    """The parts to ask for, where the country's lines differ between them."""
    table = known.country(country)
    return dict(table.nations) if table is not None else {}


def names_of(known: Directory) -> dict[str, str]:
    """What every country, and every part with lines of its own, is called."""
    names = {table.code: table.name for table in known.countries.values()}
    return names | {code: name for table in known.countries.values() for code, name in table.nations.items()}


def to_confirm(known: Directory, country: str, *, today: date) -> list[Line]:
    """The lines of a country that somebody should confirm: held back now, or within sixty days of it."""
    table = known.country(country)
    soon = date.fromordinal(today.toordinal() + REMIND_DAYS)
    return [line for line in (table.lines if table is not None else ()) if _lapses(line, known, soon)]


def _lapses(line: Line, known: Directory, soon: date) -> bool:
    return confirmation(line, known, soon) is None and bool(held_back(line, soon))
