"""What is Prosody's own: who opens a room owns it, a guest has no lasting name, and Jitsi has hands of its own in every room."""

import time
from collections.abc import Iterator

import pytest

from pullcord.platforms import prosody
from pullcord.words import Meeting, PlatformError
from tests import prosody_server
from tests.conftest import Need
from tests.contract.ground import Refused
from tests.contract.ground_prosody import ProsodyGround
from tests.contract.stage import everyone_is_out
from tests.prosody_people import (
    BROUGHT,
    ENDED,
    FOCUS,
    REMOVED,
    WIRE,
    everybody_leaves,
    guest,
    meeting_on,
    named,
    refusal,
    system_hand,
)
from tests.prosody_server import ACCOUNTS, Prosody
from tests.xmpp_participant import Line, Participant, codes, destroy, enter, form, name

__all__ = ["everybody_leaves"]
pytestmark = pytest.mark.servers


@pytest.fixture(scope="module")
def server(need: Need) -> Iterator[Prosody]:
    need("prosody")
    with prosody_server.running() as running:
        yield running
        assert not [secret for secret in (running.secret, running.events_secret) if secret in running.log]


OWNER_QUERY = "http://jabber.org/protocol/muc#owner"


def is_owner(participant: Participant) -> bool:
    """Whether the room lets them read what only an owner reads."""
    try:
        participant.line.ask("get", participant.place.partition("/")[0], f"<query xmlns='{OWNER_QUERY}'/>")
    except Refused:
        return False
    return True


def administrator(server: Prosody) -> Line:
    """An account that owns every room, from outside. Closed when the test is over."""
    line = Line(server.c2s, ACCOUNTS, user="pullcord", password=server.password)
    BROUGHT.append(Participant(line, ""))
    return line


# Ended, and kept so.


def test_who_opens_the_room_owns_it_and_is_out_and_refused_all_the_same(server: Prosody):
    meeting = meeting_on(server)
    raider, other = guest(server, meeting, "First"), guest(server, meeting, "Second")
    assert is_owner(raider)
    prosody.hold(meeting, WIRE)
    assert not prosody.stop(meeting, WIRE).already
    assert everyone_is_out([raider, other], within_seconds=1)
    assert raider.why == "This meeting was ended by its host"
    with pytest.raises(Refused, match=ENDED):
        raider.come_back()
    assert refusal(server, meeting, "First") == ENDED


def test_an_end_alone_lets_the_next_one_open_the_room_and_own_it(server: Prosody):
    meeting = meeting_on(server)
    guest(server, meeting, "Host")
    prosody.stop(meeting, WIRE)
    assert is_owner(guest(server, meeting, "Raider"))


def test_a_meeting_is_ended_before_anyone_joined(server: Prosody):
    meeting = meeting_on(server)
    assert prosody.stop(meeting, WIRE).already
    prosody.hold(meeting, WIRE)
    assert refusal(server, meeting) == ENDED
    read = prosody.is_over(meeting, WIRE)
    assert (read.over, read.held, read.people, read.tries) == (True, True, 0, 1)
    with pytest.raises(Refused, match="item-not-found"):
        administrator(server).ask("get", meeting.at["room"], f"<query xmlns='{OWNER_QUERY}'/>")


def test_an_account_and_an_administrator_are_refused_too(server: Prosody):
    meeting = meeting_on(server)
    prosody.hold(meeting, WIRE)
    for user, password in (("owner", server.owner_password), ("pullcord", server.password)):
        assert refusal(server, meeting, user, host=ACCOUNTS, user=user, password=password) == ENDED
    assert system_refusal(server, meeting) == ENDED


def system_refusal(server: Prosody, meeting: Meeting) -> str:
    return refusal(server, meeting, "focus", host=FOCUS, user="focus", password=server.password)


def test_a_try_of_jicofo_alone_is_seen_as_a_try(server: Prosody):
    """In Jitsi nobody comes to the room's door before Jicofo has opened it."""
    meeting = meeting_on(server)
    prosody.hold(meeting, WIRE)
    system_refusal(server, meeting)
    assert prosody.is_over(meeting, WIRE).tries == 1


def test_a_second_device_of_somebody_inside_is_refused_while_held(server: Prosody):
    meeting = meeting_on(server)
    server.account("twice", "pw")
    account = {"host": ACCOUNTS, "user": "twice", "password": "pw"}
    inside = guest(server, meeting, "Twice", **account)
    prosody.hold(meeting, WIRE)
    assert refusal(server, meeting, "Twice", **account) == ENDED
    assert not inside.is_out(within_seconds=0.1)


def test_an_owner_cannot_lift_a_hold_from_within_xmpp(server: Prosody):
    meeting = meeting_on(server)
    raider = guest(server, meeting, "Raider")
    prosody.hold(meeting, WIRE)
    raider.line.ask("set", meeting.at["room"], form(persistentroom="1", membersonly="0"))
    destroy(raider.line, meeting.at["room"], reason="mine")
    assert refusal(server, meeting) != ""
    assert prosody.is_over(meeting, WIRE).held is True


def test_a_room_in_capitals_and_one_with_percent_signs_are_the_same_room(server: Prosody):
    """Jitsi writes a room called Café as caf%c3%a9."""
    room = prosody_server.new_room().replace("room-", "caf%c3%a9-")
    prosody.hold(meeting_on(server, room.upper().replace("ROOMS.MEET", "rooms.meet")), WIRE)
    assert prosody.is_over(meeting_on(server, room), WIRE).held is True
    assert refusal(server, meeting_on(server, room)) == ENDED


@pytest.mark.parametrize("room", ["x@muc.meet.local", "rooms.meet.local", "x@rooms.meet.local/nick", "@", "a b"])
def test_what_is_no_room_of_this_service_is_refused(room: str, server: Prosody):
    for doing in (prosody.hold, prosody.is_over):
        with pytest.raises(PlatformError) as refused:
            doing(meeting_on(server, room), WIRE)
        assert refused.value.code == "prosody-refused"


def test_two_hundred_are_out_within_the_seconds_and_stay_out(server: Prosody):
    meeting = meeting_on(server)
    people = [guest(server, meeting, f"Person {number}") for number in range(200)]
    assert prosody.is_over(meeting, WIRE).people == 200
    prosody.hold(meeting, WIRE)
    began = time.monotonic()
    assert prosody.stop(meeting, WIRE).evidence == "ended, 200 put out"
    assert prosody.is_over(meeting, WIRE).over is True
    assert time.monotonic() - began < 5.0, "Prosody itself took that long"
    assert everyone_is_out(people, within_seconds=prosody.LIMITS.over_within_seconds)
    for person in people[:5]:
        with pytest.raises(Refused, match=ENDED):
            person.come_back()


# What a room has to lose.


def test_a_lasting_room_keeps_its_members_and_password(server: Prosody):
    ground = ProsodyGround(server)
    meeting, (invitation,) = ground.open_meeting(invitations=1)
    ground.join(meeting, invitation, name="Ann")
    prosody.stop(meeting, WIRE)
    assert refusal(server, meeting, "Eve").startswith("not-authorized")
    ground.join(meeting, invitation, name="Ann")
    ground.all_leave()


def test_a_passing_room_s_password_outlives_the_end_and_the_release(server: Prosody):
    meeting = meeting_on(server)
    host = guest(server, meeting, "Host")
    host.line.ask("set", meeting.at["room"], form(roomsecret="tasting"))
    prosody.stop(meeting, WIRE)
    prosody.hold(meeting, WIRE)
    prosody.release(meeting, WIRE)
    assert refusal(server, meeting, "Eve").startswith("not-authorized")
    assert refusal(server, meeting, "Ann", room_password="tasting") == ""


def test_jicofo_opens_the_released_room_without_knowing_its_password(server: Prosody):
    meeting = meeting_on(server)
    system_hand(server, meeting)
    host = guest(server, meeting, "Host")
    administrator(server).ask("set", meeting.at["room"], form(roomsecret="tasting"))
    prosody.stop(meeting, WIRE)
    assert host.is_out(within_seconds=1)
    focus = system_hand(server, meeting)
    assert refusal(server, meeting, "Eve").startswith("not-authorized")
    assert refusal(server, meeting, "Ann", room_password="tasting") == ""
    assert not focus.is_out(within_seconds=0.1)


# Jitsi's own hands.


def test_jicofo_and_a_recorder_are_no_people_and_are_thrown_out_too(server: Prosody):
    """A recorder is in the room like everybody else: out of the room, it has nothing left to record."""
    meeting = meeting_on(server)
    focus, recorder = system_hand(server, meeting), system_hand(server, meeting, "recorder")
    assert prosody.roster(meeting, WIRE) == []
    assert prosody.is_over(meeting, WIRE).evidence == "0 in it beside 2 of the system, door open"
    ann = guest(server, meeting)
    assert [person.name for person in prosody.roster(meeting, WIRE)] == ["Ann"]
    assert prosody.stop(meeting, WIRE).evidence == "ended, 1 put out"
    assert everyone_is_out([focus, recorder, ann], within_seconds=1)


def test_the_roster_tells_what_a_person_says_and_since_when(server: Prosody):
    meeting = meeting_on(server)
    told = "<nick xmlns='http://jabber.org/protocol/nick'>Ann Ångström</nick><email>ann@example.org</email>"
    ann = guest(server, meeting, "a1b2c3d4", told=told)
    (person,) = prosody.roster(meeting, WIRE)
    assert (person.key, person.name, person.email, person.invite) == (ann.jid, "Ann Ångström", "ann@example.org", None)
    assert person.since is not None
    assert abs(person.since - time.time()) < 5


def test_a_hostile_name_is_cut_and_stays_readable(server: Prosody):
    meeting = meeting_on(server)
    guest(server, meeting, "x", told=f"<nick xmlns='http://jabber.org/protocol/nick'>{'ä€𝄞' * 400}</nick>")
    (person,) = prosody.roster(meeting, WIRE)
    assert person.name is not None
    assert 40 <= len(person.name) <= 200
    assert set(person.name) == set("ä€𝄞")


# One person out.


def test_a_removed_guest_is_refused_under_the_same_name_and_comes_back_under_another(server: Prosody):
    """The truth of `kick_is_ban=False`: Prosody knows nothing else of a guest."""
    meeting = meeting_on(server)
    guest(server, meeting, "Host")
    eve = guest(server, meeting, "Eve")
    told = prosody.kick(meeting, named(meeting, "Eve"), WIRE)
    assert told.evidence == "put out; a guest: only this name is refused"
    assert eve.is_out(within_seconds=1)
    with pytest.raises(Refused, match=REMOVED):
        eve.come_back(nick="On the same line")
    assert refusal(server, meeting, "EVE") == REMOVED
    assert refusal(server, meeting, "Evelyn") == ""


def test_an_invited_account_may_bear_the_name_of_a_removed_guest(server: Prosody):
    meeting = meeting_on(server)
    server.account("eve", "pw")
    guest(server, meeting, "Host")
    guest(server, meeting, "Eve")
    prosody.kick(meeting, named(meeting, "Eve"), WIRE)
    assert refusal(server, meeting, "Eve", host=ACCOUNTS, user="eve", password="pw") == ""


def test_a_removed_account_stays_out_under_every_name_and_after_a_release(server: Prosody):
    meeting = meeting_on(server)
    server.account("mallory", "pw")
    account = {"host": ACCOUNTS, "user": "mallory", "password": "pw"}
    guest(server, meeting, "Host")
    guest(server, meeting, "Mallory", **account)
    told = prosody.kick(meeting, named(meeting, "Mallory"), WIRE)
    assert told.evidence == "put out; their account or token is refused"
    assert refusal(server, meeting, "Other", **account) == REMOVED
    prosody.stop(meeting, WIRE)
    prosody.hold(meeting, WIRE)
    prosody.release(meeting, WIRE)
    assert refusal(server, meeting, "Third", **account) == REMOVED
    assert refusal(server, meeting, "Host") == ""


def test_a_removed_token_stays_out_under_every_name(server: Prosody):
    meeting = meeting_on(server)
    guest(server, meeting, "Host")
    guest(server, meeting, "Eve", told="<test-token>7</test-token>")
    person = named(meeting, "Eve")
    assert person.invite == "7"
    assert prosody.kick(meeting, person, WIRE).evidence.endswith("their account or token is refused")
    assert refusal(server, meeting, "Other", told="<test-token>7</test-token>") == REMOVED
    assert refusal(server, meeting, "Eve", told="<test-token>8</test-token>") == ""


def test_jicofo_sees_a_removal_as_a_removal(server: Prosody):
    meeting = meeting_on(server)
    watcher = guest(server, meeting, "Host")
    guest(server, meeting, "Eve")
    prosody.kick(meeting, named(meeting, "Eve"), WIRE)
    while True:
        told = watcher.line.hear()
        if name(told) == "presence" and told.get("type") == "unavailable":
            break
    assert "307" in codes(told)


def test_a_connection_that_joins_two_meetings_is_put_out_of_the_ended_one_only(server: Prosody):
    ended, other = meeting_on(server), meeting_on(server)
    ann = guest(server, ended)
    again = enter(ann.line, other.at["room"], nick="Ann")
    prosody.stop(ended, WIRE)
    assert ann.is_out(within_seconds=1)
    assert not again.is_out(within_seconds=0.1)
