"""The stand-in on a loopback port: tokens, scopes, limits, how far away it is, and the vendor's types around every call."""

import base64
import hmac
import json
import random
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute

from tests.fakes.zoom import sockets
from tests.fakes.zoom.account import Account
from tests.fakes.zoom.doors import DOORS, Asked, Door, Trouble, as_bytes
from tests.fakes.zoom.plans import Counts, Over
from tests.fakes.zoom.schemas import Misfit, Types

TOKEN_SECONDS: Final = 3600.0
MOST_TOKENS: Final = 100
ALL_SCOPES: Final = frozenset(door.scope for door in DOORS)


@dataclass
class Call:
    """What was asked, and what was answered."""

    method: str
    path: str
    status: int
    at: float
    """By `time.perf_counter`."""
    body: dict[str, Any] = field(default_factory=dict)


@dataclass
class Zoom:
    """A running stand-in. Whatever misfits the vendor's types is in `misfits`, and was answered with 500."""

    account: Account
    address: str
    types: Types | None
    counts: Counts
    scopes: set[str]
    away: Callable[[], float]
    """How many seconds an answer takes; asked for each."""
    calls: list[Call] = field(default_factory=list)
    misfits: list[str] = field(default_factory=list)
    tokens: dict[str, float] = field(default_factory=dict)
    """Until when each is good, by the account's clock."""
    is_down: bool = False
    lines: list[Any] = field(default_factory=list)

    @property
    def api(self) -> str:
        return f"{self.address}/v2"

    @property
    def token_url(self) -> str:
        return f"{self.address}/oauth/token"

    @property
    def socket_url(self) -> str:
        return self.address.replace("http://", "ws://") + "/ws"

    def expire_tokens(self) -> None:
        self.tokens.clear()

    def fits(self) -> None:
        assert not self.misfits, self.misfits


def at_once() -> float:
    return 0.0


def far(*, half_ms: float = 50.0, spread: float = 0.25, seed: int = 1) -> Callable[[], float]:
    """Log-normal about `half_ms`: half of the answers take less. With a spread of 0.25, one in a hundred takes 1.8 times as long."""
    numbers = random.Random(seed)
    return lambda: half_ms / 1000 * numbers.lognormvariate(0.0, spread)


@contextmanager
def running(
    account: Account | None = None, *, types: Types | None = None, away: Callable[[], float] = at_once
) -> Iterator[Zoom]:
    """`types`: None = nothing is held against the vendor's types, and nobody may say that it was."""
    account = account or Account()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        zoom = Zoom(account, address, types, Counts(account.plan, account.clock), set(ALL_SCOPES), away)
        server = uvicorn.Server(
            uvicorn.Config(_app(zoom), ws="websockets-sansio", lifespan="off", log_level="warning", access_log=False)
        )
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        until = time.monotonic() + 10
        while not server.started and time.monotonic() < until:
            time.sleep(0.005)
        try:
            yield zoom
        finally:
            server.should_exit = server.force_exit = True
            thread.join(10)


def _app(zoom: Zoom) -> Starlette:
    async def token(request: Request) -> Response:
        return await run_in_threadpool(
            _token, zoom, dict(request.headers), dict(request.query_params), await request.body()
        )

    async def call(request: Request) -> Response:
        path = request.scope["raw_path"].decode().partition("?")[0].removeprefix("/v2")
        return await run_in_threadpool(
            _call, zoom, request.method, path, dict(request.query_params), dict(request.headers), await request.body()
        )

    methods = ["GET", "POST", "PUT", "PATCH", "DELETE"]
    return Starlette(
        routes=[
            Route("/oauth/token", token, methods=["POST"]),
            Route("/v2/{rest:path}", call, methods=methods),
            WebSocketRoute("/ws", sockets.door(zoom)),
        ]
    )


def _token(zoom: Zoom, headers: dict[str, str], query: dict[str, str], raw: bytes) -> Response:
    """`grant_type=account_credentials`, the account, and the client by HTTP Basic."""
    time.sleep(zoom.away())
    if zoom.is_down:
        return JSONResponse({"reason": "down"}, 503)
    told = query | dict(pair.split("=", 1) for pair in raw.decode().split("&") if "=" in pair)
    given = headers.get("authorization", "")
    right = base64.b64encode(f"{zoom.account.client_id}:{zoom.account.client_secret}".encode()).decode()
    if not hmac.compare_digest(given, f"Basic {right}"):
        return JSONResponse({"reason": "Invalid client_id or client_secret", "error": "invalid_client"}, 400)
    if told.get("grant_type") != "account_credentials" or told.get("account_id") != zoom.account.id:
        return JSONResponse({"reason": "Bad Request", "error": "invalid_request"}, 400)
    made = secrets.token_urlsafe(32)
    zoom.tokens[made] = zoom.account.clock() + TOKEN_SECONDS
    zoom.calls.append(Call("POST", "/oauth/token", 200, time.perf_counter()))
    scope = " ".join(sorted(zoom.scopes))
    return JSONResponse(
        {"access_token": made, "token_type": "bearer", "expires_in": 3599, "scope": scope, "api_url": zoom.address}
    )


def _call(zoom: Zoom, method: str, path: str, query: dict[str, str], headers: dict[str, str], raw: bytes) -> Response:
    came = time.perf_counter()
    time.sleep(zoom.away())
    answer = _answered(zoom, method, path, query, headers, raw)
    body = _json(raw)
    zoom.calls.append(Call(method, path, answer.status_code, came, body))
    return answer


def _answered(
    zoom: Zoom, method: str, path: str, query: dict[str, str], headers: dict[str, str], raw: bytes
) -> Response:
    if zoom.is_down:
        return Response(status_code=503)
    try:
        _signed_in(zoom, headers)
        door, named = _door(method, path)
        _may(zoom, door)
        if zoom.types is not None:
            zoom.types.request(method, path, query=query, body=raw)
        if (over := zoom.counts.call(door.label)) or (over := _changes(zoom, door, named)):
            return _too_many(zoom, door, over)
        answer = door.do(Asked(zoom.account, named, query, _json(raw)))
        told = as_bytes(answer.told)
        if zoom.types is not None:
            zoom.types.answer(method, path, status=answer.status, body=told)
    except Trouble as trouble:
        return JSONResponse({"code": trouble.code, "message": trouble.message}, trouble.status)
    except Misfit as misfit:
        zoom.misfits.append(str(misfit))
        return JSONResponse(
            {"code": 300, "message": "The stand-in was sent what the vendor's types do not allow."}, 500
        )
    return Response(told, answer.status, _rates(zoom, door), "application/json" if told else None)


def _signed_in(zoom: Zoom, headers: dict[str, str]) -> None:
    given = headers.get("authorization", "").removeprefix("Bearer ")
    if zoom.tokens.get(given, 0.0) <= zoom.account.clock():
        raise Trouble(401, 124, "Access token is expired." if given in zoom.tokens else "Invalid access token.")


def _may(zoom: Zoom, door: Door) -> None:
    if door.scope not in zoom.scopes:
        raise Trouble(400, 4711, f"Invalid access token, does not contain scopes:[{door.scope}].")


def _door(method: str, path: str) -> tuple[Door, dict[str, str]]:
    from urllib.parse import unquote

    parts = path.strip("/").split("/")
    for door in DOORS:
        asked = door.path.strip("/").split("/")
        if door.method == method and len(asked) == len(parts):
            pairs = list(zip(asked, parts, strict=True))
            if all(one.startswith("{") or one == told for one, told in pairs):
                # A uuid with a slash in it is escaped twice: once for the address, once for the vendor's own door.
                return door, {one[1:-1]: unquote(unquote(told)) for one, told in pairs if one.startswith("{")}
    raise Trouble(404, 2300, "This API endpoint is not recognized.")


def _changes(zoom: Zoom, door: Door, named: dict[str, str]) -> Over | None:
    if not door.is_change:
        return None
    number = named.get("meetingId") or named.get("webinarId") or ""
    meeting = zoom.account.meetings.get(int(number)) if number.isdecimal() else None
    return zoom.counts.change(meeting.host_id if meeting else next(iter(zoom.account.users)))


def _too_many(zoom: Zoom, door: Door, over: Over) -> Response:
    """Of a day's limit the vendor says when it ends, as a time and not in seconds."""
    kind = "QPS" if over.until is None else "Daily-limit"
    headers = {
        "X-RateLimit-Category": door.label.title(),
        "X-RateLimit-Type": kind,
        "X-RateLimit-Limit": str(over.limit),
    }
    headers["X-RateLimit-Remaining"] = "0"
    if over.until is not None:
        headers["Retry-After"] = zoom.account.iso(over.until)
    message = "You have reached the maximum per-second rate limit for this API. Try again later."
    if over.until is not None:
        message = "You have reached the maximum daily rate limit for this API."
    return JSONResponse({"code": 429, "message": message}, 429, headers)


def _rates(zoom: Zoom, door: Door) -> dict[str, str]:
    return {
        "X-RateLimit-Category": door.label.title(),
        "X-RateLimit-Type": "QPS",
        "X-RateLimit-Limit": str(zoom.account.plan.per_second[door.label]),
        "X-RateLimit-Remaining": str(zoom.counts.left(door.label)),
    }


def _json(raw: bytes) -> dict[str, Any]:
    told = json.loads(raw) if raw else {}
    return told if isinstance(told, dict) else {}
