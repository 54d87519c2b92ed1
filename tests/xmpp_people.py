"""People and accounts on a Prosody's own room service, for the tests of plain XMPP administration."""

from collections.abc import Iterator

import pytest

from pullcord.platforms import xmpp
from pullcord.platforms.wire import ColdWire
from pullcord.words import Meeting
from tests import xmpp_participant
from tests.contract.ground import Refused
from tests.contract.ground_xmpp import XmppGround
from tests.prosody_server import ACCOUNTS, PLAIN_ROOMS, Prosody, new_room
from tests.xmpp_participant import Participant

WIRE = ColdWire()
INSIDE: list[Participant] = []


@pytest.fixture(autouse=True)
def everybody_leaves() -> Iterator[None]:
    """At the end of a test, and not before: a connection that nobody holds any more would be closed at once."""
    yield
    while INSIDE:
        INSIDE.pop().leave()


def room_on(server: Prosody, *, room_password: str = "", **more: str) -> Meeting:
    """A room that nobody has opened yet."""
    meeting = XmppGround(server).meeting(new_room(PLAIN_ROOMS), room_password=room_password)
    return meeting._replace(secrets={**meeting.secrets, **more})


def guest(server: Prosody, meeting: Meeting, nick: str = "Guest", **more: str) -> Participant:
    joined = xmpp_participant.join(server.c2s, meeting.at["room"], nick=nick, **more)
    INSIDE.append(joined)
    return joined


def account(server: Prosody, meeting: Meeting, nick: str = "Owner") -> Participant:
    """One who signs in with an account, and so comes back under the same address."""
    return guest(server, meeting, nick, host=ACCOUNTS, user="owner", password=server.owner_password)


def is_let_in(server: Prosody, meeting: Meeting, **more: str) -> bool:
    try:
        guest(server, meeting, "Knocking", **more).leave()
    except Refused:
        return False
    return True


def state(meeting: Meeting) -> tuple[bool | None, bool | None]:
    read = xmpp.is_over(meeting, WIRE)
    return read.over, read.held


def form(**settings: str) -> str:
    return xmpp_participant.form(**settings)
