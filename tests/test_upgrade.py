"""The steps of the page on upgrading, one after the other, from a database with the tables of the very first version."""

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import LiteralString

import psycopg
import pyrage
import pytest

from tests.conftest import Need
from tests.postgres_server import program_of
from tests.postgres_server import running as running_postgres
from tests.serving import environment, for_the_server, give_away, mode_of, run, serving
from tests.stopping import scene

pytestmark = pytest.mark.servers
AS_THE_FIRST_VERSION = """
import sys
from datetime import UTC, datetime
from pullcord.config import read_config
from pullcord.web import settings
settings.configure(read_config(sys.argv[1]), "x" * 40)
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
call_command("migrate", "sessions", verbosity=0)
call_command("migrate", "store", "0001_initial", verbosity=0)
old = MigrationExecutor(connection).loader.project_state([("store", "0001_initial")]).apps
anna = old.get_model("store", "User").objects.create(username="anna")
told = {"owner": anna, "name": "Tuesday", "platform": "practice", "sealed": b"x", "hold_seconds": 1.0}
meeting = old.get_model("store", "Meeting").objects.create(id=sys.argv[2], created_at=datetime.now(UTC), **told)
old.get_model("store", "Incident").objects.create(id="i", owner=anna, meeting=meeting, told="Words.", opened_at=datetime.now(UTC))
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A stopped server's folder: a key, a stop kit, and tables of the first version with a meeting and its incident."""
    data = for_the_server(tmp_path)
    with scene(data) as now:
        words = [sys.executable, "-c", AS_THE_FIRST_VERSION, str(data), now.kit.meeting.id]
    subprocess.run(words, env=environment(data), check=True, timeout=60)
    give_away(data)
    return data


def shape(data: Path) -> set[str]:
    """The steps by which the tables came to where they are."""
    with closing(sqlite3.connect(data / "product.sqlite3")) as file:
        return {name for (name,) in file.execute("SELECT name FROM django_migrations WHERE app = 'store'")}


def in_it(data: Path) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(data / "product.sqlite3")) as file:
        return file.execute(
            "SELECT username, store_incident.id FROM store_user JOIN store_incident ON owner_id = store_user.id"
        ).fetchall()


def test_the_folder_of_an_older_version_is_copied_served_by_the_new_one_and_can_go_back(data: Path):
    before = data.with_name("data.before")
    assert "cp -a /var/lib/pullcord /var/lib/pullcord.before" in page_of_upgrading()
    subprocess.run(["cp", "-a", data, before], check=True)
    for _ in ("at once", "and again"):
        with serving(data) as server:
            assert mode_of(server) == "full"
    assert shape(data) > shape(before) == {"0001_initial"}
    assert in_it(data) == [("anna", "i")]
    with closing(sqlite3.connect(data / "product.sqlite3")) as file:
        counted_from = file.execute("SELECT told, words_at = opened_at FROM store_incident").fetchall()
    assert counted_from == [("Words.", 1)], "old words have an end, too"
    shutil.move(data, data.with_name("data.newer"))
    subprocess.run(["cp", "-a", before, data], check=True)
    assert shape(data) == {"0001_initial"}
    assert (data.stat().st_uid, data.stat().st_mode) == (before.stat().st_uid, before.stat().st_mode)


def test_a_backup_of_older_tables_in_a_file_is_restored_and_served_by_the_new_version(data: Path, tmp_path: Path):
    secret, outside = pyrage.x25519.Identity.generate(), tmp_path / "outside"
    outside.mkdir()
    (outside / "identity").write_text(f"{secret}\n")
    give_away(outside)
    made = run(["backup", "--to", str(outside / "b.age"), "--recipient", str(secret.to_public())], data)
    assert made.returncode == 0, made.stderr
    assert shape(data) == {"0001_initial"}, "a backup changes nothing"
    for path in [*data.iterdir()]:
        if path.name != "keys":
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    back = run(["restore", str(outside / "b.age"), "--identity", str(outside / "identity")], data)
    assert back.returncode == 0, back.stderr
    with serving(data) as server:
        assert mode_of(server) == "full"
    assert in_it(data) == [("anna", "i")]


@pytest.mark.timeout(120)
def test_on_postgresql_the_dump_of_before_goes_back_with_the_folder(need: Need, tmp_path: Path):
    need("postgresql")
    data, dump = for_the_server(tmp_path), tmp_path / "before.dump"
    assert "pg_dump -Fc -f FILE ADDRESS" in page_of_upgrading()
    assert "pg_restore --no-owner -d ADDRESS FILE" in page_of_upgrading()
    with running_postgres() as server, scene(data) as now:
        address, again = server.new_database(name="ours"), server.new_database(name="again")
        words = [sys.executable, "-c", AS_THE_FIRST_VERSION, str(data), now.kit.meeting.id]
        subprocess.run(words, env=environment(data, DATABASE_URL=address), check=True, timeout=60)
        give_away(data)
        subprocess.run([program_of("pg_dump"), "-Fc", "-f", dump, address], check=True, timeout=60)
        for _ in ("at once", "and again"):
            with serving(data, DATABASE_URL=address) as served:
                assert mode_of(served) == "full"
        assert rows_of(address, SHAPE) > rows_of(again_from(dump, again), SHAPE) == {("0001_initial",)}
        assert rows_of(address, WHOSE) == rows_of(again, WHOSE) == {("anna", "i")}
        assert not (data / "product.sqlite3").exists()


SHAPE = "SELECT name FROM django_migrations WHERE app = 'store'"
WHOSE = "SELECT username, store_incident.id FROM store_user JOIN store_incident ON owner_id = store_user.id"


def again_from(dump: Path, address: str) -> str:
    subprocess.run([program_of("pg_restore"), "--no-owner", "-d", address, dump], check=True, timeout=60)
    return address


def rows_of(address: str, question: LiteralString) -> set[tuple[str, ...]]:
    with psycopg.connect(address) as there:
        return set(there.execute(question).fetchall())


def page_of_upgrading() -> str:
    return (Path(__file__).parents[1] / "docs/how-to/upgrade.md").read_text()
