"""The ground of plain XMPP administration: a real Prosody's own room service, and guests of a room with a password."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

from pullcord.words import Meeting
from tests import prosody_server, xmpp_participant
from tests.contract.ground import Refused
from tests.prosody_server import Prosody
from tests.xmpp_participant import Line, Participant

SERVERS = ("prosody",)


class XmppGround:
    platform = "xmpp"

    def __init__(self, prosody: Prosody) -> None:
        self.prosody = prosody
        self._inside: list[Participant] = []

    def open_meeting(self, *, invitations: int) -> tuple[Meeting, list[str]]:
        room, password = prosody_server.new_room(prosody_server.PLAIN_ROOMS), secrets.token_hex(8)
        owner, known = prosody_server.OWNER, self.prosody.owner_password
        xmpp_participant.open_room(self.prosody.c2s, room, owner=owner, password=known, roomsecret=password)
        return self.meeting(room, room_password=password), [f"{number} {password}" for number in range(invitations)]

    def meeting(self, room: str, *, room_password: str = "") -> Meeting:
        at = {"server": f"127.0.0.1:{self.prosody.c2s}", "tls": "none", "room": room}
        known = {"jid": prosody_server.ADMIN, "password": self.prosody.password}
        return Meeting(
            f"m-{room}", "Tasting", self.platform, at, known | ({"room": room_password} if room_password else {})
        )

    def join(self, meeting: Meeting, invitation: str, *, name: str) -> Participant:
        password = invitation.partition(" ")[2]
        joined = xmpp_participant.join(self.prosody.c2s, meeting.at["room"], nick=name, room_password=password)
        self._inside.append(joined)
        return joined

    def lose(self, meeting: Meeting) -> None:
        """Another administrator of the server destroys the room."""
        line = Line(self.prosody.c2s, prosody_server.ACCOUNTS, user="pullcord", password=self.prosody.password)
        with suppress(Refused):
            xmpp_participant.destroy(line, meeting.at["room"])
        line.close()

    def with_wrong_credential(self, meeting: Meeting) -> Meeting:
        return meeting._replace(secrets={**meeting.secrets, "password": "not-the-password"})

    def pointed_at(self, meeting: Meeting, address: str) -> Meeting:
        return meeting._replace(at={**meeting.at, "server": urlsplit(address).netloc})

    def all_leave(self) -> None:
        while self._inside:
            self._inside.pop().leave()


@contextmanager
def ground() -> Iterator[XmppGround]:
    with prosody_server.running() as prosody:
        ours = XmppGround(prosody)
        try:
            yield ours
        finally:
            ours.all_leave()
