"""The ground of the Prosody platform: a real Prosody with our module, and guests of a room with a password.

Guests, as most who come into a Jitsi meeting are: what lets them in is the room's password, the same for all of them.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from xml.sax.saxutils import escape

from pullcord.words import Meeting
from tests import prosody_server, xmpp_participant
from tests.contract.ground import Refused
from tests.prosody_server import Prosody
from tests.xmpp_participant import Line, Participant

SERVERS = ("prosody",)
RECORDINGS_PROVEN_IN = ("tests/contract/test_prosody.py",)


class ProsodyGround:
    platform = "prosody"

    def __init__(self, prosody: Prosody) -> None:
        self.prosody = prosody
        self._inside: list[Participant] = []
        self._passwords: dict[str, str] = {}

    def open_meeting(self, *, invitations: int) -> tuple[Meeting, list[str]]:
        room, password = prosody_server.new_room(), secrets.token_hex(8)
        self._passwords[room] = password
        xmpp_participant.open_room(
            self.prosody.c2s,
            room,
            owner=prosody_server.OWNER,
            password=self.prosody.owner_password,
            roomsecret=password,
        )
        return self.meeting(room), [f"{number} {password}" for number in range(invitations)]

    def meeting(self, room: str) -> Meeting:
        at = {"server": self.prosody.address, "room": room, "events": "meet"}
        known = {"admin": self.prosody.secret, "events": self.prosody.events_secret}
        return Meeting(f"m-{room}", "Tasting", "prosody", at, known)

    def join(self, meeting: Meeting, invitation: str, *, name: str, email: str | None = None) -> Participant:
        told = f"<nick xmlns='http://jabber.org/protocol/nick'>{escape(name)}</nick>"
        if email is not None:
            told += f"<email>{escape(email)}</email>"
        place = f"{name} {secrets.token_hex(3)}"
        password = invitation.partition(" ")[2]
        joined = xmpp_participant.join(
            self.prosody.c2s, meeting.at["room"], nick=place, room_password=password, told=told
        )
        self._inside.append(joined)
        return joined

    def lose(self, meeting: Meeting) -> None:
        """Another administrator of the server destroys the room."""
        line = Line(self.prosody.c2s, prosody_server.ACCOUNTS, user="pullcord", password=self.prosody.password)
        with suppress(Refused):
            xmpp_participant.destroy(line, meeting.at["room"])
        line.close()

    def with_wrong_credential(self, meeting: Meeting) -> Meeting:
        return meeting._replace(secrets={**meeting.secrets, "admin": secrets.token_urlsafe(32)})

    def pointed_at(self, meeting: Meeting, address: str) -> Meeting:
        return meeting._replace(at={**meeting.at, "server": address})

    def all_leave(self) -> None:
        while self._inside:
            self._inside.pop().leave()


@contextmanager
def ground() -> Iterator[ProsodyGround]:
    with prosody_server.running({"muc_tombstones": "false"}) as prosody:
        ours = ProsodyGround(prosody)
        try:
            yield ours
        finally:
            ours.all_leave()
