"""The database itself: made ready, looked after, and found unusable before somebody else finds it so."""

import sqlite3

from django.core.management import call_command
from django.db import DatabaseError, close_old_connections, connection

from pullcord.store import StoreBroken, file, server

TROUBLES = (DatabaseError, sqlite3.Error, OSError)


def prepare() -> None:
    """Make the tables where there are none, and bring them to the newest shape. Raises StoreBroken."""
    path = file.path()
    try:
        if path is None:
            _prepare_server()
        else:
            file.make_private(path)
            call_command("migrate", interactive=False, verbosity=0)
            file.remember(path)
    except TROUBLES as error:
        raise broken(error) from error
    is_usable()


def make_ours_alone() -> None:
    """Nobody else may serve from this database while we do. Of a file, the lock on its folder says so. Raises StoreBroken."""
    try:
        if server.is_used():
            server.make_ours_alone()
    except DatabaseError as error:
        raise broken(error) from error


def give_up() -> None:
    """Let others serve from it."""
    server.give_up()


def is_usable() -> bool:
    """True, or StoreBroken with the reason. A quick look: a fifth of a second at most where another holds the file."""
    path = file.path()
    try:
        if path is None:
            server.look()
        else:
            file.look(path)
    except TROUBLES as error:
        raise broken(error) from error
    return True


def forget_for_good() -> None:
    """After an erasure: what was erased must not stay readable in what the database has put aside. Not within a transaction."""
    if connection.in_atomic_block:
        return
    if server.is_used():
        server.forget_for_good()
    else:
        file.forget_for_good()


def alone(what: str) -> None:
    """Within a transaction: nobody else is at this until it has ended. In a file, every transaction that writes is alone."""
    if server.is_used():
        server.alone(what)


def close() -> None:
    """Let go of this thread's connection where it is old or broken: around every piece of work outside a request."""
    close_old_connections()


def rest() -> None:
    """Nothing is asked for a while. A server may be gone by then; a file's last connection would have to tidy it, and stays."""
    if server.is_used():
        close_old_connections()


def broken(error: Exception) -> StoreBroken:
    """What to say of it, to the operator and on every page."""
    if file.path() is None:
        return StoreBroken(_sentence("The database", server.why(error)))
    return StoreBroken(_sentence(file.path() or "The database", str(error)))


def _prepare_server() -> None:
    if server.is_used():
        with server.being_made():
            call_command("migrate", interactive=False, verbosity=0)
    else:  # in memory
        call_command("migrate", interactive=False, verbosity=0)


def _sentence(where: str, reason: str) -> str:
    return f"{where} cannot be used ({reason}). Stopping a meeting works all the same; everything else waits for it."
