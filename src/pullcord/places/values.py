"""Help lines as values: one row of a country's table, the table, and what an organisation has confirmed for itself."""

from collections.abc import Mapping
from datetime import date
from typing import Final, Literal, NamedTuple

from pullcord.core.saying import noted

Kind = Literal[
    "emergency",
    "police",
    "victim_support",
    "abuse_survivors",
    "emotional_support",
    "child_helpline",
    "csam_hotline",
    "cybercrime",
    "csa_concern",
]

ORDER: Final[tuple[Kind, ...]] = (
    "emergency",
    "police",
    "victim_support",
    "abuse_survivors",
    "emotional_support",
    "child_helpline",
    "csam_hotline",
    "cybercrime",
    "csa_concern",
)
"""The order on every screen and paper. Survivors' help is shown to everyone, so that nobody has to say why."""

TITLES: Final[Mapping[Kind, str]] = {
    "emergency": noted("Emergency"),
    "police": noted("The police, if nobody is in danger now"),
    "victim_support": noted("Support for people affected by a crime"),
    "abuse_survivors": noted("Support for adults who lived through abuse, now or long ago"),
    "emotional_support": noted("Someone to talk to"),
    "child_helpline": noted("For children and young people, and for adults worried about a child"),
    "csam_hotline": noted("Report a web address"),
    "cybercrime": noted("If money or an account was touched"),
    "csa_concern": noted("If you are worried about a child, about someone else, or about yourself"),
}

LIBPHONENUMBER: Final = "libphonenumber"
Confidence = Literal["A", "B", "libphonenumber"]
"""Where the number was seen: A = on the body's own or a government page; B = on somebody else's page or in a data set;
libphonenumber = an emergency number of Google's library of numbering plans."""

UNDATED: Final = "undated"


class Line(NamedTuple):
    """One row. Empty text = the copies do not tell it."""

    id: str
    country: str
    kind: Kind
    name: str
    confidence: Confidence
    verified_on: str
    """When the number was last seen: a year, a month, a day, or "undated"."""
    source: tuple[str, ...]
    nations: tuple[str, ...] = ()
    """The parts of the country that it serves; none = all of it."""
    phone: str = ""
    """As it is dialled inside the country, and only there."""
    also: tuple[str, ...] = ()
    text: str = ""
    abroad: str = ""
    relay: str = ""
    """For a textphone."""
    email: str = ""
    url: str = ""
    """The official address, seen."""
    hours: str = ""
    languages: str = ""
    cost: str = ""
    for_whom: str = ""
    know: str = ""
    """What somebody should know before calling."""
    replaces: str = ""
    dated_by: str = ""
    evidence: str = ""
    """What the copy says. For whoever checks the row; never shown."""

    @property
    def reaches(self) -> tuple[str, ...]:
        """Everything that one can dial or write to, which is hidden where it is not verified."""
        return tuple(way for way in (self.phone, *self.also, self.text, self.abroad, self.relay, self.email) if way)

    @property
    def number(self) -> str:
        """What a confirmation names; an address of mail where there is nothing to dial. Empty = it cannot be confirmed."""
        return self.phone or self.text or next(iter(self.reaches), "")


class Country(NamedTuple):
    code: str
    """ISO 3166-1; ZZ = any country."""
    name: str
    issued: date
    nations: Mapping[str, str]
    """The parts with lines of their own, and what they are called."""
    verified_by: str
    lines: tuple[Line, ...]


class Confirmed(NamedTuple):
    """A named person of the organisation has checked this very number."""

    line: str
    number: str
    by: str
    on: date


class Directory(NamedTuple):
    countries: Mapping[str, Country]
    confirmed: Mapping[str, Confirmed] = {}
    refused: tuple[str, ...] = ()
    """A sentence for each file of the data folder that was not taken."""

    def country(self, code: str) -> Country | None:
        return self.countries.get(code.upper())


def digits(number: str) -> str:
    """What is dialled, without how it is printed."""
    return "".join(sign for sign in number if sign in "0123456789+*#")


def is_same(number: str, other: str) -> bool:
    """However they are printed. Where there is nothing to dial, to the letter."""
    if "@" in number + other or not digits(number):
        return bool(number) and number.strip().casefold() == other.strip().casefold()
    return digits(number) == digits(other)


def first_day(verified_on: str) -> date | None:
    """The first day that "2024", "2024-05" or "2024-05-01" can mean: nothing is taken for younger than it may be."""
    try:
        return date.fromisoformat((verified_on + "-01-01")[:10])
    except ValueError:
        return None
