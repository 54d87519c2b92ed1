"""An organisation's connections: tested before they are kept, and a changed credential is in every kit before it is shown as done."""

import json
from pathlib import Path
from typing import Any

import pytest

from pullcord.config import read_config
from pullcord.jobs import connections, doctor, meetings, sealing
from pullcord.jobs.connections import KEEP_SECONDS
from pullcord.jobs.desk import Desk
from pullcord.jobs.kits import Refused
from pullcord.safe.kit import Kit
from pullcord.serve import house as houses
from pullcord.serve.pages import connections_of
from pullcord.store import NotFound, organisations
from pullcord.store import connections as kept
from pullcord.store.models import Connection, Meeting, Membership, User
from tests.connecting import GOOD, SERVER, Janus, connected, tried
from tests.desk import Clock
from tests.pages import on_disk
from tests.test_meetings import block, unblock

HOURS: dict[str, Any] = {"name": "Choir"}
ROOM = {"room": "1234"}


@pytest.fixture
def janus(answers) -> Janus:
    answers.say = janus = Janus()
    janus.rooms["1234"] = "roomroom"
    return janus


@pytest.fixture
def connection(desk: Desk, owner: User, janus: Janus) -> Connection:
    return connected(desk, owner)


def kit_of(desk: Desk, meeting: Meeting) -> Kit:
    kit = desk.kits.read(meeting.pk)
    assert kit is not None
    return kit


def adopt(desk: Desk, user: User, connection: Connection, **told: Any) -> connections.Adopted:
    return connections.adopt(desk, user, connection.pk, at=ROOM, secrets={"room": "roomroom"}, **HOURS | told)


def member(owner: User, user: User, role: str) -> User:
    where = organisations.owned_by(owner)
    Membership.objects.create(organisation=where, user=user, role=role, since=where.created_at)
    return user


# -- before it is kept -------------------------------------------------------------------------------------------------


def test_a_test_says_what_the_credential_buys_and_keeps_nothing(desk: Desk, owner: User, janus: Janus):
    before = on_disk(desk)
    told = tried(desk, owner)
    assert told.keeps == "tested"
    assert {one.feature: one.answer for one in told.findings.features} == {
        "roster": "yes",
        "read-back": "yes",
        "stop": "unknown",
        "hold": "unknown",
        "kick": "unknown",
        "hear": "no",
        "make": "yes",
    }
    assert on_disk(desk) == before
    assert janus.rooms == {"1234": "roomroom"}, "no room was made"


def test_what_was_tested_is_kept_once_by_whom_it_was_shown_to_and_sealed(
    desk: Desk, owner: User, other: User, janus: Janus
):
    told = tried(desk, owner)
    with pytest.raises(Refused):
        connections.keep(desk, other, told.ticket)
    row = connections.keep(desk, owner, told.ticket)
    assert (row.name, row.at["server"]) == ("Our server", SERVER)
    with pytest.raises(Refused):
        connections.keep(desk, owner, told.ticket)
    assert kept.all_of(owner) == [row]
    assert "adminadmin" not in json.dumps(on_disk(desk))
    assert connections.look_of(desk, row) == told.look


def test_what_was_tested_long_ago_is_not_kept(desk: Desk, owner: User, janus: Janus, monkeypatch):
    told, clock = tried(desk, owner), Clock()
    monkeypatch.setattr(desk.tickets, "_clock", lambda: clock.now * 2 + KEEP_SECONDS)
    with pytest.raises(Refused, match="Nothing was kept"):
        connections.keep(desk, owner, told.ticket)


def test_a_wrong_credential_is_not_kept_and_a_server_that_is_down_only_untested(desk: Desk, owner: User, janus: Janus):
    wrong = tried(desk, owner, admin="another")
    assert (wrong.keeps, wrong.ticket) == ("no", "")
    janus.is_down = True
    down = tried(desk, owner)
    assert down.keeps == "untested"
    row = connections.keep(desk, owner, down.ticket)
    look = connections.look_of(desk, row)
    assert look is not None
    assert (look.how == "well", look.well_at) == (False, None)


def test_whoever_owns_nothing_makes_the_server_ask_nobody(desk: Desk, owner: User, other: User, janus: Janus):
    Membership.objects.filter(user=other).delete()
    with pytest.raises(NotFound):
        tried(desk, member(owner, other, "host"))
    assert janus.asked == []


def test_the_other_end_s_clock_is_compared_with_ours(desk: Desk, owner: User, janus: Janus):
    assert not tried(desk, owner).look.clocks_differ
    janus.clock += 90
    look = tried(desk, owner).look
    assert look.clocks_differ
    assert look.ahead_seconds is not None
    assert abs(look.ahead_seconds - 90) < 2


# -- meetings on it ----------------------------------------------------------------------------------------------------


def test_a_meeting_on_a_connection_has_its_credential_in_the_kit_and_only_its_own_part_beside(
    desk: Desk, owner: User, connection: Connection
):
    made = adopt(desk, owner, connection)
    assert made.is_proven
    kit = kit_of(desk, made.meeting)
    assert kit.meeting.secrets == {**GOOD, "room": "roomroom"}
    assert kit.meeting.at == {"server": SERVER, "ids": "numbers", "room": "1234"}
    own = sealing.opened(desk, made.meeting)
    assert own == {"room": "roomroom"}


def test_a_room_that_has_another_secret_is_refused(desk: Desk, owner: User, connection: Connection, janus: Janus):
    janus.rooms["1234"] = "another"
    with pytest.raises(Refused, match="another secret"):
        adopt(desk, owner, connection)
    assert not Meeting.objects.exists()


def test_a_room_that_cannot_be_read_is_refused(desk: Desk, owner: User, connection: Connection):
    with pytest.raises(Refused):
        connections.adopt(desk, owner, connection.pk, at={"room": "https://x/choir"}, secrets={"room": "r"}, **HOURS)


def test_a_meeting_is_made_on_the_platform_with_invitations(
    desk: Desk, owner: User, connection: Connection, janus: Janus
):
    made = connections.create(desk, owner, connection.pk, invitations=3, **HOURS)
    room = made.meeting.at["room"]
    assert len(made.invitations) == 3
    assert janus.rooms[room] == kit_of(desk, made.meeting).meeting.secrets["room"]
    assert kit_of(desk, made.meeting).meeting.secrets["admin"] == GOOD["admin"]


def test_a_room_that_could_not_be_kept_is_not_left_behind(
    desk: Desk, owner: User, connection: Connection, janus: Janus
):
    adopt(desk, owner, connection)
    aside = block(desk)
    with pytest.raises(Refused):
        connections.create(desk, owner, connection.pk, invitations=3, **HOURS)
    unblock(desk, aside)
    assert set(janus.rooms) == {"1234"}
    assert Meeting.objects.count() == 1


def test_a_host_uses_a_connection_and_neither_sees_nor_changes_it(
    desk: Desk, owner: User, other: User, connection: Connection
):
    Membership.objects.filter(user=other).delete()
    host = member(owner, other, "host")
    assert kept.usable(host) == [connection]
    assert kept.all_of(host) == []
    made = adopt(desk, host, connection).meeting
    assert (made.owner, made.organisation_id) == (host, connection.organisation_id)
    for act in (
        lambda: connections.try_change(desk, host, connection.pk, name="x", secrets={}),
        lambda: connections.try_again(desk, host, connection.pk),
        lambda: connections.remove(desk, host, connection.pk),
    ):
        with pytest.raises(NotFound):
            act()


def test_another_organisation_has_nothing_of_it(desk: Desk, owner: User, other: User, connection: Connection):
    assert kept.all_of(other) == kept.usable(other) == []
    for act in (
        lambda: adopt(desk, other, connection),
        lambda: connections.create(desk, other, connection.pk, invitations=1, **HOURS),
        lambda: connections.try_change(desk, other, connection.pk, name="x", secrets={}),
        lambda: connections.try_again(desk, other, connection.pk),
        lambda: connections.remove(desk, other, connection.pk),
        lambda: kept.meetings_on(other, connection.pk),
    ):
        with pytest.raises(NotFound):
            act()


# -- another credential ------------------------------------------------------------------------------------------------


def changed(desk: Desk, owner: User, connection: Connection, admin: str) -> Connection:
    told = connections.try_change(desk, owner, connection.pk, name="Renamed", secrets={"admin": admin})
    return connections.keep(desk, owner, told.ticket)


def test_a_changed_credential_is_in_every_kit_when_it_is_shown_as_done(
    desk: Desk, owner: User, connection: Connection, janus: Janus
):
    on = [
        adopt(desk, owner, connection).meeting,
        connections.create(desk, owner, connection.pk, invitations=1, **HOURS)[0],
    ]
    link = meetings.give_cord(desk, owner, on[0].pk, who="Ruth").cord.id
    janus.admin = "a new one"
    row = changed(desk, owner, connection, "a new one")
    assert row.name == "Renamed"
    for meeting in on:
        secrets = kit_of(desk, meeting).meeting.secrets
        assert (secrets["admin"], secrets["create"]) == ("a new one", GOOD["create"])
    assert [one.id for one in kit_of(desk, on[0]).cords] == [link]
    assert kit_of(desk, on[0]).meeting.secrets["room"] == "roomroom"


def test_a_disk_that_takes_no_kit_changes_no_credential(desk: Desk, owner: User, connection: Connection, janus: Janus):
    meeting = adopt(desk, owner, connection).meeting
    janus.admin = "a new one"
    told = connections.try_change(desk, owner, connection.pk, name="Renamed", secrets={"admin": "a new one"})
    aside = block(desk)
    with pytest.raises(Refused):
        connections.keep(desk, owner, told.ticket)
    unblock(desk, aside)
    row = kept.find(owner, connection.pk)
    assert row.name == "Our server"
    assert connections.place_of(desk, row).secrets == GOOD
    assert kit_of(desk, meeting).meeting.secrets["admin"] == GOOD["admin"]


def test_a_kit_that_is_not_taken_sets_back_those_that_were(
    desk: Desk, owner: User, connection: Connection, janus: Janus
):
    on = [adopt(desk, owner, connection, name=name).meeting for name in ("Choir", "Bells")]
    janus.admin = "a new one"
    told = connections.try_change(desk, owner, connection.pk, name="Renamed", secrets={"admin": "a new one"})
    last, asked = max(meeting.pk for meeting in on), 0

    class Half:
        def __getattr__(self, name: str) -> Any:
            return getattr(desk.kits, name)

        def write(self, kit: Kit) -> None:
            nonlocal asked
            asked += 1
            if kit.meeting.id == last and kit.meeting.secrets["admin"] == "a new one":
                raise OSError("full")
            desk.kits.write(kit)

    with pytest.raises(Refused):
        connections.keep(desk._replace(kits=Half()), owner, told.ticket)  # type: ignore[arg-type]  # as far as it is asked
    assert asked > 2
    assert {kit_of(desk, meeting).meeting.secrets["admin"] for meeting in on} == {GOOD["admin"]}


def test_it_is_removed_only_where_no_meeting_needs_it(desk: Desk, owner: User, connection: Connection):
    meeting = adopt(desk, owner, connection).meeting
    with pytest.raises(Refused, match="Choir"):
        connections.remove(desk, owner, connection.pk)
    meetings.archive(desk, owner, meeting.pk)
    connections.remove(desk, owner, connection.pk)
    assert kept.all_of(owner) == []
    assert Meeting.objects.get(pk=meeting.pk).connection is None


def test_changing_a_meeting_on_it_keeps_the_credential(desk: Desk, owner: User, connection: Connection):
    meeting = adopt(desk, owner, connection).meeting
    meetings.change(desk, owner, meeting.pk, name="Bells", starts=None, ends=None, hold_seconds=3600.0)
    assert kit_of(desk, meeting).meeting.secrets == {**GOOD, "room": "roomroom"}
    new = meetings.renew(desk, owner, meeting.pk)
    assert kit_of(desk, new.meeting).meeting.secrets["admin"] == GOOD["admin"]


# -- the terminal's word ------------------------------------------------------------------------------------------------


def test_doctor_tests_each_connection_once_and_writes_down_what_it_found(
    desk: Desk, owner: User, connection: Connection, janus: Janus, clock: Clock
):
    for name in ("Choir", "Bells"):
        adopt(desk, owner, connection, name=name)
    clock.now += 60
    janus.clock += 60 + 90
    told = [one for one in doctor.look(desk) if one.code.startswith("connection-")]
    assert [(one.how, one.sentence) for one in told] == [("well", f"Janus at {SERVER} took our credential.")]
    lines = "\n".join(doctor._lines(told[0]))
    assert "Which Janus is it? 1.1.2." in lines
    assert "hear: no." in lines
    assert "seconds ahead of ours" in lines
    assert "adminadmin" not in lines + doctor._as_json(told)
    look = connections.look_of(desk, connection)
    assert look is not None
    assert look.at == clock.now
    janus.admin = "another"
    assert doctor.exit_code(doctor.look(desk)) == doctor.BROKEN


# -- a pasted link -----------------------------------------------------------------------------------------------------


def test_of_a_pasted_link_the_place_is_kept_and_never_the_right_behind_it():
    at = {"server": "https://meet.example.org:5281", "service": "conference.meet.example.org"}
    row = Connection(platform="prosody", at=at)
    told = connections._read_room(row, {"room": " https://meet.example.org/Tasting?jwt=adminadmin#config.x=1"})
    assert told == {"link": "https://meet.example.org/Tasting", "room": "tasting@conference.meet.example.org"}
    assert connections._read_room(row, {"room": "tasting"}) == {"room": "tasting@conference.meet.example.org"}


def test_a_server_asks_the_store_for_its_connections_once_it_is_there(
    desk: Desk, owner: User, connection: Connection, tmp_path: Path
):
    built = houses.build(read_config(str(tmp_path / "served"), environment={}))
    built.desk.means.journal.close()
    built.inbox.close()
    house = built._replace(desk=desk)
    assert connections_of(house) is None, "the pages are not loaded yet"
    house.people.app = "loaded"
    assert [one.at for one in connections_of(house) or ()] == [connection.at]
    house.troubles.say("store", "broken")
    assert connections_of(house) is None
