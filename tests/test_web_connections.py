"""The pages of connections: the form that tests before it keeps, what a credential buys, and meetings made on one."""

import html
import json
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from pullcord.jobs.desk import Desk
from pullcord.store import connections as kept
from pullcord.store import meetings
from pullcord.store.models import Connection, Meeting, User
from tests.connecting import SERVER, Janus, connected
from tests.desk import Clock
from tests.pages import on_disk, signed_in, text_of
from tests.test_web_connect import PRIVATE

FORM = {"name": "Our server", "server": "https://93.184.216.34/admin", "ids": "numbers", "admin": "adminadmin"}
FORM |= {"create": "keykeykey"}
HOURS = {"name": "Choir", "hold_hours": "12"}
NEW = "/connections/new/janus"


@pytest.fixture
def janus(answers) -> Janus:
    answers.say = janus = Janus()
    janus.rooms["1234"] = "roomroom"
    return janus


@pytest.fixture
def client(owner: User, janus: Janus) -> Client:
    return signed_in(owner)


@pytest.fixture
def connection(desk: Desk, owner: User, janus: Janus) -> Connection:
    return connected(desk, owner)


def ticket(answer: Any) -> str:
    found = re.search(r'name="tested" value="([^"]+)"', answer.content.decode())
    assert found is not None
    return found[1]


def test_the_form_tests_shows_what_it_buys_and_keeps_on_a_second_press(desk: Desk, owner: User, client: Client):
    before = on_disk(desk)
    answer = client.post(NEW, FORM)
    page = html.unescape(text_of(answer))
    assert "The server took this credential." in page
    assert "Make a room for a new meeting ✓ yes The admin key for making rooms." in page
    assert "End a meeting for everyone ? not known The admin secret, and each room's own secret." in page
    assert "Which Janus is it? 1.1.2." in page
    assert "adminadmin" not in answer.content.decode()
    assert on_disk(desk) == before
    done = client.post(reverse("connection_keep"), {"tested": ticket(answer)})
    one = kept.all_of(owner)[0]
    assert done.headers["Location"] == reverse("connection", args=[one.pk])
    shown = client.get(done.headers["Location"])
    assert "It took our credential." in text_of(shown)
    assert "adminadmin" not in shown.content.decode() + json.dumps(on_disk(desk))


def test_what_does_not_work_is_not_kept_and_says_what_is_missing(owner: User, client: Client, janus: Janus):
    answer = client.post(NEW, FORM | {"admin": "another-one"})
    assert "so it was not kept" in text_of(answer)
    assert "Janus did not accept our credential." in text_of(answer)
    assert "another-one" not in answer.content.decode()
    assert 'name="tested"' not in answer.content.decode()
    janus.key = "another key"
    page = html.unescape(text_of(client.post(NEW, FORM)))
    assert "Make a room for a new meeting ✗ no" in page
    assert "ours is missing or another one" in page


def test_a_server_that_is_down_can_be_kept_untested_and_every_page_says_so(owner: User, client: Client, janus: Janus):
    janus.is_down = True
    answer = client.post(NEW, FORM)
    assert "Keep it untested" in text_of(answer)
    client.post(reverse("connection_keep"), {"tested": ticket(answer)})
    for path in (reverse("connections"), reverse("connection", args=[kept.all_of(owner)[0].pk])):
        assert "could not be found out" in text_of(client.get(path))


@pytest.mark.parametrize("server", PRIVATE)
def test_the_form_does_not_send_us_onto_a_private_network(server: str, owner: User, client: Client, answers):
    answer = client.post(NEW, FORM | {"server": server})
    assert 'name="tested"' not in answer.content.decode()
    assert answers.requests == []
    assert not kept.all_of(owner)


def test_another_credential_is_tested_and_then_in_the_kits(
    desk: Desk, owner: User, client: Client, connection: Connection, janus: Janus
):
    client.post(reverse("room_adopt", args=[connection.pk]), HOURS | {"room": "1234", "room_secret": "roomroom"})
    janus.admin = "a new one"
    change = reverse("connection_change", args=[connection.pk])
    assert "keykeykey" not in client.get(change).content.decode()
    answer = client.post(change, {"name": "Renamed", "admin": "a new one"})
    kit = desk.kits.read(meetings.all_of(owner)[0].pk)
    assert kit is not None
    assert kit.meeting.secrets["admin"] == "adminadmin", "nothing is changed by the test"
    client.post(reverse("connection_keep"), {"tested": ticket(answer)})
    kit = desk.kits.read(meetings.all_of(owner)[0].pk)
    assert kit is not None
    assert (kit.meeting.secrets["admin"], kit.meeting.secrets["create"]) == ("a new one", "keykeykey")
    assert "Renamed" in text_of(client.get(reverse("connections")))


def test_a_room_that_is_there_is_added_without_typing_a_credential(owner: User, client: Client, connection: Connection):
    assert reverse("room_adopt", args=[connection.pk]) in client.get(reverse("meeting_new")).content.decode()
    adopt = reverse("room_adopt", args=[connection.pk])
    assert 'name="admin"' not in client.get(adopt).content.decode()
    answer = client.post(adopt, HOURS | {"room": "1234", "room_secret": "wrong"})
    assert "has another secret" in text_of(answer)
    assert not meetings.all_of(owner)
    answer = client.post(adopt, HOURS | {"room": "1234", "room_secret": "roomroom"}, follow=True)
    assert "Added. The platform was asked, and it can be ended." in text_of(answer)
    assert "Choir" in text_of(client.get(reverse("connection", args=[connection.pk])))


def test_a_new_room_is_made_and_its_invitations_are_shown_once(
    owner: User, client: Client, connection: Connection, janus: Janus
):
    answer = client.post(reverse("room_make", args=[connection.pk]), HOURS | {"invitations": "3"})
    assert "This is shown once" in text_of(answer)
    made = Meeting.objects.get()
    assert made.at["room"] in janus.rooms
    assert f"Room: {made.at['room']}" in answer.content.decode()
    assert len(re.findall(r"^\d: [0-9a-f]{32}", answer.content.decode(), re.MULTILINE)) == 3


def test_a_server_that_makes_no_room_is_told_and_nothing_is_added(
    owner: User, client: Client, connection: Connection, janus: Janus
):
    janus.key = "another key"
    answer = client.post(reverse("room_make", args=[connection.pk]), HOURS | {"invitations": "3"})
    assert "did not accept" in text_of(answer)
    assert not meetings.all_of(owner)


def test_what_stopped_working_is_on_the_owner_s_first_page(
    desk: Desk, client: Client, connection: Connection, janus: Janus, clock: Clock
):
    assert "At our last test" not in text_of(client.get("/"))
    janus.admin = "another"
    client.post(reverse("connection_test", args=[connection.pk]))
    page = html.unescape(text_of(client.get("/")))
    assert "At our last test the connection “Our server” could not be used." in page
    page = text_of(client.get(reverse("connection", args=[connection.pk])))
    assert "Until it works again, meetings on it may not end from here." in page
    assert "It last worked:" in page


def test_what_was_found_days_ago_is_not_called_well(owner: User, connection: Connection, clock: Clock):
    clock.now += 3 * 24 * 3600
    page = text_of(signed_in(owner).get(reverse("connections")))
    assert "It was not tested for days" in page
    assert "took our credential" not in page


def test_a_connection_with_a_meeting_on_it_is_not_removed(owner: User, client: Client, connection: Connection):
    client.post(reverse("room_adopt", args=[connection.pk]), HOURS | {"room": "1234", "room_secret": "roomroom"})
    answer = client.post(reverse("connection_remove", args=[connection.pk]))
    assert "could not be ended from here" in text_of(answer)
    assert kept.all_of(owner) == [connection]
    client.post(reverse("meeting_put_away", args=[meetings.all_of(owner)[0].pk]))
    client.post(reverse("connection_remove", args=[connection.pk]))
    assert kept.all_of(owner) == []


def test_a_clock_that_is_off_is_said(client: Client, connection: Connection, janus: Janus):
    janus.clock += 90
    client.post(reverse("connection_test", args=[connection.pk]))
    for path in (reverse("connections"), reverse("connection", args=[connection.pk])):
        assert "seconds ahead of this server’s" in text_of(client.get(path))
    assert SERVER in client.get(reverse("connection", args=[connection.pk])).content.decode()


def test_where_its_server_reports_is_the_same_for_the_connection_and_the_meetings_on_it(
    desk: Desk, owner: User, client: Client, janus: Janus
):
    one = connected(desk, owner, events="janus:letmein")
    client.post(reverse("room_adopt", args=[one.pk]), HOURS | {"room": "1234", "room_secret": "roomroom"})
    address = re.search(
        r"/events/janus/[0-9a-f]{32}", client.get(reverse("connection", args=[one.pk])).content.decode()
    )
    assert address is not None
    page = client.get(reverse("meeting", args=[meetings.all_of(owner)[0].pk])).content.decode()
    assert address[0] in page
    assert "“Our server”" in page
