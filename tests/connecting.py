"""A Janus as far as its answers go, on the wire of the desk: for the tests of connections and of the meetings on them."""

import json
from email.utils import formatdate
from typing import Any

from pullcord.jobs import connections
from pullcord.jobs.connections import Tried
from pullcord.jobs.desk import Desk
from pullcord.platforms.wire import Reply, Request
from pullcord.store.models import Connection, User

SERVER = "https://192.0.2.1/admin"
GOOD = {"admin": "adminadmin", "create": "keykeykey"}


class Janus:
    """Admin secret, admin key and rooms, in the numbers of VideoRoom."""

    def __init__(self) -> None:
        self.admin, self.key = GOOD["admin"], GOOD["create"]
        self.rooms: dict[str, str] = {}
        self.is_down = False
        self.clock = 1_800_000_000.0
        self.asked: list[str] = []

    def __call__(self, request: Request) -> Reply:
        body = json.loads(request.body or b"{}")
        if self.is_down:
            return Reply(503, {}, b"")
        return Reply(200, {"date": formatdate(self.clock, usegmt=True)}, json.dumps(self._answer(body)).encode())

    def _answer(self, body: dict[str, Any]) -> dict[str, Any]:
        if body["janus"] == "info":
            return {"janus": "server_info", "version_string": "1.1.2", "events": {}}
        if body["admin_secret"] != self.admin:
            return {"janus": "error", "error": {"code": 403}}
        asked = body["request"]
        self.asked.append(asked["request"])
        return {"janus": "success", "response": getattr(self, f"_{asked['request']}")(asked, str(asked["room"]))}

    def _listparticipants(self, asked: dict[str, Any], room: str) -> dict[str, Any]:
        return {"videoroom": "participants", "participants": []} if room in self.rooms else {"error_code": 426}

    def _listforwarders(self, asked: dict[str, Any], room: str) -> dict[str, Any]:
        return self._with_secret(asked, room) or {"videoroom": "forwarders"}

    def _create(self, asked: dict[str, Any], room: str) -> dict[str, Any]:
        if asked.get("admin_key") != self.key:
            return {"error_code": 433 if "admin_key" in asked else 429}
        if asked.get("allowed") == [0]:
            return {"error_code": 430}
        self.rooms[room] = asked["secret"]
        return {"videoroom": "created"}

    def _destroy(self, asked: dict[str, Any], room: str) -> dict[str, Any]:
        refused = self._with_secret(asked, room)
        if not refused:
            del self.rooms[room]
        return refused or {"videoroom": "destroyed"}

    def _with_secret(self, asked: dict[str, Any], room: str) -> dict[str, Any]:
        if room not in self.rooms:
            return {"error_code": 426}
        return {} if self.rooms[room] == asked["secret"] else {"error_code": 433}


def tried(desk: Desk, owner: User, **secrets: str) -> Tried:
    at = {"server": SERVER, "ids": "numbers"}
    return connections.try_new(desk, owner, platform="janus", name="Our server", at=at, secrets={**GOOD, **secrets})


def connected(desk: Desk, owner: User, **secrets: str) -> Connection:
    return connections.keep(desk, owner, tried(desk, owner, **secrets).ticket)
