"""The practice meeting as a test ground: a real server on a loopback port, and participants at signalling level."""

import asyncio
import json
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from pullcord.practice.app import LARGEST_FRAME_BYTES, app
from pullcord.practice.events import Happened
from pullcord.practice.invitations import NewRoom
from pullcord.practice.rooms import Rooms
from pullcord.words import Meeting
from tests.contract.ground import Refused

ANSWER_SECONDS = 10.0


class Participant:
    """One open socket, and every message it has received."""

    def __init__(self, line: ClientConnection) -> None:
        self.line = line
        self.heard: list[dict[str, Any]] = []
        self.raw: list[str] = []

    def say(self, **message: Any) -> None:
        self.line.send(json.dumps(message))

    def hear(self, *, within_seconds: float = ANSWER_SECONDS) -> dict[str, Any]:
        """The next message. Raises ConnectionClosed, TimeoutError."""
        raw = self.line.recv(timeout=within_seconds, decode=True)
        message: dict[str, Any] = json.loads(raw)
        self.raw.append(raw)
        self.heard.append(message)
        return message

    def hear_until(self, fits: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        while True:
            message = self.hear()
            if fits(message):
                return message

    def close_code(self, *, within_seconds: float = ANSWER_SECONDS) -> int | None:
        """With which code the server hung up; None = it did not by then."""
        until = time.monotonic() + within_seconds
        try:
            while True:
                self.hear(within_seconds=max(0.0, until - time.monotonic()))
        except TimeoutError:
            return None
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else 1006

    def is_out(self, *, within_seconds: float) -> bool:
        return self.close_code(within_seconds=within_seconds) is not None

    def leave(self) -> None:
        self.line.close()


class PracticeGround:
    platform = "practice"

    def __init__(self, rooms: Rooms, address: str, open_until_the_end: ExitStack) -> None:
        self.rooms = rooms
        self.address = address
        self._open = open_until_the_end

    def open_meeting(self, *, invitations: int) -> tuple[Meeting, list[str]]:
        new = self.rooms.create("Tuesday", [(f"Guest {n + 1}", "guest") for n in range(invitations)], now=time.time())
        return self.meeting(new), [link.token for link in new.links]

    def meeting(self, new: NewRoom) -> Meeting:
        known = {"admin": new.admin, "events": secrets.token_urlsafe(32)}
        return Meeting(new.room, "Tuesday", self.platform, {"server": self.address, "room": new.room}, known)

    def join(self, meeting: Meeting, invitation: str, *, name: str) -> Participant:
        try:
            someone = self.knock(invitation)
        except InvalidStatus as status:
            raise Refused(str(status)) from None
        someone.say(kind="join", name=name)
        first = someone.hear()
        if first["kind"] != "people":
            someone.leave()
            raise Refused(first["text"])
        return someone

    def knock(self, invitation: str, *, origin: str | None = "ours") -> Participant:
        """An open socket that has not asked to come in. Raises InvalidStatus."""
        url = f"{self.address.replace('http', 'ws', 1)}/practice/ws/{invitation}"
        said: Any = self.address if origin == "ours" else origin
        line = connect(url, origin=said, open_timeout=ANSWER_SECONDS, close_timeout=1, proxy=None, max_queue=None)
        return Participant(self._open.enter_context(line))

    def lose(self, meeting: Meeting) -> None:
        self.rooms.remove(meeting.at["room"], now=time.time())

    def with_wrong_credential(self, meeting: Meeting) -> Meeting:
        return meeting._replace(secrets={**meeting.secrets, "admin": secrets.token_urlsafe(32)})

    def pointed_at(self, meeting: Meeting, address: str) -> Meeting:
        return meeting._replace(at={**meeting.at, "server": address})


@contextmanager
def ground(on_event: Callable[[Happened], None] | None = None) -> Iterator[PracticeGround]:
    with TemporaryDirectory() as folder, _bound() as door:
        rooms = Rooms(Path(folder) / "rooms", on_event=on_event)
        address = f"http://127.0.0.1:{door.getsockname()[1]}"
        whole = Starlette(routes=[Mount("/practice", app(rooms, public_address=address))])
        with _serving(whole, door), ExitStack() as sockets:
            yield PracticeGround(rooms, address, sockets)


class Prompt(uvicorn.Server):
    """Ends when it is told: uvicorn's own looks ten times a second, and some hundred tests wait for that."""

    async def main_loop(self) -> None:
        await self.on_tick(0)
        while not self.should_exit:  # noqa: ASYNC110  # its switch is a plain attribute
            await asyncio.sleep(0.005)


@contextmanager
def _bound() -> Iterator[socket.socket]:
    """A port that already takes connections, so that nobody has to wait for the server behind it."""
    with socket.create_server(("127.0.0.1", 0), backlog=512) as door:
        # asyncio does this only for sockets it made itself; without it, an answer in two parts waits 40 ms for its second.
        door.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        yield door


@contextmanager
def _serving(whole: Starlette, door: socket.socket) -> Iterator[None]:
    settings = uvicorn.Config(whole, ws="websockets-sansio", lifespan="off", log_level="warning", access_log=False)
    settings.timeout_graceful_shutdown = 1
    settings.ws_max_size = LARGEST_FRAME_BYTES
    server = Prompt(settings)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [door]}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(ANSWER_SECONDS)
