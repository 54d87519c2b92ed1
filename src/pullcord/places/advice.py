"""Who of the operator's own answers when somebody asks for advice, by when, and whom to ask if nobody does.

Nobody is made up: without the file, nobody answers. Everyone who opens the guide reads what stands in it.
"""

from pathlib import Path
from typing import Any, Final, NamedTuple

from pullcord.places.lint import COUNTRY, NATION
from pullcord.places.own import (
    ADVICE,
    NAME_SIGNS,
    WORDS_SIGNS,
    Field,
    Refused,
    called,
    mail,
    named,
    number,
    only,
    own_document,
    rows,
    texts,
    words,
)

FIELDS: Final = {
    "name": Field(NAME_SIGNS, called, needed=True),
    "role": Field(NAME_SIGNS, called, needed=True),
    "hours": Field(WORDS_SIGNS, words, needed=True),
    "answers_within": Field(NAME_SIGNS, words, needed=True),
    "phone": Field(40, number),
    "email": Field(254, mail),
}
PLACES: Final = {"countries": COUNTRY, "nations": NATION}
MOST_PLACES: Final = 60


class Person(NamedTuple):
    name: str
    role: str
    hours: str
    """When they answer, in words. Never empty: a watch that nobody keeps at night is not promised."""
    answers_within: str
    """By when one hears back, in words, as "the same evening". Never empty."""
    phone: str = ""
    email: str = ""
    """One of these two there always is."""
    countries: tuple[str, ...] = ()
    """Whom they are there for, as `GB`; none = everybody."""
    nations: tuple[str, ...] = ()
    """Of a country, these parts alone, as `GB-SCT`."""

    def serves(self, country: str, nation: str = "") -> bool:
        """Empty = not said: then whoever may be right is shown."""
        if not country or not (self.countries or self.nations):
            return True
        parts = [part for part in self.nations if part.startswith(f"{country}-")]
        return (not nation or nation in parts) if parts else country in self.countries


class Advice(NamedTuple):
    people: tuple[Person, ...] = ()
    """None = nobody answers, and that is to be said."""
    if_nobody: str = ""
    """Whom to ask if nobody answers, in words. Never empty where somebody is named."""
    refused: str = ""
    """Why the file was not taken. Empty = it was, or there is none."""

    def serving(self, country: str, nation: str = "") -> "Advice":
        """The same, with those alone who are there for this place."""
        return self._replace(people=tuple(one for one in self.people if one.serves(country.upper(), nation.upper())))


def read_advice(folder: Path | None) -> Advice:
    """`folder`: `places` of the data folder; None = there is none. Never raises: a file that is refused names nobody."""
    try:
        told = own_document(folder, ADVICE)
        return Advice() if told is None else _advice(told)
    except Refused as reason:
        return Advice(refused=f"{ADVICE} was not taken: {reason}")


def _advice(told: dict[str, Any]) -> Advice:
    only({"if_nobody", "person"}, told, "at the top")
    top = texts(told, {"if_nobody": Field(WORDS_SIGNS, words, needed=True)}, "at the top")
    found = rows(told, "person")
    return Advice(tuple(_person(row, named(row, "person", n)) for n, row in enumerate(found, start=1)), **top)


def _person(row: dict[str, Any], where: str) -> Person:
    only({*FIELDS, *PLACES}, row, where)
    said = texts(row, FIELDS, where)
    if not said["phone"] and not said["email"]:
        raise Refused(f"{where}: neither “phone” nor “email” is said.")
    return Person(**said, countries=_codes(row, "countries", where), nations=_codes(row, "nations", where))


def _codes(row: dict[str, Any], key: str, where: str) -> tuple[str, ...]:
    codes = row.get(key, [])
    fits = isinstance(codes, list) and len(codes) <= MOST_PLACES
    if not fits or not all(isinstance(code, str) and PLACES[key].fullmatch(code) for code in codes):
        raise Refused(f"{where}: “{key}” is written as {'[“GB”]' if key == 'countries' else '[“GB-SCT”]'}.")
    return tuple(codes)
