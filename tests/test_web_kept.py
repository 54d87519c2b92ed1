"""What the pages say of a meeting that is kept ended: until when, who came back, and where there is a safe new way in."""

import html
import json
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from pullcord.core.incident import Incident
from pullcord.jobs import desk as desks
from pullcord.jobs import meetings, record
from pullcord.jobs.desk import Desk
from pullcord.jobs.guard import Guard
from pullcord.platforms.wire import ColdWire, Reply, Request
from pullcord.store.models import User
from tests import janus_server
from tests.desk import Clock
from tests.guarding import Now
from tests.janus_server import open_room
from tests.pages import Room, add, by, press, signed_in, text_of

HOUR = 3600.0


@pytest.fixture
def room(answers) -> Room:
    room = Room()
    answers.say = room
    return room


@pytest.fixture
def client(owner: User) -> Client:
    return signed_in(owner)


class Evening:
    """One stopped meeting, and the lines that a guard would write of it."""

    def __init__(self, desk: Desk, owner: User, client: Client) -> None:
        self.desk, self.owner, self.client = desk, owner, client
        self.meeting = add(desk, owner)
        self.id = press(desk, self.meeting, by(owner))

    def write(self, kind: str, **fields: object) -> None:
        self.desk.means.journal.append(kind, meeting=self.meeting.id, incident=self.id, **fields)

    def page(self) -> str:
        return html.unescape(text_of(self.client.get(f"/incidents/{self.id}")))

    def incident(self) -> Incident:
        found = self.desk.means.book.find(self.id)
        assert found is not None
        return found


@pytest.fixture
def evening(desk: Desk, room: Room, owner: User, client: Client) -> Evening:
    return Evening(desk, owner, client)


def test_what_the_guard_saw_is_told_before_and_after_the_store_has_it(evening: Evening, clock: Clock):
    clock.now += 60
    evening.write("again", people=1, by="guard", door="guard")
    assert "It is not over yet." in evening.page()
    clock.now += 0.4
    evening.write("over", proof="0 in it")
    for _ in range(2):
        page = evening.page()
        assert "it was started again, 1 person in it. Ended again within a second." in page
        assert "The meeting is over" in page
        record.take_in_all(evening.desk)
    assert "found running again" in text_of(evening.client.get(f"/incidents/{evening.id}/record"))


def test_an_incident_that_only_the_store_still_has_tells_it_too(evening: Evening, clock: Clock, room: Room):
    evening.write("again", people=3, by="guard", door="guard")
    evening.write("over", proof="0 in it")
    evening.write("hold ended", proof="released", by="guard", door="guard")
    record.take_in_all(evening.desk)
    clock.now += 3 * 24 * HOUR
    room.held, room.people = False, [{"number": "9", "name": "Nine"}]
    assert press(evening.desk, evening.meeting, by(evening.owner)) != evening.id
    assert evening.desk.means.book.find(evening.id) is None
    evening.client.force_login(evening.owner)
    page = evening.page()
    assert "3 people in it" in page
    assert "The time is over" in page


def test_of_many_times_the_last_ones_are_told_and_how_many_there_were(evening: Evening, clock: Clock):
    for _ in range(8):
        clock.now += 120
        evening.write("again", people=1, by="guard", door="guard")
        evening.write("over", proof="0 in it")
    evening.write("again and again", times=30, people=1, by="guard", door="guard")
    page = evening.page()
    assert "38 times so far" in page
    assert page.count("it was started again") == 5


def test_when_it_was_over_first_stays_what_the_stop_is_measured_by(evening: Evening, clock: Clock):
    first = evening.incident().seconds_until_over()
    clock.now += 600
    evening.write("again", people=1, by="guard", door="guard")
    evening.write("over", proof="0 in it")
    assert evening.incident().seconds_until_over() == first


def test_when_the_platform_cannot_be_asked_the_page_says_so_and_shows_the_persons_own_way(evening: Evening):
    evening.write("not asked", code="practice-unreachable")
    page = evening.page()
    assert "Practice meeting has not answered us since 08:00 UTC" in page
    assert "Close the browser tab" in page
    evening.write("asked again")
    assert "has not answered us" not in evening.page()


def test_where_the_platform_keeps_nobody_out_the_page_says_that_they_are_put_out_again(
    desk: Desk, owner: User, client: Client, clock: Clock, room: Room
):
    meeting, told = add(desk, owner), {"incident": "i1"}
    desk.means.journal.append("pressed", meeting=meeting.id, press="p", door="cord", by="x", drill=False, **told)
    desk.means.journal.append("over", meeting=meeting.id, proof="0 in it", **told)
    desk.means.journal.append("watched", meeting=meeting.id, until=clock() + HOUR, **told)
    page = text_of(client.get("/incidents/i1"))
    assert "Whoever comes in is put out again, until Friday 15 January 2027, 09:00 UTC." in page
    assert "Nobody can get back in" not in page
    assert "put out again" in text_of(client.get("/"))
    assert client.post("/incidents/i1/back-in").status_code == 302
    assert "People can come back in" in text_of(client.get("/incidents/i1"))


def test_the_guard_opens_it_when_its_time_is_over_and_the_page_says_so(
    evening: Evening, clock: Clock, room: Room, desk: Desk
):
    guard = Guard(desk, steady=clock, start=Now)
    guard.turn(at_most=0)
    clock.now += 24 * HOUR + 1
    guard.turn(at_most=0)
    desk.means.journal.settle(wait_seconds=5)
    assert not room.held
    evening.client.force_login(evening.owner)
    page = evening.page()
    assert "The time is over" in page
    assert "Since then those who were invited can come in again." in page
    assert "Let people back in" not in page


def test_where_the_platform_does_not_open_it_the_host_still_can(evening: Evening, clock: Clock, room: Room):
    clock.now += 24 * HOUR + 1
    evening.client.force_login(evening.owner)
    evening.write("hold not ended", code="practice-broken", by="guard", door="guard")
    assert "has not opened it since" in evening.page()
    evening.client.post(f"/incidents/{evening.id}/back-in")
    assert not room.held
    assert "People can come back in" in evening.page()


# -- a safe new way in -------------------------------------------------------------------------------------------------


def at(clock: Clock, hours: float) -> datetime:
    return datetime.fromtimestamp(clock.now, UTC) + timedelta(hours=hours)


def test_meetings_in_the_same_room_that_fall_into_the_time_are_listed_and_no_others(
    evening: Evening, desk: Desk, owner: User, other: User, clock: Clock
):
    add(desk, owner, name="Tomorrow", starts=at(clock, 12))
    add(desk, owner, name="Next week", starts=at(clock, 7 * 24))
    add(desk, owner, name="Last week", starts=at(clock, -7 * 24))
    add(desk, owner, name="Elsewhere", starts=at(clock, 12), at={"server": "http://127.0.0.1:1", "room": "r2"})
    add(desk, other, name="Another's", starts=at(clock, 12))
    page = evening.page()
    assert "Your meetings in the same room" in page
    assert "Tomorrow" in page
    assert [name for name in ("Next week", "Last week", "Elsewhere", "Another's") if name in page] == []


def test_one_press_gives_such_a_meeting_a_new_room_and_the_old_one_stays_barred(
    evening: Evening, desk: Desk, owner: User, clock: Clock, room: Room, answers
):
    tomorrow = add(desk, owner, name="Tomorrow", starts=at(clock, 12))
    link = meetings.give_cord(desk, owner, tomorrow.id, who="Ruth").cord.id
    answers.say = renewing(room)
    answer = evening.client.post(f"/meetings/{tomorrow.id}/renew")
    assert answer.headers["Location"] == f"/meetings/{tomorrow.id}"
    kit, old = desk.kits.read(tomorrow.id), desk.kits.read(evening.meeting.id)
    assert kit is not None
    assert old is not None
    assert (kit.meeting.at["room"], kit.meeting.secrets["admin"]) == ("new", "new admin")
    assert [cord.id for cord in kit.cords] == [link], "who can end it still can"
    assert old.meeting.at["room"] == "r1"
    assert room.held
    assert "Your meetings in the same room" not in evening.page()


def test_the_meeting_that_is_kept_closed_itself_gets_another_beside_it(
    evening: Evening, desk: Desk, owner: User, room: Room, answers
):
    answers.say = renewing(room)
    there = evening.client.post(f"/meetings/{evening.meeting.id}/renew").headers["Location"]
    assert there != f"/meetings/{evening.meeting.id}"
    kit, old = desk.kits.read(there.rpartition("/")[2]), desk.kits.read(evening.meeting.id)
    assert kit is not None
    assert old is not None
    assert (kit.meeting.at["room"], old.meeting.at["room"]) == ("new", "r1")


def test_a_platform_that_makes_none_is_named_and_nothing_changes(
    evening: Evening, desk: Desk, owner: User, clock: Clock, room: Room
):
    tomorrow = add(desk, owner, name="Tomorrow", starts=at(clock, 12))
    room.broken = True
    answer = evening.client.post(f"/meetings/{tomorrow.id}/renew", follow=True)
    assert "Nothing was changed." in text_of(answer)
    kit = desk.kits.read(tomorrow.id)
    assert kit is not None
    assert kit.meeting.at["room"] == "r1"


@pytest.mark.servers
def test_new_invitations_are_shown_once(desk: Desk, owner: User, client: Client, need, clock: Clock):
    need("janus")
    with janus_server.running() as janus:
        there, _ = open_room(janus, invitations=2)
        wire = ColdWire()
        put_on = desk._replace(means=desk.means._replace(wire=lambda _: wire))
        meeting = add(put_on, owner, platform="janus", at=there.at, secrets=there.secrets)
        desks.put(put_on)
        page = text_of(client.post(f"/meetings/{meeting.id}/renew"))
        kit = desk.kits.read(meeting.id)
        assert kit is not None
        assert kit.meeting.at["room"] != there.at["room"]
        for number in ("1", "2"):
            assert f"{number}: " in page
        assert "This is shown once." in page
        assert client.get(f"/meetings/{meeting.id}/renew").status_code == 405


def renewing(room: Room):
    """The same room, of a server that makes another when it is asked."""

    def say(request: Request) -> Reply:
        if not request.url.endswith("/renew"):
            return room(request)
        roles = ("host", "intruder")
        links = [{"number": str(n), "name": role, "role": role, "token": f"t{n}"} for n, role in enumerate(roles)]
        told = {"exists": True, "room": "new", "admin": "new admin", "stage": "new stage", "links": links}
        return Reply(200, {}, json.dumps(told).encode())

    return say
