"""The promises of Janus on a server that numbers its rooms and people, as Janus comes out of the box."""

import json
from collections.abc import Iterator

import pytest

from pullcord.platforms import janus, platform
from pullcord.platforms.warm import WarmWire
from pullcord.words import Meeting, PlatformError
from tests.conftest import Need
from tests.contract import test_promises as promised
from tests.contract.ground_janus import JanusGround, ground
from tests.contract.promises import PROMISES
from tests.contract.stage import Stage, everyone_is_out
from tests.janus_server import post, say

pytestmark = pytest.mark.servers


@pytest.fixture(scope="module")
def numbered(need: Need) -> Iterator[JanusGround]:
    need("janus")
    with ground(numbers=True) as ours:
        yield ours


@pytest.fixture
def stage(numbered: JanusGround) -> Iterator[Stage]:
    wire = WarmWire()
    ours = Stage(numbered, platform("janus"), janus, wire)
    yield ours
    ours.all_leave()
    wire.close()


def as_named(stage: Stage, meeting: Meeting) -> list[object]:
    """How this Janus itself names the room and who is in it."""
    server = stage.ground.janus  # type: ignore[attr-defined]
    key, room = {"admin_key": server.admin_key}, int(meeting.at["room"])
    rooms = say(server.admin, server.admin_secret, request="list", **key)["list"]
    people = say(server.admin, server.admin_secret, request="listparticipants", room=room)["participants"]
    return [*(one["room"] for one in rooms if one["room"] == room), *(one["id"] for one in people)]


def test_this_server_really_takes_no_words(stage: Stage):
    meeting, _, _people = stage.meeting(people=1)
    assert [type(name) for name in as_named(stage, meeting)] == [int, int]
    server = stage.ground.janus  # type: ignore[attr-defined]
    request = {"request": "listparticipants", "room": meeting.at["room"]}
    body = {"janus": "message_plugin", "plugin": "janus.plugin.videoroom", "request": request}
    assert post(server.admin, {**body, "admin_secret": server.admin_secret})["response"].get("error_code")


@pytest.mark.parametrize("field", sorted(PROMISES.keys() - {"kick_is_ban"}))
def test_what_janus_declares_holds(field: str, stage: Stage):
    PROMISES[field][getattr(stage.adapter.limits, field)](stage)


@pytest.mark.parametrize(
    "promise",
    [
        promised.test_two_stops_are_one,
        promised.test_a_second_stop_of_a_held_meeting_leaves_it_held,
        promised.test_a_meeting_known_to_us_and_absent_there_was_over_already,
        promised.test_a_release_lets_the_invited_in_again_and_only_them,
        promised.test_a_release_said_again_throws_nobody_out,
        promised.test_nobody_gets_in_after_stop_and_hold_at_the_same_moment,
        promised.test_the_roster_names_everyone_and_never_an_invitation,
        promised.test_ending_one_meeting_leaves_the_others_alone,
    ],
)
def test_what_every_platform_promises_holds(promise, stage: Stage):
    promise(stage)


def test_the_one_who_is_removed_is_the_one_that_was_meant_and_no_ban_is_claimed(stage: Stage):
    """A numbered list does not say who came by which invitation: the event does (`hear`), or nobody does."""
    meeting, tokens, people = stage.meeting(people=3)
    person = stage.named(meeting, "Person 1")
    assert person.key.isdigit()
    assert person.invite is None
    with pytest.raises(PlatformError) as told:
        stage.adapter.kick(meeting, person, stage.wire)
    assert told.value.code == "janus-kick-is-no-ban"
    assert people[1].is_out(within_seconds=1)
    assert not people[0].is_out(within_seconds=0.1)
    assert stage.lets_in(meeting, tokens[1])


def test_whose_invitation_an_event_told_is_removed_for_good(stage: Stage):
    """As `the_kicked_stay_out` has it, with the person as Janus reports them."""
    meeting, tokens, people = stage.meeting(people=3)
    person = stage.named(meeting, "Person 1")._replace(invite="2")
    stage.adapter.kick(meeting, person, stage.wire)
    meeting = stage.after_kick(meeting, person)
    assert people[1].is_out(within_seconds=1)
    for doing in (stage.adapter.stop, stage.adapter.hold):
        assert not stage.lets_in(meeting, tokens[1])
        doing(meeting, stage.wire)
    stage.adapter.release(meeting, stage.wire)
    assert [stage.lets_in(meeting, token) for token in tokens] == [True, False, True]


def test_a_room_whose_number_was_not_said_to_be_one_is_told_as_refused(stage: Stage):
    """The form's “By words” on a server that numbers: an error, and never a stop that is believed."""
    meeting, _, people = stage.meeting(people=1)
    wrong = meeting._replace(at={key: value for key, value in meeting.at.items() if key != "ids"})
    for doing in (stage.adapter.stop, stage.adapter.hold, stage.adapter.is_over):
        with pytest.raises(PlatformError) as refused:
            doing(wrong, stage.wire)
        assert refused.value.code == "janus-refused"
    assert not everyone_is_out(people, within_seconds=0.2)


def test_the_events_of_a_numbered_room_are_told_by_its_number(stage: Stage):
    meeting, tokens, _ = stage.meeting(people=0, invitations=1)
    data = {"event": "joined", "room": int(meeting.at["room"]), "id": 7, "display": "Ann", "token": tokens[0]}
    raw = json.dumps({"type": 64, "timestamp": 1, "event": {"plugin": "janus.plugin.videoroom", "data": data}}).encode()
    basic = "Basic amFudXM6bGV0bWVpbg=="  # janus:letmein
    (event,) = janus.hear(meeting, {"authorization": basic}, raw, now=0.0).events
    assert event.person is not None
    assert (event.room, event.person.key, event.person.invite) == (meeting.at["room"], "7", "1")
