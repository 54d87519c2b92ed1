"""The database as a PostgreSQL server: whose it is, whether it answers, and what it must not remember."""

import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DatabaseError, connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from pullcord.store import StoreBroken

MAKING_SECONDS = 600.0
"""What changing the tables of a big database may take, or emptying them of what was erased."""
FORGETFUL = (("store_presence", ("handle", "name", "invite", "email")), ("store_inboxevent", ("body",)))
"""Tables that hold people. PostgreSQL would keep their most common values in its statistics, erased or not."""

_holding: list[BaseDatabaseWrapper] = []


def is_used() -> bool:
    return connection.vendor == "postgresql"


def make_ours_alone() -> None:
    """One server of ours on one database: a second one would not hear of a link that was revoked at the first.

    Held over a connection of its own for as long as this process lives, and taken again where it was lost. Raises
    StoreBroken, DatabaseError.
    """
    try:
        if _holding and _holding[0].settings_dict == connection.settings_dict:
            _ask(_holding[0], "SELECT 1")
            return
    except DatabaseError:
        pass  # the server was restarted, say
    give_up()
    ours = connection.copy()
    try:
        if _ask(ours, f"SELECT pg_try_advisory_lock({_key('one server')})") is not True:
            raise StoreBroken("Another Pullcord server uses this database. Only one can.")
    except (DatabaseError, StoreBroken):
        ours.close()
        raise
    _holding.append(ours)


def give_up() -> None:
    while _holding:
        _holding.pop().close()


@contextmanager
def being_made() -> Iterator[None]:
    """For as long as this holds nobody else changes the tables, and a statement may take its time."""
    connection.close()
    try:
        with _in_no_hurry():
            if _ask(connection, "SHOW server_encoding") != "UTF8":
                raise StoreBroken(
                    "The database must be made with the encoding UTF8: not every name fits into this one."
                )
            _ask(connection, f"SELECT pg_advisory_lock({_key('migrate')})")
            yield
            _keep_no_statistics()
    finally:
        connection.close()  # with it goes the lock


@contextmanager
def standing_still() -> Iterator[None]:
    """All that is read meanwhile is as it stood with the first question, whoever writes; we write nothing."""
    connection.close()
    try:
        with _in_no_hurry(), transaction.atomic():
            _ask(connection, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
    finally:
        connection.close()


def look() -> None:
    """Whether a page could be made now: over a connection of its own, as a page has one. Raises DatabaseError."""
    connection.close()
    try:
        _ask(connection, "SELECT 1 FROM store_meeting LIMIT 1")
    finally:
        connection.close()


def forget_for_good() -> None:
    """Write the people's table anew: in the old one, what was erased can still be read until its place is used again."""
    with _in_no_hurry():
        _ask(connection, "VACUUM (FULL) store_presence")


def alone(what: str) -> None:
    """Whoever else is at this waits until our transaction has ended."""
    _ask(connection, f"SELECT pg_advisory_xact_lock({_key(what)})")


def why(error: BaseException) -> str:
    """In a few words that can stand on a page: the server's own may name its machine and its users."""
    code, text = _code(error), str(error)
    if code == "42501":
        return "its user may not make tables there"
    if code in ("42P01", "42703"):
        return "its tables are not there"
    if "password authentication failed" in text or "no pg_hba.conf entry" in text or 'role "' in text:
        return "it does not let us in"
    if "too many" in text or "remaining connection slots" in text:
        return "it has no connection left for us"
    if "does not exist" in text and not code:
        return "there is none of that name"
    return f"PostgreSQL says {code}" if code and not code.startswith(("08", "57")) else "it does not answer"


def _code(error: BaseException | None) -> str:
    """The server's own, wherever in the row of causes it stands; empty = it did not come to speak."""
    return "" if error is None else getattr(error, "sqlstate", None) or _code(error.__cause__ or error.__context__)


def _keep_no_statistics() -> None:
    with transaction.atomic():
        for table, columns in FORGETFUL:
            for column in columns:
                _ask(connection, f"ALTER TABLE {table} ALTER COLUMN {column} SET STATISTICS 0")


@contextmanager
def _in_no_hurry() -> Iterator[None]:
    connection.ensure_connection()
    ours = connection.connection
    before, ours.patience_seconds = ours.patience_seconds, MAKING_SECONDS
    _ask(connection, "SET statement_timeout = 0")
    try:
        yield
    finally:
        ours.patience_seconds = before
        if not ours.closed:
            _ask(connection, "RESET statement_timeout")


def _ask(there: BaseDatabaseWrapper, words: str) -> object:
    with there.cursor() as cursor:
        cursor.execute(words)
        row = cursor.fetchone() if cursor.description else None
        return row and row[0]


def _key(what: str) -> int:
    """The name of a lock, as the number that PostgreSQL wants. Two that fall together cost a wait and nothing else."""
    return zlib.crc32(f"pullcord {what}".encode())
