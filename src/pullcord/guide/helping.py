"""Help lines as the guide's pages show them: numbers first, and nothing without its date."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final, NamedTuple

from pullcord.core.saying import Say
from pullcord.guide.languages import Voice
from pullcord.places.plain import in_a_message
from pullcord.places.select import ANY_COUNTRY, Asks, by_kind, lines_for
from pullcord.places.values import Country, Directory, Kind, digits

ONLY_IF: Final[tuple[Kind, ...]] = ("csam_hotline", "cybercrime", "csa_concern")
"""Shown under a heading that says when: a page cannot ask first."""


class Emergency(NamedTuple):
    code: str
    country: str
    numbers: tuple[str, ...]


class Part(NamedTuple):
    """A country, or a part of one with lines of its own."""

    code: str
    name: str
    of: str = ""


def countries(known: Directory) -> dict[str, str]:
    """By code, in the order of their names."""
    named = ((table.name, code) for code, table in known.countries.items() if code != ANY_COUNTRY)
    return {code: name for name, code in sorted(named)}


def parts(known: Directory) -> list[Part]:
    return [part for code in countries(known) for part in _parts_of(known, code)]


def _parts_of(known: Directory, code: str) -> Iterator[Part]:
    table = known.countries[code]
    yield Part(code, table.name)
    yield from (Part(nation, name, of=code) for nation, name in table.nations.items())


def emergency_numbers(known: Directory, today: date, first: str) -> list[Emergency]:
    """Of every country, the operator's own before the others."""
    found = [Emergency(code, name, tuple(_emergency(known, code, today))) for code, name in countries(known).items()]
    return sorted((one for one in found if one.numbers), key=lambda one: one.code != first)


def _emergency(known: Directory, code: str, today: date) -> Iterator[str]:
    for line in lines_for(known, code, None, today=today):
        if line.kind == "emergency":
            yield from (number for number in (line.phone, *line.also) if number)


def of_country(known: Directory, place: str, today: date, said: Voice) -> dict[str, Any]:
    """What the page of a country, or of a part of one, asks for. Whatever helps only where something is so comes last."""
    everything, table = Asks(link_posted=True, money=True, concern=True), known.countries[place[:2]]
    nation = place if place in table.nations else None
    shown = lines_for(known, table.code, nation, today=today, asks=everything, say=said.plain)
    groups = by_kind(shown, asks=everything)
    return {"table": table, "nation": nation, "groups": groups, "only_if": ONLY_IF, "dialled": dialled}


def message_lines(known: Directory, today: date, say: Say) -> dict[str, list[tuple[str, tuple[str, ...]]]]:
    """By country, what a message to everyone says of help: each line, and the parts of the country that it is for."""
    return {code: list(_in_a_message(known.countries[code], known, today, say)) for code in countries(known)}


def _in_a_message(table: Country, known: Directory, today: date, say: Say) -> Iterator[tuple[str, tuple[str, ...]]]:
    nations = {line.id: line.nations for line in table.lines}
    for group in by_kind(lines_for(known, table.code, None, today=today, say=say)):
        for line in group.shown:
            yield from ((text, nations[line.id]) for text in in_a_message([group._replace(shown=(line,))], say))


def packed(lines: Mapping[str, list[tuple[str, tuple[str, ...]]]]) -> dict[str, Any]:
    """The same, each ending but once ("date of the page unknown" stands in dozens): a page carries it to a phone."""
    endings: list[str] = []

    def pack(line: str, nations: tuple[str, ...]) -> tuple[str, tuple[str, ...], int]:
        head, sign, ending = line.rpartition(" · (")
        if (whole := sign + ending) not in endings:
            endings.append(whole)
        return head, nations, endings.index(whole)

    rows = {code: [pack(*line) for line in lines[code]] for code in lines}
    return {"lines": rows, "endings": endings}


def dialled(number: str) -> str:
    """For a link that dials; empty = there is more to it than a number, as "116 123 (UK)"."""
    return digits(number) if re.fullmatch(r"[+*#0-9][0-9 ()\-/.]*", number) else ""
