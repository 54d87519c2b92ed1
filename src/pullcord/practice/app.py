"""The practice meeting as a web application: its pages, its socket, and what the adapter calls."""

import json
import re
import time
from collections.abc import Awaitable, Callable
from typing import Any, Final

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from pullcord.practice import line
from pullcord.practice.invitations import is_admin
from pullcord.practice.pages import Pages, origin_of
from pullcord.practice.rooms import Rooms, State

PREFIX: Final = "/practice"
LARGEST_BODY_BYTES: Final = 4_096
LARGEST_FRAME_BYTES: Final = 65_536
"""What the HTTP server should be told to take over a socket (uvicorn: `ws_max_size`); above 64 kB nothing is read anyway."""

_PRIVATE: Final = {"Cache-Control": "no-store"}
Verb = Callable[[Rooms, str, Request], Awaitable[Response]]


def app(rooms: Rooms, *, public_address: str) -> Starlette:
    """To be mounted at `/practice`; without a lifespan. `public_address`: scheme and host that browsers come by."""
    origin = origin_of(public_address)
    pages = Pages(origin)

    async def room(request: Request) -> Response:
        door = rooms.door(request.path_params["token"])
        return pages.room(door) if door else pages.gone()

    async def stage(request: Request) -> Response:
        simulated = rooms.stage(request.path_params["token"])
        return pages.gone() if simulated is None else pages.stage(simulated)

    async def file(request: Request) -> Response:
        return pages.file(request.path_params["name"])

    async def socket(websocket: WebSocket) -> None:
        token = websocket.path_params["token"]
        if websocket.headers.get("origin") != origin or rooms.door(token) is None:
            await websocket.close(line.UNFIT)  # before it is accepted: the browser sees a plain 403
        else:
            await line.serve(websocket, rooms, token)

    def api(verb: Verb) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            return await _for_admin(rooms, request, verb)

        return answer

    return Starlette(
        routes=[
            Route("/r/{token}", room),
            Route("/stage/{token}", stage),
            Route("/static/{name}", file),
            WebSocketRoute("/ws/{token}", socket),
            Route("/api/rooms/{room}", api(_show)),
            Route("/api/rooms/{room}/end", api(_end), methods=["POST"]),
            Route("/api/rooms/{room}/hold", api(_hold), methods=["POST"]),
            Route("/api/rooms/{room}/hold", api(_release), methods=["DELETE"]),
            Route("/api/rooms/{room}/kick", api(_kick), methods=["POST"]),
            Route("/api/rooms/{room}/renew", api(_renew), methods=["POST"]),
        ]
    )


async def _for_admin(rooms: Rooms, request: Request, verb: Verb) -> Response:
    """One 401 for every stranger, whether the room is there or not; who holds its secret is told when it is gone."""
    room = request.path_params["room"]
    if not is_admin(_bearer(request), room):
        return JSONResponse({"error": "unauthorized"}, 401, {**_PRIVATE, "WWW-Authenticate": "Bearer"})
    return await verb(rooms, room, request)


def _bearer(request: Request) -> str:
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else ""


def _json(content: dict[str, Any], status: int = 200) -> Response:
    return JSONResponse(content, status, _PRIVATE)


def _gone() -> Response:
    return _json({"exists": False})


async def _show(rooms: Rooms, room: str, request: Request) -> Response:
    state = rooms.state(room)
    return _gone() if state is None else _json(_told(state))


def _told(state: State) -> dict[str, Any]:
    people = [{"number": s.number, "name": s.name, "since": s.since} for s in state.people]
    return {"exists": True, "people": people, "held": state.held, "tries": state.tries}


async def _end(rooms: Rooms, room: str, request: Request) -> Response:
    put_out = rooms.end(room, now=time.time())
    return _gone() if put_out is None else _json({"exists": True, "ended": True, "put_out": put_out})


async def _hold(rooms: Rooms, room: str, request: Request) -> Response:
    """Off the loop: it waits for the disk, and others must not."""
    return _json({"exists": True, "held": True}) if await run_in_threadpool(rooms.hold, room) else _gone()


async def _release(rooms: Rooms, room: str, request: Request) -> Response:
    return _json({"exists": True, "held": False}) if await run_in_threadpool(rooms.release, room) else _gone()


async def _kick(rooms: Rooms, room: str, request: Request) -> Response:
    number = await _number(request)
    if number is None:
        return _json({"error": "a public number is needed"}, 400)
    was_in = await run_in_threadpool(rooms.kick, room, number, now=time.time())
    if was_in is not None:
        return _json({"exists": True, "kicked": True, "was_in": was_in})
    return _gone() if rooms.state(room) is None else _json({"error": "nobody has this number"}, 404)


async def _renew(rooms: Rooms, room: str, request: Request) -> Response:
    new = await run_in_threadpool(rooms.renew, room, now=time.time())
    if new is None:
        return _gone()
    links = [link._asdict() for link in new.links]
    return _json({"exists": True, "room": new.room, "admin": new.admin, "stage": new.stage, "links": links})


async def _number(request: Request) -> str | None:
    """The public number in the body; None = there is none."""
    raw = b""
    async for part in request.stream():
        raw += part
        if len(raw) > LARGEST_BODY_BYTES:
            return None
    try:
        asked = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    number = asked.get("number") if isinstance(asked, dict) and asked.keys() == {"number"} else None
    return number if isinstance(number, str) and re.fullmatch(r"[1-9][0-9]{0,3}", number) else None
