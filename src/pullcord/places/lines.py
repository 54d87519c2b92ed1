"""Reads the help lines: the shipped tables, newer ones from the data folder over them, and what was confirmed there.

A file of the data folder that is bad is refused whole, with a sentence, and what was shipped stands.
"""

import os
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

from pullcord.places.lint import LISTS, WITHDRAWN, faults
from pullcord.places.own import ADVICE, BRIDGES, Refused, read_document
from pullcord.places.values import Confirmed, Country, Directory, Line

SHIPPED: Final = Path(__file__).parent / "lines"
CONFIRMED: Final = "confirmed.toml"
"""Beside the newer tables, in the folder `places` of the data folder."""


@cache
def shipped() -> Directory:
    """The tables as they came. The suite lints them: here they are read as they are."""
    tables = (_country(tomllib.loads(file.read_text("utf-8"))) for file in sorted(SHIPPED.glob("*.toml")))
    return Directory({table.code: table for table in tables})


def directory(folder: Path | None, *, today: date) -> Directory:
    """What this installation knows. `folder`: `places` of the data folder; a missing one is an empty one."""
    found, refused = shipped(), []
    confirmed: Mapping[str, Confirmed] = {}
    files = sorted(folder.glob("*.toml")) if folder is not None else []
    for file in (file for file in files if file.name not in (ADVICE, BRIDGES)):
        try:
            if file.name == CONFIRMED:
                confirmed = newest(_confirmations(read_document(file), today=today))
            else:
                found = _over(found, read_document(file), today=today)
        except Refused as reason:
            refused.append(f"{file.name} was not taken: {reason}")
    return found._replace(confirmed=confirmed, refused=tuple(refused))


def _over(found: Directory, document: dict[str, Any], *, today: date) -> Directory:
    """The directory with this file's rows in place of those with the same id, and its other rows after them."""
    wrong = faults(document, today=today)
    if wrong:
        raise Refused(" ".join(wrong[:3]))
    newer, old = _country(document), found.country(document["country"])
    if newer.issued > today:
        raise Refused("it was issued on a day that has not come yet.")
    table = newer if old is None else _merged(old, newer, _withdrawn(document))
    return found._replace(countries={**found.countries, table.code: table})


def _merged(old: Country, newer: Country, withdrawn: set[str]) -> Country:
    """Rows of ours are replaced only by a file that is not older than ours: an upgrade may have brought better ones."""
    ours = {line.id: line for line in old.lines}
    for line in newer.lines:
        if line.id not in ours or newer.issued >= old.issued:
            ours[line.id] = line
    lines = tuple(line for line in ours.values() if line.id not in withdrawn)
    return old._replace(nations={**old.nations, **newer.nations}, issued=max(old.issued, newer.issued), lines=lines)


def _withdrawn(document: dict[str, Any]) -> set[str]:
    """Whoever withdraws a row, however long ago, knew something about it: that stands until the file is taken away."""
    return {row["id"] for row in document["line"] if set(row) == WITHDRAWN}


def _country(document: dict[str, Any]) -> Country:
    code = document["country"]
    rows = [row for row in document["line"] if set(row) != WITHDRAWN]
    lines = tuple(Line(country=code, **{key: _value(key, row[key]) for key in row}) for row in rows)
    nations = document.get("nations", {})
    return Country(code, document["name"], document["issued"], nations, document["verified_by"], lines)


def _value(key: str, value: Any) -> Any:
    return tuple(value) if key in LISTS else value


def confirmations(folder: Path, *, today: date) -> list[Confirmed]:
    """Every row of the file as it stands; none where there is no file. Raises Refused."""
    file = folder / CONFIRMED
    return list(_confirmations(read_document(file), today=today)) if os.path.lexists(file) else []


def newest(rows: Iterable[Confirmed]) -> dict[str, Confirmed]:
    """By id of the line; of several, the latest, and of one day the last."""
    return {row.line: row for row in sorted(rows, key=lambda row: row.on)}


def _confirmations(document: dict[str, Any], *, today: date) -> Iterator[Confirmed]:
    rows = document.get("confirmed", [])
    if not set(document) <= {"confirmed"} or not isinstance(rows, list):
        raise Refused("it must hold [[confirmed]] and nothing else.")
    for row in rows:
        if not isinstance(row, dict) or set(row) != {"id", "number", "by", "on"}:
            raise Refused("each [[confirmed]] names id, number, by and on.")
        texts = [row["id"], row["number"], row["by"]]
        if not all(isinstance(text, str) and text.strip() and text.isprintable() for text in texts):
            raise Refused("id, number and by of a [[confirmed]] are words in quotes.")
        if type(row["on"]) is not date or row["on"] > today:
            raise Refused(f"{row['id']}: “on” is a day like 2026-11-24, and not one that has still to come.")
        yield Confirmed(row["id"], row["number"], row["by"], row["on"])
