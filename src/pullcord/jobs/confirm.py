"""Somebody has checked the number of a help line: their word is written into `places/confirmed.toml`, or taken back.

The file is read, changed and replaced by one press at a time. One that cannot be read is left as it is: it may hold the
word of others.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Final

from pullcord.places.confirmed import as_text, comments_of, wanted
from pullcord.places.lines import CONFIRMED, confirmations, directory, newest
from pullcord.places.own import MOST_BYTES, Refused
from pullcord.places.values import Confirmed, Directory, Line
from pullcord.safe.files import make_private_folder, one_at_a_time, replace_whole

TURN: Final = "confirmed.turn"
"""Whoever holds this file locked may change the other."""

Rows = list[Confirmed]


class NotConfirmed(Exception):
    """Nothing was written. The text is a sentence for whoever pressed."""


def confirm(folder: Path, line_id: str, numbers: tuple[str, ...], *, by: str, today: date) -> Confirmed:
    """`folder`: `places` of the data folder. `numbers`: all that the person was shown of this line. Raises NotConfirmed."""
    name = printable(by)
    if not name:
        raise NotConfirmed("Your account has no name that could be written down.")

    def with_one_more(rows: Rows, known: Directory) -> tuple[Rows, Confirmed]:
        line = _asked_for(line_id, known, today)
        if line.reaches != numbers:
            raise NotConfirmed(f"The number of {line.name} is not the one that you were shown. Look at it again.")
        new = Confirmed(line.id, line.number, name, today)
        return [*rows, new], new

    return _changed(folder, today, with_one_more)


def take_back(folder: Path, shown: Confirmed, *, today: date) -> Confirmed:
    """Every word for this line goes, the earlier ones too: its number is not to be shown on any of them. Raises NotConfirmed."""

    def without_it(rows: Rows, known: Directory) -> tuple[Rows, Confirmed]:
        if newest(rows).get(shown.line) != shown:
            raise NotConfirmed("Somebody else has changed this meanwhile. Look at it again.")
        return [row for row in rows if row.line != shown.line], shown

    return _changed(folder, today, without_it)


def printable(name: str) -> str:
    """Without what a file of one line per word cannot hold."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in name).split())


def _asked_for(line_id: str, known: Directory, today: date) -> Line:
    lines = {line.id: line for table in known.countries.values() for line in table.lines}
    line, before = lines.get(line_id), known.confirmed.get(line_id)
    if line is None:
        raise NotConfirmed("We hold no such help line any more.")
    if line not in [one.line for one in wanted(known, line.country, today=today)]:
        by = f" {before.by} did so on {before.on.isoformat()}." if before is not None else ""
        raise NotConfirmed(f"{line.name} needs no confirming just now.{by}")
    return line


def _changed(folder: Path, today: date, change: Callable[[Rows, Directory], tuple[Rows, Confirmed]]) -> Confirmed:
    with _turn(folder):
        try:
            rows = confirmations(folder, today=today)
        except Refused as reason:
            raise NotConfirmed(f"{CONFIRMED} was not touched: {reason} Whoever runs this server can mend it.") from None
        kept, done = change(rows, directory(folder, today=today))
        _write(folder, kept)
    return done


@contextmanager
def _turn(folder: Path) -> Iterator[None]:
    try:
        make_private_folder(str(folder))
        with one_at_a_time(str(folder / TURN)):
            yield
    except OSError as error:
        raise NotConfirmed("It could not be written down: the server cannot write to its disk.") from error


def _write(folder: Path, rows: Rows) -> None:
    file = (folder / CONFIRMED).resolve()  # where it is a link to somewhere else, it stays one
    comments = comments_of(file.read_text("utf-8")) if file.exists() else []
    content = as_text(rows, comments).encode()
    if len(content) > MOST_BYTES:
        raise NotConfirmed(f"{CONFIRMED} is full. Whoever runs this server can take out old rows.")
    replace_whole(str(file), content)
