"""The incident's page: what it says and when, the next step, letting people back in, and a record opened by hand."""

import html
import json

import pytest
from django.db import connection
from django.test import Client

from pullcord.core.steps import STEPS
from pullcord.jobs import meetings, record
from pullcord.jobs.desk import Desk
from pullcord.store import incidents
from pullcord.store.models import User
from tests.desk import Clock
from tests.pages import Room, add, by, on_disk, press, signed_in, text_of

A_DAY_SECONDS = 24 * 3600.0


@pytest.fixture
def room(answers) -> Room:
    room = Room()
    answers.say = room
    return room


@pytest.fixture
def client(owner: User) -> Client:
    return signed_in(owner)


def is_barred(room: Room) -> bool:
    return room.held


def read(client: Client, incident: str) -> str:
    return html.unescape(text_of(client.get(f"/incidents/{incident}")))


def told(desk: Desk, meeting, *lines: tuple[str, dict[str, str]], owner: User) -> str:
    """An incident as far as these lines of the journal tell it."""
    desk.means.journal.append("pressed", meeting=meeting.id, incident="i1", press="p1", door="host page", by=by(owner))
    for kind, fields in lines:
        desk.means.journal.append(kind, meeting=meeting.id, incident="i1", **fields)
    return "i1"


def test_it_is_there_before_the_store_has_taken_it_in(desk: Desk, room: Room, owner: User, client: Client):
    meeting = add(desk, owner)
    incident = press(desk, meeting, by(owner))
    assert not incidents.all_of(owner)
    assert "The meeting is over" in read(client, incident)
    assert client.get(f"/incidents/latest/{meeting.id}").headers["Location"] == f"/incidents/{incident}"


def test_the_newest_is_found_of_a_meeting_where_nothing_happened_too(desk: Desk, owner: User, client: Client):
    meeting = add(desk, owner)
    assert client.get(f"/incidents/latest/{meeting.id}").headers["Location"] == f"/meetings/{meeting.id}"


def test_it_is_not_called_over_before_the_platform_said_so(desk: Desk, owner: User, client: Client):
    meeting = add(desk, owner)
    incident = told(desk, meeting, ("sent", {"verb": "end"}), ("answered", {"answer": "204"}), owner=owner)
    page = read(client, incident)
    assert "Not over yet" in page
    assert "is over" not in page.replace("It has not said yet that it is over", "").split("Check that")[0]
    assert "Nobody can get back in" not in page
    assert 'http-equiv="refresh" content="5"' in client.get(f"/incidents/{incident}").content.decode()


def test_where_ours_did_not_do_it_the_platforms_own_buttons_come_first(desk: Desk, owner: User, client: Client):
    incident = told(desk, add(desk, owner), ("sent", {"verb": "end"}), ("by hand", {"code": "x"}), owner=owner)
    page = read(client, incident)
    assert page.index("End it yourself, now") < page.index("Close the browser tab") < page.index("The next step")
    assert "The meeting is over" not in page


def test_over_says_who_was_asked_when_and_what_it_said(desk: Desk, owner: User, client: Client):
    lines = ("sent", {"verb": "end"}), ("over", {"proof": "0 in it, door barred"})
    page = read(client, told(desk, add(desk, owner), *lines, owner=owner))
    assert "We asked Practice meeting at 08:00 UTC and it said that nobody is in it" in page
    assert "Nothing keeps people out now." in page
    assert "Nobody can get back in" not in page


def test_the_bar_is_named_with_its_day_and_only_while_it_stands(
    desk: Desk, room: Room, owner: User, client: Client, clock: Clock
):
    incident = press(desk, add(desk, owner, hold_seconds=3600.0), by(owner))
    assert "Nobody can get back in until Friday 15 January 2027, 09:00 UTC." in read(client, incident)
    clock.now += 3601
    page = read(client, incident)
    assert "Nobody can get back in" not in page
    assert "People were kept out until Friday 15 January 2027, 09:00 UTC." in page
    assert "Nothing keeps people out" not in page, "the platform has not opened it yet"


def test_who_pressed_is_named_and_by_which_door(desk: Desk, room: Room, owner: User, client: Client):
    meeting = add(desk, owner)
    ruth = meetings.give_cord(desk, owner, meeting.id, who="Ruth").cord.id
    incident = press(desk, meeting, ruth)
    press(desk, meeting, by(owner))
    for _ in range(2):
        page = read(client, incident)
        assert "Ruth pressed, by their own link" in page
        assert "Anna Owner pressed, from their page" in page
        record.take_in_all(desk)


def test_a_name_is_kept_when_its_link_is_gone(desk: Desk, room: Room, owner: User, client: Client):
    meeting = add(desk, owner)
    ruth = meetings.give_cord(desk, owner, meeting.id, who="Ruth").cord.id
    incident = press(desk, meeting, ruth)
    record.take_in_all(desk)
    meetings.revoke_cord(desk, owner, meeting.id, ruth)
    assert "Ruth pressed" in read(client, incident)


def test_an_earlier_incident_is_read_from_the_store(desk: Desk, room: Room, owner: User, client: Client, clock: Clock):
    meeting = add(desk, owner, hold_seconds=3600.0)
    first = press(desk, meeting, by(owner))
    record.take_in_all(desk)
    clock.now += 3 * A_DAY_SECONDS
    room.held, room.people = False, [{"number": "9", "name": "Nine"}]
    second = press(desk, meeting, by(owner))
    assert second != first
    assert desk.means.book.find(first) is None
    client.force_login(owner)
    page = read(client, first)
    assert "The meeting is over" in page
    assert "Anna Owner pressed" in page
    assert "2 people were there." in page


def test_people_are_counted_and_named_before_and_after_the_store_has_them(
    desk: Desk, room: Room, owner: User, client: Client
):
    incident = press(desk, add(desk, owner), by(owner))
    for _ in range(2):
        page = read(client, incident)
        assert "2 people were there." in page
        assert "Guest 1" not in page
        assert "Guest 1" in text_of(client.post(f"/incidents/{incident}/people"))
        record.take_in_all(desk)


def test_who_was_there_stays_not_known_where_it_could_not_be_read(desk: Desk, owner: User, client: Client):
    page = read(client, told(desk, add(desk, owner), ("over", {"proof": "x"}), owner=owner))
    assert "Who was there Not known." in page


def test_a_hostile_name_is_text(desk: Desk, room: Room, owner: User, client: Client):
    room.people = [{"number": "1", "name": "<script>alert(1)</script>\u202e=cmd"}]
    incident = press(desk, add(desk, owner, name="<b hx-get=/x>Choir"), by(owner))
    for path in ("/", f"/incidents/{incident}", f"/incidents/latest/{incident}"):
        page = client.get(path).content.decode()
        assert "<script>alert" not in page
        assert "<b hx-get" not in page
    names = client.post(f"/incidents/{incident}/people").content.decode()
    assert "&lt;script&gt;alert" in names
    assert "<script>alert" not in names


# -- the next step -----------------------------------------------------------------------------------------------------


def test_one_step_at_a_time_until_none_is_left(desk: Desk, room: Room, owner: User, client: Client):
    incident = press(desk, add(desk, owner), by(owner))
    for number, step in enumerate(STEPS):
        page = read(client, incident)
        assert page.index(step.sentence) > page.index("The next step")
        state = ("done", "morning", "handed")[number % 3]
        client.post(f"/incidents/{incident}/steps", {"code": step.code, "state": state, "handed_to": "Tom"})
    page = read(client, incident)
    assert "There is nothing more for you to do now" in page
    assert "→ Tom" in page
    assert {one.state for one in incidents.steps(owner, incident).values()} == {"done", "morning", "handed"}


def test_a_step_put_off_is_on_the_list_for_the_morning(desk: Desk, room: Room, owner: User, client: Client):
    incident = press(desk, add(desk, owner), by(owner))
    client.post(f"/incidents/{incident}/steps", {"code": STEPS[0].code, "state": "morning"})
    page = read(client, incident)
    assert page.index("What can wait until morning", page.index("The next step")) < page.index(STEPS[0].sentence)


@pytest.mark.parametrize(
    ("posted", "status"),
    [
        ({"code": "tell everyone", "state": "handed", "handed_to": " \x00 "}, 302),
        ({"code": "tell everyone", "state": "burnt"}, 302),
        ({"code": "no such step", "state": "done"}, 404),
        ({}, 302),
    ],
)
def test_a_step_that_makes_no_sense_changes_nothing(
    posted, status: int, desk: Desk, room: Room, owner: User, client: Client
):
    incident = press(desk, add(desk, owner), by(owner))
    record.take_in_all(desk)
    assert client.post(f"/incidents/{incident}/steps", posted).status_code == status
    assert not incidents.steps(owner, incident)


# -- letting people back in --------------------------------------------------------------------------------------------


def test_letting_people_back_in_takes_two_acts(desk: Desk, room: Room, owner: User, client: Client):
    incident = press(desk, add(desk, owner), by(owner))
    assert f"/incidents/{incident}/back-in" in client.get(f"/incidents/{incident}").content.decode()
    client.get(f"/incidents/{incident}/back-in")
    assert is_barred(room)
    assert client.post(f"/incidents/{incident}/back-in").status_code == 302
    assert not is_barred(room)
    page = read(client, incident)
    assert "People can come back in" in page
    assert "The meeting was closed by mistake. Nothing happened." in page
    assert "Nobody can get back in" not in page


def test_a_false_alarm_can_revoke_the_link_in_the_same_act(desk: Desk, room: Room, owner: User, client: Client):
    meeting = add(desk, owner)
    ruth = meetings.give_cord(desk, owner, meeting.id, who="Ruth").cord.id
    incident = press(desk, meeting, ruth)
    assert "Yes, the press of Ruth was" in text_of(client.get(f"/incidents/{incident}/back-in"))
    client.post(f"/incidents/{incident}/back-in", {"revoke": "on"})
    assert is_barred(room), "whose link is not said"
    client.post(f"/incidents/{incident}/back-in", {"false_alarm": ruth, "revoke": "on"})
    assert not is_barred(room)
    kit = desk.kits.read(meeting.id)
    assert kit is not None
    assert not kit.cords


def test_where_the_platform_refuses_it_says_so_and_keeps_them_out(desk: Desk, room: Room, owner: User, client: Client):
    incident = press(desk, add(desk, owner), by(owner))
    room.broken = True
    answer = client.post(f"/incidents/{incident}/back-in")
    assert "People are still kept out." in text_of(answer)
    assert "Nobody can get back in" in read(client, incident)


def test_nothing_is_opened_where_no_bar_stands(desk: Desk, owner: User, client: Client):
    incident = told(desk, add(desk, owner), ("over", {"proof": "x"}), owner=owner)
    assert client.post(f"/incidents/{incident}/back-in").status_code == 302
    assert not [line for line in desk.means.journal.read()[0] if line.kind == "releasing"]


# -- by hand, words, record --------------------------------------------------------------------------------------------


def test_a_record_is_opened_by_hand_without_knowing_anything(store, owner: User, client: Client):
    answer = client.post("/incidents/new", {})
    page = html.unescape(text_of(client.get(answer.headers["Location"])))
    assert "Meeting not known It began not known It was over not known" in page
    assert "The next step" in page
    assert "Who was there Not known." in page


def test_what_is_known_is_kept(desk: Desk, owner: User, client: Client):
    meeting = add(desk, owner)
    known = {"title": "Tuesday", "meeting_id": meeting.id, "happened_at": "2026-01-05T18:00", "people_out": "7"}
    page = text_of(client.get(client.post("/incidents/new", known).headers["Location"]))
    assert "Monday 5 January 2026, 18:00 UTC" in page
    assert "7 people were there. Their names are not known." in page


def test_anothers_meeting_cannot_be_named(desk: Desk, owner: User, other: User, client: Client):
    answer = client.post("/incidents/new", {"meeting_id": add(desk, other).id})
    assert answer.status_code == 200
    assert not incidents.all_of(owner)


def test_words_are_added_later_and_leave_the_rest_as_it_was(desk: Desk, room: Room, owner: User, client: Client):
    incident = press(desk, add(desk, owner), by(owner))
    client.post(f"/incidents/{incident}/words", {"title": "Tuesday", "told": "It began at nine.", "over_at": "x"})
    page = read(client, incident)
    assert "It began at nine." in page
    assert "The meeting is over" in page


def test_the_record_shows_all_times_and_never_says_verified(desk: Desk, room: Room, owner: User, client: Client):
    incident = press(desk, add(desk, owner), by(owner))
    assert "still being written" in text_of(client.get(f"/incidents/{incident}/record"))
    record.take_in_all(desk)
    page = text_of(client.get(f"/incidents/{incident}/record"))
    assert "Consistent with itself" in page
    assert "2027-01-15 08:00:00" in page
    assert "verified" not in page.lower()


def test_a_changed_record_is_called_broken(desk: Desk, room: Room, owner: User, client: Client, store):
    incident = press(desk, add(desk, owner), by(owner))
    record.take_in_all(desk)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE store_entry SET fields = %s WHERE number = 2", [json.dumps({"by": "nobody"})])
    assert "Entry 2 is not as it was written" in text_of(client.get(f"/incidents/{incident}/record"))


def test_looking_changes_nothing(desk: Desk, room: Room, owner: User, client: Client):
    meeting = add(desk, owner)
    incident = press(desk, meeting, by(owner))
    record.take_in_all(desk)
    pages = ["/", "/meetings/new", "/meetings/new/janus", f"/meetings/{meeting.id}", f"/meetings/{meeting.id}/change"]
    pages += ["/incidents/new", f"/incidents/latest/{meeting.id}", "/accounts/password/change/", "/accounts/login/"]
    pages += [f"/incidents/{incident}{end}" for end in ("", "/record", "/back-in", "/words")]
    before = on_disk(desk)
    for path in pages * 3:
        assert client.get(path).status_code in (200, 302), path
        assert client.head(path).status_code in (200, 302), path
    assert on_disk(desk) == before
