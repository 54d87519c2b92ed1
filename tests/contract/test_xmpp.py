"""What is true of plain XMPP administration alone: who owns a room, what a shell and a tombstone are, and who is spoken to."""

import time
from collections.abc import Iterator

import pytest

from pullcord.platforms import xmpp, xmpp_room
from pullcord.words import Meeting, Over, PlatformError
from tests import prosody_server
from tests.conftest import Need
from tests.contract.ground import Refused
from tests.contract.stage import at_once, everyone_is_out
from tests.prosody_server import ACCOUNTS, ADMIN, OWNER, Prosody
from tests.xmpp_participant import Line, Participant
from tests.xmpp_people import WIRE, account, everybody_leaves, form, guest, is_let_in, room_on, state

__all__ = ["everybody_leaves"]
servers = pytest.mark.servers


@pytest.fixture(scope="module")
def server(need: Need) -> Iterator[Prosody]:
    need("prosody")
    with prosody_server.running() as running:
        yield running
        assert running.password not in running.log


@pytest.fixture(scope="module")
def bare(need: Need) -> Iterator[Prosody]:
    """Without tombstones, as docker Jitsi sets its Prosody up; and our account administers the room service alone."""
    need("prosody")
    config = prosody_server.CONFIG.replace(f'admins = {{{{ "{ADMIN}", ', "admins = {{ ")
    config = config.replace("muc_tombstones = true", f'muc_tombstones = false; admins = {{{{ "{ADMIN}" }}}}')
    assert config.count(ADMIN) == prosody_server.CONFIG.count(ADMIN) == 1
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(prosody_server, "CONFIG", config)
        with prosody_server.running() as running:
            yield running


# Who opens a room owns it.


@servers
@pytest.mark.parametrize("order", [(xmpp.stop, xmpp.hold), (xmpp.hold, xmpp.stop)])
def test_the_first_one_in_owns_the_room_and_is_out_and_stays_out(order, server: Prosody):
    meeting = room_on(server)
    mallory, other = guest(server, meeting, "Mallory"), guest(server, meeting, "Other")
    mallory.line.ask("set", meeting.at["room"], form(membersonly="0"))  # only owners may
    for verb in order:
        verb(meeting, WIRE)
    assert everyone_is_out([mallory, other], within_seconds=1.0)
    for back in (mallory, other):
        with pytest.raises(Refused, match="registration-required"):
            back.come_back()
    with pytest.raises(Refused, match="forbidden"):
        mallory.line.ask("set", meeting.at["room"], form(membersonly="0"))
    assert state(meeting) == (True, True)


@servers
def test_everyone_who_is_put_out_by_the_end_is_told_why(server: Prosody):
    meeting = room_on(server)
    ann = guest(server, meeting, "Ann")
    xmpp.stop(meeting, WIRE)
    assert ann.is_out(within_seconds=1.0)
    assert ann.why == "This meeting was ended by its host."


@servers
def test_after_an_end_alone_the_first_one_back_owns_the_room_and_a_hold_puts_him_out_again(server: Prosody):
    """Which is why an end is not enough on XMPP."""
    meeting = room_on(server)
    guest(server, meeting).leave()
    xmpp.stop(meeting, WIRE)
    mallory = guest(server, meeting, "Mallory")
    mallory.line.ask("set", meeting.at["room"], form(membersonly="1", persistentroom="1"))
    assert state(meeting) == (False, False), "closed by him, and he can come and go"
    xmpp.hold(meeting, WIRE)
    assert mallory.is_out(within_seconds=1.0)
    assert state(meeting) == (True, True)


@servers
def test_members_owners_and_administrators_of_the_room_lose_the_right_to_come_while_it_is_held(server: Prosody):
    meeting = room_on(server)
    owner = account(server, meeting)
    for jid, what in (("a@auth.meet.local", "member"), ("b@auth.meet.local", "admin"), ("c@auth.meet.local", "owner")):
        item = f"<item affiliation='{what}' jid='{jid}'/>"
        owner.line.ask("set", meeting.at["room"], f"<query xmlns='{xmpp_room.MUC_ADMIN}'>{item}</query>")
    xmpp.hold(meeting, WIRE)
    assert owner.is_out(within_seconds=1.0)
    assert state(meeting) == (True, True)
    with pytest.raises(Refused, match="registration-required"):
        account(server, meeting)


@servers
def test_a_room_that_somebody_else_reopened_is_not_called_held(server: Prosody):
    meeting = room_on(server)
    xmpp.hold(meeting, WIRE)
    other = Line(server.c2s, ACCOUNTS, user="pullcord", password=server.password)
    for undone in (form(membersonly="0"), form(membersonly="1", persistentroom="0")):
        other.ask("set", meeting.at["room"], undone)
        assert state(meeting) == (True, False)
        xmpp.hold(meeting, WIRE)
        assert state(meeting) == (True, True)
    member = "<item affiliation='member' jid='owner@auth.meet.local'/>"
    other.ask("set", meeting.at["room"], f"<query xmlns='{xmpp_room.MUC_ADMIN}'>{member}</query>")
    assert state(meeting) == (True, False)
    other.close()


# Before anybody comes, and after all is gone.


@servers
def test_a_room_that_nobody_has_opened_can_be_barred_before_anybody_comes(server: Prosody):
    meeting = room_on(server)
    assert state(meeting) == (True, False)
    assert xmpp.stop(meeting, WIRE).already
    xmpp.hold(meeting, WIRE)
    assert state(meeting) == (True, True)
    assert not is_let_in(server, meeting)
    assert xmpp.roster(meeting, WIRE) == [], "we are no guest of our own room"


@servers
def test_a_tombstone_is_told_as_over_and_not_as_held_and_a_hold_stands_in_its_place(server: Prosody):
    meeting = room_on(server)
    owner = account(server, meeting)
    owner.line.ask("set", meeting.at["room"], form(persistentroom="1"))
    xmpp.stop(meeting, WIRE)
    with pytest.raises(Refused, match=r"gone: This meeting was ended by its host\."):
        guest(server, meeting)
    assert xmpp.is_over(meeting, WIRE) == Over(True, False, "gone: the server refuses, for a time of its own", people=0)
    xmpp.hold(meeting, WIRE)
    assert state(meeting) == (True, True)
    xmpp.release(meeting, WIRE)
    assert is_let_in(server, meeting)


@servers
def test_a_tombstone_is_lifted_by_a_release(server: Prosody):
    meeting = room_on(server)
    account(server, meeting).line.ask("set", meeting.at["room"], form(persistentroom="1"))
    xmpp.stop(meeting, WIRE)
    xmpp.release(meeting, WIRE)
    assert is_let_in(server, meeting)


@servers
def test_a_room_of_a_server_without_tombstones_is_held_all_the_same_by_an_administrator_of_rooms_alone(bare: Prosody):
    meeting = room_on(bare)
    owner = account(bare, meeting)
    owner.line.ask("set", meeting.at["room"], form(persistentroom="1"))
    xmpp.stop(meeting, WIRE)
    assert state(meeting) == (True, False)
    assert is_let_in(bare, meeting)
    xmpp.hold(meeting, WIRE)
    assert state(meeting) == (True, True)
    assert not is_let_in(bare, meeting)


@servers
@pytest.mark.parametrize("end", [Prosody.stop, Prosody.kill])
def test_a_restart_of_prosody_leaves_a_held_room_held(end, need: Need):
    need("prosody")
    with prosody_server.running() as own:
        meeting = room_on(own)
        guest(own, meeting)
        xmpp.stop(meeting, WIRE)
        xmpp.hold(meeting, WIRE)
        end(own)
        with pytest.raises(PlatformError) as down:
            xmpp.is_over(meeting, WIRE)
        assert (down.value.code, down.value.retry) == ("xmpp-unreachable", True)
        own.start()
        assert state(meeting) == (True, True)
        assert not is_let_in(own, meeting)


# Back in.


@servers
def test_a_release_gives_the_room_back_its_password(server: Prosody):
    meeting = room_on(server, room_password="sesame-1234")
    guest(server, meeting)
    xmpp.stop(meeting, WIRE)
    xmpp.hold(meeting, WIRE)
    xmpp.release(meeting, WIRE)
    assert not is_let_in(server, meeting)
    assert not is_let_in(server, meeting, room_password="another")
    assert is_let_in(server, meeting, room_password="sesame-1234")


@servers
def test_a_release_of_a_room_that_is_gone_does_not_leave_it_to_whoever_comes_first(server: Prosody):
    meeting = room_on(server, room_password="sesame-1234", owners=OWNER)
    xmpp.release(meeting, WIRE)
    assert not is_let_in(server, meeting)
    owner = account_with(server, meeting, "sesame-1234")
    owner.line.ask("set", meeting.at["room"], form(moderatedroom="1"))  # only owners may
    assert state(meeting) == (False, False)


def account_with(server: Prosody, meeting: Meeting, room_password: str) -> Participant:
    known = {"host": ACCOUNTS, "user": "owner", "password": server.owner_password}
    return guest(server, meeting, "Owner", room_password=room_password, **known)


@servers
def test_a_release_lets_the_members_in_and_only_them_where_the_room_has_members(server: Prosody):
    meeting = room_on(server, members=f"{OWNER}  someone@auth.meet.local")
    guest(server, meeting)
    xmpp.stop(meeting, WIRE)
    xmpp.hold(meeting, WIRE)
    with pytest.raises(Refused):
        account(server, meeting)
    xmpp.release(meeting, WIRE)
    assert not is_let_in(server, meeting)
    member = account(server, meeting)
    assert xmpp.release(meeting, WIRE).evidence == "open already"
    assert not member.is_out(within_seconds=0.2)


@servers
def test_nobody_owns_a_released_room_by_coming_first(server: Prosody):
    meeting = room_on(server)
    guest(server, meeting).leave()
    xmpp.stop(meeting, WIRE)
    xmpp.hold(meeting, WIRE)
    xmpp.release(meeting, WIRE)
    mallory = guest(server, meeting, "Mallory")
    with pytest.raises(Refused, match="forbidden"):
        mallory.line.ask("set", meeting.at["room"], form(membersonly="1"))


# One person.


@servers
def test_a_removed_guest_comes_back_under_another_address_and_an_account_does_not(server: Prosody):
    """Which is why a kick is declared to be no ban."""
    meeting = room_on(server)
    owner, mallory = account(server, meeting, "Ann"), guest(server, meeting, "Mallory")
    people = {person.name: person for person in xmpp.roster(meeting, WIRE)}
    assert people["Mallory"].key == mallory.jid
    for name, participant in (("Mallory", mallory), ("Ann", owner)):
        xmpp.kick(meeting, people[name], WIRE)
        assert participant.is_out(within_seconds=1.0)
        if name == "Mallory":
            with pytest.raises(Refused, match="forbidden"):
                mallory.come_back()
            guest(server, meeting, "Mallory")
    with pytest.raises(Refused, match="forbidden"):
        account(server, meeting)
    xmpp.hold(meeting, WIRE)
    xmpp.release(meeting, WIRE)
    with pytest.raises(Refused, match="forbidden"):
        account(server, meeting)


@servers
def test_two_hundred_people_are_out_in_a_second(server: Prosody):
    meeting = room_on(server)
    people = [guest(server, meeting, f"Person {number}") for number in range(200)]
    assert len(xmpp.roster(meeting, WIRE)) == 200
    began = time.monotonic()
    xmpp.stop(meeting, WIRE)
    answered = time.monotonic()
    assert everyone_is_out(people, within_seconds=xmpp.LIMITS.over_within_seconds)
    assert answered - began < 3.0
    xmpp.hold(meeting, WIRE)
    assert state(meeting) == (True, True)
    for person in people:
        person.leave()


@servers
def test_a_hold_while_others_open_and_end_the_room_ends_up_held(server: Prosody):
    for _ in range(5):
        meeting = room_on(server)
        guests = [guest(server, meeting, "Ann")]
        at_once(
            lambda meeting=meeting: xmpp.stop(meeting, WIRE),  # type: ignore[misc]
            lambda meeting=meeting: xmpp.hold(meeting, WIRE),  # type: ignore[misc]
            lambda meeting=meeting: is_let_in(server, meeting),  # type: ignore[misc]
        )
        if xmpp.is_over(meeting, WIRE).held is not True:
            xmpp.hold(meeting, WIRE)
        assert everyone_is_out(guests, within_seconds=1.0)
        assert state(meeting) == (True, True)
