"""The right to speak to an account: Server-to-Server OAuth, a token of an hour, kept in this process's memory alone.

A token is renewed while the old one still works, beside whoever asked: a stop waits for one only where there is none.
"""

import hashlib
import json
import threading
import time
from base64 import b64encode
from collections.abc import Mapping
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode, urlsplit, urlunsplit

from pullcord.platforms.wire import Reply, Request, Wire, judged, read, sent
from pullcord.words import Meeting, PlatformError

SERVER: Final = "https://api.zoom.us"
LEAST_SECONDS: Final = 30.0
"""A token with less than this left is not begun with."""
RENEW_SECONDS: Final = 20 * 60.0
"""With less than this left, a new one is fetched while the old one is used."""
TRY_AGAIN_SECONDS: Final = 10.0
NOT_AGAIN_SECONDS: Final = 120.0
"""Ahead of need: a credential that is refused is not shown to Zoom every few seconds, for each of its meetings."""


class Token(NamedTuple):
    text: str
    until: float
    """By the steady clock."""
    scopes: frozenset[str] | None
    """None = Zoom did not say."""

    def __repr__(self) -> str:
        return "Token()"


class _Kept:
    def __init__(self) -> None:
        self.token: Token | None = None
        self.fetching = threading.Lock()
        self.failed_at = float("-inf")


_kept: dict[tuple[str, ...], _Kept] = {}
_lock = threading.Lock()


def token(meeting: Meeting, wire: Wire) -> Token:
    """Raises PlatformError."""
    kept = _of(meeting)
    have, now = kept.token, time.monotonic()
    if have is None or have.until - now < LEAST_SECONDS:
        with kept.fetching:
            if kept.token is have or kept.token is None:
                kept.token = _fetch(meeting, wire)
            return kept.token
    if have.until - now < RENEW_SECONDS:
        _renew_beside(kept, meeting, wire)
    return have


def renew(meeting: Meeting, wire: Wire) -> None:
    """Ahead of need, and of whoever waits: nothing where the one we have is fresh, or none was given a moment ago.

    Raises PlatformError.
    """
    kept = _of(meeting)
    if kept.token is not None and kept.token.until - time.monotonic() >= RENEW_SECONDS:
        return
    if time.monotonic() - kept.failed_at < NOT_AGAIN_SECONDS:
        return
    with kept.fetching:
        try:
            kept.token = _fetch(meeting, wire)
        except PlatformError:
            kept.failed_at = time.monotonic()
            raise


def drop(meeting: Meeting, dead: Token) -> None:
    """Zoom does not take it any more."""
    kept = _of(meeting)
    if kept.token is dead:
        kept.token = None


def address(meeting: Meeting) -> str:
    """Of the interface, without a path."""
    return (meeting.at.get("server") or SERVER).rstrip("/")


def _of(meeting: Meeting) -> _Kept:
    """By what it is fetched with: another secret is another token."""
    secret = hashlib.sha256(meeting.secrets["secret"].encode()).hexdigest()
    with _lock:
        return _kept.setdefault((address(meeting), meeting.at["account"], meeting.at["client"], secret), _Kept())


def _renew_beside(kept: _Kept, meeting: Meeting, wire: Wire) -> None:
    """One at a time; after a failure, not at once again. Whoever asked goes on with the old one."""
    if time.monotonic() - kept.failed_at < TRY_AGAIN_SECONDS or not kept.fetching.acquire(blocking=False):
        return

    def do() -> None:
        try:
            kept.token = _fetch(meeting, wire)
        except PlatformError:
            kept.failed_at = time.monotonic()
        finally:
            kept.fetching.release()

    threading.Thread(target=do, daemon=True).start()


def _fetch(meeting: Meeting, wire: Wire) -> Token:
    asked = urlencode({"grant_type": "account_credentials", "account_id": meeting.at["account"]})
    basic = b64encode(f"{meeting.at['client']}:{meeting.secrets['secret']}".encode()).decode()
    headers = {"Authorization": f"Basic {basic}", "Content-Type": "application/x-www-form-urlencoded"}
    began = time.monotonic()
    reply = sent("zoom", "Zoom", wire, Request("POST", f"{_door(meeting)}/oauth/token", headers, asked.encode()))
    return _read(read("zoom", "Zoom", _judged(reply)), began)


def _door(meeting: Meeting) -> str:
    """Tokens are given out on zoom.us, questions answered on api.zoom.us. An `api_url` in an answer is data, never followed."""
    parts = urlsplit(address(meeting))
    host = parts.netloc.removeprefix("api.")
    return urlunsplit((parts.scheme, host, "", "", ""))


def _judged(reply: Reply) -> Reply:
    """A wrong account, id or secret is refused with 400 (`invalid_client`, `invalid_request`) or 401."""
    if reply.status == 400 and _error_of(reply):
        raise PlatformError("zoom-denied", "Zoom did not accept our credential.", retry=False)
    return judged("zoom", "Zoom", reply)


def _error_of(reply: Reply) -> str:
    try:
        told = json.loads(reply.body)
    except ValueError:
        return ""
    error = told.get("error") if isinstance(told, dict) else None
    return error if isinstance(error, str) else ""


def _read(told: Any, began: float) -> Token:
    text, lives = (told.get("access_token"), told.get("expires_in")) if isinstance(told, Mapping) else (None, None)
    if not isinstance(text, str) or not text or not isinstance(lives, int) or isinstance(lives, bool) or lives <= 0:
        raise PlatformError("zoom-odd", "Zoom answered in a way we do not understand.", retry=False)
    scope = told.get("scope")
    scopes = frozenset(scope.replace(",", " ").split()) if isinstance(scope, str) else None
    return Token(text, began + lives, scopes)
