"""The inbox's two ways to its table: the product's SQLite file, and a PostgreSQL server. One shape."""

import json
import os
import sqlite3
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, Protocol

if TYPE_CHECKING:
    import psycopg

    from pullcord.safe.postgres import Patient

PATIENCE_SECONDS: Final = 1.0
"""How long a transaction waits for another's lock."""

Values = Sequence[Any]

# A report that came before is on disk already, and stays as it was. Each is one statement whatever the number of rows,
# and its own transaction: a thread that comes back from the database once per row waits once per row for its turn.
FILE_WRITE: Final = """
    INSERT INTO store_inboxevent (platform, source, nonce, signed_at, received_at, body)
    SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5 FROM json_each(?) WHERE true
    ON CONFLICT DO NOTHING
"""
FILE_FOLD: Final = "UPDATE store_inboxevent SET folded_at = ? WHERE id IN (SELECT value FROM json_each(?))"
FILE_SWEEP: Final = "DELETE FROM store_inboxevent WHERE folded_at < ?"
SERVER_WRITE: Final = """
    INSERT INTO store_inboxevent (platform, source, nonce, signed_at, received_at, body)
    SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::float8[], %s::float8[], %s::text[])
    ON CONFLICT DO NOTHING
"""
SERVER_FOLD: Final = "UPDATE store_inboxevent SET folded_at = %s WHERE id = ANY(%s)"
SERVER_SWEEP: Final = "DELETE FROM store_inboxevent WHERE folded_at < %s"


class Broken(Exception):
    """The store did not take it, or could not be read. The text holds nobody's words."""


class Line(Protocol):
    """Used by one thread at a time; opened when it is first needed, and again after it broke. Each raises Broken."""

    def write(self, rows: Sequence[Values]) -> None:
        """All of them or none, on disk when this returns."""

    def fold(self, ids: Sequence[int], at: float) -> None: ...

    def sweep(self, before: float) -> None: ...

    def read(self, sql: str, values: Values) -> list[Any]: ...

    def close(self) -> None: ...


def line_to(place: str) -> Line:
    return ServerLine(place) if place.startswith(("postgresql://", "postgres://")) else FileLine(place)


class FileLine:
    def __init__(self, path: str) -> None:
        self._path = path
        self._file: sqlite3.Connection | None = None
        self._opened: tuple[int, int] | None = None

    def write(self, rows: Sequence[Values]) -> None:
        self._do(FILE_WRITE, json.dumps([*rows]))

    def fold(self, ids: Sequence[int], at: float) -> None:
        self._do(FILE_FOLD, at, json.dumps([*ids]))

    def sweep(self, before: float) -> None:
        self._do(FILE_SWEEP, before)

    def _do(self, sql: str, *values: Any) -> None:
        self.read(sql, values)
        try:
            # A file deleted or replaced while it is open keeps "succeeding", and what it took is gone with us.
            is_there = _number(self._path) == self._opened
        except OSError:
            is_there = False
        if not is_there:
            self.close()
            raise Broken("the database file was taken away")

    def read(self, sql: str, values: Values) -> list[Any]:
        try:
            return self._open().execute(sql, values).fetchall()
        except (sqlite3.Error, OSError) as error:
            self.close()
            raise Broken(type(error).__name__) from None

    def close(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            file.close()

    def _open(self) -> sqlite3.Connection:
        """The file under its name. Never makes one: that is the store's to do."""
        if self._file is not None and _number(self._path) == self._opened:
            return self._file
        self.close()
        self._opened = _number(self._path)
        address = f"file:{self._path.replace('%', '%25').replace('?', '%3f').replace('#', '%23')}?mode=rw"
        self._file = sqlite3.connect(
            address, uri=True, timeout=PATIENCE_SECONDS, isolation_level=None, check_same_thread=False
        )
        self._file.execute("PRAGMA synchronous=FULL")
        self._file.execute("PRAGMA secure_delete=ON")
        return self._file


def _number(path: str) -> tuple[int, int]:
    """Which file stands under this name. Raises OSError."""
    found = os.stat(path)
    return found.st_dev, found.st_ino


class ServerLine:
    def __init__(self, address: str) -> None:
        self._address = address
        self._server: Patient | None = None

    def write(self, rows: Sequence[Values]) -> None:
        self._do(SERVER_WRITE, [[*column] for column in zip(*rows, strict=True)])

    def fold(self, ids: Sequence[int], at: float) -> None:
        self._do(SERVER_FOLD, (at, [*ids]))

    def sweep(self, before: float) -> None:
        self._do(SERVER_SWEEP, (before,))

    def read(self, sql: str, values: Values) -> list[Any]:
        return self._do(sql.replace("?", "%s"), values).fetchall()

    def _do(self, sql: str, values: Values) -> "psycopg.Cursor[Any]":
        import psycopg  # only where there is such a server

        try:
            return self._open().execute(sql, values)
        except psycopg.Error as error:
            self.close()
            raise Broken(type(error).__name__) from None

    def close(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            server.close()

    def _open(self) -> "Patient":
        from pullcord.safe.postgres import connect

        if self._server is None or self._server.closed:
            milliseconds = str(int(PATIENCE_SECONDS * 1000))
            limits = {"statement_timeout": milliseconds, "lock_timeout": milliseconds}
            self._server = connect(self._address, patience_seconds=2 * PATIENCE_SECONDS, **limits)
        return self._server
