"""A Zoom account of an organisation, from the form to a press: tested, named what is missing, meetings taken in and made on it."""

import json
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from django.urls import reverse

from pullcord.jobs import connections, meetings
from pullcord.jobs.connections import Tried
from pullcord.jobs.desk import Desk
from pullcord.jobs.kits import Refused
from pullcord.jobs.stop import stop
from pullcord.platforms import zoom_token
from pullcord.platforms.wire import ColdWire
from pullcord.safe.kit import Kit
from pullcord.store.models import Connection, Meeting, User
from tests.contract.ground_zoom import ZoomGround, ground
from tests.fakes.zoom.plans import PRO
from tests.pages import signed_in, text_of


@pytest.fixture
def account(answers) -> Iterator[ZoomGround]:
    with ground(plan=PRO, strict=False) as ours:
        answers.say = ColdWire().send
        yield ours


def told(account: ZoomGround, **other: str) -> dict[str, str]:
    at = {"account": account.account.id, "client": account.account.client_id, "plan": "pro", "server": account.address}
    return at | other


def tried(desk: Desk, owner: User, account: ZoomGround, secret: str = "") -> Tried:
    secrets = {"secret": secret or account.account.client_secret}
    return connections.try_new(desk, owner, platform="zoom", name="Our Zoom", at=told(account), secrets=secrets)


@pytest.fixture
def connection(desk: Desk, owner: User, account: ZoomGround) -> Connection:
    return connections.keep(desk, owner, tried(desk, owner, account).ticket)


def kit_of(desk: Desk, meeting: Meeting) -> Kit:
    kit = desk.kits.read(meeting.pk)
    assert kit is not None
    return kit


def test_on_pro_it_is_kept_though_nobody_lists_who_is_in_a_meeting(desk: Desk, owner: User, account: ZoomGround):
    found = tried(desk, owner, account)
    assert found.keeps == "tested"
    answers = {one.feature: one.answer for one in found.findings.features}
    assert (answers["stop"], answers["hold"], answers["make"], answers["roster"]) == ("yes", "yes", "yes", "no")


def test_an_app_that_may_not_end_is_not_kept_and_the_scope_is_named(desk: Desk, owner: User, account: ZoomGround):
    account.zoom.scopes.discard("meeting:update:status:admin")
    found = tried(desk, owner, account)
    end = found.findings.of("stop")
    assert end is not None
    assert found.keeps == "no"
    assert "meeting:update:status:admin" in end.why


def test_a_wrong_secret_is_not_kept_and_is_in_no_sentence(desk: Desk, owner: User, account: ZoomGround):
    found = tried(desk, owner, account, secret="another-secret-of-nobody")
    assert found.keeps == "no"
    assert "another-secret-of-nobody" not in repr(found)


def test_a_meeting_is_taken_in_by_its_link_with_what_a_release_gives_back(
    desk: Desk, owner: User, account: ZoomGround, connection: Connection
):
    there = account.account.schedule("Choir")
    adopted = connections.adopt(desk, owner, connection.pk, at={"room": there.join_url}, secrets={}, name="Choir")
    assert adopted.is_proven
    known = kit_of(desk, adopted.meeting).meeting
    assert known.at["room"] == str(there.id)
    assert there.password not in json.dumps(known.at), "the link is kept without what opens it"
    assert known.secrets["passcode"] == there.password
    assert json.loads(known.secrets["settings"])["join_before_host"] is True


def test_a_meeting_with_a_credential_of_its_own_is_kept_by_its_number_too(desk: Desk, owner: User, account: ZoomGround):
    there = account.account.schedule("Choir")
    secrets = {"secret": account.account.client_secret}
    at = told(account, room=there.join_url)
    meeting = meetings.add(desk, owner, name="Choir", platform="zoom", at=at, secrets=secrets)
    assert meeting.at["room"] == str(there.id)
    assert there.password not in json.dumps(meeting.at)
    with pytest.raises(Refused):
        meetings.add(desk, owner, name="Choir", platform="zoom", at=told(account, room="my room"), secrets=secrets)


def test_a_number_that_the_account_does_not_know_is_not_taken_in(
    desk: Desk, owner: User, account: ZoomGround, connection: Connection
):
    with pytest.raises(Refused) as refused:
        connections.adopt(desk, owner, connection.pk, at={"room": "811 1111 1111"}, secrets={}, name="Choir")
    assert "no meeting of that number" in refused.value.sentence


def test_one_press_ends_it_and_the_record_says_what_became_of_each_change(
    desk: Desk, owner: User, account: ZoomGround, connection: Connection
):
    there = account.account.schedule("Choir")
    account._of_old.add(there.id)
    meeting = connections.adopt(
        desk, owner, connection.pk, at={"room": str(there.id)}, secrets={}, name="Choir"
    ).meeting
    kit = kit_of(desk, meeting)
    person = account.join(kit.meeting, there.join_url, name="Ann")
    pressed = stop(kit, desk.means, by="anna", door="cord")
    assert pressed.error is None
    assert pressed.incident.is_over
    assert person.is_out(within_seconds=1)
    assert there.settings["waiting_room"] is True
    journal = b"".join(path.read_bytes() for path in desk_files(desk))
    assert b"applied: a new passcode" in journal
    assert there.password.encode() not in journal
    assert account.account.client_secret.encode() not in journal


def desk_files(desk: Desk) -> list[Path]:
    return [path for path in Path(desk.config.path("stop")).glob("journal*") if path.is_file()]


def test_a_meeting_made_here_is_on_the_account_and_its_links_are_shown_once(
    desk: Desk, owner: User, account: ZoomGround, connection: Connection
):
    made = connections.create(desk, owner, connection.pk, invitations=3, name="Choir")
    known = kit_of(desk, made.meeting).meeting
    assert account.account.meetings[int(known.at["room"])].settings["waiting_room"] is True
    assert len(set(made.invitations.values())) == 3


def test_what_only_a_real_account_can_answer_is_kept_with_the_connection(desk: Desk, connection: Connection):
    look = connections.look_of(desk, connection)
    assert look is not None
    asked = {one.question: one.answer for one in look.answers}
    assert asked["Which licence has whoever hosts new meetings?"] == "Licensed."
    assert asked["Does each invited person get a link of their own?"] == "Yes."
    assert "100 changes" in asked["How much does Zoom still take today?"]


def test_the_form_asks_for_three_things_and_names_what_is_missing(desk: Desk, owner: User, account: ZoomGround):
    account.zoom.scopes.discard("meeting:update:status:admin")
    client = signed_in(owner)
    page = client.get(reverse("connection_new", args=["zoom"])).content.decode()
    assert {"account", "client", "secret", "plan"} <= set(re.findall(r'name="([a-z]+)"', page))
    form = told(account, name="Our Zoom", secret=account.account.client_secret)
    answer = client.post(reverse("connection_new", args=["zoom"]), form)
    assert "private network" in text_of(answer) or "https://" in text_of(answer), "a form does not send us to loopback"
    assert account.account.client_secret not in unescape(answer.content.decode())


def test_a_token_is_kept_in_memory_alone(desk: Desk, account: ZoomGround, connection: Connection):
    token = zoom_token.token(connections.place_of(desk, connection), ColdWire()).text
    files = [path for path in Path(desk.config.data).rglob("*") if path.is_file()]
    assert files
    assert not [path for path in files if token.encode() in path.read_bytes()]


def test_a_link_in_which_no_number_stands_is_said_to_be_so_beside_the_form(owner: User):
    told = {"name": "Choir", "hold_hours": "2", "account": "a", "client": "c", "secret": "s" * 20, "kind": "meeting"}
    page = signed_in(owner).post(reverse("meeting_connect", args=["zoom"]), told | {"room": "https://zoom.us/my/choir"})
    assert page.status_code == 200
    assert "cannot be read from this" in text_of(page)
    assert not Meeting.objects.exists()
