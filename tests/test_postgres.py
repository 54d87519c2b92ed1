"""What is true of the store on a PostgreSQL server: several who write at once, and a server that is not as it should be."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from django.db import connection, connections, transaction
from psycopg import sql

from pullcord.config import ConfigError
from pullcord.core.timeline import verify
from pullcord.jobs import meetings, record
from pullcord.safe.postgres import PATIENCE_SECONDS, connect, means_of
from pullcord.store import StoreBroken, ground, incidents, intake, people, server
from pullcord.store.models import Presence
from pullcord.web import settings
from pullcord.words import Person
from tests.desk import ON_SERVER, SECRET, config_of
from tests.postgres_server import PASSWORD, Postgres, running
from tests.test_record import PLACE, end, kit_of

pytestmark = pytest.mark.servers

AT = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
NAME, ADDRESS = "Philomena Quartermain", "philomena@example.org"


def at_once(*jobs: Callable[[], object]) -> list[BaseException]:
    """Each in a thread with a connection of its own, all from the same moment; what any of them raised."""
    raised: list[BaseException] = []
    ready = threading.Barrier(len(jobs))

    def run(job: Callable[[], object]) -> None:
        ready.wait()
        try:
            job()
        except Exception as error:  # noqa: BLE001  # the test says what it may be
            raised.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return raised


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone() != (0,))


def waiting(job: Callable[[], object]) -> Callable[[], None]:
    """The job begins, and waits for what we hold. To be called once we have let go: waits for its end."""
    raised: list[BaseException] = []
    thread = threading.Thread(target=lambda: raised.extend(at_once(job)))
    thread.start()
    until = time.monotonic() + 10
    while not somebody_waits():
        assert thread.is_alive(), f"it did not wait: {raised}"
        assert time.monotonic() < until

    def finish() -> None:
        thread.join(10)
        assert raised == []

    return finish


# -- several who write at once -----------------------------------------------------------------------------------------


@ON_SERVER
def test_a_chain_that_two_add_to_never_forks(owner):
    incident = incidents.open_by_hand(owner, incidents.Told(title="Last Tuesday"), at=AT)

    def write(name: str) -> None:
        for number in range(40):
            intake.note(incident.pk, "seen over", AT, {"by": name, "number": number})

    assert at_once(*(lambda name=name: write(name) for name in "abcd")) == []
    entries = incidents.entries(owner, incident.pk)
    assert [entry.number for entry in entries] == list(range(1, 162))
    assert verify(entries) is None
    for name in "abcd":
        mine = [entry.fields["number"] for entry in entries if entry.fields.get("by") == name]
        assert mine == list(range(40))


@ON_SERVER
def test_two_who_tick_off_steps_at_once_do_not_wait_for_each_other_for_ever(owner):
    told = [incidents.open_by_hand(owner, incidents.Told(title="Last Tuesday"), at=AT).pk for _ in range(30)]
    steps = ("anyone in danger", "report to the police")

    def tick(code: str) -> None:
        for incident in told:
            incidents.set_step(owner, incident, code, "done", at=AT)

    assert at_once(*(lambda code=code: tick(code) for code in steps)) == []
    assert all(verify(incidents.entries(owner, incident)) is None for incident in told)


@ON_SERVER
def test_of_two_who_take_in_an_incident_the_first_reader_does_not_have_the_last_word(desk, owner, room):
    meeting = meetings.add(desk, owner, name="Choir", platform="practice", **PLACE)
    told = end(desk, kit_of(desk, meeting), by="x")
    record.take_in(desk, told)
    desk.means.journal.append("counted", meeting=meeting.id, incident=told, people=5)
    with transaction.atomic():
        record.take_in(desk, told)
        finish = waiting(lambda: record.take_in(desk, told))
        desk.means.journal.append("counted", meeting=meeting.id, incident=told, people=7)
        record.take_in(desk, told)
    finish()
    assert incidents.find(owner, told).people_out == 7


@ON_SERVER
def test_an_incident_and_its_meeting_that_come_at_once_find_each_other(desk, owner, room):
    meeting = meetings.add(desk, owner, name="Choir", platform="practice", **PLACE)
    kit = kit_of(desk, meeting)
    told = end(desk, kit._replace(meeting=kit.meeting._replace(id="m2")), by="a-lost-cord")
    found = {**PLACE, "name": "Found again", "platform": "practice", "meeting_id": "m2"}
    with transaction.atomic():
        record.take_in(desk, told)
        finish = waiting(lambda: meetings.add(desk, owner, **found))
    finish()
    assert incidents.find(owner, told).meeting_id == "m2"


@ON_SERVER
def test_a_link_that_is_revoked_while_another_is_given_is_not_in_the_kit(desk, owner, room):
    meeting = meetings.add(desk, owner, name="Choir", platform="practice", **PLACE)
    old = meetings.give_cord(desk, owner, meeting.id, who="Carla").cord
    with transaction.atomic():
        meetings.revoke_cord(desk, owner, meeting.id, old.id)
        finish = waiting(lambda: meetings.give_cord(desk, owner, meeting.id, who="Dora"))
    finish()
    assert [cord.who for cord in kit_of(desk, meeting).cords] == ["Dora"]


def test_two_that_make_the_tables_at_once_make_them_once(postgres: Postgres, django_db_blocker):
    settings.configure(config_of(Path("nowhere"))._replace(database=postgres.new_database()), SECRET)
    with django_db_blocker.unblock():
        assert at_once(ground.prepare, ground.prepare) == []
        assert ground.is_usable()
        connections.close_all()


# -- whose database it is ----------------------------------------------------------------------------------------------


@ON_SERVER
def test_a_second_server_of_ours_on_the_same_database_is_told_so(store):
    lock = "SELECT pg_try_advisory_lock(%s)"
    with connect(store) as other:
        other.execute(lock, (server._key("one server"),))
        with pytest.raises(StoreBroken, match="Another Pullcord server uses this database"):
            ground.make_ours_alone()
    ground.make_ours_alone()
    ground.make_ours_alone()
    with connect(store) as other:
        assert other.execute(lock, (server._key("one server"),)).fetchone() == (False,)
        other.execute("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'")
    ground.make_ours_alone()
    with connect(store) as other:
        assert other.execute(lock, (server._key("one server"),)).fetchone() == (False,), "taken again"
    server.give_up()


# -- what it must not remember -----------------------------------------------------------------------------------------


@ON_SERVER
def test_an_erased_person_is_in_no_file_of_the_servers_tables(store, owner, postgres: Postgres):
    incident = incidents.open_by_hand(owner, incidents.Told(title="Last Tuesday"), at=AT)
    roster = [Person(f"p{number}", f"Ben {number}", email=f"ben{number}@example.org") for number in range(30)]
    with intake.together():
        intake.add_people(incident.pk, [Person("p", NAME, email=ADDRESS), *roster], at=AT)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    database = store.rpartition("/")[2]
    assert files_with(NAME, postgres, database)
    one = Presence.objects.get(name=NAME)
    people.erase(owner, incident.pk, one.pk, at=AT, listed=lambda _: None)
    for what in (NAME, ADDRESS):
        assert not files_with(what, postgres, database)
    assert files_with("ben7@example.org", postgres, database), "the others are there"


def files_with(what: str, postgres: Postgres, database: str) -> list[str]:
    """The files of this database in which it can be read; the server has written all that it has in mind."""
    postgres.say(sql.SQL("CHECKPOINT"))
    ((number,),) = postgres.say(sql.SQL("SELECT oid FROM pg_database WHERE datname = {}").format(sql.Literal(database)))
    folder = postgres.folder / "data" / "base" / str(number)
    return [path.name for path in folder.iterdir() if what.encode() in path.read_bytes()]


# -- a server that is not as it should be ------------------------------------------------------------------------------


@pytest.fixture
def own(need, django_db_blocker) -> Iterator[Postgres]:
    """A server for this test to break, with the store's tables, and Django set up for it."""
    need("postgresql")
    with running() as server, django_db_blocker.unblock():
        settings.configure(config_of(Path("nowhere"))._replace(database=server.new_database(name="ours")), SECRET)
        ground.prepare()
        yield server
        connections.close_all()


def sentence_of() -> str:
    """What is said of the store, within the time that a page may take."""
    began = time.monotonic()
    with pytest.raises(StoreBroken) as raised:
        ground.is_usable()
    assert time.monotonic() - began < PATIENCE_SECONDS + 1
    said = str(raised.value)
    assert "Stopping a meeting works all the same" in said
    for word in (PASSWORD, "127.0.0.1", "pullcord", "ours", "\n"):
        assert word not in said
    return said


def test_a_server_that_is_gone_hangs_or_has_no_place_for_us_is_called_so_in_one_sentence_that_names_nobody(
    own: Postgres,
):
    own.hang()
    assert "it does not answer" in sentence_of()
    own.go_on()
    assert ground.is_usable()
    with own.used_up():
        assert "it has no connection left for us" in sentence_of()
    assert ground.is_usable()
    own.kill()
    assert "it does not answer" in sentence_of()
    own.start()
    assert ground.is_usable()
    own.say(sql.SQL("ALTER TABLE store_meeting RENAME TO other"), "ours")
    assert "its tables are not there" in sentence_of()
    own.say(sql.SQL("ALTER ROLE pullcord PASSWORD 'another'"))
    assert "it does not let us in" in sentence_of()
    own.drop(own.address("ours"))
    own.say(sql.SQL("ALTER ROLE pullcord PASSWORD {}").format(sql.Literal(PASSWORD)))
    assert "there is none of that name" in sentence_of()


def test_a_question_that_a_hanging_server_does_not_answer_is_given_up(own: Postgres):
    with contextlib.closing(connect(own.address("ours"), patience_seconds=0.5)) as asking:
        own.hang()
        with pytest.raises(psycopg.OperationalError, match="did not answer in time"):
            asking.execute("SELECT 1")
        assert asking.closed
    own.go_on()


def test_a_user_who_may_make_no_tables_and_an_encoding_that_takes_not_every_name_are_told(own: Postgres):
    own.say(sql.SQL("CREATE DATABASE bare"))
    settings.configure(config_of(Path("nowhere"))._replace(database=own.address("bare")), SECRET)
    with pytest.raises(StoreBroken, match="its user may not make tables there"):
        ground.prepare()
    own.say(sql.SQL("CREATE DATABASE old OWNER pullcord ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0"))
    settings.configure(config_of(Path("nowhere"))._replace(database=own.address("old")), SECRET)
    with pytest.raises(StoreBroken, match="encoding UTF8"):
        ground.prepare()


# -- its address -------------------------------------------------------------------------------------------------------


def test_what_the_address_says_itself_goes_before_ours_and_nothing_of_it_is_told():
    means = means_of(
        "postgresql://anna:pa%40ss@db.example/x?connect_timeout=9&sslmode=verify-full&options=-c%20x.y%3D1"
    )
    assert (means["password"], means["connect_timeout"], means["sslmode"]) == ("pa@ss", "9", "verify-full")
    assert means["options"].endswith("-c x.y=1")
    assert "synchronous_commit=on" in means["options"]
    for bad in ("postgresql://anna:secret%zz@h/x", "postgresql://anna:secret@h/x?nonsense=secret"):
        with pytest.raises(ConfigError) as raised:
            means_of(bad)
        assert "secret" not in str(raised.value)
