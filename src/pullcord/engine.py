"""Durable running of the slow jobs: the bookkeeper of a stop, never its hand. The only file that imports dbos.

Only opaque ids go in, as portable JSON. The engine's own reader for pickled rows is replaced by one that refuses: whoever
can write to its file, or hands us a backup, must not thereby run code here.
"""

import logging
import os
import sqlite3
import sys
import time
from typing import Any, Final

import dbos._serialization
import psycopg
import sqlalchemy
from dbos import DBOS, DBOSConfig
from dbos._serialization import DBOSPortableJSONSerializer, Serializer
from django.db import close_old_connections
from psycopg import sql

from pullcord.jobs import desk, record
from pullcord.safe.postgres import Patient, connect

VERSION: Final = "1"
"""A constant: the engine's own default is a hash of the source, and an upgrade would strand what sleeps."""
EXECUTOR: Final = "one"
"""Stable, so that the next process goes on where this one died. On a server, a lock of the store's keeps it from being shared."""
SCHEMA: Final = "engine"
"""Where the engine's tables are in the operator's database: beside the product's, and not among them."""
CONNECTIONS: Final = 4
ANSWER_WITHIN_SECONDS: Final = 30.0
KEEP_FINISHED_DAYS = 30
SQLITE_FOR_NEW_PYTHON = (3, 42)

CANNOT_BE_USED = "The engine's database cannot be used."
NOT_OURS = "The engine's database holds a row that is not ours. The engine was not started."

log = logging.getLogger("pullcord.engine")


class EngineBroken(Exception):
    """The engine cannot run. The sentence says why."""


class _Refusing(Serializer):
    """Stands where the engine keeps its reader of pickled rows."""

    def serialize(self, data: Any) -> str:
        raise EngineBroken("The engine was about to store something that is not plain JSON.")

    def deserialize(self, serialized_data: str) -> Any:
        raise EngineBroken("The engine's database holds a row that is not ours. It was not read.")

    def name(self) -> str:
        return "py_pickle"


dbos._serialization.DBOSDefaultSerializer = _Refusing()


def launch(place: str) -> None:
    """Start the engine on this file, or on the PostgreSQL server at this address. Raises EngineBroken.

    What was at work when the last process died goes on.
    """
    _refuse_remote_control()
    config = DBOSConfig(
        name="pullcord",
        serializer=DBOSPortableJSONSerializer(),
        application_version=VERSION,
        executor_id=EXECUTOR,
        enable_otlp=False,
        log_level="ERROR",
        use_listen_notify=False,
        dbos_system_schema=SCHEMA,
    )
    DBOS(config=config | (_on_server(place) if place.startswith("postgres") else _in_file(place)))
    try:
        DBOS.launch()
    except Exception as error:
        log.error("the engine did not start: %s", type(error).__name__)
        DBOS.destroy()  # so that it can be tried again
        _let_go()
        raise EngineBroken(CANNOT_BE_USED) from None


def shut() -> None:
    DBOS.destroy(workflow_completion_timeout_sec=2)
    _let_go()


def take_in(incident_id: str) -> None:
    """Have the journal's lines of this incident brought into the store, durably."""
    DBOS.start_workflow(_take_in, incident_id)


def sweep(*, now: float | None = None) -> int:
    """Delete what finished a month ago; how many."""
    before = (time.time() if now is None else now) - KEEP_FINISHED_DAYS * 86400
    until = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(before))
    old = DBOS.list_workflows(status=["SUCCESS", "ERROR", "CANCELLED"], end_time=until, limit=500)
    DBOS.delete_workflows([status.workflow_id for status in old])
    return len(old)


@DBOS.workflow(name="take in")
def _take_in(incident_id: str) -> str:
    taken = _record(incident_id)
    return _ask_again(incident_id) if taken == "taken" and _says_over(incident_id) else taken


@DBOS.step(name="says over")
def _says_over(incident_id: str) -> bool:
    """Before that the platform is being asked by the stop itself, many times a second."""
    incident = desk.current().means.book.find(incident_id)
    return incident is not None and incident.is_over


@DBOS.step(name="record")
def _record(incident_id: str) -> str:
    return _done(record.take_in, incident_id, "taken")


@DBOS.step(name="ask again")
def _ask_again(incident_id: str) -> str:
    return _done(record.verify_later, incident_id, "asked")


def _done(job: Any, incident_id: str, word: str) -> str:
    """Run a job; what it raises is logged by its kind alone. The engine would keep an error's text, and that may hold people."""
    desk.current().means.turns.let_others_send()
    close_old_connections()
    try:
        job(desk.current(), incident_id)
    except Exception as error:
        log.error("%s of incident %s failed: %s", job.__name__, incident_id, type(error).__name__)
        return "failed"
    finally:
        close_old_connections()
    return word


def _refuse_old_sqlite() -> None:
    if sys.version_info >= (3, 12) and sqlite3.sqlite_version_info < SQLITE_FOR_NEW_PYTHON:
        found = sqlite3.sqlite_version
        raise EngineBroken(
            f"On Python 3.12 and later the engine needs SQLite 3.42; this machine has {found}. Use Python 3.11."
        )


def _refuse_remote_control() -> None:
    found = sorted(name for name in os.environ if name.startswith("DBOS_"))
    if found:
        raise EngineBroken(
            f"The environment sets {', '.join(found)}: remote control and export of the engine are not allowed."
        )


def _in_file(path: str) -> DBOSConfig:
    _refuse_old_sqlite()
    refuse_foreign_rows_in_file(path)
    return DBOSConfig(system_database_url=f"sqlite:///{path}")


def _on_server(address: str) -> DBOSConfig:
    """Over connections that we open: the engine's own way would look into a database that is not ours, and wait for ever."""
    _refuse_foreign_rows_on_server(address)
    _pools.append(
        sqlalchemy.create_engine(
            "postgresql+psycopg://",
            creator=lambda: _connect(address),
            pool_size=CONNECTIONS,
            max_overflow=CONNECTIONS,
            pool_pre_ping=True,
        )
    )
    return DBOSConfig(system_database_engine=_pools[0])


def _connect(address: str) -> Patient:
    connection = connect(address, patience_seconds=ANSWER_WITHIN_SECONDS, statement_timeout="0")
    connection.autocommit = False
    return connection


def _let_go() -> None:
    """Of the connections: the engine leaves those open that it did not open."""
    while _pools:
        _pools.pop().dispose()


_pools: list[sqlalchemy.Engine] = []


def _refuse_foreign_rows_on_server(address: str) -> None:
    """As in a file, below."""
    labelled = (
        "SELECT table_name FROM information_schema.columns WHERE table_schema = %s AND column_name = 'serialization'"
    )
    count = sql.SQL("SELECT EXISTS (SELECT FROM {} WHERE serialization <> 'portable_json')")
    try:
        with connect(address) as connection:
            for (table,) in connection.execute(labelled, (SCHEMA,)).fetchall():
                (found,) = connection.execute(count.format(sql.Identifier(SCHEMA, table))).fetchall()
                if found[0]:
                    raise EngineBroken(NOT_OURS)
    except psycopg.Error:
        raise EngineBroken(CANNOT_BE_USED) from None


def refuse_foreign_rows_in_file(path: str) -> None:
    """Look before the engine does: a row labelled as anything but portable JSON was not written by us."""
    try:
        with sqlite3.connect(path, timeout=2) as connection:
            connection.execute("PRAGMA journal_mode=WAL")  # the engine does not set it by itself
            for table in _tables_with_labels(connection):
                query = f'SELECT count(*) FROM "{table}" WHERE serialization IS NOT NULL AND serialization <> ?'  # noqa: S608  # the names come from the file's own schema, quoted
                if connection.execute(query, ("portable_json",)).fetchone()[0]:
                    raise EngineBroken(NOT_OURS)
        connection.close()
    except sqlite3.Error:
        raise EngineBroken(CANNOT_BE_USED) from None


def _tables_with_labels(connection: sqlite3.Connection) -> list[str]:
    names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    return [
        name
        for name in names
        if '"' not in name
        and any(column[1] == "serialization" for column in connection.execute(f'PRAGMA table_info("{name}")'))
    ]
