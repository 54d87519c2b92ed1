"""A practice meeting on a real Janus server: opened there, with personal links and pages of ours.

A page's link says who one is; the invitation that Janus asks for is told only on the press that comes in, and is seen by
no other participant. What the others see is a public number.
"""

import json
import os
from collections.abc import Iterable
from typing import Final, NamedTuple

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from pullcord.platforms import platform
from pullcord.platforms.wire import Wire
from pullcord.practice.invitations import Link, Role, digest, link, new_token
from pullcord.practice.janus_server import Janus
from pullcord.practice.pages import Kind, Pages, origin_of
from pullcord.practice.rooms import Door
from pullcord.words import Meeting

# `require_pvtid` keeps out those who would watch without having joined.
SETTINGS: Final = {"is_private": True, "publishers": 50, "notify_joining": True, "require_pvtid": True, "fir_freq": 10}
THROUGH_JANUS: Final = Kind(
    "janus_room.js",
    "The pictures go through a real Janus server on this machine. When the meeting is ended, that server cuts them off, "
    "whatever the pages do.",
)


class Opened(NamedTuple):
    """A room just opened, with every secret of it; they live as long as this does."""

    meeting: Meeting
    socket: str
    stage: str
    """Token of the page that plays the simulated people."""
    links: tuple[Link, ...]
    invitations: dict[str, str]
    """Public number -> what Janus asks for."""

    def __repr__(self) -> str:
        return f"Opened({self.meeting!r})"


def open_room(janus: Janus, name: str, people: Iterable[tuple[str, Role]], wire: Wire) -> Opened:
    """A new room that lets in the invited only. Raises PlatformError."""
    stage = new_token()
    links = tuple(link(str(number), who, role, stage) for number, (who, role) in enumerate(people, 1))
    invitations = {one.number: new_token() for one in links}
    secrets = {
        "admin": janus.admin_secret,
        "room": new_token(),
        "create": janus.admin_key,
        "invitations": json.dumps(invitations),
        "settings": json.dumps(SETTINGS),
    }
    at = {"server": janus.admin, "room": f"practice-{os.urandom(6).hex()}"}
    meeting = Meeting(os.urandom(8).hex(), name, "janus", at, secrets)
    platform("janus").release(meeting, wire)  # letting in the invited is what opens a room that is not there
    return Opened(meeting, janus.socket, stage, links, invitations)


def app(opened: Opened, *, public_address: str) -> Starlette:
    """To be mounted at `/practice`. `public_address`: scheme and host that browsers come by."""
    origin = origin_of(public_address)
    pages = Pages(origin, kind=THROUGH_JANUS, socket=opened.socket)
    invited = {digest(one.token): one for one in opened.links}

    async def room(request: Request) -> Response:
        one = invited.get(digest(request.path_params["token"]))
        return pages.room(Door(opened.meeting.name, one.name, one.role)) if one else pages.gone()

    async def way(request: Request) -> Response:
        """The way in, for the page that was pressed. Changes nothing here; Janus decides whether it leads in."""
        one = invited.get(digest(request.path_params["token"]))
        if one is None or request.headers.get("origin") != origin:
            return pages.gone()
        return JSONResponse(_way(opened, one), headers={"Cache-Control": "no-store"})

    async def stage(request: Request) -> Response:
        if digest(request.path_params["token"]) != digest(opened.stage):
            return pages.gone()
        return pages.stage(_simulated(opened))

    async def file(request: Request) -> Response:
        return pages.file(request.path_params["name"])

    return Starlette(
        routes=[
            Route("/r/{token}", room),
            Route("/r/{token}/way", way, methods=["POST"]),
            Route("/stage/{token}", stage),
            Route("/static/{name}", file),
        ]
    )


def _way(opened: Opened, one: Link) -> dict[str, object]:
    return {
        "server": opened.socket,
        "room": opened.meeting.at["room"],
        "invitation": opened.invitations[one.number],
        "number": one.number,
        "name": one.name,
        "simulated": [other.number for other in _simulated(opened)],
    }


def _simulated(opened: Opened) -> list[Link]:
    return [one for one in opened.links if one.role == "simulated"]
