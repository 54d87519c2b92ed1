"""`pullcord guide --site FOLDER`: the whole guide as files that anybody can upload. Asks no network."""

import os
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

from pullcord.config import ConfigError, without_settings
from pullcord.guide.known import known_here
from pullcord.guide.site import ABOUT, Site, every_file

WRITTEN, USAGE = 0, 2
USAGE_TEXT: Final = "pullcord guide --site FOLDER [--country GB] [--data FOLDER]"


class CannotWrite(Exception):
    """A sentence for whoever asked: why nothing was written."""


class Asked(NamedTuple):
    site: str
    country: str = ""
    """Whose numbers stand first; empty = nobody's."""
    data: str = ""


def write_from_terminal(words: list[str]) -> int:
    try:
        count, folder = _write(_read(words))
    except CannotWrite as why:
        print(f"{why}\n{USAGE_TEXT}", file=sys.stderr)
        return USAGE
    print(f"{count} files were written to {folder}. Upload them to any web server; index.html is the first page.")
    return WRITTEN


def _read(words: list[str]) -> Asked:
    told: dict[str, str] = {}
    rest = iter(words)
    for word in rest:
        value = next(rest, "")
        if word not in ("--site", "--country", "--data") or not value or value.startswith("--"):
            raise CannotWrite(f"“{word}” is not understood here.")
        told[word[2:]] = value
    return Asked(**told)


def _write(asked: Asked) -> tuple[int, Path]:
    target = Path(os.path.abspath(asked.site))
    known, refused = known_here(_places(asked.data), today=datetime.now(tz=UTC).date(), country=asked.country.upper())
    for sentence in refused:
        print(sentence, file=sys.stderr)
    if asked.country and asked.country.upper()[:2] not in known.directory.countries:
        raise CannotWrite(f"We hold no help lines for “{asked.country}”.")
    _refuse_what_is_not_ours(target)
    try:
        return _put(Site(known), target), target
    except OSError as error:
        raise CannotWrite(
            f"{target} cannot be written: {error.strerror}. What was there before is as it was."
        ) from None


def _places(data: str) -> Path | None:
    try:
        return Path(without_settings(data or None).path("places"))
    except ConfigError:
        return None


def _refuse_what_is_not_ours(target: Path) -> None:
    """A folder in which something else lies is left alone: its files would be gone."""
    if not target.exists() or (target / ABOUT).is_file():
        return
    if not target.is_dir() or any(target.iterdir()):
        raise CannotWrite(f"{target} holds something else. Name a new folder, or one with an earlier guide.")


def _put(site: Site, target: Path) -> int:
    """All of it beside the old one first, and then in its place: a guide is never half there."""
    beside, old = (target.with_name(f".{target.name}.{end}") for end in ("new", "old"))
    for folder in (beside, old):
        shutil.rmtree(folder, ignore_errors=True)
    count = 0
    for path, content in every_file(site):
        file = beside / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        count += 1
    if target.exists():
        target.rename(old)
    beside.rename(target)
    shutil.rmtree(old, ignore_errors=True)
    return count
