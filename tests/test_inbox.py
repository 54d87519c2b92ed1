"""The inbox: what it said is on disk is on disk, once; and where the store does not take it, nobody waits for long."""

import asyncio
import os
import shutil
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from psycopg import sql
from pytest_django import DjangoDbBlocker

from pullcord.safe import inbox as inboxes
from pullcord.safe.inbox import Broken, Inbox, Row
from pullcord.safe.inbox_lines import FileLine, ServerLine
from pullcord.store import ground
from pullcord.web import settings
from tests.conftest import Need
from tests.desk import IN_FILE, SECRET, config_of
from tests.inboxes import NOW, row
from tests.postgres_server import Postgres, running


def write(inbox: Inbox, *rows: Row) -> list[bool]:
    """All at once, as requests come."""

    async def at_once() -> list[bool]:
        return await asyncio.gather(*(inbox.write(one) for one in rows))

    return asyncio.run(at_once())


def bodies(inbox: Inbox) -> list[str]:
    return [taken.body for taken in inbox.unfolded(most=10_000)]


def all_of(inbox: Inbox) -> list[str]:
    return [taken.body for taken in inbox.since(0.0, after=0, most=10_000)]


def test_what_was_taken_is_there_in_its_order_also_for_whoever_opens_it_next(place: str, inbox: Inbox):
    assert write(inbox, *(row(f"n{n}", body=f"[{n}]") for n in range(40))) == [True] * 40
    with closing(Inbox(place)) as again:
        assert bodies(again) == [f"[{n}]" for n in range(40)]
    assert inbox.came.is_set()


def test_many_that_come_at_once_are_written_in_few_transactions(inbox: Inbox):
    commits: list[int] = []
    writing = inbox._writing.write

    def counted(rows: Any) -> None:
        commits.append(len(rows))
        writing(rows)

    inbox._writing.write = counted  # type: ignore[method-assign]
    assert all(write(inbox, *(row(f"n{n}") for n in range(1_200))))
    assert sum(commits) == 1_200
    assert len(commits) < 20
    assert max(commits) <= inboxes.MOST_AT_ONCE


def test_a_report_that_comes_again_is_taken_and_written_once(place: str, inbox: Inbox):
    assert write(inbox, row("n", body="[1]"), row("n", body="[2]")) == [True, True]
    with closing(Inbox(place)) as after_a_restart:
        assert write(after_a_restart, row("n", body="[3]")) == [True]
        assert bodies(after_a_restart) == ["[1]"]


def test_the_same_nonce_from_another_place_is_another_report(inbox: Inbox):
    write(inbox, row("n", source="here"), row("n", source="there"))
    assert len(bodies(inbox)) == 2


def test_reports_without_a_nonce_are_all_written(inbox: Inbox):
    write(inbox, row(None), row(None))
    assert len(bodies(inbox)) == 2


def test_what_was_folded_is_not_handed_out_again_and_can_be_remembered(inbox: Inbox):
    write(inbox, *(row(f"n{n}", body=f"[{n}]", received_at=NOW + n) for n in range(4)))
    first, second, *_ = inbox.unfolded(most=2)
    inbox.fold([first.id, second.id], at=NOW)
    assert bodies(inbox) == ["[2]", "[3]"]
    assert [taken.body for taken in inbox.since(NOW + 1, after=0, most=2)] == ["[1]", "[2]"]
    assert [taken.body for taken in inbox.since(NOW + 1, after=second.id, most=9)] == ["[2]", "[3]"]


def test_what_was_folded_long_ago_is_deleted_and_nothing_else(inbox: Inbox):
    write(inbox, *(row(f"n{n}", body=f"[{n}]") for n in range(3)))
    old, new, _unfolded = inbox.unfolded(most=3)
    inbox.fold([old.id], at=NOW - 100)
    inbox.fold([new.id], at=NOW)
    inbox.sweep(folded_before=NOW - 50)
    assert all_of(inbox) == ["[1]", "[2]"]


def test_more_than_can_wait_is_refused_at_once(inbox: Inbox, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(inboxes, "MOST_WAITING", 3)
    answers = write(inbox, *(row(f"n{n}") for n in range(50)))
    assert answers.count(True) == len(bodies(inbox))
    assert False in answers


def test_after_it_is_closed_nothing_is_taken(inbox: Inbox):
    inbox.close()
    assert write(inbox, row("n")) == [False]


# The file.


def refused_in_time(inbox: Inbox, *rows: Row) -> None:
    began = time.monotonic()
    assert write(inbox, *rows) == [False] * len(rows)
    assert time.monotonic() - began < inboxes.ANSWER_WITHIN_SECONDS + 1


@pytest.fixture
def file(store: Path) -> Iterator[Inbox]:
    inbox = Inbox(str(store))
    yield inbox
    inbox.close()


def test_a_file_that_is_not_there_is_not_made(tmp_path: Path):
    with closing(Inbox(str(tmp_path / "product.sqlite3"))) as inbox:
        refused_in_time(inbox, row("n"))
        with pytest.raises(Broken):
            inbox.unfolded(most=1)
    assert list(tmp_path.iterdir()) == []


@IN_FILE
def test_a_file_without_the_table_takes_nothing_until_it_has_it(tmp_path: Path, store: Path):
    path = tmp_path / "another.sqlite3"
    sqlite3.connect(path).close()
    with closing(Inbox(str(path))) as inbox:
        refused_in_time(inbox, row("n"))
        shutil.copyfile(store, path)
        assert write(inbox, row("n")) == [True]


@IN_FILE
def test_a_file_that_was_deleted_while_open_takes_nothing(store: Path, file: Inbox):
    assert write(file, row("n1")) == [True]
    store.unlink()
    refused_in_time(file, row("n2"))
    with pytest.raises(Broken):
        file.unfolded(most=1)


@IN_FILE
def test_a_file_that_is_deleted_while_it_takes_them_has_taken_nothing(store: Path):
    class Losing(FileLine):
        def read(self, sql: str, values: Any) -> list[Any]:
            found = super().read(sql, values)
            store.unlink()
            return found

    with closing(Losing(str(store))) as line, pytest.raises(Broken, match="taken away"):
        line.write([row("n1")])


@IN_FILE
def test_what_was_put_in_the_file_s_place_is_written_to_instead(store: Path, file: Inbox, tmp_path: Path):
    beside = tmp_path / "beside.sqlite3"
    shutil.copyfile(store, beside)
    assert write(file, row("n1", body="[1]")) == [True]
    file.unfolded(most=1)
    os.replace(beside, store)
    for name in ("-wal", "-shm"):
        Path(f"{store}{name}").unlink(missing_ok=True)
    assert write(file, row("n2", body="[2]")) == [True]
    assert bodies(file) == ["[2]"]


@IN_FILE
def test_a_file_that_another_program_holds_is_given_up_on_in_time_and_works_again(store: Path, file: Inbox):
    with closing(sqlite3.connect(store, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        refused_in_time(file, row("n1", body="[1]"), row("n2", body="[2]"))
        other.execute("ROLLBACK")
    assert write(file, row("n1", body="[1]"), row("n2", body="[2]")) == [True, True]
    assert sorted(bodies(file)) == ["[1]", "[2]"]


@IN_FILE
def test_a_disk_that_hangs_keeps_nobody_waiting(file: Inbox, monkeypatch: pytest.MonkeyPatch):
    """And what it takes at last is taken once, also where the sender has come again meanwhile."""
    goes_on, writing = threading.Event(), file._writing.write
    monkeypatch.setattr(inboxes, "ANSWER_WITHIN_SECONDS", 0.2)
    monkeypatch.setattr(file._writing, "write", lambda rows: (goes_on.wait(10), writing(rows))[1])
    refused_in_time(file, row("n1"), row("n2"))
    goes_on.set()
    assert write(file, row("n1"), row("n3")) == [True, True]
    assert len(bodies(file)) == 3


# The server.


@pytest.fixture(scope="module")
def server_of_one_s_own(need: Need, django_db_blocker: DjangoDbBlocker) -> Iterator[tuple[Postgres, str]]:
    """It, and the address of a database with the tables of the store: for those who stop it."""
    need("postgresql")
    with running() as server, django_db_blocker.unblock():
        address = server.new_database()
        settings.configure(config_of(Path("nowhere"))._replace(database=address), SECRET)
        ground.prepare()
        connections.close_all()
        yield server, address


@pytest.mark.servers
def test_a_server_that_went_and_came_back_takes_reports_again(server_of_one_s_own: tuple[Postgres, str]):
    server, address = server_of_one_s_own
    with closing(Inbox(address)) as inbox:
        assert write(inbox, row("n1")) == [True]
        server.end()
        try:
            refused_in_time(inbox, row("n2"))
        finally:
            server.start()
        assert write(inbox, row("n2")) == [True]
        assert len(bodies(inbox)) == 2


@pytest.mark.servers
def test_a_server_that_hangs_keeps_nobody_waiting(server_of_one_s_own: tuple[Postgres, str]):
    server, address = server_of_one_s_own
    with closing(Inbox(address)) as inbox:
        assert write(inbox, row("n1")) == [True]
        server.hang()
        try:
            refused_in_time(inbox, row("n2"))
        finally:
            server.go_on()


@pytest.mark.servers
def test_a_server_that_would_answer_before_it_is_on_disk_is_asked_for_the_real_thing(
    server_of_one_s_own: tuple[Postgres, str],
):
    server, address = server_of_one_s_own
    name = sql.Identifier(address.rpartition("/")[2])
    server.say(sql.SQL("ALTER DATABASE {} SET synchronous_commit = off").format(name))
    with closing(ServerLine(address)) as line:
        assert line.read("SHOW synchronous_commit", ()) == [("on",)]
