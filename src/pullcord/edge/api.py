"""`POST /api/stop`: a program's door. `Authorization: Bearer TOKEN`, and `{"meeting": "..."}` where the token has several."""

import asyncio
import json
import time
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from pullcord.edge.parts import Edge
from pullcord.jobs.stop import Pressed, stop
from pullcord.safe.keys import digest
from pullcord.safe.kit import Kit, StopToken

ANSWER_WITHIN_SECONDS = 15.0


class _Bad(Exception):
    def __init__(self, status: int, code: str, sentence: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.sentence = sentence


async def stop_by_token(request: Request) -> Response:
    edge: Edge = request.app.state.edge
    try:
        token_digest = digest(_token(request))
        asked = _meeting(await _body(request))
    except _Bad as bad:
        return _refusal(bad)
    acting = asyncio.get_running_loop().run_in_executor(
        edge.stops, _find_and_stop, edge, token_digest, asked, _caller(request)
    )
    done, _ = await asyncio.wait([acting], timeout=ANSWER_WITHIN_SECONDS)
    return (
        acting.result()
        if done
        else JSONResponse(
            {"code": "asked", "over": False, "sentence": "The platform was asked and has not confirmed yet."}, 202
        )
    )


def _find_and_stop(edge: Edge, token_digest: str, asked: str | None, caller: str) -> Response:
    try:
        kit, token = _right(edge, token_digest, asked, caller)
    except _Bad as bad:
        return _refusal(bad)
    return _answer(stop(kit, edge.desk.means, by=token.id, door="api"), edge.desk.means.clock())


def _right(edge: Edge, token_digest: str, asked: str | None, caller: str) -> tuple[Kit, StopToken]:
    """The meeting that this token may stop. A meeting it may not, and one that does not exist, look the same."""
    rights = edge.desk.kits.all_holding(token_digest)
    if not rights:
        if edge.desk.kits.unreadable():
            raise _Bad(
                503,
                "kit-unreadable",
                "A file this server needs cannot be read. Nothing was ended: end the meeting on its own platform.",
            )
        many = edge.failures.count(caller)
        raise _Bad(429 if many else 401, "no-right", "This token gives no right here. Nothing was ended.")
    kits = [kit for kit in rights if asked is None or asked in (kit.meeting.id, kit.meeting.name)]
    if not kits:
        raise _Bad(404, "unknown-meeting", "This token knows no such meeting. Nothing was ended.")
    if len(kits) > 1:
        raise _Bad(
            400, "which-meeting", "This token is for several meetings: say which, as “meeting”. Nothing was ended."
        )
    token = next(held for held in kits[0].tokens if held.digest == token_digest)
    if time.time() >= token.expires:
        raise _Bad(401, "token-expired", "This token has expired. Nothing was ended.")
    return kits[0], token


def _token(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.casefold() != "bearer" or not token.strip():
        raise _Bad(401, "no-token", "Send your token in the header “Authorization: Bearer …”. Nothing was ended.")
    return token.strip()


async def _body(request: Request) -> Any:
    try:
        raw = await request.body()
        return json.loads(raw) if raw.strip() else {}
    except (ValueError, RecursionError):
        raise _Bad(400, "bad-json", "The body is not JSON. Nothing was ended.") from None
    except ClientDisconnect:
        raise _Bad(413, "too-large", "That is too large for this door.") from None


def _meeting(told: Any) -> str | None:
    if not isinstance(told, dict) or not set(told) <= {"meeting"} or not isinstance(told.get("meeting", ""), str):
        raise _Bad(400, "bad-body", 'The body may only say which meeting: {"meeting": "..."}. Nothing was ended.')
    return told.get("meeting")


def _caller(request: Request) -> str:
    return request.client.host if request.client else ""


def _answer(pressed: Pressed, now: float) -> Response:
    incident, error = pressed.incident, pressed.error
    over = incident.is_over
    told = {
        "code": "over" if over else (error.code if error else "asked"),
        "sentence": "The meeting is over." if over else (error.sentence if error else "The platform was asked."),
        "incident": incident.id,
        "over": over,
        "proof": incident.over_proof or None,
        "held_until": incident.held_until if incident.is_held(now) else None,
        "seconds": incident.seconds_until_over(),
        "written": pressed.written,
        "own_hands": list(pressed.hands),
    }
    return JSONResponse(told, status_code=200 if over else 502, headers={"Cache-Control": "no-store"})


def _refusal(bad: _Bad) -> Response:
    return JSONResponse(
        {"error": {"code": bad.code, "sentence": bad.sentence}}, bad.status, headers={"Cache-Control": "no-store"}
    )
