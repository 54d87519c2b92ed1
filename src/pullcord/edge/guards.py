"""What stands before every route: our own Host only, and no large bodies."""

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pullcord.config import Config

LARGEST_BODY_BYTES = 256 * 1024


class OnlyOurHost:
    """Answers only to the configured public address: a link is never built from, or believed by, another name."""

    def __init__(self, app: ASGIApp, config: Config) -> None:
        self._app = app
        self._host = config.host

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket") and _header(scope, b"host").casefold() != self._host:
            return await _refuse(scope, receive, send, 400, "foreign-host", "This server does not answer to that name.")
        return await self._app(scope, receive, send)


class SmallBodies:
    """No door of ours takes anything large. Counted while it comes in, whatever its header says."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        told = _header(scope, b"content-length") or "0"
        if not told.isdigit() or int(told) > LARGEST_BODY_BYTES:
            return await _refuse(scope, receive, send, 413, "too-large", "That is too large for this door.")
        return await self._app(scope, _Counted(receive), send)


def _header(scope: Scope, name: bytes) -> str:
    """The first of that name; empty = there is none. Every request pays for this twice."""
    for told, value in scope["headers"]:
        if told == name:
            return str(value, "latin-1")
    return ""


class _Counted:
    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._left = LARGEST_BODY_BYTES

    async def __call__(self) -> Message:
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        # The rest of a body without a length is never read: the reader sees a caller who hung up.
        return message if self._left >= 0 else {"type": "http.disconnect"}


async def _refuse(scope: Scope, receive: Receive, send: Send, status: int, code: str, sentence: str) -> None:
    if scope["type"] == "websocket":
        await receive()
        return await send({"type": "websocket.close", "code": 4000 + status})
    answer = JSONResponse({"error": {"code": code, "sentence": sentence}}, status_code=status)
    return await answer(scope, receive, send)


def is_from_elsewhere(request: Request, config: Config) -> bool:
    """Whether another site's page posted this. A right in the address needs no cookie, so a missing or `null` Origin is fine."""
    origin = request.headers.get("origin")
    if origin is None or origin == "null":
        return False
    return origin.casefold() != config.address
