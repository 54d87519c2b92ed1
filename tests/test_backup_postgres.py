"""A backup of what is kept on a server: the same file as any other, and back into a server, or into a file, by name."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connections

from pullcord import cli
from pullcord.core.timeline import verify
from pullcord.jobs import meetings
from pullcord.jobs.erase import erase
from pullcord.safe.kit import Kits
from pullcord.serve.archive import NOT_WRITTEN, USAGE
from pullcord.store import ground, incidents, move, people, server, users
from pullcord.store.models import Cord, Presence, User
from pullcord.web import settings
from tests.backups import ADDRESS, NAME, House
from tests.desk import IN_FILE, ON_SERVER, SECRET, every_row
from tests.logs import refuse_in
from tests.pages import signed_in
from tests.postgres_server import PASSWORD, Postgres
from tests.test_backup import refused

pytestmark = pytest.mark.servers
SEGMENT = 16 * 1024 * 1024
OF_THE_FRAMEWORK = {"django_migrations", "django_session", "django_content_type", "auth_permission"}


@pytest.fixture
def empty(postgres: Postgres) -> Iterator[str]:
    """The address of a database in which nothing is."""
    address = postgres.new_database()
    yield address
    server.give_up()
    connections.close_all()
    postgres.drop(address)


def kept_on(house: House, address: Any) -> House:
    """The same house, with these settings."""
    config = house.desk.config._replace(database=str(address) if isinstance(address, str) else "")
    return house._replace(desk=house.desk._replace(config=config))


def burnt(house: House, address: Any) -> House:
    """The folder and the database are gone; another database is there for them, and the settings name it."""
    house.burn()
    if address:
        (house.data / "settings.toml").write_text(f'database = "{address}"\n')
        (house.data / "settings.toml").chmod(0o600)
    return kept_on(house, address)


def rows() -> dict[str, list[str]]:
    return {name: found for name, found in every_row().items() if name not in OF_THE_FRAMEWORK}


def signs() -> dict[str, list[list[str]]]:
    """As far as a file and a server say it alike: only one says that a time is in UTC, and one keeps its own order in JSON."""
    return {
        name: sorted(sorted(row.replace(", tzinfo=datetime.timezone.utc", "")) for row in found)
        for name, found in rows().items()
    }


def written_until(postgres: Postgres) -> int:
    """The place in the write-ahead log, in bytes from its beginning."""
    return int(postgres.say(psycopg.sql.SQL("SELECT pg_current_wal_flush_lsn() - '0/0'::pg_lsn"))[0][0])


def log_between(postgres: Postgres, began: int, ended: int) -> bytes:
    """By place, not by file: PostgreSQL writes over older files, and what it has not reached yet in one is from long ago."""
    first = began // SEGMENT
    named = [f"00000001{number // 256:08X}{number % 256:08X}" for number in range(first, ended // SEGMENT + 1)]
    whole = b"".join((postgres.folder / "data/pg_wal" / name).read_bytes() for name in named)
    return whole[began - first * SEGMENT : ended - first * SEGMENT]


def read_all(address: str) -> str:
    with psycopg.connect(address) as there:
        names = [name for (name,) in there.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
        return repr([there.execute(f'SELECT * FROM "{name}"').fetchall() for name in names])


@ON_SERVER
def test_what_was_on_a_server_is_on_the_new_one_and_nobody_is_signed_in(house, owner, store, empty):
    signed_in(owner)
    here = kept_on(house, store)
    before, here_before = rows(), incidents.entries(owner, house.incident.id)
    said = here.back_up()
    assert not any(PASSWORD in line for line in said)
    assert {"product.sqlite3", "from-postgresql"} < set(here.files())
    here = burnt(here, empty)
    said = here.restore()
    assert any("are in the PostgreSQL database" in line for line in said)
    assert rows() == before
    assert incidents.entries(User.objects.get(pk=owner.pk), house.incident.id) == here_before
    assert verify(here_before) is None
    assert not every_row()["django_session"]
    assert users.add("clara", "a long password", name="Clara").pk != owner.pk, "the numbers go on"
    assert Kits(str(house.data / "stop/kits"), house.desk.keys).holding(house.cord.cord.digest) is not None
    assert not list(house.data.glob("*sqlite3*")), "what is on the server lies nowhere else"
    assert not list(house.data.glob("being-restored*"))


@ON_SERVER
def test_who_was_erased_since_never_comes_near_the_new_server_and_revoked_links_stay_so(house, owner, store, empty):
    one = next(person for person in people.of_incident(owner, house.incident.id) if person.name == NAME)
    here = kept_on(house, store)
    here.back_up()
    assert NAME.encode() in here.files()["product.sqlite3"]
    erase(here.desk, owner, house.incident.id, one.pk)
    meetings.revoke_cord(here.desk, owner, house.meeting.id, house.cord.cord.id)
    here = burnt(here, empty)
    assert "1 people who were erased, 1 links" in here.restore()[1]
    assert [person.name for person in people.of_incident(owner, house.incident.id)] == ["Ben"]
    assert verify(incidents.entries(owner, house.incident.id)) is None
    assert Cord.objects.get(pk=house.cord.cord.id).revoked_at is not None
    assert Kits(str(house.data / "stop/kits"), house.desk.keys).holding(house.cord.cord.digest) is None
    connections.close_all()
    there = read_all(empty)
    assert "Ben" in there
    files = b"".join(path.read_bytes() for path in house.data.rglob("*") if path.is_file())
    for written in (there, files):
        refuse_in(written, NAME, ADDRESS, bytes(one.key).hex())


@ON_SERVER
def test_the_log_of_the_new_server_never_held_who_was_erased(house, owner, store, empty, postgres):
    one = next(person for person in people.of_incident(owner, house.incident.id) if person.name == NAME)
    here = kept_on(house, store)
    here.back_up()
    erase(here.desk, owner, house.incident.id, one.pk)
    began = written_until(postgres)
    burnt(here, empty).restore()
    connections.close_all()
    log = log_between(postgres, began, written_until(postgres))
    assert b"Ben" in log
    refuse_in(log, NAME, ADDRESS)


@ON_SERVER
def test_what_comes_into_the_server_while_it_is_copied_is_in_none_of_it(house, owner, store):
    """Copied table by table, an incident's people would be there without their incident, and its record be forked."""

    def meanwhile(execute: Any, words: str, params: Any, many: bool, context: Any) -> Any:
        if 'FROM "store_meeting"' in words and not came:
            with psycopg.connect(store) as another:
                came.append(another.execute("DELETE FROM store_presence").rowcount)
                another.execute("UPDATE store_user SET username = 'Zwischendurch'")
        return execute(words, params, many, context)

    came: list[int] = []
    settings.configure(kept_on(house, store).desk.config, SECRET)
    with connections["default"].execute_wrapper(meanwhile):
        copy = move.into_memory(settings.in_file(":memory:"))
    assert came == [2]
    assert NAME.encode() in copy
    assert b"Zwischendurch" not in copy
    assert not Presence.objects.exists()


@IN_FILE
def test_from_a_file_to_a_server_only_when_it_is_said(house, owner, store, empty):
    before = signs()
    house.back_up()
    here = burnt(house, empty)
    with refused(USAGE, "was kept in a file; here the settings name a PostgreSQL database. .* say --into postgresql"):
        here.restore()
    assert sorted(path.name for path in house.data.iterdir()) == ["keys", "lock", "settings.toml"]
    here.restore(into="postgresql")
    assert signs() == before
    assert not list(house.data.glob("*sqlite3*"))


@ON_SERVER
def test_from_a_server_to_a_file_only_when_it_is_said(house, owner, store):
    here = kept_on(house, store)
    before = signs()
    here.back_up()
    here = burnt(here, None)
    with refused(USAGE, "was kept in a PostgreSQL database; here the settings name no PostgreSQL database"):
        here.restore()
    with refused(USAGE, "say --into file"):
        here.restore(into="postgresql")
    here.restore(into="file")
    assert signs() == before
    assert (house.data / "product.sqlite3").exists()


@ON_SERVER
def test_into_a_database_that_is_in_use_nothing_is_restored(house, owner, store):
    here = kept_on(house, store)
    here.back_up()
    before = rows()
    here = burnt(here, store)
    with refused(USAGE, "in use already"):
        here.restore()
    settings.configure(here.desk.config, SECRET)
    assert rows() == before
    assert sorted(path.name for path in house.data.iterdir()) == ["keys", "lock", "settings.toml"]


@ON_SERVER
def test_where_the_folder_cannot_be_filled_the_database_stays_empty(house, owner, store, empty, tmp_path: Path):
    def full() -> None:
        raise OSError(28, "No space left on device")

    here = kept_on(house, store)
    here.back_up()
    (tmp_path / "copy.sqlite3").write_bytes(here.files()["product.sqlite3"])
    settings.configure(kept_on(house, empty).desk.config, SECRET)
    ground.prepare()
    with pytest.raises(OSError, match="No space"):
        move.from_file(settings.in_file(str(tmp_path / "copy.sqlite3")), last=full)
    assert "Ben" not in read_all(empty)
    move.from_file(settings.in_file(str(tmp_path / "copy.sqlite3")))
    assert "Ben" in read_all(empty)


@ON_SERVER
def test_tables_of_another_version_are_not_copied_by_halves(house, owner, store):
    here = kept_on(house, store)
    with psycopg.connect(store) as there:
        there.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('store', '9999_later', now())")
    with refused(NOT_WRITTEN, "another version's"):
        here.back_up()
    assert not house.archive.exists()


@ON_SERVER
def test_a_server_that_does_not_answer_leaves_no_backup(house, owner, store, break_store):
    break_store()
    with refused(NOT_WRITTEN, "there is none of that name"):
        kept_on(house, store).back_up()
    assert not house.archive.exists()


@ON_SERVER
def test_what_was_on_a_server_is_known_to_lost_from_its_backup(house, owner, store, capsys, tmp_path: Path):
    kept_on(house, store).back_up()
    words = ["lost", str(house.archive), "--identity", str(house.identity), "--data", str(tmp_path / "none")]
    assert cli.main(words) == 0
    assert "“Choir”" in capsys.readouterr().out
