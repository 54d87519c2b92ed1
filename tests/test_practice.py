"""The practice meeting's rooms and its schema: who may come in, what is kept, what may be said."""

import json
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from pullcord.practice import signals
from pullcord.practice.events import Happened
from pullcord.practice.invitations import Link, NewRoom, Role, is_admin, room_of
from pullcord.practice.rooms import Refusal, Rooms, Seat

NOW = 1_760_000_000.0
PEOPLE: list[tuple[str, Role]] = [("Hana", "host"), ("Gus", "guest"), ("Sim", "simulated"), ("Ira", "intruder")]
SDP = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:0\r\n"


class Page:
    """A page's line, as the rooms see it."""

    def __init__(self) -> None:
        self.told: list[Mapping[str, Any]] = []
        self.last: Mapping[str, Any] | None = None

    def tell(self, message: Mapping[str, Any]) -> None:
        self.told.append(message)

    def hang_up(self, message: Mapping[str, Any]) -> None:
        self.last = message


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "rooms"


@pytest.fixture
def rooms(folder: Path) -> Rooms:
    return Rooms(folder)


@pytest.fixture
def new(rooms: Rooms) -> NewRoom:
    return rooms.create("Tuesday", PEOPLE, now=NOW)


def come(rooms: Rooms, link: Link, name: str | None = None) -> tuple[Page, Seat | Refusal | None]:
    page = Page()
    return page, rooms.join(link.token, name, page, now=NOW)


def names(rooms: Rooms, room: str) -> list[str]:
    state = rooms.state(room)
    assert state
    return [seat.name for seat in state.people]


def tries(rooms: Rooms, room: str) -> int:
    state = rooms.state(room)
    assert state
    return state.tries


def test_the_invited_come_in_and_see_each_others_number_and_name_only(rooms: Rooms, new: NewRoom):
    host, _ = come(rooms, new.links[0])
    come(rooms, new.links[2])
    assert host.told[-1] == {
        "kind": "people",
        "you": "1",
        "people": [
            {"number": "1", "name": "Hana", "simulated": False},
            {"number": "3", "name": "Sim", "simulated": True},
        ],
    }


def test_a_stranger_is_nobody(rooms: Rooms, new: NewRoom):
    page = Page()
    assert rooms.join("A" * 22, None, page, now=NOW) is None
    assert rooms.door("A" * 22) is None
    assert rooms.stage("A" * 22) is None


def test_the_end_puts_everyone_out_and_bars_nothing(rooms: Rooms, new: NewRoom):
    pages = [come(rooms, link)[0] for link in new.links]
    assert rooms.end(new.room, now=NOW) == 4
    assert [page.last for page in pages] == [{"kind": "ended", "text": signals.ENDED}] * 4
    assert isinstance(come(rooms, new.links[3])[1], Seat)


def test_a_held_room_lets_nobody_in_not_even_the_first(rooms: Rooms, new: NewRoom):
    rooms.hold(new.room)
    assert [come(rooms, link)[1] for link in new.links] == [Refusal(new.room, signals.CLOSED)] * 4
    assert tries(rooms, new.room) == 4


def test_tries_are_counted_from_the_beginning_of_the_hold(rooms: Rooms, new: NewRoom):
    rooms.hold(new.room)
    come(rooms, new.links[3])
    rooms.hold(new.room)
    assert tries(rooms, new.room) == 1
    rooms.release(new.room)
    assert tries(rooms, new.room) == 0


def test_a_kick_is_a_ban_that_a_release_does_not_lift(rooms: Rooms, new: NewRoom):
    page, _ = come(rooms, new.links[3])
    assert rooms.kick(new.room, "4", now=NOW) is True
    assert page.last == {"kind": "kicked", "text": signals.KICKED}
    rooms.hold(new.room)
    rooms.release(new.room)
    assert come(rooms, new.links[3])[1] == Refusal(new.room, signals.DEAD)
    assert isinstance(come(rooms, new.links[1])[1], Seat)
    assert rooms.kick(new.room, "99", now=NOW) is None


def test_one_invitation_is_one_person(rooms: Rooms, new: NewRoom):
    earlier, seat = come(rooms, new.links[1])
    come(rooms, new.links[1])
    assert earlier.last
    assert earlier.last["text"] == signals.ELSEWHERE
    assert isinstance(seat, Seat)
    rooms.leave(seat, now=NOW)
    assert names(rooms, new.room) == ["Gus"], "the earlier page's leaving must not take the later one's seat"


def test_what_is_for_one_person_reaches_that_person_under_a_number(rooms: Rooms, new: NewRoom):
    host, _ = come(rooms, new.links[0])
    other, _ = come(rooms, new.links[1])
    _, seat = come(rooms, new.links[3])
    assert isinstance(seat, Seat)
    rooms.relay(seat, signals.Relay("offer", "1", {"sdp": SDP}))
    rooms.relay(seat, signals.Relay("offer", "99", {"sdp": SDP}))
    assert host.told[-1] == {"kind": "offer", "from": "4", "sdp": SDP}
    assert other.told[-1]["kind"] == "people"


def test_who_has_been_put_out_reaches_nobody(rooms: Rooms, new: NewRoom):
    _, seat = come(rooms, new.links[3])
    assert isinstance(seat, Seat)
    rooms.end(new.room, now=NOW)
    host, _ = come(rooms, new.links[0])
    rooms.relay(seat, signals.Relay("offer", "1", {"sdp": SDP}))
    assert [message["kind"] for message in host.told] == ["people"]


def test_hold_kick_tries_and_invitations_survive_a_kill(folder: Path):
    child = f"""
import os, signal
from pathlib import Path
from pullcord.practice.rooms import Rooms
rooms = Rooms(Path({str(folder)!r}))
new = rooms.create("Tuesday", [("Gus", "guest"), ("Ira", "intruder")], now={NOW})
rooms.kick(new.room, "2", now={NOW})
rooms.hold(new.room)
rooms.keep(rooms.join(new.links[0].token, None, None, now={NOW}).room)
print(new.room, new.links[0].token, new.links[1].token, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
    ran = subprocess.run([sys.executable, "-c", child], capture_output=True, text=True, timeout=30, check=False)
    assert ran.returncode == -signal.SIGKILL, ran.stderr
    room, gus, ira = ran.stdout.split()
    rooms = Rooms(folder)
    assert rooms.join(gus, None, Page(), now=NOW) == Refusal(room, signals.CLOSED)
    assert tries(rooms, room) == 2
    rooms.release(room)
    assert rooms.join(ira, None, Page(), now=NOW) == Refusal(room, signals.DEAD)
    assert isinstance(rooms.join(gus, None, Page(), now=NOW), Seat)


def test_a_hold_that_cannot_be_kept_says_so_and_bars_all_the_same(rooms: Rooms, new: NewRoom, folder: Path):
    folder.rename(folder.with_name("elsewhere"))
    with pytest.raises(OSError, match="rooms"):
        rooms.hold(new.room)
    assert come(rooms, new.links[1])[1] == Refusal(new.room, signals.CLOSED)
    folder.with_name("elsewhere").rename(folder)
    rooms.hold(new.room)
    assert isinstance(Rooms(folder).join(new.links[1].token, None, Page(), now=NOW), Refusal)


def test_nobody_comes_in_once_a_hold_is_answered(rooms: Rooms):
    new = rooms.create("Tuesday", [("Guest", "guest")] * 100, now=NOW)
    threads = [Thread(target=come, args=(rooms, link)) for link in new.links]
    for thread in threads[:50]:
        thread.start()
    rooms.hold(new.room)
    rooms.end(new.room, now=NOW)
    for thread in threads[50:]:
        thread.start()
    for thread in threads:
        thread.join()
    assert names(rooms, new.room) == []


def test_no_secret_is_on_disk_and_only_its_owner_can_read_the_file(rooms: Rooms, new: NewRoom, folder: Path):
    kept = "".join(path.read_text() for path in folder.iterdir())
    assert new.room in kept
    assert not [s for s in (new.admin, new.stage, *(link.token for link in new.links)) if s in kept]
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    assert folder.stat().st_mode & 0o777 == 0o700


def test_secrets_are_random_and_not_in_what_is_printed(new: NewRoom, rooms: Rooms):
    other = rooms.create("Tuesday", PEOPLE, now=NOW)
    tokens = [link.token for one in (new, other) for link in one.links] + [new.stage, other.stage]
    assert len(set(tokens)) == 10
    assert all(len(token) == 22 for token in tokens)
    assert not [s for s in (new.admin, *tokens) if s in repr(new) + repr(new.links)]


def test_the_rooms_number_is_the_digest_of_its_secret(new: NewRoom):
    assert is_admin(new.admin, new.room)
    assert not is_admin(new.admin + "x", new.room)
    assert not is_admin("", new.room)
    assert room_of("another") != new.room


def test_a_file_that_cannot_be_read_keeps_no_other_room_out(rooms: Rooms, new: NewRoom, folder: Path):
    (folder / "torn.json").write_text('{"id": ')
    (folder / "odd.json").write_text(json.dumps({"id": 7, "name": "x"}))
    again = Rooms(folder)
    assert again.unreadable == ["odd.json", "torn.json"]
    assert again.state(new.room) is not None


def test_a_removed_room_and_an_old_one_leave_nothing(rooms: Rooms, new: NewRoom, folder: Path):
    page, _ = come(rooms, new.links[0])
    old = rooms.create("Tuesday", PEOPLE, now=NOW - 31 * 86_400)
    assert rooms.tidy(now=NOW) == 1
    rooms.remove(new.room, now=NOW)
    assert page.last
    assert rooms.state(new.room) is rooms.state(old.room) is None
    assert rooms.door(new.links[0].token) is None
    assert rooms.stage(new.stage) is None
    assert list(folder.iterdir()) == []
    rooms.keep(new.room)
    assert list(folder.iterdir()) == []


def test_a_stage_plays_its_own_simulated_people_and_nobody_else(rooms: Rooms, new: NewRoom):
    other = rooms.create("Thursday", PEOPLE, now=NOW)
    assert rooms.stage(new.stage) == [new.links[2]]
    assert rooms.stage(other.stage) == [other.links[2]]
    assert new.links[2].token != other.links[2].token
    rooms.kick(new.room, "3", now=NOW)
    assert rooms.stage(new.stage) == []


def test_what_happens_is_told_in_order_and_without_tokens(folder: Path):
    told: list[Happened] = []
    rooms = Rooms(folder, on_event=told.append)
    new = rooms.create("Tuesday", PEOPLE, now=NOW)
    _, seat = come(rooms, new.links[0])
    come(rooms, new.links[3], "Nice Person")
    assert isinstance(seat, Seat)
    rooms.leave(seat, now=NOW)
    rooms.hold(new.room)
    rooms.end(new.room, now=NOW)
    come(rooms, new.links[3])
    assert [(one.kind, one.number, one.name) for one in told] == [
        ("started", None, None),
        ("joined", "1", "Hana"),
        ("joined", "4", "Nice Person"),
        ("left", "1", "Hana"),
        ("ended", None, None),
        ("refused", "4", "Ira"),
    ]


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("  Ann   Lee ", "Ann Lee"),
        ("An\u202en\x00\u200b\r\n<b>", "Ann<b>"),
        ("\ud800x", "x"),
        ("y" * 90, "y" * 60),
        ("\u200b", "Gus"),
        (None, "Gus"),
    ],
)
def test_a_display_name_is_plain_text_or_the_invitations(rooms: Rooms, new: NewRoom, typed: str | None, shown: str):
    come(rooms, new.links[1], typed)
    assert names(rooms, new.room) == [shown]


def test_more_people_than_a_mesh_can_bear_are_refused(rooms: Rooms):
    with pytest.raises(ValueError, match="250"):
        rooms.create("Tuesday", [("Guest", "guest")] * 251, now=NOW)


@pytest.mark.parametrize(
    "message",
    [
        {"kind": "join"},
        {"kind": "join", "name": "Ann"},
        {"kind": "leave"},
        {"kind": "offer", "to": "2", "sdp": SDP},
        {"kind": "answer", "to": "2", "sdp": SDP},
        {"kind": "candidate", "to": "2", "candidate": "candidate:1 1 udp 1 x.local 9 typ host", "mid": "0"},
        {"kind": "candidate", "to": "2", "candidate": ""},
    ],
)
def test_what_a_page_needs_to_say_is_heard(message: dict[str, Any]):
    signals.read(json.dumps(message))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        "[" * 60_000,
        "{}",
        json.dumps({"kind": ["join"]}),
        json.dumps({"kind": "people", "people": []}),
        json.dumps({"kind": "ended"}),
        json.dumps({"kind": "join", "token": "x"}),
        json.dumps({"kind": "join", "name": 7}),
        json.dumps({"kind": "join", "name": "x" * 201}),
        json.dumps({"kind": "leave", "to": "1"}),
        json.dumps({"kind": "offer", "to": "1"}),
        json.dumps({"kind": "offer", "to": 1, "sdp": SDP}),
        json.dumps({"kind": "offer", "to": "../1", "sdp": SDP}),
        json.dumps({"kind": "offer", "to": "1", "sdp": SDP, "image": "x"}),
        json.dumps({"kind": "offer", "to": "1", "sdp": "hello"}),
        json.dumps({"kind": "offer", "to": "1", "sdp": SDP + "not a line\r\n"}),
        json.dumps({"kind": "offer", "to": "1", "sdp": SDP + "s=\u202e\r\n"}),
        json.dumps({"kind": "offer", "to": "1", "sdp": SDP + "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n"}),
        json.dumps({"kind": "answer", "to": "1", "sdp": SDP + "\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n"}),
        json.dumps({"kind": "offer", "to": "1", "sdp": SDP + "a=x:" + "y" * 64_000}),
        json.dumps({"kind": "candidate", "to": "1", "candidate": "data:image/png;base64,AAAA"}),
        json.dumps({"kind": "candidate", "to": "1", "candidate": "candidate:" + "x" * 1_000}),
        json.dumps({"kind": "candidate", "to": "1", "candidate": "", "mid": "a b"}),
    ],
)
def test_what_no_page_needs_to_say_is_unfit(text: str):
    with pytest.raises(signals.Unfit):
        signals.read(text)
