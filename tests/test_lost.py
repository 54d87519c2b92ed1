"""The laptop is gone: what to revoke, in order, from whatever is left."""

import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.db import connections

from pullcord import cli
from pullcord.jobs import meetings
from pullcord.platforms import KNOWN
from pullcord.serve.archive import IDENTITY
from pullcord.serve.lost import WHERE, steps
from pullcord.store import connections as kept
from tests.desk import IN_FILE

JANUS: dict[str, Any] = {"at": {"server": "http://127.0.0.1:7", "room": "7"}, "secrets": {"admin": "k" * 32}}


@IN_FILE
def test_it_names_each_platform_once_before_what_was_given_out(house, owner, capsys):
    for name in ("Tasting", "Board"):
        meetings.add(house.desk, owner, name=name, platform="janus", **JANUS)
    meetings.give_token(house.desk, owner, house.meeting.id, name="Script")
    assert cli.main(["lost", "--data", str(house.data)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("1. Janus")
    assert "http://127.0.0.1:7 (“Board”, “Tasting”): " + WHERE["janus"] in lines[0]
    assert "“Choir”" in lines[1]
    assert sum("Janus" in line for line in lines) == 1
    assert any("1 links are out" in line for line in lines)
    assert any("1 tokens are out" in line for line in lines)
    assert not any("k" * 32 in line for line in lines)


def test_a_database_on_a_server_has_a_password_too():
    assert [line for line in steps([], on_server=True) if "PostgreSQL" in line]
    assert not [line for line in steps([], on_server=False) if "PostgreSQL" in line]


@IN_FILE
def test_a_connection_s_credential_is_named_also_where_no_meeting_is_on_it(house, owner, capsys):
    at, now = {"server": "https://meet.example.org/admin"}, datetime.now(UTC)
    made = kept.add(owner, "c1", at_time=now, platform="janus", name="Our server", at=at, sealed=b"")
    for backed_up in (False, True):
        if backed_up:
            house.back_up()
            words = ["lost", str(house.archive), "--identity", str(house.identity)]
        else:
            words = ["lost", "--data", str(house.data)]
        assert cli.main(words) == 0
        said = capsys.readouterr().out
        assert f"https://meet.example.org/admin (“{made.name}”): {WHERE['janus']}" in said


@IN_FILE
def test_a_copy_from_before_there_were_connections_is_read(house, capsys):
    connections.close_all()
    with closing(sqlite3.connect(house.data / "product.sqlite3")) as database:
        database.execute("ALTER TABLE store_connection RENAME TO before")
    assert cli.main(["lost", "--data", str(house.data)]) == 0
    assert "“Choir”" in capsys.readouterr().out


@IN_FILE
def test_what_was_revoked_or_put_away_is_not_on_it(house, owner, capsys):
    meetings.revoke_cord(house.desk, owner, house.meeting.id, house.cord.cord.id)
    cli.main(["lost", "--data", str(house.data)])
    assert "0 links are out" in capsys.readouterr().out
    meetings.archive(house.desk, owner, house.meeting.id)
    cli.main(["lost", "--data", str(house.data)])
    assert "“Choir”" not in capsys.readouterr().out


@IN_FILE
def test_a_backup_tells_it_when_the_folder_is_gone(house, capsys):
    house.back_up()
    connections.close_all()
    shutil.rmtree(house.data)
    words = ["lost", str(house.archive), "--identity", str(house.identity), "--data", str(house.data)]
    assert cli.main(words) == 0
    assert "“Choir”" in capsys.readouterr().out
    house.archive.with_name("other").write_text("nothing")
    assert cli.main([*words[:3], str(house.archive.with_name("other"))]) == IDENTITY
    assert not house.data.exists(), "it only reads"


def test_with_nothing_left_it_says_so_and_gives_the_list_for_everybody(tmp_path: Path, capsys):
    assert cli.main(["lost", "--data", str(tmp_path / "none")]) == 0
    said = capsys.readouterr()
    assert "No data folder and no backup" in said.err
    assert said.out.count("\n") == len(list(steps(None, on_server=True))) > 8
    assert "signs everybody out" in said.out


@IN_FILE
def test_a_damaged_database_still_gives_a_list(house, capsys):
    connections.close_all()
    (house.data / "product.sqlite3").write_bytes(b"nothing of a database" * 100)
    assert cli.main(["lost", "--data", str(house.data)]) == 0
    said = capsys.readouterr()
    assert "cannot be read" in said.err
    assert "For each platform" in said.out


def test_no_sentence_speaks_of_a_platform_that_is_not_there():
    assert set(WHERE) <= set(KNOWN)
