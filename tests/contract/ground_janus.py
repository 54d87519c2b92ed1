"""The ground of the Janus platform: a real Janus of our own, and participants at signalling level."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

from pullcord.words import Meeting
from tests import janus_server
from tests.contract import janus_participant
from tests.contract.janus_participant import Participant

SERVERS = ("janus",)
RECORDINGS_PROVEN_IN = ("tests/e2e/test_janus_recordings.py",)


class JanusGround:
    platform = "janus"

    def __init__(self, janus: janus_server.Janus) -> None:
        self.janus = janus
        self._numbers: dict[str, str] = {}
        self._inside: list[Participant] = []

    def open_meeting(self, *, invitations: int) -> tuple[Meeting, list[str]]:
        meeting, tokens = janus_server.open_room(self.janus, invitations=invitations, events="janus:letmein")
        known = json.loads(meeting.secrets["invitations"])
        self._numbers |= {token: number for number, token in known.items()}
        return meeting, tokens

    def join(self, meeting: Meeting, invitation: str, *, name: str) -> Participant:
        number = self._numbers.get(invitation)
        room = self._room(meeting)
        joined = janus_participant.join(self.janus.socket, room, invitation, name=name, number=number)
        self._inside.append(joined)
        return joined

    def lose(self, meeting: Meeting) -> None:
        secrets = meeting.secrets
        said = janus_server.say(
            meeting.at["server"], secrets["admin"], request="destroy", room=self._room(meeting), secret=secrets["room"]
        )
        assert said["videoroom"] == "destroyed", said

    def with_wrong_credential(self, meeting: Meeting) -> Meeting:
        return meeting._replace(secrets={**meeting.secrets, "admin": "not-the-secret"})

    def pointed_at(self, meeting: Meeting, address: str) -> Meeting:
        return meeting._replace(at={**meeting.at, "server": f"{address}/admin"})

    def _room(self, meeting: Meeting) -> str | int:
        return int(meeting.at["room"]) if self.janus.numbers else meeting.at["room"]

    def all_leave(self) -> None:
        while self._inside:
            self._inside.pop().leave()


@contextmanager
def ground(*, numbers: bool = False) -> Iterator[JanusGround]:
    with janus_server.running(numbers=numbers) as janus:
        ours = JanusGround(janus)
        try:
            yield ours
        finally:
            ours.all_leave()
