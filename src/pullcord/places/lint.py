"""What may not be in a table of help lines, whoever wrote it: misprints, dead numbers, and what is only remembered."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final, get_args
from urllib.parse import urlsplit

from pullcord.core.wording import FORBIDDEN
from pullcord.places.values import ORDER, UNDATED, Confidence, Line, digits, first_day

Row = Mapping[str, Any]

LISTS: Final = ("also", "nations", "source")
OUR_OWN: Final = {"country"}
"""Of a line's fields, those that the file says once for all of its rows."""
REQUIRED: Final = ("id", "kind", "name", "confidence", "verified_on", "source")
WITHDRAWN: Final = {"id", "withdrawn"}
SHOWN: Final = ("name", "hours", "languages", "cost", "for_whom", "know", "text", "replaces")
LONGEST: Final = 600
LINE_ID = re.compile(r"[a-z]{2}-[a-z0-9-]{2,60}")
COUNTRY = re.compile(r"[A-Z]{2}")
NATION = re.compile(r"[A-Z]{2}-[A-Z0-9]{1,3}")
DATE = re.compile(r"\d{4}(-\d\d){0,2}")
DIALLED = re.compile(r"[+*#(]?\d[\d ()*#.-]*")
MEMORY = re.compile(r"from memory|\bmemory\b", re.IGNORECASE)

MISPRINTS: Final = {
    ("GB", "0800111"): "0800 1111",
    ("DE", "166111"): "116 111",
    ("FR", "166006"): "116 006",
}
"""Misprints that stand on the bodies' own and on government pages, and what was meant."""
DEAD: Final = {
    ("GB", "08456039213"),
    ("GB", "08088029999"),
    ("GB", "01223203030"),
    ("IE", "1850211407"),
    ("PL", "801120002"),
}
"""Numbers that still stand on public pages and reach nobody."""
DISPUTED: Final = {("GB", "08085002222"), ("GB", "08005002222"), ("IE", "1800555222"), ("IE", "1850555222")}
"""Two copies disagree about them. One call settles it: until then they are in no table."""
WITHOUT_116006: Final = frozenset(
    ["BE", "BG", "CA", "CY", "ES", "GB", "GR", "HU", "IT", "LT", "LU", "MT", "PL", "RO", "SI", "SK", "US"]
)
"""Where 116 006 does not exist, though it is called the European number (victim-support.eu, 2023; libphonenumber)."""
FEWEST_DIGITS_ABROAD: Final = 8
"""With the country's code. Short codes are dialled at home only: +33 3114 reaches nobody, or somebody else."""


def faults(document: Row, *, today: date | None) -> list[str]:
    """A sentence for everything wrong with a country's table as it was read. `today`: None = dates are not compared."""
    head = list(_head(document))
    if head:
        return head
    rows = document["line"]
    nations = set(document.get("nations", {}))
    found = [f"{_called(row)}: {said}" for row in rows for said in _row(row, document["country"], nations, today)]
    return found or list(_together(rows))


def _head(document: Row) -> Iterator[str]:
    if not COUNTRY.fullmatch(str(document.get("country", ""))):
        yield "The country is not said as two capital letters."
    if not _is_text(document.get("name")):
        yield "The country has no name."
    if type(document.get("issued")) is not date:
        yield "The day on which it was issued is missing: issued = 2026-11-23."
    if not _is_text(document.get("verified_by")):
        yield "It does not say who verified it."
    nations = document.get("nations", {})
    if not isinstance(nations, dict) or not all(NATION.fullmatch(key) and _is_text(nations[key]) for key in nations):
        yield "The parts of the country are not written as GB-SCT = “Scotland”."
    rows = document.get("line")
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        yield "It has no lines."


def _row(row: Row, country: str, nations: set[str], today: date | None) -> Iterator[str]:
    if set(row) == WITHDRAWN:
        yield from [] if LINE_ID.fullmatch(str(row["id"])) and _is_text(row["withdrawn"]) else ["no id, or no reason."]
        return
    shape = list(_shape(row))
    yield from shape
    if not shape:
        for judge in (_where, _numbers, _words):
            yield from judge(row, country)
        yield from _dates(row, today)
        yield from _nations(row, nations)


def _shape(row: Row) -> Iterator[str]:
    if "ship" in row:
        yield "a lead (ship) is not content."
        return
    known = set(Line._fields) - OUR_OWN
    yield from (f"“{key}” is no field of a line." for key in row if key not in known)
    yield from (f"“{key}” is missing." for key in REQUIRED if not row.get(key))
    for key, value in row.items():
        texts = value if key in LISTS and isinstance(value, list) else [value]
        if (key in LISTS) != isinstance(value, list) or not all(_is_text(text) for text in texts):
            yield f"“{key}” is not what it should be, or too long."


def _where(row: Row, country: str) -> Iterator[str]:
    if not LINE_ID.fullmatch(row["id"]) or not row["id"].startswith(country.lower() + "-"):
        yield "its id must begin with the country, in small letters."
    if row["kind"] not in ORDER:
        yield f"“{row['kind']}” is no kind of help."
    if row["confidence"] not in get_args(Confidence):
        yield "its confidence must be A, B or libphonenumber: what is only remembered is not content."
    if row["confidence"] == "libphonenumber" and row["kind"] not in ("emergency", "police"):
        yield "a library of numbers says how a number is written, not that somebody answers it."
    if not any(row.get(key) for key in ("phone", "text", "url")):
        yield "it has neither a number nor an address."
    if row.get("url") and not _is_address(row["url"]):
        yield "its address is not one of a web page."
    if any(MEMORY.search(text) for key in row for text in _texts(row[key])):
        yield "it speaks of memory: what is only remembered is not content."


def _numbers(row: Row, country: str) -> Iterator[str]:
    if row.get("phone") and not DIALLED.fullmatch(row["phone"]):
        yield f"“{row['phone']}” is no number as it is dialled."
    if row.get("abroad") and not row["abroad"].startswith("+"):
        yield "its number from abroad must begin with +."
    for number in (row.get("phone", ""), *row.get("also", ()), row.get("abroad", ""), row.get("text", "")):
        for written in re.findall(r"\+?\d[\d ().-]*", number):
            yield from _number(written, country)


def _number(written: str, country: str) -> Iterator[str]:
    dialled = digits(written)
    if (country, dialled) in MISPRINTS:
        yield f"{written} is a known misprint of {MISPRINTS[country, dialled]}."
    if (country, dialled) in DEAD:
        yield f"{written} is known to be dead."
    if (country, dialled) in DISPUTED:
        yield f"copies disagree about {written}: somebody has to call it first."
    if dialled == "116006" and country in WITHOUT_116006:
        yield "116 006 does not exist there."
    if dialled.startswith("+") and len(dialled) <= FEWEST_DIGITS_ABROAD:
        yield f"{written} is a short code: it cannot be dialled from abroad."


def _words(row: Row, country: str) -> Iterator[str]:
    for key in SHOWN:
        text = row.get(key, "")
        if not text.isprintable():
            yield f"“{key}” holds signs that cannot be seen."
        if said := FORBIDDEN.search(text):
            yield f"“{key}” says “{said.group()}”."


def _dates(row: Row, today: date | None) -> Iterator[str]:
    verified_on = row["verified_on"]
    if verified_on == UNDATED:
        return
    day = first_day(verified_on) if DATE.fullmatch(verified_on) else None
    if day is None:
        yield "verified_on must look like 2026-11-23, 2026-11, 2026 or undated."
    elif today is not None and day > today:
        yield "it was verified on a day that has not come yet."


def _nations(row: Row, nations: set[str]) -> Iterator[str]:
    yield from (
        f"{code} is not among the parts of the country." for code in row.get("nations", ()) if code not in nations
    )


def _together(rows: list[Row]) -> Iterator[str]:
    """What no row shows by itself."""
    seen: set[str] = set()
    for row in rows:
        if row.get("id") in seen:
            yield f"{row['id']}: there are two of them."
        seen.add(row.get("id", ""))
    concern = {digits(row["phone"]) for row in rows if row.get("kind") == "csa_concern" and row.get("phone")}
    for row in rows:
        if row.get("kind") == "abuse_survivors" and digits(row.get("phone", "")) in concern:
            yield f"{_called(row)}: a line for people worried about their own behaviour is never in a survivors' list."


def _called(row: Row) -> str:
    return str(row.get("id") or row.get("name") or "a line without a name")


def _texts(value: Any) -> list[str]:
    return list(value) if isinstance(value, list) else [value]


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= LONGEST


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and "." in (parts.hostname or "") and text.isascii() and " " not in text
