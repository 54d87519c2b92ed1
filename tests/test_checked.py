"""The daily look: each meeting is asked after once a day, one at a time, and nothing is said that was not seen."""

import json
from pathlib import Path

import pytest
from django.urls import reverse

from pullcord.jobs import checked, connections, looks
from pullcord.jobs.checked import Checked, Checks
from pullcord.jobs.desk import Desk
from pullcord.jobs.meetings import archive
from pullcord.platforms.wire import Reply, Request
from pullcord.store import connections as kept
from pullcord.store.meetings import all_of as meetings_of
from pullcord.store.models import Connection, User
from tests.connecting import Janus, connected
from tests.desk import Clock
from tests.pages import Room, add, signed_in, text_of

DAY = 24 * 3600.0


def said(desk: Desk, meeting_id: str) -> Checked | None:
    kit = desk.kits.read(meeting_id)
    assert kit is not None
    return checked.of(desk, kit, checked.read(desk))


def test_each_meeting_is_looked_at_once_a_day(desk: Desk, answers, clock: Clock, owner: User):
    answers.say = Room()
    meetings = {add(desk, owner).pk, add(desk, owner, name="Bell ringers").pk}
    checks = Checks(desk)
    assert {checks.look_at_next(), checks.look_at_next()} == meetings
    assert checks.look_at_next() is None
    clock.now += DAY - 1
    assert checks.look_at_next() is None
    clock.now += 2
    assert {checks.look_at_next(), checks.look_at_next()} == meetings


def test_it_only_asks(desk: Desk, answers, owner: User):
    room, asked = Room(), set()

    def say(request: Request) -> Reply:
        asked.add(request.method)
        return room(request)

    answers.say = say
    add(desk, owner)
    Checks(desk).look_at_next()
    assert asked == {"GET"}


def test_what_was_found_is_on_the_first_page_with_its_time_and_outlives_a_restart(desk: Desk, answers, owner: User):
    answers.say = room = Room()
    meeting = add(desk, owner)
    client = signed_in(owner)
    pages = ("/", reverse("meeting", args=[meeting.pk]))
    for path in pages:
        page = text_of(client.get(path))
        assert "have not yet asked" in page
        assert "Ready. It can be ended from here." not in page, "nobody knows that yet"
    Checks(desk).look_at_next()
    for path in pages:
        page = text_of(client.get(path))
        assert "Ready. It can be ended from here." in page
        assert "We asked the platform, and it can be ended." in page
    assert Checks(desk).look_at_next() is None, "another server goes on from what was kept"
    room.broken = True
    (Path(desk.config.data) / checked.FILE).unlink()
    Checks(desk).look_at_next()
    for path in pages:
        page = text_of(client.get(path))
        assert "it can be ended." not in page
        assert "Ready." not in page
        assert "could not be" in page


@pytest.mark.parametrize("kept", [b"", b"[]", b"{}", b"no json", b'{"m": {"at": 1}}', b'{"m": 3}'])
def test_what_cannot_be_read_is_not_known(desk: Desk, kept: bytes):
    (Path(desk.config.data) / checked.FILE).write_bytes(kept)
    assert checked.read(desk) == {}


def test_of_another_place_or_from_long_ago_it_says_nothing(desk: Desk, answers, clock: Clock, owner: User):
    from pullcord.jobs import meetings

    answers.say = Room()
    meeting = add(desk, owner)
    Checks(desk).look_at_next()
    assert said(desk, meeting.pk) is not None
    clock.now += 2 * DAY + 1
    assert said(desk, meeting.pk) is None
    clock.now -= 2 * DAY + 1
    place = {"server": "http://127.0.0.1:1", "room": "r2"}
    meetings.move(desk, owner, meeting.pk, at=place, secrets={"admin": "k" * 32})
    assert said(desk, meeting.pk) is None
    assert Checks(desk).look_at_next() == meeting.pk, "and is looked at anew"


def test_a_meeting_that_was_put_away_is_forgotten(desk: Desk, answers, owner: User):
    from pullcord.jobs import meetings

    answers.say = Room()
    gone = add(desk, owner)
    checks = Checks(desk)
    checks.look_at_next()
    meetings.archive(desk, owner, gone.pk)
    kept = add(desk, owner, name="Bell ringers")
    checks.look_at_next()
    assert set(checked.read(desk)) == {kept.pk}


def test_what_is_kept_holds_no_name_and_no_credential(desk: Desk, answers, owner: User):
    answers.say = Room()
    add(desk, owner, name="Choir of Saint Anne")
    Checks(desk).look_at_next()
    path = Path(desk.config.data) / checked.FILE
    assert path.stat().st_mode & 0o077 == 0
    content = path.read_text()
    assert json.loads(content)
    assert "Anne" not in content
    assert "k" * 32 not in content


def test_a_server_that_has_just_started_looks_at_nothing_yet(desk: Desk, answers, owner: User):
    answers.say = Room()
    add(desk, owner)
    checks = Checks(desk)
    assert checks.pause_seconds == checked.AFTER_START_SECONDS
    assert checked.read(desk) == {}
    checks.turn()
    assert checks.pause_seconds == checked.PAUSE_SECONDS, "another one may be due"
    checks.turn()
    assert checks.pause_seconds == checked.IDLE_SECONDS


def test_a_disk_that_takes_nothing_is_told_and_stops_nothing(desk: Desk, answers, owner: User, caplog):
    answers.say = Room()
    meeting = add(desk, owner)
    (Path(desk.config.data) / checked.FILE).mkdir()
    checks = Checks(desk)
    assert checks.look_at_next() == meeting.pk
    assert "could not be kept" in caplog.text
    assert checks.look_at_next() is None


# Connections: each once, however many meetings are on it.


def looked_at(desk: Desk, connection: Connection) -> float | None:
    look = connections.look_of(desk, kept.find(connection.made_by, connection.pk))  # type: ignore[arg-type]  # it was made
    return None if look is None else look.at


def test_each_connection_is_tested_once_a_day_also_where_no_meeting_is_on_it(
    desk: Desk, answers, clock: Clock, owner: User
):
    answers.say = janus = Janus()
    janus.rooms["1234"] = "roomroom"
    connection = connected(desk, owner)
    for name in ("Choir", "Bells"):
        at, secrets = {"room": "1234"}, {"room": "roomroom"}
        connections.adopt(desk, owner, connection.pk, at=at, secrets=secrets, name=name)
    checks = Checks(desk, others=lambda: connections.places(desk))
    assert not checks.look_at_next_connection(), "it was tested when it was kept"
    clock.now += DAY + 1
    assert (checks.look_at_next_connection(), checks.look_at_next_connection()) == (True, False)
    assert looked_at(desk, connection) == clock.now
    for meeting in meetings_of(owner):
        archive(desk, owner, meeting.pk)
    clock.now += DAY + 1
    assert not Checks(desk).look_at_next_connection(), "without the database only what the kits say is known"
    assert checks.look_at_next_connection()
    assert looked_at(desk, connection) == clock.now


def test_a_credential_that_stopped_working_is_found_and_the_last_time_it_did_is_kept(
    desk: Desk, answers, clock: Clock, owner: User
):
    answers.say = janus = Janus()
    connection, then = connected(desk, owner), clock.now
    janus.admin = "another"
    clock.now += DAY + 1
    Checks(desk, others=lambda: connections.places(desk)).look_at_next_connection()
    look = connections.look_of(desk, connection)
    assert look is not None
    assert (look.how, look.well_at) == ("broken", then)


def test_what_was_found_of_a_connection_that_is_gone_is_forgotten_and_holds_no_secret(
    desk: Desk, answers, clock: Clock, owner: User
):
    answers.say = Janus()
    gone = connected(desk, owner)
    folder = Path(desk.config.path(looks.FOLDER))
    assert "adminadmin" not in "".join(path.read_text() for path in folder.iterdir())
    assert "192.0.2.1" not in "".join(path.read_text() for path in folder.iterdir())
    connections.remove(desk, owner, gone.pk)
    clock.now += DAY + 1
    connected(desk, owner, create="")
    clock.now += DAY + 1
    assert len(list(folder.iterdir())) == 2
    Checks(desk, others=lambda: connections.places(desk)).look_at_next_connection()
    assert len(list(folder.iterdir())) == 1
    assert folder.stat().st_mode & 0o077 == 0


def test_a_disk_that_takes_no_look_is_told_and_it_is_not_asked_every_second(desk: Desk, answers, owner: User, caplog):
    answers.say = Janus()
    Path(desk.config.path(looks.FOLDER)).write_text("")
    connected(desk, owner)
    checks = Checks(desk, others=lambda: connections.places(desk))
    assert (checks.look_at_next_connection(), checks.look_at_next_connection()) == (True, False)
    assert "could not be kept" in caplog.text
