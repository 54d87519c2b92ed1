"""A door for platform events with meetings that listen, and everything that comes of it."""

import base64
import json
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from pullcord.edge.ears import Counts, Ears
from pullcord.practice import events as practice_events
from pullcord.practice.events import Happened
from pullcord.safe.inbox import Inbox, Row
from pullcord.safe.keys import new_token
from pullcord.safe.kit import Kit
from pullcord.words import Meeting
from tests.doors import Answer, Door, door
from tests.stopping import kit_of

SECRET = "a-secret-that-two-meetings-share-here"
KEPT = ("meeting", "kind", "at", "trusted", "person")
IRA = ["4", "Ira", "4", None, None]
BASIC = "Basic " + base64.b64encode(b"janus:letmein").decode()


class Post(NamedTuple):
    """A door with meetings that listen, and everything that comes of it."""

    door: Door
    inbox: Inbox
    woken: list[str]
    unwritten: list[Row]

    @property
    def counts(self) -> dict[str, int]:
        return self.counting.take()

    @property
    def counting(self) -> Counts:
        found: Counts = self.door.edge.ears.counts
        return found

    def report(
        self,
        kind: str = "joined",
        *,
        room: str = "r1",
        secret: str = SECRET,
        nonce: str | None = None,
        ago: float = 0.0,
        to: str = "/events/practice/here",
    ) -> Answer:
        happened = Happened(kind, room, time.time() - ago, "4", "Ira")  # type: ignore[arg-type]
        headers, raw = practice_events.signed(
            happened, secret=secret, now=time.time() - ago, nonce=nonce or new_token()
        )
        return self.door.ask("POST", to, headers=headers, body=raw)

    def sign(self, raw: bytes, *, to: str = "/events/practice/here") -> Answer:
        signature = practice_events.signature(raw, secret=SECRET, now=time.time(), nonce=new_token())
        return self.door.ask("POST", to, headers={practice_events.SIGNATURE: signature}, body=raw)

    def janus(self, *told: dict[str, Any], authorization: str | None = BASIC, to: str = "/events/janus/hall") -> Answer:
        entries = [{"type": 64, "timestamp": time.time() * 1e6, "event": _of_videoroom(one)} for one in told]
        headers = {} if authorization is None else {"Authorization": authorization}
        return self.door.ask("POST", to, headers=headers, body=json.dumps(entries).encode())

    def kept(self) -> list[dict[str, Any]]:
        """Every event that is on disk."""
        rows = self.inbox.since(0.0, after=0, most=1_000)
        return [dict(zip(KEPT, one, strict=True)) for row in rows for one in json.loads(row.body)]


def _of_videoroom(data: dict[str, Any]) -> dict[str, Any]:
    return {"plugin": "janus.plugin.videoroom", "data": data}


def listening(meeting_id: str, room: str, *, secret: str = SECRET, source: str = "here") -> Kit:
    at = {"server": "http://127.0.0.1:1", "room": room, "events": source}
    meeting = Meeting(meeting_id, meeting_id, "practice", at, {"admin": "x", "events": secret})
    return kit_of(meeting, link=new_token(), token=new_token())


def at_janus(meeting_id: str, room: str, **secrets: str) -> Kit:
    known = {"admin": "x", "room": "y", "events": "janus:letmein", **secrets}
    meeting = Meeting(meeting_id, meeting_id, "janus", {"server": "x", "room": room, "events": "hall"}, known)
    return kit_of(meeting, link=new_token(), token=new_token())


@contextmanager
def post(tmp_path: Path, place: str, *kits: Kit, **environment: str) -> Iterator[Post]:
    with ExitStack() as until_the_end:
        inbox = until_the_end.enter_context(closing(Inbox(place)))
        woken: list[str] = []
        unwritten: list[Row] = []
        opened = until_the_end.enter_context(
            door(tmp_path / "door", ears=Ears(inbox, wake=woken.append, unwritten=unwritten.append))
        )
        for kit in kits or (listening("m1", "r1"), listening("m2", "r2")):
            opened.scene.desk.kits.write(kit)
        yield Post(opened, inbox, woken, unwritten)
