"""What the tests of the people pages share: a practice room on the wire, somebody signed in, and what is on disk."""

import hashlib
import json
import os
import re
import threading
from pathlib import Path
from typing import Any

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.models import Authenticator
from django.test import Client

from pullcord.jobs import meetings
from pullcord.jobs.desk import Desk, current
from pullcord.jobs.stop import stop
from pullcord.platforms.wire import Reply, Request
from pullcord.store.models import Meeting, User
from pullcord.words import Meeting as MeetingAt
from tests.desk import every_row


class Room:
    """One practice room, as far as its server's answers go."""

    def __init__(self, people: int = 2) -> None:
        self.people = [{"number": str(number), "name": f"Guest {number}"} for number in range(people)]
        self.held = False
        self.broken = False
        self.stays_open = False

    def __call__(self, request: Request) -> Reply:
        if self.broken:
            return Reply(500, {}, b"")
        told: dict[str, Any] = {"exists": True}
        if request.url.endswith("/end"):
            told |= {"ended": True, "put_out": len(self.people)}
            self.people = []
        elif request.method != "GET":
            self.held = request.method == "POST" and not self.stays_open
        return Reply(200, {}, json.dumps(told | {"held": self.held, "people": self.people, "tries": 0}).encode())


def signed_in(user: User | None, *, checks_csrf: bool = False) -> Client:
    client = Client(raise_request_exception=False, enforce_csrf_checks=checks_csrf)
    if user is not None:
        enrol(user)
        client.force_login(user)
    return client


def long_signed_in(user: User, *, seconds: float = 601) -> Client:
    """For more than ten minutes."""
    client = signed_in(user)
    session = client.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [
        {**one, "at": one["at"] - seconds} for one in session[AUTHENTICATION_METHODS_SESSION_KEY]
    ]
    session.save()
    return client


def enrol(user: User) -> None:
    """A second step, as if it had been set up: it costs one row."""
    secret = current().keys.seal(b"JBSWY3DPEHPK3PXP").decode()
    Authenticator.objects.get_or_create(user=user, type=Authenticator.Type.TOTP, defaults={"data": {"secret": secret}})


def add(desk: Desk, owner: User, **told: Any) -> Meeting:
    place = {"at": {"server": "http://127.0.0.1:1", "room": "r1"}, "secrets": {"admin": "k" * 32}}
    return meetings.add(desk, owner, **({"name": "Choir", "platform": "practice"} | place | told))


def open_room(name: str) -> MeetingAt:
    """What a server with practice meetings hands to the pages; nobody is in it."""
    room = os.urandom(16).hex()
    return MeetingAt(room, name, "practice", {"server": "http://127.0.0.1:1", "room": room}, {"admin": "k" * 32})


def press(desk: Desk, meeting: Meeting, by: str) -> str:
    """A press on it, and the incident's id. The list of who was there, kept beside the end, is on disk by then."""
    kit, kept = desk.kits.read(meeting.id), threading.Event()
    assert kit is not None

    def keep(*given: Any) -> None:
        desk.means.keep_roster(*given)
        kept.set()

    means = desk.means._replace(keep_roster=keep)
    incident = stop(kit, means, by=by, door="host page" if by.startswith("user:") else "cord").incident
    assert len(incident.presses) > 1 or kept.wait(5)
    desk.means.journal.flush(wait_seconds=5)
    return incident.id


def by(user: User) -> str:
    return f"user:{user.pk}"


def text_of(answer: Any) -> str:
    """What a person reads: without markup, with single spaces."""
    page = re.sub(r"<(script|style|head).*?</\1>", " ", answer.content.decode(), flags=re.DOTALL)
    return re.sub(r"\s+([.,])", r"\1", " ".join(re.sub(r"<[^>]+>", " ", page).split()))


def on_disk(desk: Desk) -> dict[str, str]:
    """Everything in the data folder: the tables row by row, the other files by their bytes."""
    found = {}
    for path in sorted(Path(desk.config.data).rglob("*")):
        if path.is_file() and ".sqlite3" not in path.name:
            found[path.name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found | {name: "\n".join(rows) for name, rows in every_row().items()}
