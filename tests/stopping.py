"""A desk with a practice meeting on it, and a wire that counts, waits or fails as it is told."""

import atexit
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import NamedTuple

from pullcord.config import read_config
from pullcord.jobs.desk import Desk, open_desk
from pullcord.platforms.reach import EVERYWHERE
from pullcord.platforms.wire import ColdWire, Reply, Request, WireError
from pullcord.safe.keys import digest, new_token
from pullcord.safe.kit import Cord, Kit, StopToken
from pullcord.words import Meeting
from tests.contract.ground_practice import PracticeGround, ground

FAR = 4_000_000_000.0


class ToldWire:
    """Sends for real unless told otherwise, and remembers what went out, in order."""

    reach = EVERYWHERE

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.before: Callable[[str], None] = lambda _: None
        """Called with `METHOD /path` before it goes out: raise WireError here, or block."""
        self._cold = ColdWire()
        self._lock = threading.Lock()

    def send(self, request: Request) -> Reply:
        what = f"{request.method} {request.url.partition('/api/rooms/')[2].partition('/')[2] or 'room'}"
        self.before(what)
        with self._lock:
            self.sent.append(what)
        return self._cold.send(request)

    def ends(self) -> int:
        return self.sent.count("POST end")


def fail(*whats: str, kind: str = "refused", also: Callable[[str], None] = lambda _: None) -> Callable[[str], None]:
    def before(what: str) -> None:
        also(what)
        if what in whats:
            raise WireError(kind)

    return before


class Scene(NamedTuple):
    ground: PracticeGround
    desk: Desk
    wire: ToldWire
    kit: Kit
    invitations: list[str]
    link: str
    """The token of Anna's link."""
    token: str


@cache
def _practice() -> PracticeGround:
    """One practice server for all scenes of this process: each scene has a meeting of its own on it."""
    until_the_end = ExitStack()
    atexit.register(until_the_end.close)
    return until_the_end.enter_context(ground())


@contextmanager
def scene(folder: Path, *, people: int = 2) -> Iterator[Scene]:
    with ExitStack() as sockets:
        server = _practice()
        platform_ground = PracticeGround(server.rooms, server.address, sockets)
        meeting, invitations = platform_ground.open_meeting(invitations=people)
        wire = ToldWire()
        desk = open_desk(read_config(str(folder), environment={}), new=True, wire=lambda _: wire)
        link, token = new_token(), new_token()
        kit = kit_of(meeting, link=link, token=token)
        desk.kits.write(kit)
        yield Scene(platform_ground, desk, wire, kit, invitations, link, token)
        desk.means.journal.close()


def kit_of(meeting: Meeting, *, link: str, token: str) -> Kit:
    return Kit(
        meeting=meeting,
        starts=None,
        ends=None,
        hold_seconds=86_400.0,
        cords=(Cord("anna", digest(link), "Anna", FAR),),
        tokens=(StopToken("script", digest(token), "A script", FAR),),
    )
