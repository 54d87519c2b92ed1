"""The practice meeting's rooms: who is invited, who is in, and whether the door is barred.

What must outlive a `kill -9` (the hold, the invitations, the tries) is on disk before it is answered; who is in is only
in memory, for with the process their sockets are gone. Every method may be called from any thread.
"""

import re
import secrets
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple, Protocol, get_args

from pullcord.practice import keep
from pullcord.practice.events import Happened
from pullcord.practice.invitations import Invitation, Link, NewRoom, Role, digest, link, new_token, room_of
from pullcord.practice.signals import CLOSED, DEAD, ELSEWHERE, ENDED, KICKED, Relay, clean_name

MOST_INVITATIONS: Final = 250
DAYS_KEPT: Final = 30


class Line(Protocol):
    """The way out to one page. Both return at once and may be called from any thread."""

    def tell(self, message: Mapping[str, Any]) -> None: ...

    def hang_up(self, message: Mapping[str, Any]) -> None:
        """Say this last, then close the socket."""


class Seat(NamedTuple):
    """One person who is in."""

    room: str
    number: str
    name: str
    role: Role
    since: float
    line: Line


class Refusal(NamedTuple):
    room: str
    text: str


class Door(NamedTuple):
    """What a personal link's page may show before anybody comes in."""

    room_name: str
    name: str
    role: Role


class State(NamedTuple):
    people: list[Seat]
    held: bool
    tries: int


@dataclass
class Room:
    id: str
    name: str
    stage: str
    """SHA-256 of the stage token."""
    made_at: float
    invitations: list[Invitation]
    held: bool = False
    tries: int = 0
    seats: dict[str, Seat] = field(default_factory=dict)
    changes: int = 1
    kept: int = 0
    """How many of the changes are on disk."""
    writing: threading.Lock = field(default_factory=threading.Lock)

    def to_keep(self) -> dict[str, Any]:
        kept = {key: getattr(self, key) for key in ("id", "name", "stage", "made_at", "held", "tries")}
        return kept | {"invitations": [vars(invitation) for invitation in self.invitations]}


class Rooms:
    def __init__(self, folder: Path, *, on_event: Callable[[Happened], None] | None = None) -> None:
        """`on_event` is told after the fact, from any thread; it returns at once and raises nothing."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.unreadable: list[str] = []
        """Names of kept files that could not be read: their rooms are lost, and said to be."""
        self.folder = folder
        self._on_event = on_event
        self._lock = threading.Lock()
        self._rooms: dict[str, Room] = {}
        self._invited: dict[str, tuple[Room, Invitation]] = {}
        self._stages: dict[str, Room] = {}
        self._load()

    def create(self, name: str, people: Iterable[tuple[str, Role]], *, now: float) -> NewRoom:
        """A room with its invitations, kept before it is answered. Raises ValueError above 250 people, OSError."""
        admin, stage = secrets.token_urlsafe(32), new_token()
        links = [link(str(n), clean_name(who) or "Guest", role, stage) for n, (who, role) in enumerate(people, 1)]
        if len(links) > MOST_INVITATIONS:
            raise ValueError(f"a practice meeting takes {MOST_INVITATIONS} people at most")
        invitations = [Invitation(digest(one.token), one.number, one.name, one.role) for one in links]
        room = Room(room_of(admin), clean_name(name) or "Practice meeting", digest(stage), now, invitations)
        with self._lock:
            self._know(room)
        self.keep(room.id)
        return NewRoom(room.id, admin, stage, links)

    def renew(self, room_id: str, *, now: float) -> NewRoom | None:
        """Another room for the same people, save those who were removed. The old one stays as it is; None = there is none."""
        with self._lock:
            room = self._rooms.get(room_id)
            people = [(i.name, i.role) for i in room.invitations if not i.dead] if room else []
        return None if room is None else self.create(room.name, people, now=now)

    def door(self, token: str) -> Door | None:
        """Whose link this is; None = nobody's. Changes nothing."""
        with self._lock:
            room, invitation = self._invited.get(digest(token), (None, None))
            return Door(room.name, invitation.name, invitation.role) if room and invitation else None

    def stage(self, token: str) -> list[Link] | None:
        """The simulated people of this stage's room, with the tokens that only the stage's own can tell."""
        with self._lock:
            room = self._stages.get(digest(token))
            simulated = [i for i in room.invitations if i.role == "simulated" and not i.dead] if room else []
        return None if room is None else [link(i.number, i.name, i.role, token) for i in simulated]

    def join(self, token: str, name: str | None, line: Line, *, now: float) -> Seat | Refusal | None:
        """Take a seat. None = no such invitation. After a Refusal the caller lets `keep` write the try down.

        Whoever comes in twice with one invitation is in once: the earlier page is hung up on.
        """
        with self._lock:
            room, invitation = self._invited.get(digest(token), (None, None))
            if room is None or invitation is None:
                return None
            if room.held or invitation.dead:
                self._count_try(room)
                answer: Seat | Refusal = Refusal(room.id, CLOSED if room.held else DEAD)
            else:
                answer = self._seat(room, invitation, clean_name(name or "") or invitation.name, line, now)
            first = isinstance(answer, Seat) and len(room.seats) == 1
        if first:
            self._say(Happened("started", room.id, now))
        if isinstance(answer, Seat):
            self._say(Happened("joined", room.id, now, answer.number, answer.name))
        else:
            self._say(Happened("refused", room.id, now, invitation.number, invitation.name))
        return answer

    def leave(self, seat: Seat, *, now: float) -> None:
        """Give the seat up; one that was taken over or thrown out is gone already."""
        with self._lock:
            room = self._rooms.get(seat.room)
            if room is None or room.seats.get(seat.number) is not seat:
                return
            del room.seats[seat.number]
            _tell_people(room)
            last = not room.seats
        self._say(Happened("left", seat.room, now, seat.number, seat.name))
        if last:
            self._say(Happened("ended", seat.room, now))

    def relay(self, seat: Seat, message: Relay) -> None:
        """Pass it on under the sender's public number. To somebody who has just left: dropped."""
        with self._lock:
            room = self._rooms.get(seat.room)
            if room is None or room.seats.get(seat.number) is not seat or message.to not in room.seats:
                return
            room.seats[message.to].line.tell({"kind": message.kind, "from": seat.number, **message.fields})

    def state(self, room_id: str) -> State | None:
        with self._lock:
            room = self._rooms.get(room_id)
            return None if room is None else State(list(room.seats.values()), room.held, room.tries)

    def end(self, room_id: str, *, now: float) -> int | None:
        """Put everyone out, and how many that were; None = no such room. Bars nothing, and waits for no disk."""
        with self._lock:
            room = self._rooms.get(room_id)
            if room is None:
                return None
            put_out = _empty(room)
        if put_out:
            self._say(Happened("ended", room_id, now))
        return put_out

    def hold(self, room_id: str) -> bool:
        """Bar the door at once, then keep that. False = no such room. Raises OSError: barred, but not kept."""
        return self._set_held(room_id, held=True)

    def release(self, room_id: str) -> bool:
        """Let the invited in again. Raises OSError: open, but after a crash barred again."""
        return self._set_held(room_id, held=False)

    def kick(self, room_id: str, number: str, *, now: float) -> bool | None:
        """Put one person out and kill the invitation: whether they were in; None = no such person. Raises OSError."""
        with self._lock:
            room = self._rooms.get(room_id)
            invitation = next((i for i in room.invitations if i.number == number), None) if room else None
            if room is None or invitation is None:
                return None
            invitation.dead = True
            room.changes += 1
            seat = room.seats.pop(number, None)
            if seat:
                seat.line.hang_up({"kind": "kicked", "text": KICKED})
                _tell_people(room)
        self.keep(room_id)
        if seat:
            self._say(Happened("left", room_id, now, number, seat.name))
        return seat is not None

    def remove(self, room_id: str, *, now: float) -> None:
        """Forget the room, its people and its file."""
        self.end(room_id, now=now)
        with self._lock:
            room = self._rooms.pop(room_id, None)
            if room is None:
                return
            _empty(room)  # whoever came in between
            for invitation in room.invitations:
                self._invited.pop(invitation.digest, None)
            self._stages.pop(room.stage, None)
        with room.writing:
            keep.erase(self.folder / f"{room_id}.json")

    def tidy(self, *, now: float) -> int:
        """Forget the rooms made more than 30 days ago, and how many that were."""
        with self._lock:
            old = [room.id for room in self._rooms.values() if now - room.made_at > DAYS_KEPT * 86_400]
        for room_id in old:
            self.remove(room_id, now=now)
        return len(old)

    def keep(self, room_id: str) -> None:
        """Write what has changed. Who waits here while another writes mostly finds the work done. Raises OSError."""
        room = self._rooms.get(room_id)
        if room is None:
            return
        with room.writing:
            with self._lock:
                changes, content = room.changes, room.to_keep()
                is_due = room.kept < changes and room_id in self._rooms
            if is_due:
                keep.write(self.folder / f"{room_id}.json", content)
                room.kept = changes

    def _set_held(self, room_id: str, *, held: bool) -> bool:
        with self._lock:
            room = self._rooms.get(room_id)
            if room is None:
                return False
            if room.held != held:
                room.held, room.tries = held, 0
                room.changes += 1
        self.keep(room_id)
        return True

    def _seat(self, room: Room, invitation: Invitation, name: str, line: Line, now: float) -> Seat:
        earlier = room.seats.pop(invitation.number, None)
        if earlier:
            earlier.line.hang_up({"kind": "refused", "text": ELSEWHERE})
        seat = Seat(room.id, invitation.number, name, invitation.role, now, line)
        room.seats[seat.number] = seat
        _tell_people(room)
        return seat

    def _count_try(self, room: Room) -> None:
        if room.held:
            room.tries += 1
            room.changes += 1

    def _know(self, room: Room) -> None:
        self._rooms[room.id] = room
        self._stages[room.stage] = room
        for invitation in room.invitations:
            self._invited[invitation.digest] = (room, invitation)

    def _load(self) -> None:
        for path, content in keep.read_all(self.folder):
            room = _room(content) if content else None
            if room is None or path.stem != room.id:
                self.unreadable.append(path.name)
                continue
            room.kept = room.changes
            self._know(room)

    def _say(self, happened: Happened) -> None:
        if self._on_event:
            self._on_event(happened)


def _empty(room: Room) -> int:
    seats = list(room.seats.values())
    room.seats.clear()
    for seat in seats:
        seat.line.hang_up({"kind": "ended", "text": ENDED})
    return len(seats)


def _tell_people(room: Room) -> None:
    """Everyone learns who is in: public numbers and the names shown, nothing of how anybody came in."""
    people = [{"number": s.number, "name": s.name, "simulated": s.role == "simulated"} for s in room.seats.values()]
    for seat in room.seats.values():
        seat.line.tell({"kind": "people", "you": seat.number, "people": people})


def _room(content: Mapping[str, Any]) -> Room | None:
    """A kept room; None = it is not one."""
    try:
        invitations = [Invitation(**i) for i in content["invitations"]]
        room = Room(**{**content, "invitations": invitations})
        fits = all(i.role in get_args(Role) for i in invitations) and isinstance(room.held, bool)
        return room if fits and re.fullmatch(r"[0-9a-f]{32}", room.id) else None
    except (TypeError, KeyError):
        return None
