"""The database as a file of our own: made private, and looked at without reading all of it each time."""

import os
import sqlite3
import time
from contextlib import closing, suppress

from django.db import connection

PATIENCE_SECONDS = 0.2
"""How long the check waits for another's lock: a page may write, a stranger's program may sit on the file."""
WHOLE_EVERY_SECONDS = 600.0
SHARE = 0.005
"""The part of the time that reading the whole file may take, however big it has grown."""

_ready: dict[str, tuple[int, int]] = {}
"""The files that were made ready in this process, by their names: which file each of them was."""
_whole_again_at: dict[str, float] = {}


def path() -> str | None:
    """The database file; None where it is a server, or in memory."""
    name = str(connection.settings_dict["NAME"])
    return name if connection.vendor == "sqlite" and os.path.isabs(name) else None


def make_private(path: str) -> None:
    """Never opens a file that is there: with the closing, POSIX drops every lock that this process has on it. Another
    program's look would then take our write-ahead log for abandoned and delete it, and what we write on be lost.
    """
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    os.chmod(path, 0o600)


def remember(path: str) -> None:
    """From now on it is this very file. It was just read, so the whole of it can wait."""
    _ready[path] = _number(path)
    _whole_again_at.pop(path, None)


def look(path: str) -> None:
    """Raises sqlite3.Error, OSError. Not by Django's connection: that one waits 20 s, and keeps "succeeding" on a file
    that was deleted under it.
    """
    if _ready.get(path, found := _number(path)) != found:
        raise OSError("another file lies in its place: restart the server")
    address = f"file:{path.replace('%', '%25').replace('?', '%3f').replace('#', '%23')}?mode=rw"
    with closing(sqlite3.connect(address, uri=True, timeout=PATIENCE_SECONDS)) as file:
        file.execute("SELECT 1 FROM store_meeting LIMIT 1").fetchall()
        if time.monotonic() >= _whole_again_at.get(path, 0.0):
            _look_at_all(path, file)


def _look_at_all(path: str, file: sqlite3.Connection) -> None:
    """A file that was found damaged is read in full each time, until it is whole."""
    _whole_again_at.pop(path, None)
    began = time.monotonic()
    told = file.execute("PRAGMA quick_check(1)").fetchone()
    if told != ("ok",):
        raise sqlite3.DatabaseError(str(told and told[0]))
    now = time.monotonic()
    _whole_again_at[path] = now + max(WHOLE_EVERY_SECONDS, (now - began) / SHARE)


def forget_for_good() -> None:
    """Empty the write-ahead log, in which what was erased can still be read."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _number(path: str) -> tuple[int, int]:
    found = os.stat(path)
    return found.st_dev, found.st_ino
