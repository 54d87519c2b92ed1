"""The codes of the telephone bridges that the operator's people really use: every supplier has others.

No PIN is kept: whoever holds the host's can take a meeting over, and whoever reads the guide reads this file.
"""

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final, NamedTuple

from pullcord.places.own import (
    BRIDGES,
    NAME_SIGNS,
    WORDS_SIGNS,
    Field,
    Refused,
    called,
    named,
    number,
    only,
    own_document,
    rows,
    seen,
    texts,
    words,
)

CODE_SIGNS: Final = 40
MOST_DIGITS: Final = 6
KEYS = re.compile(r"[0-9*#]+")
LONG_RUN = re.compile(r"[0-9]{4}")
BETWEEN: Final = frozenset(["then", "or", "and", "press", "wait", "again", "twice", "hold", "confirm", "to", "with"])
"""The words that may stand between the keys of a code."""
SECRET_KEY = re.compile(r"pin|pass|secret|host.?(key|code)|moderator|access", re.IGNORECASE)
SECRET_WORDS = re.compile(r"\b(pin|pass\w*|secret|code|key)s?\b[^0-9]{0,30}[0-9]{3}", re.IGNORECASE)
NO_PIN: Final = (
    "PINs are not kept here: everyone can read this, and could take the meeting over. Keep them with the host"
)


class Bridge(NamedTuple):
    name: str
    end: str
    """What to dial to end it for everyone, as `*8 then 1`. Of the other codes, empty = nobody has written one down."""
    checked_by: str
    checked_on: date
    """Who tried these codes, and when."""
    lock: str = ""
    mute_all: str = ""
    counting: str = ""
    """To hear how many are there; `count` in the file."""
    dial_in: str = ""
    note: str = ""


class Bridges(NamedTuple):
    bridges: tuple[Bridge, ...] = ()
    refused: str = ""
    """Why the file was not taken. Empty = it was, or there is none."""


def _code(text: str) -> str:
    parts = text.split()
    if not all(KEYS.fullmatch(part) or part in BETWEEN for part in parts) or not any(map(KEYS.fullmatch, parts)):
        return f"is written with 0-9, * and #, and between them words such as “then”: {', '.join(sorted(BETWEEN))}"
    if LONG_RUN.search("".join(parts)) or sum(sign.isdigit() for sign in text) > MOST_DIGITS:
        return f"looks as if it held a PIN. {NO_PIN}"
    return ""


def _note(text: str) -> str:
    return f"looks as if it held a PIN. {NO_PIN}" if SECRET_WORDS.search(text) else words(text)


FIELDS: Final = {
    "name": Field(NAME_SIGNS, called, needed=True),
    "end": Field(CODE_SIGNS, _code, needed=True),
    "lock": Field(CODE_SIGNS, _code),
    "mute_all": Field(CODE_SIGNS, _code),
    "count": Field(CODE_SIGNS, _code),
    "dial_in": Field(40, number),
    "note": Field(WORDS_SIGNS, _note),
    "checked_by": Field(NAME_SIGNS, called, needed=True),
}


def read_bridges(folder: Path | None, *, today: date) -> Bridges:
    """`folder`: `places` of the data folder; None = there is none. Never raises: a file that is refused tells no code."""
    try:
        told = own_document(folder, BRIDGES)
        return Bridges() if told is None else _bridges(told, today)
    except Refused as reason:
        return Bridges(refused=f"{BRIDGES} was not taken: {reason}")


def _bridges(told: dict[str, Any], today: date) -> Bridges:
    _no_secret(told, "at the top")
    only({"bridge"}, told, "at the top")
    found = rows(told, "bridge")
    return Bridges(tuple(_bridge(row, named(row, "bridge", n), today) for n, row in enumerate(found, start=1)))


def _bridge(row: dict[str, Any], where: str, today: date) -> Bridge:
    _no_secret(row, where)
    only({*FIELDS, "checked_on"}, row, where)
    said, day = texts(row, FIELDS, where), row.get("checked_on")
    if type(day) is not date or day > today:
        raise Refused(f"{where}: “checked_on” is a day like 2026-11-24, and not one that has still to come.")
    return Bridge(counting=said.pop("count"), checked_on=day, **said)


def _no_secret(row: Mapping[str, Any], where: str) -> None:
    """By its own sentence: whoever wrote it meant well, and should know why it is not taken."""
    for key in row:
        if SECRET_KEY.search(key):
            raise Refused(f"{where}: it holds “{seen(key)}”. {NO_PIN}.")
