"""Events at a real `pullcord serve`: killed in the middle of them, and asked afterwards what it has kept."""

import http.client
import json
import random
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from websockets.sync.client import connect
from websockets.typing import Origin

from pullcord.config import read_config
from pullcord.jobs.desk import open_desk
from pullcord.practice import events
from pullcord.practice.events import Happened
from pullcord.practice.invitations import Link
from pullcord.practice.reporting import SOURCE, secret_in
from pullcord.practice.rooms import Rooms
from pullcord.safe.inbox import Inbox
from pullcord.safe.keys import new_token
from pullcord.words import Meeting
from tests.desk import SERVER
from tests.postgres_server import Postgres
from tests.serving import for_the_server, free_port, give_away, serving
from tests.stopping import kit_of

pytestmark = pytest.mark.servers

A_SECOND = 500
SENDERS = 10
ROOM = "r1"
SECRET = "a-secret-of-at-least-thirty-two-bytes"


@pytest.fixture(params=[pytest.param("file"), SERVER])
def database(request: pytest.FixtureRequest) -> str:
    """What the setting says: empty, or the address of a new database on a real PostgreSQL."""
    if request.param == "file":
        return ""
    server: Postgres = request.getfixturevalue("postgres")
    return server.new_database()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    data = for_the_server(tmp_path)
    desk = open_desk(read_config(str(data), environment={}), new=True)
    at = {"server": "http://127.0.0.1:1", "room": ROOM, "events": "here"}
    meeting = Meeting("m1", "Tuesday", "practice", at, {"admin": "x", "events": SECRET})
    desk.kits.write(kit_of(meeting, link=new_token(), token=new_token()))
    give_away(data)
    return data


def kept(data: Path, database: str) -> list[str]:
    """Who is named in what is on disk: the name is the number of the report."""
    with closing(Inbox(database or str(data / "product.sqlite3"))) as inbox:
        rows, last = [], 0
        while found := inbox.since(0.0, after=last, most=5_000):
            rows += found
            last = found[-1].id
    return [told[4][1] for row in rows for told in json.loads(row.body)]


class Sender(threading.Thread):
    """One of the platform's connections: reports at an even pace until the server is gone."""

    def __init__(self, number: int, port: int) -> None:
        super().__init__(daemon=True)
        self.number, self.port = number, port
        self.answered: list[str] = []
        self.has_sent = 0

    def run(self) -> None:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            next_at = time.monotonic()
            while True:
                self._report(line, f"{self.number}-{self.has_sent}")
                next_at += SENDERS / A_SECOND
                threading.Event().wait(max(0.0, next_at - time.monotonic()))
        except (OSError, http.client.HTTPException):
            return
        finally:
            line.close()

    def _report(self, line: http.client.HTTPConnection, name: str) -> None:
        happened = Happened("joined", ROOM, time.time(), name, name)
        headers, raw = events.signed(happened, secret=SECRET, now=time.time(), nonce=new_token())
        self.has_sent += 1
        line.request("POST", "/events/practice/here", raw, headers)
        answer = line.getresponse()
        answer.read()
        if 200 <= answer.status < 300:
            self.answered.append(name)


@pytest.mark.timeout(120)
def test_killed_under_500_events_a_second_no_event_that_was_answered_is_lost(data: Path, database: str):
    dice = random.Random()
    answered: list[str] = []
    for kill in range(3):
        with serving(data, PULLCORD_DATABASE=database) as server:
            senders = [Sender(100 * kill + number, server.port) for number in range(SENDERS)]
            for sender in senders:
                sender.start()
            threading.Event().wait(dice.uniform(0.3, 1.2))
            server.kill()
            for sender in senders:
                sender.join(10)
        answered += [name for sender in senders for name in sender.answered]
    found = kept(data, database)
    assert set(answered) - set(found) == set()
    assert len(found) == len(set(found)), "and none is there twice"
    assert len(answered) > 3 * 0.3 * A_SECOND / 2, "it was under load"


# Who was there.


class Evening(NamedTuple):
    """A practice meeting on a real server."""

    ask: Callable[..., Any]
    data: Path
    port: int
    links: list[Link]
    cord: str

    @contextmanager
    def inside(self, number: int) -> Iterator[None]:
        address = f"http://127.0.0.1:{self.port}"
        way_in = f"{address.replace('http', 'ws')}/practice/ws/{self.links[number].token}"
        with connect(way_in, origin=Origin(address), proxy=None) as line:
            line.send(json.dumps({"kind": "join", "name": self.links[number].name}))
            line.recv(timeout=10)
            yield

    def read(self, sql: str) -> list[Any]:
        with closing(sqlite3.connect(self.data / "product.sqlite3")) as file:
            return file.execute(sql).fetchall()

    def until(self, sql: str) -> list[Any]:
        """What is found, once something is."""
        until, pause = time.monotonic() + 15, threading.Event()
        while not (found := self.read(sql)) and time.monotonic() < until:
            pause.wait(0.05)
        return found


@contextmanager
def practising(folder: Path) -> Iterator[Evening]:
    data, port, cord = for_the_server(folder), free_port(), new_token()
    desk = open_desk(read_config(str(data), environment={}), new=True)
    new = Rooms(data / "practice").create("Tuesday", [("Ann", "guest"), ("Ben", "guest")], now=time.time())
    at = {"server": f"http://127.0.0.1:{port}", "room": new.room, "events": SOURCE}
    secrets = {"admin": new.admin, "events": secret_in(data / "practice")}
    desk.kits.write(kit_of(Meeting(new.room, "Tuesday", "practice", at, secrets), link=cord, token=new_token()))
    give_away(data)
    with serving(data, port=port) as server:
        yield Evening(server.ask, data, port, new.links, cord)


@pytest.mark.timeout(120)
def test_who_came_and_went_between_two_looks_is_on_the_incident_s_roster(tmp_path: Path):
    """Nobody has looked in between: only the practice server's own reports tell of Ann."""
    with practising(tmp_path) as evening:
        with evening.inside(0):
            pass
        with evening.inside(1):
            left = "SELECT 1 FROM store_inboxevent WHERE folded_at IS NOT NULL AND body LIKE '%left%'"
            assert evening.until(left), "the practice server reported to the door"
            assert evening.ask("POST", f"/c/{evening.cord}/stop")[0] == 303
        assert sorted(evening.until("SELECT name FROM store_presence")) == [("Ann",), ("Ben",)]
