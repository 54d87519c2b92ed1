"""One question to Zoom's interface and its answer: with a token, in its turn, and every way that it fails told by name."""

import json
import re
import time
from collections.abc import Mapping
from contextlib import nullcontext
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple, NoReturn

from pullcord.platforms import zoom_pace, zoom_token
from pullcord.platforms.wire import LARGEST_ANSWER_BYTES, Reply, Request, Wire, judged, patience, sent
from pullcord.platforms.zoom_facts import NO_SCOPE, SENTENCES, TOKEN_DEAD, UNKNOWN_MEETING, Label
from pullcord.platforms.zoom_pace import Turn
from pullcord.words import Meeting, PlatformError

SCOPE: Final = re.compile(r"\b[a-z_]+(?::[a-z_]+){2,3}\b")
SECOND: Final = 1.0


class Said(NamedTuple):
    """What Zoom answered. `code`: its own number where it refused; 0 = it did not."""

    status: int
    code: int
    body: Mapping[str, Any]
    tracking: str

    @property
    def is_unknown(self) -> bool:
        """Zoom knows no meeting of that number in this account."""
        return self.code == UNKNOWN_MEETING


def say(
    meeting: Meeting,
    wire: Wire,
    method: str,
    path: str,
    body: object = None,
    *,
    turn: Turn = "ask",
    label: Label = "light",
) -> Said:
    """Refusals that have a number of Zoom's come back as `Said`, those of our right and our pace are raised. Raises PlatformError."""
    token = zoom_token.token(meeting, wire)
    said = _once(meeting, wire, token, Request(method, _url(meeting, path), _headers(token), _bytes(body)), turn, label)
    if said.code != TOKEN_DEAD:
        return said
    zoom_token.drop(meeting, token)  # it was refused, so nothing was done: with a fresh one it is asked again, once
    token = zoom_token.token(meeting, wire)
    said = _once(meeting, wire, token, Request(method, _url(meeting, path), _headers(token), _bytes(body)), turn, label)
    if said.code == TOKEN_DEAD:
        raise PlatformError("zoom-denied", "Zoom did not accept our credential.", retry=False)
    return said


def expect(said: Said, status: int) -> Said:
    """Raises PlatformError where it is not what a success answers."""
    if said.code:
        refuse(said)
    return said if said.status == status else odd()


def refuse(said: Said) -> NoReturn:
    if said.is_unknown:
        raise PlatformError("zoom-gone", "Zoom knows no meeting of this number in this account.", retry=False)
    sentence = SENTENCES.get(said.code, f"Zoom refused ({said.status}, {said.code}).")
    raise PlatformError("zoom-refused", sentence, retry=False)


def odd() -> NoReturn:
    raise PlatformError("zoom-odd", "Zoom answered in a way we do not understand.", retry=False)


def account(meeting: Meeting) -> zoom_pace.Account:
    return zoom_pace.account(zoom_token.address(meeting), meeting.at["account"], meeting.at.get("plan", ""))


def _once(meeting: Meeting, wire: Wire, token: zoom_token.Token, request: Request, turn: Turn, label: Label) -> Said:
    of = account(meeting)
    with of.ends.sending() if turn == "end" else nullcontext():
        return _asked(of, wire, request, turn, label)


def _asked(of: zoom_pace.Account, wire: Wire, request: Request, turn: Turn, label: Label) -> Said:
    zoom_pace.wait(of, label, turn, at_most=patience(wire, zoom_pace.LONGEST_WAIT_SECONDS), now=time.time())
    reply = sent("zoom", "Zoom", wire, request)
    of.hear(label, reply.headers)
    if reply.status == 429:
        raise _too_many(of, label, reply.headers)
    return _read(reply)


def _url(meeting: Meeting, path: str) -> str:
    return f"{zoom_token.address(meeting)}/v2{path}"


def _headers(token: zoom_token.Token) -> Mapping[str, str]:
    return {"Authorization": f"Bearer {token.text}", "Content-Type": "application/json"}


def _bytes(body: object) -> bytes:
    return b"" if body is None else json.dumps(body).encode()


# -- what came back -----------------------------------------------------------------------------------------------------


def _read(reply: Reply) -> Said:
    tracking = _plain(reply.headers.get("x-zm-trackingid", ""))
    if reply.status == 204:
        return Said(204, 0, {}, tracking)
    body = _body(reply)
    if 200 <= reply.status < 300:
        return Said(reply.status, 0, body if body is not None else odd(), tracking)
    code = body.get("code") if body is not None else None
    if not isinstance(code, int) or isinstance(code, bool) or code == 0 or reply.status >= 500:
        judged("zoom", "Zoom", reply)
        odd()
    if code == NO_SCOPE:
        raise _without_scope(body)
    if reply.status in (401, 403) and code != TOKEN_DEAD:
        judged("zoom", "Zoom", reply)
    return Said(reply.status, code, body or {}, tracking)


def _body(reply: Reply) -> Mapping[str, Any] | None:
    if len(reply.body) > LARGEST_ANSWER_BYTES:
        return None
    try:
        told = json.loads(reply.body)
    except (ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) else None


def _without_scope(body: Mapping[str, Any] | None) -> PlatformError:
    """Of its sentence only the names of scopes are taken: "does not contain scopes:[meeting:update:status:admin]"."""
    told = (body or {}).get("message")
    names = SCOPE.findall(told)[:5] if isinstance(told, str) else []
    lacks = " or ".join(dict.fromkeys(names)) or "a permission"
    sentence = f"The Zoom app lacks {lacks}. Add it on marketplace.zoom.us, under “Scopes”, and activate the app again."
    return PlatformError("zoom-scope-missing", sentence, retry=False)


def _plain(text: str) -> str:
    """A number of Zoom's own for this answer, by which its support finds it: letters and digits, or nothing."""
    return text if len(text) < 100 and re.fullmatch(r"[A-Za-z0-9_=.:-]+", text) else ""


def _too_many(of: zoom_pace.Account, label: Label, headers: Mapping[str, str]) -> PlatformError:
    """Of a second, it is over in one; of a day, Zoom names the hour at which the next one begins, in `Retry-After`."""
    told = headers.get("retry-after")
    seconds = _seconds(told, time.time())
    if seconds is None and "qps" in headers.get("x-ratelimit-type", "").lower():
        seconds = SECOND
    if seconds is not None and seconds >= 60:
        of.barred_until[label] = time.time() + seconds
    return zoom_pace.busy(seconds)


def _seconds(text: str | None, now: float) -> float | None:
    """`Retry-After`: seconds, or a time like 2026-11-28T00:00:00Z. Nonsense is None: the caller then keeps its own pace."""
    if text is None:
        return None
    try:
        return max(0.0, float(text))
    except ValueError:
        pass
    try:
        told = datetime.fromisoformat(text.strip().replace("Z", "+00:00"))
    except ValueError:
        return None
    return max(0.0, (told if told.tzinfo else told.replace(tzinfo=UTC)).timestamp() - now)
