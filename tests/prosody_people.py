"""The tests of the Prosody platform: who is brought into a room, and what somebody is told who is not let in."""

from collections.abc import Iterator

import pytest

from pullcord.platforms import prosody
from pullcord.platforms.wire import ColdWire
from pullcord.words import Meeting, Person
from tests import prosody_server
from tests.contract.ground import Refused
from tests.contract.ground_prosody import ProsodyGround
from tests.prosody_server import Prosody
from tests.xmpp_participant import Participant, join

WIRE = ColdWire()
ENDED = "gone: This meeting was ended by its host"
REMOVED = "forbidden: The host removed you from this meeting"
FOCUS = "focus.meet.local"
BROUGHT: list[Participant] = []


@pytest.fixture(autouse=True)
def everybody_leaves() -> Iterator[None]:
    """At the end of a test, and not before: a connection that nobody holds any more would be closed at once."""
    yield
    while BROUGHT:
        BROUGHT.pop().leave()


def meeting_on(server: Prosody, room: str | None = None) -> Meeting:
    return ProsodyGround(server).meeting(room or prosody_server.new_room())


def guest(server: Prosody, meeting: Meeting, nick: str = "Ann", **more: str) -> Participant:
    joined = join(server.c2s, meeting.at["room"], nick=nick, **more)
    BROUGHT.append(joined)
    return joined


def system_hand(server: Prosody, meeting: Meeting, nick: str = "focus") -> Participant:
    return guest(server, meeting, nick, host=FOCUS, user="focus", password=server.password)


def refusal(server: Prosody, meeting: Meeting, nick: str = "Ann", **more: str) -> str:
    """What somebody is told who tries to come in; empty = they got in."""
    try:
        join(server.c2s, meeting.at["room"], nick=nick, **more).leave()
    except Refused as refused:
        return str(refused)
    return ""


def named(meeting: Meeting, name: str) -> Person:
    return next(person for person in prosody.roster(meeting, WIRE) if person.name == name)
