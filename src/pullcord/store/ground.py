"""The database itself: made ready, looked after, and found unusable before somebody else finds it so."""

import os
import sqlite3
from contextlib import closing

from django.core.management import call_command
from django.db import DatabaseError, close_old_connections, connection

from pullcord.store import StoreBroken

PATIENCE_SECONDS = 0.2
"""How long the check waits for another's lock: a page may write, a stranger's program may sit on the file."""


def prepare() -> None:
    """Make the database where there is none, and bring it to the newest shape. Raises StoreBroken."""
    try:
        _make_private()
        call_command("migrate", interactive=False, verbosity=0)
    except (DatabaseError, OSError) as error:
        raise StoreBroken(_sentence(str(error))) from error
    is_usable()


def is_usable() -> bool:
    """True, or StoreBroken with the reason. A quick look: a fifth of a second at most where another holds the file."""
    try:
        path = _path()
        if path is None:
            _look_with_django()
        else:
            _look_at_file(path)
    except (DatabaseError, sqlite3.Error, OSError) as error:
        raise StoreBroken(_sentence(str(error))) from error
    return True


def forget_for_good() -> None:
    """After an erasure: empty the write-ahead log, in which what was erased can still be read. Not within a transaction."""
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def close() -> None:
    """Let go of this thread's connection where it is old or broken: around every piece of work outside a request."""
    close_old_connections()


def _path() -> str | None:
    """The database file; None where it is a server, or in memory."""
    name = str(connection.settings_dict["NAME"])
    return name if connection.vendor == "sqlite" and os.path.isabs(name) else None


def _make_private() -> None:
    path = _path()
    if path is not None:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        os.chmod(path, 0o600)


def _look_at_file(path: str) -> None:
    # Not by Django's connection: that one waits 20 s, and keeps "succeeding" on a file that was deleted under it.
    address = f"file:{path.replace('%', '%25').replace('?', '%3f').replace('#', '%23')}?mode=rw"
    with closing(sqlite3.connect(address, uri=True, timeout=PATIENCE_SECONDS)) as file:
        told = file.execute("PRAGMA quick_check(1)").fetchone()
        if told != ("ok",):
            raise sqlite3.DatabaseError(str(told and told[0]))
        file.execute("SELECT 1 FROM store_meeting LIMIT 1").fetchall()


def _look_with_django() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM store_meeting LIMIT 1")


def _sentence(reason: str) -> str:
    where = _path() or "The database"
    return f"{where} cannot be used ({reason}). Stopping a meeting works all the same; everything else waits for it."
