"""One account of the stand-in: who may have meetings, what runs, who is in it, and what its plan allows."""

import itertools
import random
import string
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.fakes.zoom.plans import PRO, Plan

SAFE_ALPHABET = string.ascii_letters + string.digits


@dataclass
class Person:
    """One stay of somebody in a meeting. Who comes again is a new stay, with a new number."""

    user_id: str
    """Of this stay, within the meeting: `user_id` of the events."""
    uuid: str
    name: str
    joined_at: float
    email: str = ""
    """Only where the rules show it: registered, of the account, or signed in by its own way."""
    registrant_id: str = ""
    left_at: float | None = None
    in_waiting_room: bool = False


@dataclass
class Session:
    """One time that a meeting ran: the same number, another uuid each time."""

    uuid: str
    began_at: float
    people: list[Person] = field(default_factory=list)
    ended_at: float | None = None

    @property
    def inside(self) -> list[Person]:
        return [one for one in self.people if one.left_at is None]


@dataclass
class Meeting:
    """A meeting or a webinar, as it was scheduled; and each time that it ran."""

    id: int
    host_id: str
    topic: str
    password: str
    settings: dict[str, Any]
    is_webinar: bool = False
    is_personal: bool = False
    registrants: dict[str, dict[str, Any]] = field(default_factory=dict)
    sessions: list[Session] = field(default_factory=list)
    is_deleted: bool = False
    records: bool = False
    streams: bool = False

    @property
    def live(self) -> Session | None:
        last = self.sessions[-1] if self.sessions else None
        return last if last is not None and last.ended_at is None else None

    @property
    def type(self) -> int:
        return 5 if self.is_webinar else 2

    @property
    def join_url(self) -> str:
        return f"https://us05web.zoom.us/{'w' if self.is_webinar else 'j'}/{self.id}?pwd={self.password}"


Tell = Callable[[str, dict[str, Any], float], None]
"""An event's name, its `payload.object`, and when."""


class Account:
    """`clock`: seconds since 1970, which a test may turn. `drops`: fields that an update takes and silently forgets."""

    def __init__(self, *, plan: Plan = PRO, clock: Callable[[], float] = time.time, seed: int = 1) -> None:
        self.plan, self.clock = plan, clock
        self.id = "account-of-the-stand-in"
        self.client_id, self.client_secret = "a-client", "the-secret-of-the-client"
        self.event_secret = "the-secret-token-of-its-events"
        self.scopes: set[str] = set()
        self.users = {"host-1": "host@example.org"}
        self.meetings: dict[int, Meeting] = {}
        self.drops: set[str] = set()
        self.told: list[Tell] = []
        self._random = random.Random(seed)
        self._numbers: Iterator[int] = itertools.count(16778240)

    # -- what a test does, as people would ---------------------------------------------------------------------------

    def schedule(self, topic: str = "Tasting", *, is_webinar: bool = False, **settings: Any) -> Meeting:
        number = self._random.randrange(80_000_000_000, 89_999_999_999)
        told: dict[str, Any] = {"meeting_authentication": False, "approval_type": 2}
        if not is_webinar:
            told |= {"join_before_host": True, "waiting_room": False}
        password = "".join(self._random.choices(SAFE_ALPHABET, k=6))
        made = Meeting(number, next(iter(self.users)), topic, password, told | settings, is_webinar)
        self.meetings[number] = made
        return made

    def start(self, meeting: Meeting) -> Session:
        """By its host, or by the first who comes where that is allowed."""
        if meeting.live is None:
            meeting.sessions.append(Session(self.new_uuid(), self.clock()))
            self.tell(meeting, "started")
        assert meeting.live is not None
        return meeting.live

    def join(self, meeting: Meeting, name: str, *, password: str, email: str = "", registrant_id: str = "") -> Person:
        """Raises Refused, as Zoom's own program would turn somebody away."""
        self._refuse(meeting, password, email, registrant_id)
        session = self.start(meeting)
        waits = bool(meeting.settings.get("waiting_room"))
        shown = email if registrant_id or email.endswith("@example.org") else ""
        person = Person(
            str(next(self._numbers)), self.new_uuid(), name, self.clock(), shown, registrant_id, None, waits
        )
        session.people.append(person)
        self.tell(meeting, "participant_joined_waiting_room" if waits else "participant_joined", person)
        return person

    def leave(self, meeting: Meeting, person: Person, *, reason: str = "left the meeting") -> None:
        if person.left_at is None:
            person.left_at = self.clock()
            self.tell(meeting, "participant_left", person, leave_reason=reason)

    def end(self, meeting: Meeting) -> bool:
        """Everybody out. Whether it ran at all."""
        session = meeting.live
        if session is None:
            return False
        for person in session.inside:
            self.leave(meeting, person, reason="Host ended the meeting.")
        session.ended_at, meeting.records, meeting.streams = self.clock(), False, False
        self.tell(meeting, "ended")
        return True

    def _refuse(self, meeting: Meeting, password: str, email: str, registrant_id: str) -> None:
        settings, known = meeting.settings, meeting.registrants.get(registrant_id, {})
        if meeting.is_deleted:
            raise Refused("This meeting has been deleted.")
        if password != meeting.password and not known.get("status") == "approved":
            raise Refused("Passcode wrong.")
        if settings.get("approval_type") in (0, 1) and known.get("status") != "approved":
            raise Refused("This meeting is for registered attendees only.")
        if settings.get("meeting_authentication") and not email:
            raise Refused("This meeting is for authorized attendees only.")
        if meeting.live is None and not (meeting.is_webinar or settings.get("join_before_host")):
            raise Refused("Please wait for the host to start this meeting.")

    # -- events ------------------------------------------------------------------------------------------------------

    def tell(self, meeting: Meeting, kind: str, person: Person | None = None, **more: Any) -> None:
        from tests.fakes.zoom.events import object_of

        name = f"{'webinar' if meeting.is_webinar else 'meeting'}.{kind}"
        told = object_of(self, meeting, kind, person, **more)
        for tell in self.told:
            tell(name, told, self.clock())

    def new_uuid(self) -> str:
        """As Zoom's are: base64, which may begin with a slash and hold two in a row."""
        return b64encode(self._random.randbytes(16)).decode()

    def session_of(self, uuid: str) -> tuple[Meeting, Session] | None:
        for meeting in self.meetings.values():
            for session in meeting.sessions:
                if session.uuid == uuid:
                    return meeting, session
        return None

    def iso(self, at: float) -> str:
        return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Refused(Exception):
    """Somebody was not let in. The text is what Zoom's own program would show."""
