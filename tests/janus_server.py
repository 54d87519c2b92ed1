"""A real Janus for tests: the starter of the product, and a plain way to talk to it that owes the adapter nothing."""

import json
import os
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

from pullcord.practice.janus_server import Events, Janus, is_here, running
from pullcord.words import Meeting

__all__ = ["Events", "Janus", "is_here", "open_room", "post", "running", "say"]

# What a room of ours is opened with: `require_pvtid` keeps out those who would watch without having joined.
SETTINGS = {"is_private": True, "publishers": 50, "notify_joining": True, "require_pvtid": True, "fir_freq": 10}


def post(admin: str, body: dict[str, object]) -> dict[str, Any]:
    """One request to the Admin API, and its whole answer."""
    parts = urlsplit(admin)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=5)
    try:
        connection.request("POST", parts.path, json.dumps({"transaction": "test", **body}))
        answer: dict[str, Any] = json.loads(connection.getresponse().read())
    finally:
        connection.close()
    return answer


def say(admin: str, admin_secret: str, **request: object) -> dict[str, Any]:
    """One request to the VideoRoom, and its part of the answer."""
    wrapped = {"janus": "message_plugin", "plugin": "janus.plugin.videoroom", "request": request}
    answer = post(admin, {**wrapped, "admin_secret": admin_secret})
    response: dict[str, Any] = answer["response"]
    return response


def open_room(janus: Janus, *, invitations: int, events: str = "", **options: object) -> tuple[Meeting, list[str]]:
    """A new room that lets in the invited only, as a host's own software would open it; and its invitations."""
    room = int.from_bytes(os.urandom(6)) if janus.numbers else f"room-{os.urandom(6).hex()}"
    secret = os.urandom(16).hex()
    tokens = {str(number): os.urandom(16).hex() for number in range(1, invitations + 1)}
    settings = {**SETTINGS, **options}
    door = {"room": room, "secret": secret, "allowed": [*tokens.values()]}
    key = {"admin_key": janus.admin_key} if janus.admin_key else {}
    said = say(janus.admin, janus.admin_secret, request="create", **settings, **door, **key)
    assert said["videoroom"] == "created", said
    secrets = {
        "admin": janus.admin_secret,
        "room": secret,
        "create": janus.admin_key,
        "invitations": json.dumps(tokens),
        "settings": json.dumps(settings),
        "events": events,
    }
    at = {"server": janus.admin, "room": str(room)} | ({"ids": "numbers"} if janus.numbers else {})
    return Meeting(f"m-{room}", "Tasting", "janus", at, secrets), [*tokens.values()]
