"""A wire with a Zoom behind it, as far as one question goes: for what a stand-in on the network would only make slower to try."""

import json
from collections.abc import Callable
from itertools import count
from typing import Any

import pytest

from pullcord.platforms.reach import EVERYWHERE
from pullcord.platforms.wire import Reply, Request
from pullcord.words import Meeting, PlatformError

NUMBERS = count(1)
MEETING = {"id": 81234567890, "status": "waiting", "password": "old", "settings": {}}


class Zoom:
    """A wire with a Zoom behind it, as far as one question goes."""

    reach = EVERYWHERE

    def __init__(self) -> None:
        self.lives = 3600
        self.scope: str | None = "meeting:read:meeting:admin meeting:update:status:admin"
        self.answers: list[Reply] = []
        self.asked: list[Request] = []
        self.tokens = 0
        self.before_token: Callable[[], None] = lambda: None

    def send(self, request: Request) -> Reply:
        if request.url.endswith("/oauth/token"):
            self.before_token()
            self.tokens += 1
            told: dict[str, Any] = {"access_token": f"token-{self.tokens}", "expires_in": self.lives}
            return answer(200, told | ({"scope": self.scope} if self.scope is not None else {}))
        self.asked.append(request)
        return self.answers.pop(0) if self.answers else answer(200, MEETING)


def answer(status: int, body: object = None, **headers: str) -> Reply:
    raw = b"" if body is None else json.dumps(body).encode()
    return Reply(status, {name.replace("_", "-"): told for name, told in headers.items()}, raw)


def new_kit() -> Meeting:
    """Of an account that no other test has: a token is kept for the whole process."""
    at = {"account": f"account-{next(NUMBERS)}", "client": "client", "room": "81234567890", "plan": "business"}
    return Meeting("m", "Choir", "zoom", at, {"secret": "a-secret-of-the-client"})


def failing(doing: Callable[[], object]) -> PlatformError:
    with pytest.raises(PlatformError) as failure:
        doing()
    return failure.value


class Door(Zoom):
    """A meeting that takes changes, drops some without a word, and refuses others."""

    def __init__(self, *, drops: tuple[str, ...] = (), refuses: tuple[str, ...] = ()) -> None:
        super().__init__()
        self.drops, self.refuses = drops, refuses
        self.told: dict[str, Any] = {"password": "oldone", "join_before_host": True, "waiting_room": False}
        self.told["meeting_authentication"] = False

    def send(self, request: Request) -> Reply:
        if request.url.endswith("/oauth/token"):
            return super().send(request)
        self.asked.append(request)
        if request.method != "PATCH":
            settings = {name: value for name, value in self.told.items() if name != "password"}
            return answer(200, {**MEETING, "password": self.told["password"], "settings": settings})
        body = json.loads(request.body)
        asked = {**body.get("settings", {}), **({"password": body["password"]} if "password" in body else {})}
        if set(asked) & set(self.refuses) or ("letters" in self.refuses and not asked["password"].isdecimal()):
            return answer(400, {"code": 300, "message": "Validation Failed."})
        self.told |= {name: value for name, value in asked.items() if name not in self.drops}
        return answer(204)

    @property
    def changes(self) -> int:
        return sum(request.method == "PATCH" for request in self.asked)
