"""A practice server that counts the ends it was sent, and by when; it outlives whatever is killed or burned beside it."""

import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from starlette.applications import Starlette
from starlette.routing import Mount

from pullcord.practice.app import app
from pullcord.practice.rooms import Rooms
from pullcord.words import Meeting
from tests.contract.ground_practice import PracticeGround, _bound, _serving


class CountingRooms(Rooms):
    """Counts every end that arrives, also one for an empty room."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.ends: dict[str, list[float]] = defaultdict(list)
        """By room: when each end came, by the monotonic clock that all processes of a machine share."""

    def end(self, room_id: str, *, now: float) -> int | None:
        self.ends[room_id].append(time.monotonic())
        return super().end(room_id, now=now)


class CountingGround(PracticeGround):
    rooms: CountingRooms

    def ends(self, meeting: Meeting) -> int:
        return len(self.rooms.ends[meeting.at["room"]])

    def ended_at(self, meeting: Meeting) -> float | None:
        return next(iter(self.rooms.ends[meeting.at["room"]]), None)

    def is_out_and_barred(self, meeting: Meeting) -> bool:
        state = self.rooms.state(meeting.at["room"])
        return state is not None and state.people == [] and state.held


@contextmanager
def counting(folder: Path) -> Iterator[CountingGround]:
    with _bound() as door:
        rooms = CountingRooms(folder / "rooms")
        address = f"http://127.0.0.1:{door.getsockname()[1]}"
        whole = Starlette(routes=[Mount("/practice", app(rooms, public_address=address))])
        with _serving(whole, door), ExitStack() as sockets:
            yield CountingGround(rooms, address, sockets)
