"""The practice meeting over real sockets: pages, signalling, and the adapter against the running server."""

import http.client
import json
import re
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from websockets.exceptions import InvalidStatus

from pullcord.platforms import practice
from pullcord.platforms.wire import ColdWire
from pullcord.practice import events, signals
from pullcord.practice.events import Happened
from pullcord.practice.invitations import NewRoom
from pullcord.practice.line import OVER, REFUSED, UNFIT
from pullcord.words import Event, Heard, Meeting, Person, PlatformError
from tests.contract.ground import Refused
from tests.contract.ground_practice import Participant, PracticeGround
from tests.contract.ground_practice import ground as practice_ground
from tests.test_practice import NOW, PEOPLE, SDP

WIRE = ColdWire()


@pytest.fixture(scope="module")
def ground() -> Iterator[PracticeGround]:
    with practice_ground() as ready:
        yield ready


@pytest.fixture
def new(ground: PracticeGround) -> NewRoom:
    return ground.rooms.create("Tuesday", PEOPLE, now=NOW)


@pytest.fixture
def meeting(ground: PracticeGround, new: NewRoom) -> Meeting:
    return ground.meeting(new)


def ask(ground: PracticeGround, method: str, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    line = http.client.HTTPConnection(urlsplit(ground.address).netloc, timeout=10)
    try:
        line.request(method, path, headers=headers)
        answer = line.getresponse()
        kept = {name.lower(): value for name, value in answer.getheaders() if name.lower() != "date"}
        return answer.status, kept, answer.read()
    finally:
        line.close()


def come(ground: PracticeGround, meeting: Meeting, new: NewRoom, which: int) -> Participant:
    return ground.join(meeting, new.links[which].token, name=new.links[which].name)


# Pages.


def test_reading_any_page_changes_nothing(ground: PracticeGround, new: NewRoom):
    before = ground.rooms.state(new.room)
    for path in (f"/practice/r/{new.links[1].token}", f"/practice/stage/{new.stage}"):
        pages = {ask(ground, "GET", path)[2] for _ in range(3)}
        assert len(pages) == 1
        assert ask(ground, "HEAD", path)[0] == 200
        assert ask(ground, "POST", path)[0] == 405
    assert ground.rooms.state(new.room) == before


def test_a_page_is_closed_to_caches_frames_referrers_and_third_parties(ground: PracticeGround, new: NewRoom):
    for path in (f"/practice/r/{new.links[1].token}", f"/practice/stage/{new.stage}", "/practice/r/unknown"):
        _, headers, body = ask(ground, "GET", path)
        policy = headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self' ws://127")
        assert "frame-ancestors 'self'" in policy
        assert headers["cache-control"] == "no-store"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-robots-tag"] == "noindex"
        assert "set-cookie" not in headers
        assert b"://" not in body


def test_a_link_that_leads_nowhere_says_so(ground: PracticeGround):
    for path in ("/practice/r/unknown", "/practice/stage/unknown", "/practice/static/rooms.py", "/practice/static/.."):
        assert ask(ground, "GET", path)[0] == 404


def test_a_hostile_name_is_text_on_the_page(ground: PracticeGround):
    name = '"><script>alert(1)</script>$token'
    new = ground.rooms.create(name, [(name, "guest"), (name, "simulated")], now=NOW)
    for path in (f"/practice/r/{new.links[0].token}", f"/practice/stage/{new.stage}"):
        body = ask(ground, "GET", path)[2].decode()
        assert "<script>alert" not in body
        assert "&lt;script&gt;alert(1)&lt;/script&gt;$token" in body


def test_the_stage_page_holds_the_links_of_the_simulated_only(ground: PracticeGround, new: NewRoom):
    body = ask(ground, "GET", f"/practice/stage/{new.stage}")[2].decode()
    assert [link.name for link in new.links if link.token in body] == ["Sim"]


# Signalling.


@pytest.mark.parametrize("origin", [None, "null", "http://elsewhere.example"])
def test_a_socket_from_another_page_is_not_opened(ground: PracticeGround, new: NewRoom, origin: str | None):
    with pytest.raises(InvalidStatus):
        ground.knock(new.links[1].token, origin=origin)


def test_a_socket_without_an_invitation_is_not_opened(ground: PracticeGround):
    with pytest.raises(InvalidStatus):
        ground.knock("A" * 22)


@pytest.mark.parametrize(
    "said",
    [
        {"kind": "people", "people": []},
        {"kind": "offer", "to": "1", "sdp": SDP + "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n"},
        {"kind": "offer", "to": "1", "sdp": SDP, "picture": "data:image/png;base64,AAAA"},
        {"kind": "join"},
    ],
)
def test_who_says_what_is_not_in_the_schema_is_hung_up_on(
    ground: PracticeGround, meeting: Meeting, new: NewRoom, said: dict[str, str]
):
    host = come(ground, meeting, new, 0)
    someone = come(ground, meeting, new, 1)
    someone.say(**said)
    assert someone.close_code() == UNFIT
    host.hear_until(lambda heard: heard["kind"] == "people" and len(heard["people"]) == 1)
    assert {heard["kind"] for heard in host.heard} == {"people"}
    host.leave()


def test_bytes_are_no_message(ground: PracticeGround, meeting: Meeting, new: NewRoom):
    someone = come(ground, meeting, new, 1)
    someone.line.send(b'{"kind": "leave"}')
    assert someone.close_code() == UNFIT


@pytest.mark.parametrize("size", [64_500, 70_000])
def test_what_is_too_large_is_hung_up_on(ground: PracticeGround, meeting: Meeting, new: NewRoom, size: int):
    someone = come(ground, meeting, new, 1)
    someone.line.send("[" * size)
    assert someone.close_code() in (UNFIT, 1009)


def test_nothing_is_said_before_coming_in(ground: PracticeGround, new: NewRoom):
    someone = ground.knock(new.links[1].token)
    someone.say(kind="offer", to="1", sdp=SDP)
    assert someone.close_code() == UNFIT


def test_an_intruder_never_receives_anybody_elses_link(ground: PracticeGround, meeting: Meeting, new: NewRoom):
    intruder = come(ground, meeting, new, 3)
    others = [come(ground, meeting, new, which) for which in range(3)]
    for other in others:
        other.say(kind="offer", to="4", sdp=SDP)
        other.say(kind="candidate", to="4", candidate="candidate:1 1 udp 1 x.local 9 typ host", mid="0")
    for _ in others:
        intruder.hear_until(lambda heard: heard["kind"] == "candidate")
    practice.hold(meeting, WIRE)
    practice.stop(meeting, WIRE)
    assert intruder.close_code() == OVER
    received = "".join(intruder.raw)
    assert {heard["kind"] for heard in intruder.heard} == {"people", "offer", "candidate", "ended"}
    assert not [s for s in (new.admin, new.stage, *(link.token for link in new.links)) if s in received]


def test_an_offer_and_its_answer_go_to_and_fro(ground: PracticeGround, meeting: Meeting, new: NewRoom):
    host, guest = come(ground, meeting, new, 0), come(ground, meeting, new, 1)
    guest.say(kind="offer", to="1", sdp=SDP)
    assert host.hear_until(lambda heard: heard["kind"] == "offer") == {"kind": "offer", "from": "2", "sdp": SDP}
    host.say(kind="answer", to="2", sdp=SDP)
    assert guest.hear_until(lambda heard: heard["kind"] == "answer")["from"] == "1"
    guest.say(kind="leave")
    assert guest.close_code() == OVER
    host.hear_until(lambda heard: heard["kind"] == "people" and len(heard["people"]) == 1)
    host.leave()


# The adapter.


def test_a_hundred_people_are_out_within_the_second_that_is_promised(ground: PracticeGround):
    meeting, invitations = ground.open_meeting(invitations=100)
    people = [ground.join(meeting, token, name=f"Person {n}") for n, token in enumerate(invitations)]
    assert {person.name for person in practice.roster(meeting, WIRE)} == {f"Person {n}" for n in range(100)}
    practice.hold(meeting, WIRE)
    assert practice.stop(meeting, WIRE).evidence == "ended, 100 put out"
    until = time.monotonic() + practice.LIMITS.over_within_seconds
    assert all(person.is_out(within_seconds=max(0.0, until - time.monotonic())) for person in people)
    over = practice.is_over(meeting, WIRE)
    assert (over.over, over.held, over.people, over.tries) == (True, True, 0, 0)


def test_an_end_alone_lets_them_back_in_and_a_hold_does_not(ground: PracticeGround, meeting: Meeting, new: NewRoom):
    come(ground, meeting, new, 3)
    assert not practice.stop(meeting, WIRE).already
    back = come(ground, meeting, new, 3)
    practice.hold(meeting, WIRE)
    practice.stop(meeting, WIRE)
    assert back.close_code() == OVER
    with pytest.raises(Refused, match=re.escape("This meeting is closed. Nobody can come in.")):
        come(ground, meeting, new, 3)
    assert practice.is_over(meeting, WIRE).tries == 1
    assert practice.stop(meeting, WIRE).already
    practice.release(meeting, WIRE)
    come(ground, meeting, new, 1).leave()


def test_a_refusal_is_said_and_then_hung_up(ground: PracticeGround, meeting: Meeting, new: NewRoom):
    practice.hold(meeting, WIRE)
    someone = ground.knock(new.links[1].token)
    someone.say(kind="join")
    assert someone.close_code() == REFUSED
    assert someone.heard == [{"kind": "refused", "text": signals.CLOSED}]


def test_a_kicked_person_stays_out_and_the_others_stay_in(ground: PracticeGround, meeting: Meeting, new: NewRoom):
    host, intruder = come(ground, meeting, new, 0), come(ground, meeting, new, 3)
    person = next(one for one in practice.roster(meeting, WIRE) if one.name == "Ira")
    assert (person.key, person.invite) == ("4", "4")
    practice.kick(meeting, person, WIRE)
    assert intruder.close_code() == OVER
    with pytest.raises(Refused, match=signals.DEAD):
        come(ground, meeting, new, 3)
    assert [one.name for one in practice.roster(meeting, WIRE)] == ["Hana"]
    host.leave()


def test_nobody_is_kicked_under_a_number_that_nobody_has(meeting: Meeting):
    for key in ("99", "x", ""):
        with pytest.raises(PlatformError, match="practice-refused"):
            practice.kick(meeting, Person(key, None), WIRE)


def test_a_stranger_cannot_tell_whether_a_room_is_there(ground: PracticeGround, new: NewRoom):
    answers = {
        repr(ask(ground, method, f"/practice/api/rooms/{room}{verb}", Authorization=f"Bearer {secret}"))
        for method, verb in (("GET", ""), ("POST", "/end"), ("POST", "/hold"), ("DELETE", "/hold"), ("POST", "/kick"))
        for room in (new.room, "0" * 32, "x")
        for secret in (secrets.token_urlsafe(32), "", "x" * 9000)
    }
    assert len(answers) == 1
    assert answers.pop().startswith("(401,")


def test_a_lost_meeting_is_told_to_the_holder_of_its_secret(ground: PracticeGround, meeting: Meeting, new: NewRoom):
    someone = come(ground, meeting, new, 1)
    ground.lose(meeting)
    assert someone.close_code() == OVER
    assert practice.stop(meeting, WIRE).already
    assert practice.hold(meeting, WIRE).evidence
    assert practice.roster(meeting, WIRE) == []
    assert practice.is_over(meeting, WIRE)[:2] == (True, True)
    with pytest.raises(PlatformError, match="practice-gone"):
        practice.release(meeting, WIRE)


def test_the_adapter_loads_no_more_than_the_cold_stop_can_afford():
    asked = "import sys, pullcord.platforms.practice; print(*sorted(sys.modules))"
    loaded = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, text=True, timeout=30, check=True
    ).stdout
    assert not {"dataclasses", "django", "dbos", "starlette", "asyncio", "inspect"} & set(loaded.split())


# Reports.


def report(meeting: Meeting, *, now: float = NOW, **changed: str) -> tuple[dict[str, str], bytes]:
    happened = Happened("refused", changed.get("room", meeting.at["room"]), NOW - 1, "4", "Ira")
    secret = changed.get("secret", meeting.secrets["events"])
    return events.signed(happened, secret=secret, now=now, nonce=changed.get("nonce", "n0nce_-8"))


def test_a_signed_report_is_heard(meeting: Meeting):
    headers, raw = report(meeting)
    heard = practice.hear(meeting, headers, raw, now=NOW + 299)
    event = Event("refused", meeting.at["room"], NOW - 1, Person("4", "Ira", invite="4"), True)
    assert heard == Heard((event,), int(NOW), "n0nce_-8")


def test_a_report_from_another_time_is_not_trusted(meeting: Meeting):
    for now in (NOW + 301, NOW - 301):
        (event,) = practice.hear(meeting, *report(meeting), now=now).events
        assert not event.trusted


def test_a_report_that_was_not_signed_so_is_not_believed(meeting: Meeting):
    headers, raw = report(meeting)
    (name, value), *_ = [pair for pair in headers.items() if pair[0] == events.SIGNATURE]
    forged = [
        ({}, raw),
        ({name: ""}, raw),
        ({name: value}, raw + b" "),
        ({name: value.replace(f"t={int(NOW)}", f"t={int(NOW) + 1}")}, raw),
        ({name: value.replace("n0nce", "n1nce")}, raw),
        ({name: value + ",n=another0"}, raw),
        ({name: value.split(",v1=")[0]}, raw),
        report(meeting, secret="another"),
        report(meeting, nonce="a.dotted.nonce"),
        report(meeting, nonce="short"),
    ]
    for headers, body in forged:
        with pytest.raises(PlatformError, match="practice-unsigned"):
            practice.hear(meeting, headers, body, now=NOW)


def test_a_report_of_another_room_names_that_room(meeting: Meeting):
    (event,) = practice.hear(meeting, *report(meeting, room="0" * 32), now=NOW).events
    assert event.room == "0" * 32


def test_a_report_of_no_shape_is_odd(meeting: Meeting):
    other = [b"[]", b"{", b"[" * 60_000, b'{"type": "joined"}', b'{"type": "joined", "room": 5}']
    for raw in other:
        signature = events.signature(raw, secret=meeting.secrets["events"], now=NOW, nonce="n0nce_-8")
        with pytest.raises(PlatformError, match="practice-odd"):
            practice.hear(meeting, {events.SIGNATURE: signature}, raw, now=NOW)


def test_a_report_of_a_type_that_we_do_not_listen_to_says_only_its_type(meeting: Meeting):
    raw = json.dumps({"type": "chat", "room": meeting.at["room"], "at": NOW, "text": "x"}).encode()
    signature = events.signature(raw, secret=meeting.secrets["events"], now=NOW, nonce="n0nce_-8")
    heard = practice.hear(meeting, {events.SIGNATURE.lower(): signature}, raw, now=NOW)
    assert (heard.events, heard.others) == ((), ("chat",))


@pytest.mark.parametrize("at", ["NaN", "-Infinity", "-1", "1e400", "9" * 400, '"now"', "null"])
def test_a_time_that_is_none_is_not_known(meeting: Meeting, at: str):
    raw = f'{{"type": "ended", "room": "r", "at": {at}}}'.encode()
    signature = events.signature(raw, secret=meeting.secrets["events"], now=NOW, nonce="n0nce_-8")
    (event,) = practice.hear(meeting, {events.SIGNATURE: signature}, raw, now=NOW).events
    assert event.at is None
