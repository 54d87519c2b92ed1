"""Where the demo's meeting takes place: the practice meeting, or a real Janus; with its people and their links."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final, NamedTuple

from starlette.types import ASGIApp

from pullcord.config import Config
from pullcord.demo.place import LOOPBACK, is_private, own_address
from pullcord.platforms import practice
from pullcord.platforms.wire import ColdWire
from pullcord.practice import app, janus_room, janus_server, reporting
from pullcord.practice.invitations import Link, Role
from pullcord.practice.rooms import Rooms

MEETING: Final = "Tuesday wine tasting"
PEOPLE: Final[tuple[tuple[str, Role], ...]] = (
    ("Chris", "guest"),
    ("Maya", "simulated"),
    ("Tom", "simulated"),
    ("Lena", "simulated"),
    ("Guest 17", "intruder"),
)
JANUS_IS_REAL: Final = (
    "Janus is a real meeting server, on this machine: when the meeting is ended, that server cuts the pictures off. "
    "The people are simulated, and the pages draw their pictures."
)


class Stage(NamedTuple):
    platform: str
    meeting_id: str
    at: Mapping[str, str]
    secrets: Mapping[str, str]
    links: tuple[Link, ...]
    """Of `PEOPLE`, in their order."""
    stage: str
    """Token of the page that plays the simulated people."""
    app: ASGIApp
    """What stands at /practice."""
    truth: str
    """What is simulated, and what is not."""
    is_alone: bool
    """Whether the pictures stay on loopback, where an ordinary browser does not look for them."""

    def __repr__(self) -> str:
        return f"Stage({self.platform!r})"

    def link(self, role: Role) -> Link:
        return next(one for one in self.links if one.role == role)


def practice_stage(config: Config, rooms: Rooms) -> Stage:
    new = rooms.create(MEETING, PEOPLE, now=time.time())
    tokens = {link.role: link.token for link in new.links}
    # The host's own pages lead to these too, as they do for every practice meeting of a server.
    ways_in = {"stage": new.stage, "way in host": tokens["guest"], "way in intruder": tokens["intruder"]}
    return Stage(
        platform="practice",
        meeting_id=new.room,
        at={"server": config.address, "room": new.room, "events": reporting.SOURCE},
        secrets={"admin": new.admin, "events": reporting.secret_in(rooms.folder), **ways_in},
        links=tuple(new.links),
        stage=new.stage,
        app=app.app(rooms, public_address=config.address),
        truth=practice.LIMITS.stand_in or "",
        is_alone=own_address() is None,
    )


@contextmanager
def janus_stage(config: Config) -> Iterator[Stage]:
    """Raises JanusError, PlatformError."""
    media = media_address(own_address())
    with janus_server.running(media_on=media or "lo", socket_on=config.listen[0]) as janus:
        opened = janus_room.open_room(janus, MEETING, PEOPLE, ColdWire())
        yield Stage(
            platform="janus",
            meeting_id=opened.meeting.id,
            at=opened.meeting.at,
            secrets=opened.meeting.secrets,
            links=opened.links,
            stage=opened.stage,
            app=janus_room.app(opened, public_address=config.address),
            truth=JANUS_IS_REAL,
            is_alone=media is None,
        )


def media_address(own: str | None) -> str | None:
    """Where Janus sends pictures from. None = loopback only, which an ordinary browser does not take from a server.

    The address of a normal network works in every browser, and what is sent between two programs of one machine stays
    on it. Not a public one: nobody out there has any business with the demo.
    """
    return own if own is not None and own != LOOPBACK and is_private(own) else None
