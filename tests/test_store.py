"""What is kept: for its owner alone, with what is not known left unknown, and with people who can be erased."""

import base64
import logging
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.test import RequestFactory

from pullcord.config import Config
from pullcord.core.timeline import verify
from pullcord.store import NotFound, StoreBroken, file, ground, incidents, intake, organisations, people, users
from pullcord.store import meetings as kept
from pullcord.store.models import User
from pullcord.web import settings
from pullcord.web.adapter import ByInvitation
from pullcord.words import Person
from tests.desk import IN_FILE

WHEN = datetime(2026, 11, 26, 20, 0, tzinfo=UTC)

AT = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
NAME, ADDRESS = "Philomena Quartermain", "philomena@example.org"


@pytest.fixture
def incident(owner):
    return incidents.open_by_hand(owner, incidents.Told(title="Last Tuesday"), at=AT)


def test_an_incident_opened_by_hand_keeps_what_is_not_known_unknown(owner, incident):
    found = incidents.find(owner, incident.id)
    unknown = (found.meeting, found.happened_at, found.pressed_at, found.over_at, found.seconds_until_over)
    assert unknown == (None,) * 5
    assert (found.held_until, found.released_at, found.people_out) == (None,) * 3
    assert found.opened_by_hand
    assert incidents.presses(owner, incident.id) == []
    assert people.of_incident(owner, incident.id) == []
    assert [entry.kind for entry in incidents.entries(owner, incident.id)] == ["opened by hand"]


def test_what_the_host_says_later_is_kept_and_the_chain_says_only_that_it_was_said(owner, incident):
    incidents.tell(owner, incident.id, {"told": "Somebody shared a screen.", "people_out": 12}, at=AT)
    assert incidents.find(owner, incident.id).people_out == 12
    entries = incidents.entries(owner, incident.id)
    assert entries[-1].fields == {"fields": ["people_out", "told"], "by": incidents.name_of(owner)}
    assert verify(entries) is None


def test_what_the_journal_knows_is_not_for_the_host_to_say(owner, incident):
    with pytest.raises(ValueError, match="pressed_at"):
        incidents.tell(owner, incident.id, {"pressed_at": AT}, at=AT)


def test_every_later_step_works_from_an_incident_opened_by_hand(owner, incident):
    incidents.set_step(owner, incident.id, "anyone in danger", "done", at=AT)
    incidents.set_step(
        owner, incident.id, "report to the police", "handed", at=AT, handed_to="Dora", note="Has the times"
    )
    incidents.set_step(owner, incident.id, "report to the police", "done", at=AT)
    told = incidents.steps(owner, incident.id)
    assert {code: step.state for code, step in told.items()} == {
        "anyone in danger": "done",
        "report to the police": "done",
    }
    entries = incidents.entries(owner, incident.id)
    assert [entry.fields.get("state") for entry in entries] == [None, "done", "handed", "done"]
    assert "Dora" not in str(entries)
    assert verify(entries) is None


def test_a_step_is_handed_to_somebody_and_is_one_of_ours(owner, incident):
    with pytest.raises(ValueError, match="handed"):
        incidents.set_step(owner, incident.id, "write down", "handed", at=AT, handed_to=" ")
    with pytest.raises(NotFound):
        incidents.set_step(owner, incident.id, "no such step", "done", at=AT)


def test_two_owners_never_see_each_others_incidents_and_anothers_looks_like_none(owner, other, incident):
    for incident_id in (incident.id, "no-such"):
        for look in (incidents.find, incidents.presses, incidents.entries, incidents.steps, people.of_incident):
            with pytest.raises(NotFound):
                look(other, incident_id)
        with pytest.raises(NotFound):
            incidents.tell(other, incident_id, {"title": "Mine"}, at=AT)
        with pytest.raises(NotFound):
            incidents.set_step(other, incident_id, "write down", "done", at=AT)
        with pytest.raises(NotFound):
            people.erase(other, incident_id, 1, at=AT, listed=lambda _: None)
        assert incidents.of_meeting(other, incident_id) == []
    assert incidents.all_of(other) == []
    assert [one.id for one in incidents.all_of(owner)] == [incident.id]


def test_two_owners_never_see_each_others_meetings(owner, other):
    columns: dict[str, Any] = {"name": "Choir", "platform": "practice", "at": {}, "sealed": b"", "hold_seconds": 1.0}
    kept.add(owner, "m1", now=AT, **columns)
    for meeting_id in ("m1", "no-such"):
        for look in (kept.find, kept.cords, kept.tokens, kept.pressed_in_vain, kept.false_alarms):
            with pytest.raises(NotFound):
                look(other, meeting_id)
        with pytest.raises(NotFound):
            incidents.open_by_hand(other, incidents.Told(title="x", meeting_id=meeting_id), at=AT)
    assert kept.all_of(other) == []
    assert incidents.all_of(other) == []


def with_somebody(incident_id: str) -> None:
    with intake.together():
        intake.add_people(incident_id, [Person("p1", NAME, email=ADDRESS), Person("p2", "Ben")], at=AT)


def test_a_person_is_erased_and_the_chain_still_verifies(owner, incident):
    with_somebody(incident.id)
    one = next(person for person in people.of_incident(owner, incident.id) if person.name == NAME)
    people.erase(owner, incident.id, one.pk, at=AT, listed=lambda _: None)
    assert [person.name for person in people.of_incident(owner, incident.id)] == ["Ben"]
    entries = incidents.entries(owner, incident.id)
    assert [entry.kind for entry in entries] == ["opened by hand", "roster", "person erased"]
    assert verify(entries) is None


def test_an_erased_person_is_in_no_file_of_the_data_folder(owner, desk, incident):
    with_somebody(incident.id)
    one = next(person for person in people.of_incident(owner, incident.id) if person.name == NAME)
    key = bytes(one.key)
    people.erase(owner, incident.id, one.pk, at=AT, listed=lambda _: None)
    files = {path: path.read_bytes() for path in Path(desk.config.data).rglob("*") if path.is_file()}
    for what in (NAME.encode(), ADDRESS.encode(), base64.b64encode(NAME.encode()), key):
        assert not [path.name for path, content in files.items() if what in content]


def test_names_longer_than_a_column_are_cut_and_nobody_is_lost(owner, incident):
    with intake.together():
        intake.add_people(incident.id, [Person("x" * 500, "n" * 500)], at=AT)
    assert [len(person.name or "") for person in people.of_incident(owner, incident.id)] == [200]


# Who signs in.


def test_whoever_signs_in_has_a_name_of_their_own(owner):
    assert users.has_any()
    assert users.find(str(owner.pk)) == owner
    with pytest.raises(ValueError, match="taken"):
        users.add("ANNA", "another password")
    for key in ("0", "x", "", "9" * 30):
        with pytest.raises(NotFound):
            users.find(key)


def test_nobody_signs_up():
    request = RequestFactory().get("/")
    assert ByInvitation(request).is_open_for_signup(request) is False


def test_a_page_that_failed_is_logged_without_its_address_and_without_what_the_error_says():
    record = logging.LogRecord("django.request", logging.ERROR, "", 1, "%s: %s", ("Error", "/c/a-secret-token"), None)
    try:
        raise ValueError(NAME)
    except ValueError:
        record.exc_info = sys.exc_info()
    assert settings.WithoutAddress().filter(record)
    told = logging.Formatter().format(record)
    assert "ValueError" in told
    assert "test_store.py" in told
    assert NAME not in told.replace("raise ValueError(NAME)", "")
    assert "secret" not in told


# The ground.


def test_the_tables_are_what_the_migrations_make(store):
    call_command("makemigrations", "--check", "--dry-run", verbosity=0, skip_checks=True)


@IN_FILE
def test_the_database_waits_is_synced_and_forgets(store):
    with connection.cursor() as cursor:
        told = {}
        for pragma in ("journal_mode", "synchronous", "secure_delete", "foreign_keys"):
            cursor.execute(f"PRAGMA {pragma}")
            told[pragma] = cursor.fetchone()[0]
    assert told == {"journal_mode": "wal", "synchronous": 2, "secure_delete": 1, "foreign_keys": 1}
    assert connection.settings_dict["ATOMIC_REQUESTS"] is False


@IN_FILE
def test_a_new_database_is_for_nobody_else_to_read(store):
    store.unlink()
    connection.close()
    ground.prepare()
    assert ground.is_usable()
    assert stat.S_IMODE(os.stat(store).st_mode) == 0o600


LOOK = "import sqlite3, sys; there = sqlite3.connect(sys.argv[1]); print(*there.execute(sys.argv[2])); there.close()"


@IN_FILE
def test_what_is_written_is_there_for_others_also_when_the_database_was_made_ready_while_it_was_in_use(owner, store):
    def look() -> str:
        words = [sys.executable, "-c", LOOK, str(store), "SELECT username FROM store_user ORDER BY id"]
        return subprocess.run(words, capture_output=True, text=True, check=True).stdout

    assert "anna" in look()
    ground.prepare()
    assert "anna" in look()
    users.add("clara", "a long password", name="Clara")
    assert "clara" in look()


@IN_FILE
def test_another_file_in_the_databases_place_is_found(owner, store, tmp_path):
    ground.prepare()
    aside = tmp_path / "aside"
    shutil.copyfile(store, aside)
    aside.rename(store)
    with pytest.raises(StoreBroken, match="another file lies in its place"):
        ground.is_usable()


@IN_FILE
def test_damage_deep_in_a_file_is_found_when_all_of_it_is_read_and_stays_found(owner, store, monkeypatch):
    ground.prepare()
    with intake.together():
        for number in range(500):
            users.add(f"user{number}", "x", name="n" * 100)
    ground.forget_for_good()
    connection.close()
    with open(store, "r+b") as whole:
        whole.seek(-8192, os.SEEK_END)
        whole.write(os.urandom(8192))
    assert ground.is_usable(), "all of it was read a moment ago"
    monkeypatch.setitem(file._whole_again_at, str(store), 0.0)
    for _ in range(2):
        with pytest.raises(StoreBroken):
            ground.is_usable()


@IN_FILE
def test_a_database_of_random_bytes_is_found_broken_in_one_sentence(store):
    connection.close()
    store.write_bytes(os.urandom(4096))
    with pytest.raises(StoreBroken, match="Stopping a meeting works all the same"):
        ground.is_usable()
    with pytest.raises(StoreBroken):
        ground.prepare()


@IN_FILE
def test_a_database_that_was_deleted_while_open_is_found_gone(owner, store):
    assert users.has_any()
    store.unlink()
    with pytest.raises(StoreBroken):
        ground.is_usable()


@IN_FILE
def test_a_database_that_another_holds_is_found_locked_at_once(store):
    other = sqlite3.connect(store, isolation_level=None)
    other.execute("PRAGMA locking_mode=EXCLUSIVE")
    other.execute("BEGIN EXCLUSIVE")
    connection.close()
    with pytest.raises(StoreBroken, match="locked"):
        ground.is_usable()
    other.close()


@pytest.mark.parametrize(
    ("address", "host", "secure"),
    [
        ("https://meet.example.org", "meet.example.org", True),
        ("http://127.0.0.1:8400", "127.0.0.1", False),
        ("http://[::1]:8400", "[::1]", False),
    ],
)
def test_only_the_address_the_operator_chose_is_answered(tmp_path, desk, address, host, secure):
    from django.conf import settings as read

    try:
        settings.configure(Config(str(tmp_path), ("127.0.0.1", 1), address, (), ()), "x" * 40)
        assert [host] == read.ALLOWED_HOSTS
        assert (secure, secure) == (read.SESSION_COOKIE_SECURE, read.CSRF_COOKIE_SECURE)
        assert read.DATABASES["default"]["NAME"] == str(tmp_path / "product.sqlite3")
    finally:
        settings.configure(desk.config, "x" * 40)


def test_accounts_from_before_there_were_organisations_keep_what_is_theirs_and_stand_alone(store):
    back, forth = [("store", "0002_inbox")], MigrationExecutor(connection).loader.graph.leaf_nodes("store")
    MigrationExecutor(connection).migrate(back)
    old = MigrationExecutor(connection).loader.project_state(back).apps
    for name in ("anna", "berta"):
        user = old.get_model("store", "User").objects.create(username=name)
        told = {"owner": user, "name": name, "platform": "practice", "sealed": b"x", "hold_seconds": 1.0}
        meeting = old.get_model("store", "Meeting").objects.create(id=f"m-{name}", created_at=WHEN, **told)
        old.get_model("store", "Incident").objects.create(id=f"i-{name}", owner=user, meeting=meeting, opened_at=WHEN)
    MigrationExecutor(connection).migrate(forth)
    anna, berta = User.objects.order_by("username")
    assert [one.pk for one in kept.all_of(anna)] == ["m-anna"]
    assert [one.pk for one in incidents.all_of(berta)] == ["i-berta"]
    assert organisations.owned_by(anna).pk != organisations.owned_by(berta).pk
