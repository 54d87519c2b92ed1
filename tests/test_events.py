"""The door for platform events: who is believed, what is kept of it, and what happens where it cannot be kept."""

import json
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from pullcord.edge.ears import MOST_NAMES, Counts
from pullcord.edge.events import LARGE_BYTES
from pullcord.practice import events as practice_events
from pullcord.practice.events import Happened
from pullcord.safe.keys import new_token
from tests.desk import IN_FILE
from tests.doors import Answer
from tests.posting import IRA, KEPT, SECRET, Post, listening, post


@pytest.fixture
def box(tmp_path: Path, store: Path) -> Iterator[Post]:
    with post(tmp_path, str(store)) as opened:
        yield opened


# Who is believed.


def test_a_signed_report_is_on_disk_when_it_is_answered_and_wakes_the_guard(tmp_path: Path, place: str):
    with post(tmp_path, place) as box:
        assert (box.report(room="r1").status, box.report("left", room="r2").status) == (200, 200)
        kept = box.kept()
        assert [(one["meeting"], one["kind"], one["trusted"]) for one in kept] == [
            ("m1", "joined", True),
            ("m2", "left", True),
        ]
        assert kept[0]["person"] == IRA
        assert abs(kept[0]["at"] - time.time()) < 60
        assert box.woken == ["m1"], "whoever leaves comes not in"


NOT_BELIEVED = {
    "no signature": lambda box: box.door.ask("POST", "/events/practice/here", body=b"{}"),
    "another secret": lambda box: box.report(secret="another"),
    "no such source": lambda box: box.report(to="/events/practice/there"),
    "another platform": lambda box: box.report(to="/events/janus/here"),
    "no such platform": lambda box: box.report(to="/events/zoomm/here"),
    "a changed body": lambda box: _changed(box),
    "no shape": lambda box: box.sign(b"[]"),
}


def _changed(box: Post) -> Answer:
    headers, raw = practice_events.signed(
        Happened("joined", "r1", 1.0, "4", "Ira"), secret=SECRET, now=time.time(), nonce=new_token()
    )
    return box.door.ask("POST", "/events/practice/here", headers=headers, body=raw.replace(b"Ira", b"Eve"))


def test_who_is_not_believed_gets_one_answer_whatever_was_wrong_and_leaves_nothing_but_a_count(box: Post):
    answers = {name: asked(box) for name, asked in NOT_BELIEVED.items()}
    assert {answer.status for answer in answers.values()} == {401}
    assert len({answer.text for answer in answers.values()}) == 1
    told = [{**answer.headers, "date": ""} for answer in answers.values()]
    assert all(one == told[0] for one in told)
    assert box.kept() == []
    assert (box.woken, box.unwritten) == ([], [])
    assert sum(count for name, count in box.counting.take().items() if name == "not believed") == len(NOT_BELIEVED)


def test_a_report_is_taken_by_post_only(box: Post):
    assert box.door.ask("GET", "/events/practice/here").status != 200
    assert box.kept() == []


def test_the_meetings_of_another_secret_hear_nothing_of_it(tmp_path: Path, store: Path):
    """Somebody else may write the same source and the same room into a meeting of theirs; but not sign for ours."""
    theirs = listening("theirs", "r1", secret="a secret of their own")
    with post(tmp_path, str(store), listening("ours", "r1"), theirs) as box:
        assert box.report(room="r1").status == 200
        assert box.report(room="r1", secret="a secret of their own").status == 200
        assert [one["meeting"] for one in box.kept()] == ["ours", "theirs"]


def test_a_secret_that_was_changed_counts_from_the_next_report(box: Post):
    assert box.report().status == 200
    box.door.scene.desk.kits.write(listening("m1", "r1", secret="new"))
    box.door.scene.desk.kits.write(listening("m2", "r2", secret="new"))
    assert (box.report().status, box.report(secret="new").status) == (401, 200)
    box.door.scene.desk.kits.forget("m1")
    box.door.scene.desk.kits.forget("m2")
    assert box.report(secret="new").status == 401


def test_of_meetings_that_are_none_of_ours_nothing_is_kept(box: Post):
    assert box.report(room="somebody else's").status == 200
    assert box.kept() == []
    assert box.woken == []


# What comes again, or from another time.


def test_a_report_that_comes_again_is_taken_as_before_and_kept_once(tmp_path: Path, place: str):
    with post(tmp_path, place) as box:
        assert [box.report(nonce="n0nce-n0nce").status for _ in range(3)] == [200] * 3
        assert len(box.kept()) == 1


def test_a_report_seen_before_is_not_kept_again_whatever_the_clock_says(box: Post):
    assert box.report(nonce="n0nce-n0nce").status == 200
    assert box.report(nonce="n0nce-n0nce", ago=3_600).status == 200
    assert len(box.kept()) == 1


@pytest.mark.parametrize("ago", [3_600, -3_600])
def test_a_report_from_another_time_is_kept_as_one_whose_time_is_not_trusted(box: Post, ago: float):
    assert box.report(ago=ago).status == 200
    assert [one["trusted"] for one in box.kept()] == [False]


# What is kept of it.


def test_of_a_report_only_what_we_listen_for_is_kept(box: Post):
    person = {"number": "4", "name": "Ira", "avatar": "data:image/png;base64,AAAA", "text": "hello"}
    told = {"type": "joined", "room": "r1", "at": time.time(), "person": person, "attachment": "AAAA"}
    assert box.sign(json.dumps(told).encode()).status == 200
    (kept,) = box.kept()
    assert kept["person"] == IRA
    assert kept.keys() == {*KEPT}


@pytest.mark.parametrize("kind", ["chat", "transcript", "recording", "\u202e" + "x" * 500])
def test_a_type_that_we_do_not_listen_to_is_answered_dropped_and_counted(box: Post, kind: str):
    assert box.sign(json.dumps({"type": kind, "room": "r1", "text": "hello"}).encode()).status == 200
    assert box.kept() == []
    (name,) = box.counts
    assert name.startswith("type ")
    assert len(name) <= 40
    assert name.isprintable()


def test_a_stranger_s_names_do_not_fill_the_memory():
    counts = Counts()
    for n in range(10 * MOST_NAMES):
        counts.count(f"type {n}")
    told = counts.take()
    assert len(told) == MOST_NAMES + 1
    assert sum(told.values()) == 10 * MOST_NAMES
    assert counts.take() == {}


def test_a_long_name_is_cut(box: Post):
    told = {"type": "joined", "room": "r1", "at": 1.0, "person": {"number": "4", "name": "x" * LARGE_BYTES}}
    assert box.sign(json.dumps(told).encode()).status == 200
    assert len(box.kept()[0]["person"][1]) == 320


@pytest.mark.parametrize("size", [256 * 1024 + 1, 300_000])
def test_a_body_above_the_cap_is_refused(box: Post, size: int):
    assert box.sign(b" " * size).status == 413
    assert box.kept() == []


def test_a_body_just_under_the_cap_is_read(box: Post):
    told = {"type": "joined", "room": "r1", "at": 1.0, "person": {"number": "4", "name": "Ira"}, "text": "x" * 250_000}
    assert box.sign(json.dumps(told).encode()).status == 200
    assert len(box.kept()) == 1


# Where it cannot be kept.


@IN_FILE
def test_where_the_store_is_gone_the_sender_is_told_to_come_again_and_the_guard_is_woken(tmp_path: Path, store: Path):
    with post(tmp_path, str(store)) as box:
        assert box.report().status == 200
        aside = store.with_suffix(".aside")
        store.rename(aside)
        began = time.monotonic()
        answer = box.report(nonce="n0nce-n0nce")
        assert (answer.status, answer.headers["retry-after"]) == (503, "5")
        assert time.monotonic() - began < 3
        assert box.woken == ["m1", "m1"]
        assert [json.loads(row.body)[0][4] for row in box.unwritten] == [IRA]
        aside.rename(store)
        assert box.report(nonce="n0nce-n0nce").status == 200
        assert len(box.kept()) == 2


@IN_FILE
def test_where_the_store_is_held_by_another_program_the_answer_still_comes_in_time(tmp_path: Path, store: Path):
    with post(tmp_path, str(store)) as box, closing(sqlite3.connect(store, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        began = time.monotonic()
        assert box.report().status == 503
        assert time.monotonic() - began < 3
        assert box.woken == ["m1"]
        other.execute("ROLLBACK")


@IN_FILE
def test_where_another_file_lies_in_the_store_s_place_no_report_is_lost_in_the_old_one(tmp_path: Path, store: Path):
    with post(tmp_path, str(store)) as box:
        assert box.report("joined").status == 200
        beside = tmp_path / "beside.sqlite3"
        shutil.copyfile(store, beside)
        for name in ("", "-wal", "-shm"):
            Path(f"{store}{name}").unlink(missing_ok=True)
        beside.rename(store)
        answered = box.report("left").status
        assert [one["kind"] for one in box.kept() if one["kind"] == "left"] == ["left"] * (answered == 200)
