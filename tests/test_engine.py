"""The bookkeeper: a stop on a real server arrives in the store, and nothing of a person or a secret in the engine's file or a log."""

import base64
import binascii
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest
from django.db import connections
from pytest_django import DjangoDbBlocker

from pullcord import engine
from pullcord.config import Config, read_config
from pullcord.jobs import meetings
from pullcord.jobs.desk import Desk, open_desk
from pullcord.store import ground as store_ground
from pullcord.store import users
from pullcord.web import settings
from pullcord.words import Meeting
from tests.contract.ground_practice import PracticeGround, ground
from tests.desk import SECRET
from tests.serving import for_the_server, free_port, give_away, serving


class Prepared(NamedTuple):
    config: Config
    platform: PracticeGround
    there: Meeting
    invitation: str
    link: str
    secrets: tuple[str, ...]


@pytest.fixture
def prepared(tmp_path: Path, django_db_blocker: DjangoDbBlocker) -> Iterator[Prepared]:
    """A data folder with one owner, one practice meeting on a server of its own, and Anna's link to end it."""
    data = for_the_server(tmp_path)
    config = read_config(str(data), environment={"PULLCORD_LISTEN": f"127.0.0.1:{free_port()}"})
    with ground() as platform, django_db_blocker.unblock():
        settings.configure(config, SECRET)
        desk = open_desk(config, new=True)
        store_ground.prepare()
        owner = users.add("ottilie", "a long password", name="Ottilie Owner")
        there, invitations = platform.open_meeting(invitations=1)
        row = meetings.add(desk, owner, name="Thursday choir", platform="practice", at=there.at, secrets=there.secrets)
        link = meetings.give_cord(desk, owner, row.id, who="Anna Watcher").link
        desk.means.journal.close()
        connections.close_all()
        give_away(data)
        token = link.rpartition("/")[2]
        yield Prepared(config, platform, there, invitations[0], token, (*there.secrets.values(), token, invitations[0]))


def wait_until_taken_in(data: Path) -> list[str]:
    """The kinds of the timeline's entries, once the engine has asked the platform again."""
    until = time.monotonic() + 20
    while True:
        with closing(sqlite3.connect(data / "product.sqlite3")) as store:
            kinds = [kind for (kind,) in store.execute("SELECT kind FROM store_entry ORDER BY number")]
        if {"over", "seen over"} <= set(kinds):
            return kinds
        assert time.monotonic() < until, kinds


def every_value(file: Path) -> Iterator[str]:
    """Every value of every column of every table, as it stands and base64-decoded where it can be."""
    with closing(sqlite3.connect(file)) as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        assert tables
        for table in tables:
            for row in database.execute(f'SELECT * FROM "{table}"'):
                for value in row:
                    text = value.decode("latin-1") if isinstance(value, bytes) else str(value)
                    yield text
                    try:
                        yield base64.b64decode(text, validate=True).decode("latin-1")
                    except (binascii.Error, ValueError):
                        continue


def test_a_stop_arrives_in_the_store_and_no_person_or_secret_in_the_engine_or_a_log(prepared: Prepared) -> None:
    data = Path(prepared.config.data)
    with serving(data, port=prepared.config.listen[1]) as server:
        guest = prepared.platform.join(prepared.there, prepared.invitation, name="Ruth Seidel")
        assert server.ask("POST", f"/c/{prepared.link}/stop")[0] == 303
        assert guest.is_out(within_seconds=1)
        kinds = wait_until_taken_in(data)
        lines = command_lines()
    assert kinds[0] == "pressed"
    assert {"sent", "held", "over", "counted"} <= set(kinds)
    assert "seen running" not in kinds
    said = [*every_value(data / "engine.sqlite3")]
    assert any("take in" in value for value in said), "the engine did run"
    people = ("Ruth", "Seidel", "Ottilie", "Anna Watcher", "Thursday choir", "ottilie")
    for secret in (*people, *prepared.secrets):
        assert not any(secret in value for value in said), secret
        assert not any(secret in line for line in server.said), "the server's terminal"
        assert not any(secret.encode() in line for line in lines), "anybody's list of running commands"


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


def test_what_the_engine_finished_a_month_ago_is_deleted(desk: Desk, store: Path, tmp_path: Path) -> None:
    engine.launch(str(tmp_path / "engine.sqlite3"))
    try:
        engine.take_in("nobodys")
        until = time.monotonic() + 10
        while not (kept := finished(tmp_path / "engine.sqlite3")):
            assert time.monotonic() < until
        assert engine.sweep(now=time.time() + 29 * 86_400) == 0
        assert engine.sweep(now=time.time() + 31 * 86_400) == kept == 1
        assert finished(tmp_path / "engine.sqlite3") == 0
    finally:
        engine.shut()


def finished(file: Path) -> int:
    with closing(sqlite3.connect(file)) as database:
        count: int = database.execute("SELECT count(*) FROM workflow_status WHERE status = 'SUCCESS'").fetchone()[0]
    return count
