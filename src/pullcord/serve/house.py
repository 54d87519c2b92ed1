"""The server put together, before anything slow is loaded."""

from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

from starlette.types import ASGIApp, Receive, Scope, Send

from pullcord import edge
from pullcord.config import Config
from pullcord.edge.ears import Ears
from pullcord.edge.pages import sorry_page
from pullcord.guide.served import app as guide
from pullcord.jobs import desk as desks
from pullcord.jobs.desk import Desk, open_desk, reach_of, refuse_open_folders
from pullcord.jobs.guard import Guard
from pullcord.jobs.hear import fold
from pullcord.jobs.seen import Seen
from pullcord.platforms import KNOWN
from pullcord.platforms.warm import WarmWire
from pullcord.practice.app import app as practice_app
from pullcord.practice.reporting import Reporter
from pullcord.practice.rooms import Rooms
from pullcord.safe.inbox import Inbox
from pullcord.serve.counts import Sources, counts


class Troubles:
    """What is broken now, by part. The banner shows the first of them."""

    def __init__(self) -> None:
        self._said: dict[str, str] = {}

    def say(self, part: str, sentence: str | None) -> None:
        if sentence is None:
            self._said.pop(part, None)
        else:
            self._said[part] = sentence

    def of(self, part: str) -> str | None:
        return self._said.get(part)

    def sentence(self) -> str | None:
        return next(iter(self._said.values()), None)


class People:
    """The people pages, once they are there."""

    def __init__(self, troubles: Troubles) -> None:
        self.app: Any = None
        self._troubles = troubles

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # A page that is made of a broken store would keep its reader waiting, and then say less.
        if self.app is None or self._troubles.of("store"):
            said = self._troubles.sentence() or "The pages of this server are starting. Try again in a few seconds."
            await sorry_page(said)(scope, receive, send)
        else:
            await self.app(scope, receive, send)


class House(NamedTuple):
    """The running server's parts, for whoever composes it: `serve`, the demo, a test."""

    config: Config
    desk: Desk
    rooms: Rooms
    people: People
    troubles: Troubles
    app: ASGIApp
    seen: Seen
    guard: Guard
    inbox: Inbox
    ears: Ears


def build(config: Config, *, practice: ASGIApp | None = None) -> House:
    """Nothing slow, and nothing that needs a database. Raises KeysMissing, TooOpen.

    `practice`: what stands at /practice; None = the practice meetings kept in the data folder.
    """
    wires = {name: WarmWire(reach_of(config, name)) for name in KNOWN}
    opened = open_desk(config, new=True, wire=wires.__getitem__)
    refuse_open_folders(config)
    seen = Seen()
    means = opened.means._replace(
        keep_roster=lambda incident, meeting, people: opened.means.keep_roster(
            incident, meeting, seen.with_seen(meeting, people)
        )
    )
    desk = opened._replace(means=means)
    desks.put(desk)
    desk.means.journal.keep_reserve()
    folder_of_rooms = Path(config.path("practice"))
    troubles, rooms = Troubles(), Rooms(folder_of_rooms, on_event=Reporter(folder_of_rooms, config.address))
    people = People(troubles)
    guard, inbox = Guard(desk), Inbox(config.database or config.path("product.sqlite3"))
    ears = Ears(inbox, wake=guard.wake, unwritten=lambda report: fold(report, seen))
    sources = Sources(desk, guard, inbox, troubles)
    app = edge.build(
        desk,
        people=people,
        practice=practice or practice_app(rooms, public_address=config.address),
        static=str(files("pullcord.web") / "static"),
        guide=guide(Path(config.path("places")), country=config.country),
        trouble=troubles.sentence,
        ears=ears,
        counts=lambda: counts(sources),
    )
    edge.make_ready(app)
    return House(config, desk, rooms, people, troubles, app, seen, guard, inbox, ears)
