"""The bookkeeper: a stop on a real server arrives in the store, and nothing of a person or a secret in the engine's file or a log."""

import base64
import binascii
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
import pytest
from django.db import connections
from pytest_django import DjangoDbBlocker

from pullcord import engine
from pullcord.config import Config, read_config
from pullcord.jobs import meetings
from pullcord.jobs.desk import Desk, open_desk
from pullcord.store import ground as store_ground
from pullcord.web import settings
from pullcord.words import Meeting
from tests.contract.ground_practice import PracticeGround, ground
from tests.desk import FILE, SECRET, SERVER, an_owner
from tests.postgres_server import PASSWORD, Postgres
from tests.serving import for_the_server, free_port, give_away, serving


class Prepared(NamedTuple):
    config: Config
    platform: PracticeGround
    there: Meeting
    invitation: str
    link: str
    secrets: tuple[str, ...]


@pytest.fixture(params=[FILE, SERVER])
def database(request: pytest.FixtureRequest) -> str:
    """Empty, as the setting is for a file; or the address of a new database on a server."""
    return "" if request.param == "file" else str(request.getfixturevalue("postgres").new_database())


@pytest.fixture
def prepared(tmp_path: Path, database: str, django_db_blocker: DjangoDbBlocker) -> Iterator[Prepared]:
    """A data folder with one owner, one practice meeting on a server of its own, and Anna's link to end it."""
    data = for_the_server(tmp_path)
    told = {"PULLCORD_LISTEN": f"127.0.0.1:{free_port()}", "DATABASE_URL": database}
    config = read_config(str(data), environment=told)
    with ground() as platform, django_db_blocker.unblock():
        settings.configure(config, SECRET)
        desk = open_desk(config, new=True)
        store_ground.prepare()
        owner = an_owner("ottilie", "Ottilie Owner")
        there, invitations = platform.open_meeting(invitations=1)
        row = meetings.add(desk, owner, name="Thursday choir", platform="practice", at=there.at, secrets=there.secrets)
        link = meetings.give_cord(desk, owner, row.id, who="Anna Watcher").link
        desk.means.journal.close()
        connections.close_all()
        give_away(data)
        token = link.rpartition("/")[2]
        yield Prepared(config, platform, there, invitations[0], token, (*there.secrets.values(), token, invitations[0]))


def rows(place: str | Path, query: str) -> list[tuple[Any, ...]]:
    """From a file, or from a server."""
    if isinstance(place, str):
        with psycopg.connect(place) as server:
            return server.execute(query.encode()).fetchall()
    with closing(sqlite3.connect(place)) as file:
        return file.execute(query).fetchall()


def wait_until_taken_in(config: Config) -> list[str]:
    """The kinds of the timeline's entries, once the engine has asked the platform again."""
    until = time.monotonic() + 20
    place = config.database or Path(config.path("product.sqlite3"))
    while True:
        kinds = [kind for (kind,) in rows(place, "SELECT kind FROM store_entry ORDER BY number")]
        if {"over", "seen over"} <= set(kinds):
            return kinds
        assert time.monotonic() < until, kinds


def every_value(config: Config) -> Iterator[str]:
    """Every value of every column of the engine's tables, as it stands and base64-decoded where it can be."""
    place, query = engine_of(config)
    tables = [name for (name,) in rows(place, query)]
    assert tables
    for table in tables:
        for row in rows(place, f"SELECT * FROM {table}"):
            for value in row:
                text = value.decode("latin-1") if isinstance(value, bytes) else str(value)
                yield text
                try:
                    yield base64.b64decode(text, validate=True).decode("latin-1")
                except (binascii.Error, ValueError):
                    continue


def engine_of(config: Config) -> tuple[str | Path, str]:
    """Where the engine keeps its own book, and what to ask there for the names of its tables."""
    if config.database:
        return config.database, "SELECT 'engine.' || tablename FROM pg_tables WHERE schemaname = 'engine'"
    return Path(config.path("engine.sqlite3")), "SELECT name FROM sqlite_master WHERE type = 'table'"


@pytest.mark.servers
def test_a_stop_arrives_in_the_store_and_no_person_or_secret_in_the_engine_or_a_log(prepared: Prepared) -> None:
    data = Path(prepared.config.data)
    with serving(data, port=prepared.config.listen[1], DATABASE_URL=prepared.config.database) as server:
        guest = prepared.platform.join(prepared.there, prepared.invitation, name="Ruth Seidel")
        assert server.ask("POST", f"/c/{prepared.link}/stop")[0] == 303
        assert guest.is_out(within_seconds=1)
        kinds = wait_until_taken_in(prepared.config)
        lines = command_lines()
    assert kinds[0] == "pressed"
    assert {"sent", "held", "over", "counted"} <= set(kinds)
    assert "seen running" not in kinds
    said = [*every_value(prepared.config)]
    assert any("take in" in value for value in said), "the engine did run"
    people = ("Ruth", "Seidel", "Ottilie", "Anna Watcher", "Thursday choir", "ottilie")
    for secret in (*people, *prepared.secrets):
        assert not any(secret in value for value in said), secret
        assert not any(secret in line for line in server.said), "the server's terminal"
        assert not any(secret.encode() in line for line in lines), "anybody's list of running commands"


@pytest.mark.servers
@pytest.mark.parametrize("database", [SERVER], indirect=True)
def test_a_stop_without_its_database_is_taken_in_once_the_database_is_back(
    prepared: Prepared, postgres: Postgres
) -> None:
    data = Path(prepared.config.data)
    with serving(data, port=prepared.config.listen[1], DATABASE_URL=prepared.config.database) as server:
        guest = prepared.platform.join(prepared.there, prepared.invitation, name="Ruth Seidel")
        postgres.kill()
        try:
            assert server.ask("POST", f"/c/{prepared.link}/stop")[0] == 303
            assert guest.is_out(within_seconds=1)
        finally:
            postgres.start()
        kinds = wait_until_taken_in(prepared.config)
    assert kinds.count("pressed") == kinds.count("sent") == 1
    for word in (PASSWORD, "Ruth", "Anna Watcher", prepared.link):
        assert not any(word in line for line in server.said), server.said


def command_lines() -> list[bytes]:
    """What every user of this machine can read of every program."""
    found = [read(path) for path in Path("/proc").glob("[0-9]*/cmdline")]
    assert any(b"pullcord" in line for line in found)
    return found


def read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:  # it has ended meanwhile
        return b""


def test_what_the_engine_finished_a_month_ago_is_deleted(desk: Desk, store: Path | str, tmp_path: Path) -> None:
    place = store if isinstance(store, str) else tmp_path / "engine.sqlite3"
    engine.launch(str(place))
    try:
        engine.take_in("nobodys")
        until = time.monotonic() + 10
        while not (kept := finished(place)):
            assert time.monotonic() < until
        assert engine.sweep(now=time.time() + 29 * 86_400) == 0
        assert engine.sweep(now=time.time() + 31 * 86_400) == kept == 1
        assert finished(place) == 0
    finally:
        engine.shut()


def finished(place: Path | str) -> int:
    table = "engine.workflow_status" if isinstance(place, str) else "workflow_status"
    ((count,),) = rows(place, f"SELECT count(*) FROM {table} WHERE status = 'SUCCESS'")
    return int(count)
