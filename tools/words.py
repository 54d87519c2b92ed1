"""`./run words`: collect every sentence that is said to people, bring each language's catalogue up to date, and compile it.

`src/pullcord/locale/pullcord.pot` is made from the code; a translator edits `<language>/LC_MESSAGES/pullcord.po`.
"""

import io
import re
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from tools import ground

SRC: Final = ground.ROOT / "src" / "pullcord"
LOCALE: Final = SRC / "locale"
POT: Final = LOCALE / "pullcord.pot"
KEYWORDS: Final = {"say": None, "noted": None, "plain": None}
CODE: Final = ("core", "guide", "places")
NEVER: Final = datetime(2026, 1, 1, tzinfo=UTC)
"""Catalogues carry no time of their making: the same words give the same file."""


def main(words: list[str]) -> int:
    """Says of each language how many sentences are still without a translation."""
    POT.write_bytes(as_po(template()))
    for path in catalogues():
        made = updated(path)
        path.write_bytes(as_po(made))
        path.with_suffix(".mo").write_bytes(as_mo(made))
        print(f"{path.parents[1].name}: {len(still_open(made))} sentences to translate")
    return 0


def catalogues() -> list[Path]:
    return sorted(LOCALE.glob("*/LC_MESSAGES/pullcord.po"))


def template() -> Catalog:
    """Everything that is said, in the order of the code."""
    made = Catalog(project="Pullcord", charset="utf-8", creation_date=NEVER, revision_date=NEVER, fuzzy=False)
    for place, sentence, comments in found():
        made.add(sentence, locations=[(place, 0)], auto_comments=comments)
    return made


@cache
def found() -> tuple[tuple[str, str, list[str]], ...]:
    """The sources are read once: every catalogue asks for all of them."""
    return tuple(said())


def said() -> Iterator[tuple[str, str, list[str]]]:
    for room in CODE:
        for path in sorted((SRC / room).rglob("*")):
            place = str(path.relative_to(SRC))
            if path.suffix == ".py":
                yield from in_source(path, place, "python")
            if path.suffix == ".html":
                yield from in_source(path, place, "jinja2.ext:babel_extract")
    for path in sorted((SRC / "places" / "lines").glob("*.toml")):
        yield from names_of_places(tomllib.loads(path.read_text("utf-8")))


def in_source(path: Path, place: str, method: str) -> Iterator[tuple[str, str, list[str]]]:
    for _, message, comments, _ in extract(method, io.BytesIO(path.read_bytes()), KEYWORDS, ["Translators:"]):
        if not isinstance(message, str):
            raise TypeError(f"{place}: one sentence at a time, not {message}")
        yield place, message, comments


def names_of_places(table: dict[str, Any]) -> Iterator[tuple[str, str, list[str]]]:
    if table["country"] == "ZZ":
        return
    for name in (table["name"], *table.get("nations", {}).values()):
        yield "places/lines", name, []


def updated(path: Path) -> Catalog:
    """The catalogue with today's sentences: what is said no longer is gone, what is new is still open."""
    with path.open("rb") as file:
        made = read_po(file, locale=path.parents[1].name)
    made.update(template(), no_fuzzy_matching=True, update_creation_date=False)
    made.obsolete.clear()
    made.creation_date = made.revision_date = NEVER
    return made


def still_open(catalogue: Catalog) -> list[str]:
    """What nobody has translated yet."""
    return [str(message.id) for message in catalogue if message.id and not message.string]


def as_po(catalogue: Catalog) -> bytes:
    out = io.BytesIO()
    write_po(out, catalogue, width=120, include_lineno=False, omit_header=False)
    return re.sub(rb'"Generated-By: .*\\n"\n', b"", out.getvalue())


def as_mo(catalogue: Catalog) -> bytes:
    out = io.BytesIO()
    write_mo(out, catalogue)
    return out.getvalue()
