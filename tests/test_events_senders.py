"""The door for platform events, and those who report without a signature, or are ours: a real Janus, and the practice server."""

import json
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from pullcord.config import read_config
from pullcord.platforms.warm import WarmWire
from pullcord.practice.events import Happened
from pullcord.practice.reporting import Reporter, secret_in
from pullcord.safe.keys import new_token
from tests.contract.janus_participant import join
from tests.desk import IN_FILE
from tests.janus_server import Events, open_room, running
from tests.posting import Post, at_janus, listening, post
from tests.stopping import kit_of

# Janus: a credential, and no signature.


def test_what_janus_reports_is_a_hint(tmp_path: Path, store: Path):
    known = json.dumps({"1": "token-of-one"})
    kits = (at_janus("m1", "r1"), at_janus("m2", "r2", invitations=known))
    with post(tmp_path, str(store), *kits) as box:
        joined = {"event": "joined", "id": "x", "display": "Ira", "token": "token-of-one"}
        others = ({"event": "configured", "room": "r1"}, {"event": "joined", "room": "elsewhere", "id": "z"})
        assert box.janus({**joined, "room": "r1"}, {**joined, "room": "r2"}, *others).status == 200
        told = [(one["meeting"], one["person"][2], one["trusted"]) for one in box.kept()]
        assert told == [("m1", None, False), ("m2", "1", False)], "each meeting's kit knows its own invitations"
        assert "token-of-one" not in json.dumps(box.kept())
        assert box.counts == {"type configured": 1}


@pytest.mark.parametrize("authorization", [None, "Basic eA==", "Bearer janus:letmein"])
def test_janus_without_its_credential_is_not_believed(tmp_path: Path, store: Path, authorization: str | None):
    with post(tmp_path, str(store), at_janus("m1", "r1")) as box:
        answer = box.janus({"event": "joined", "room": "r1", "id": "x"}, authorization=authorization)
        assert (answer.status, answer.text) == (401, box.report(to="/events/practice/none").text)
        assert box.kept() == []


def test_an_unsigned_report_from_an_address_that_is_not_listed_is_not_believed(tmp_path: Path, store: Path):
    with post(tmp_path, str(store), at_janus("m1", "r1"), listening("m2", "r2")) as box:
        desk = box.door.edge.desk
        elsewhere = desk._replace(config=desk.config._replace(event_senders=("203.0.113.9",)))
        box.door.app.state.edge = box.door.edge._replace(desk=elsewhere)
        assert box.janus({"event": "joined", "room": "r1", "id": "x"}).status == 401
        assert box.report(room="r2").status == 200, "who signs may come from anywhere"
        assert [one["meeting"] for one in box.kept()] == ["m2"]


def test_who_may_report_without_a_signature_is_a_setting(tmp_path: Path):
    assert read_config(str(tmp_path), environment={}).event_senders == ("127.0.0.1", "::1")
    told = {"PULLCORD_EVENT_SENDERS": "203.0.113.9, 2001:DB8::1"}
    assert read_config(str(tmp_path), environment=told).event_senders == ("203.0.113.9", "2001:db8::1")


@pytest.mark.servers
def test_a_real_janus_reports_to_the_door(tmp_path: Path, store: Path, need: Any):
    need("janus")
    with post(tmp_path, str(store), at_janus("m1", "r1")) as box:
        events = Events(f"http://127.0.0.1:{box.door.port}/events/janus/hall", "janus", "letmein")
        with running(events=events) as server:
            meeting, tokens = open_room(server, invitations=1, events="janus:letmein")
            at = {**meeting.at, "events": "hall"}
            box.door.scene.desk.kits.write(listening("m9", "r9"))
            kit = kit_of(meeting._replace(id="m2", at=at), link=new_token(), token=new_token())
            box.door.scene.desk.kits.write(kit)
            someone = join(server.socket, meeting.at["room"], tokens[0], name="Ann", number="1")
            someone.leave()
            kinds = _until(box, "left")
        assert kinds[-2:] == ["joined", "left"]
        assert {one["meeting"] for one in box.kept()} == {"m2"}
        assert [one["person"][2] for one in box.kept() if one["kind"] == "joined"] == ["1"]
        assert "m2" in box.woken


def _until(box: Post, kind: str) -> list[str]:
    until, pause = time.monotonic() + 10, threading.Event()
    while kind not in (kinds := [one["kind"] for one in box.kept()]) and time.monotonic() < until:
        pause.wait(0.02)
    return kinds


# The practice server's own reports.


@IN_FILE
def test_the_practice_server_reports_in_order_and_until_it_is_taken(tmp_path: Path, store: Path):
    rooms = tmp_path / "rooms"
    rooms.mkdir()
    with post(tmp_path, str(store), listening("m1", "r1", secret=secret_in(rooms))) as box:
        aside = store.with_suffix(".aside")
        store.rename(aside)
        reporter = Reporter(rooms, f"http://127.0.0.1:{box.door.port}", wire=WarmWire())
        for kind in ("started", "joined", "left", "ended"):
            reporter(Happened(kind, "r1", time.time(), "4", "Ira"))
        until, pause = time.monotonic() + 10, threading.Event()
        while not box.unwritten and time.monotonic() < until:
            pause.wait(0.01)
        assert box.unwritten, "it was refused at first"
        aside.rename(store)
        assert _until(box, "ended") == ["started", "joined", "left", "ended"]


def test_the_practice_server_s_secret_is_made_once_and_is_private(tmp_path: Path):
    first = secret_in(tmp_path)
    assert (secret_in(tmp_path), len(first) >= 32) == (first, True)
    (file,) = tmp_path.iterdir()
    assert file.stat().st_mode & 0o077 == 0
