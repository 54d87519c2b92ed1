"""A meeting with a credential of its own comes onto a connection: tested first, the old one forgotten, and never without a kit."""

import json

import pytest
from django.urls import reverse

from pullcord.jobs import connections, meetings, onto
from pullcord.jobs.desk import Desk
from pullcord.jobs.kits import Refused
from pullcord.store import NotFound, organisations
from pullcord.store import meetings as kept
from pullcord.store.models import Connection, Meeting, Membership, User
from tests.connecting import SERVER, Janus
from tests.pages import on_disk, signed_in, text_of
from tests.test_connections import connection, janus, kit_of
from tests.test_meetings import block, unblock

__all__ = ["connection", "janus"]
AT = {"server": SERVER, "ids": "numbers", "room": "1234"}
OLD = {"admin": "an-old-secret", "room": "roomroom"}


@pytest.fixture
def lone(desk: Desk, owner: User) -> Meeting:
    return meetings.add(desk, owner, name="Choir", platform="janus", at=AT, secrets=OLD)


def test_its_own_credential_is_forgotten_and_the_kit_has_the_connections(
    desk: Desk, owner: User, lone: Meeting, connection: Connection
):
    link = meetings.give_cord(desk, owner, lone.pk, who="Ruth")
    page = signed_in(owner).get(reverse("meeting", args=[lone.pk]))
    assert "Test it on “Our server”, and use that" in text_of(page)
    done = signed_in(owner).post(reverse("meeting_move", args=[lone.pk, connection.pk]), follow=True)
    assert "It is reached by “Our server” now." in text_of(done)
    assert "Test it on" not in text_of(done)
    kit = kit_of(desk, lone)
    assert kit.meeting.secrets == {"admin": "adminadmin", "create": "keykeykey", "room": "roomroom"}
    assert kit.meeting.at["server"] == SERVER
    assert [cord.digest for cord in kit.cords] == [link.cord.digest], "who can end it stays as it is"
    assert kept.find(owner, lone.pk).connection == connection
    assert "an-old-secret" not in json.dumps(on_disk(desk))


def test_where_the_room_has_another_secret_nothing_is_changed(
    desk: Desk, owner: User, lone: Meeting, connection: Connection, janus: Janus
):
    janus.rooms["1234"] = "another"
    before = kit_of(desk, lone)
    done = signed_in(owner).post(reverse("meeting_move", args=[lone.pk, connection.pk]), follow=True)
    assert "The room has another secret" in text_of(done)
    assert kit_of(desk, lone) == before


def test_what_was_never_proven_does_not_take_the_place_of_what_works(
    desk: Desk, owner: User, lone: Meeting, connection: Connection, janus: Janus
):
    janus.is_down = True
    connections.try_again(desk, owner, connection.pk)
    with pytest.raises(Refused, match="test the connection first"):
        onto.move(desk, owner, lone.pk, connection.pk)
    assert kit_of(desk, lone).meeting.secrets == OLD


def test_where_the_disk_does_not_take_the_kit_the_old_one_stands(
    desk: Desk, owner: User, lone: Meeting, connection: Connection
):
    aside = block(desk)
    with pytest.raises(Refused, match="nothing was changed"):
        onto.move(desk, owner, lone.pk, connection.pk)
    unblock(desk, aside)
    assert kit_of(desk, lone).meeting.secrets == OLD
    assert kept.find(owner, lone.pk).connection is None


@pytest.mark.parametrize("other_place", [{"server": "https://192.0.2.9/admin"}, {"ids": ""}])
def test_another_server_is_not_offered_and_refused(
    desk: Desk, owner: User, connection: Connection, other_place: dict[str, str]
):
    elsewhere = meetings.add(desk, owner, name="Choir", platform="janus", at={**AT, **other_place}, secrets=OLD)
    assert list(onto.fitting(owner, elsewhere)) == []
    with pytest.raises(Refused, match="another server"):
        onto.move(desk, owner, elsewhere.pk, connection.pk)


def test_by_the_service_of_its_room_where_a_server_has_several():
    row = Connection(platform="prosody", at={"server": "https://x", "service": "rooms.x"})
    for room, fits in (("tuesday@rooms.x", True), ("tuesday@other.x", False)):
        one = Meeting(platform="prosody", at={"server": "https://x", "room": room})
        assert onto.is_same_server(one, row) == fits


def test_another_organisations_connection_does_not_exist(
    desk: Desk, owner: User, other: User, lone: Meeting, connection: Connection
):
    theirs = meetings.add(desk, other, name="Choir", platform="janus", at=AT, secrets=OLD)
    with pytest.raises(NotFound):
        onto.move(desk, other, theirs.pk, connection.pk)
    # One who belongs to both does not carry a credential from the one to the other either.
    Membership.objects.create(
        organisation=organisations.owned_by(owner), user=other, role="host", since=connection.made_at
    )
    assert list(onto.fitting(other, theirs)) == []
    with pytest.raises(Refused):
        onto.move(desk, other, theirs.pk, connection.pk)


def test_a_room_is_offered_only_where_the_server_makes_one(
    desk: Desk, owner: User, connection: Connection, janus: Janus
):
    page = reverse("meeting_new")
    assert "Make a new room" in text_of(signed_in(owner).get(page))
    janus.key = "another key"
    connections.try_again(desk, owner, connection.pk)
    shown = text_of(signed_in(owner).get(page))
    assert "Make a new room" not in shown
    assert "A new room cannot be made from here" in shown
    assert "Add a room that is there" in shown
