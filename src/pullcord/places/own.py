"""Files of the operator's own in the data folder: taken whole, or refused whole with a sentence for whoever wrote them."""

import os
import re
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from pullcord.core.wording import FORBIDDEN

ADVICE: Final = "advice.toml"
BRIDGES: Final = "bridges.toml"
MOST_BYTES: Final = 1_000_000
MOST_ROWS: Final = 20
NAME_SIGNS: Final = 80
WORDS_SIGNS: Final = 200

LINK = re.compile(
    r"://|\bwww\.|@|\.[a-z]{2,}/|\w\.(?:(?i:com|org|net|info|biz|io|gov|edu|app|link|page|site|xyz)|[a-z]{2})\b"
)
"""Where only words belong, an address is somebody's trick or slip; what can be written to has a field of its own."""
NUMBER = re.compile(r"\+?[0-9(][0-9 ()./-]*")
MAIL = re.compile(r"[A-Za-z0-9._+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}")


class Refused(Exception):
    """A file that was not taken, in a sentence for whoever put it there."""


Judge = Callable[[str], str]
"""What is wrong with a text, in words that follow the field's name; empty = nothing."""


class Field(NamedTuple):
    longest: int
    judge: Judge
    needed: bool = False


def read_document(file: Path) -> dict[str, Any]:
    """Raises Refused."""
    try:
        if file.stat().st_size > MOST_BYTES:
            raise Refused("it is too long.")
        return tomllib.loads(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise Refused("it cannot be read.") from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise Refused(f"it is not written as TOML ({seen(str(error), 200)}).") from error


def own_document(folder: Path | None, name: str) -> dict[str, Any] | None:
    """None = there is no such file. Raises Refused."""
    if folder is None or not os.path.lexists(folder / name):
        return None
    return read_document(folder / name)


def rows(told: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """Those of [[name]], as they stand. Raises Refused."""
    found = told.get(name, [])
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        raise Refused(f"“{name}” is written as [[{name}]], once for each.")
    if len(found) > MOST_ROWS:
        raise Refused(f"it names {len(found)} of [[{name}]]. {MOST_ROWS} are the most.")
    return found


def only(known: set[str], told: Mapping[str, Any], where: str) -> None:
    """Raises Refused on a key that is misspelt or does not belong: it would be silently without effect."""
    for key in told:
        if key not in known:
            raise Refused(f"{where}: “{seen(key)}” is not known. There are: {', '.join(sorted(known))}.")


def texts(row: Mapping[str, Any], fields: Mapping[str, Field], where: str) -> dict[str, str]:
    """Each field, empty where it is not said and need not be. Raises Refused."""
    for key, field in fields.items():
        if wrong := _wrong(row.get(key, ""), field):
            raise Refused(f"{where}: “{key}” {wrong}.")
    return {key: row.get(key, "").strip() for key in fields}


def _wrong(value: Any, field: Field) -> str:
    if not isinstance(value, str):
        return "is not text in quotes"
    if not value.strip():
        return "is missing" if field.needed else ""
    if len(value) > field.longest:
        return f"is longer than {field.longest} signs"
    if not value.isprintable():
        return "holds signs that cannot be seen"
    return field.judge(value.strip())


def named(row: Mapping[str, Any], kind: str, number: int) -> str:
    """How a sentence calls a row that may be wrong in any way."""
    name = row.get("name")
    fits = isinstance(name, str) and name.strip() and name.isprintable() and len(name) <= NAME_SIGNS
    return str(name) if fits else f"[[{kind}]] number {number}"


def called(text: str) -> str:
    """Somebody is called what they are called; but nobody is called by an address."""
    return "holds a link or an address" if LINK.search(text) else ""


def words(text: str) -> str:
    if said := FORBIDDEN.search(text):
        return f"says “{said.group()}”, which hurts people"
    return called(text)


def number(text: str) -> str:
    signs = sum(sign.isdigit() for sign in text)
    return "" if NUMBER.fullmatch(text) and 3 <= signs <= 15 else "is no number as it is dialled"


def mail(text: str) -> str:
    return "" if MAIL.fullmatch(text) else "is no address of mail"


def seen(text: str, longest: int = 40) -> str:
    """As much of somebody's text as may stand in a sentence on a terminal."""
    return "".join(sign if sign.isprintable() else "?" for sign in text[:longest])
