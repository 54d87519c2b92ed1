"""What the module reports: signed over time, nonce and body, in order, and again where nobody took it."""

import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Empty, Queue
from threading import Thread

import pytest

from pullcord.platforms import prosody
from pullcord.words import Event, Heard, Meeting, PlatformError
from tests import prosody_server
from tests.conftest import Need
from tests.contract.ground import Refused
from tests.prosody_people import ENDED, WIRE, everybody_leaves, guest, meeting_on, named, refusal, system_hand
from tests.prosody_server import Prosody, running
from tests.xmpp_participant import Participant

__all__ = ["everybody_leaves"]
pytestmark = pytest.mark.servers

Report = tuple[dict[str, str], bytes]


class Ear:
    """Our door for reports, as bare as can be. `status`: what it answers next, one after the other; then 200."""

    def __init__(self, port: int, *statuses: int) -> None:
        self.came: Queue[Report] = Queue()
        self.statuses = list(statuses)
        self.address = f"http://127.0.0.1:{port}/events/prosody/meet"
        self._server = ThreadingHTTPServer(("127.0.0.1", port), self._handler())
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        ear = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers["Content-Length"]))
                status = ear.statuses.pop(0) if ear.statuses else 200
                if status == 200:
                    ear.came.put((dict(self.headers.items()), raw))
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        return Handler

    def reports(self, *, until: str, within_seconds: float = 15.0) -> list[Report]:
        """All that comes, up to a report with this kind of event."""
        told: list[Report] = []
        end = time.monotonic() + within_seconds
        while not told or until not in {event["type"] for event in json.loads(told[-1][1])["events"]}:
            try:
                told.append(self.came.get(timeout=max(0.0, end - time.monotonic())))
            except Empty:
                raise AssertionError(f"no {until} among {told}") from None
        return told

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@contextmanager
def listening(port: int, *statuses: int) -> Iterator[Ear]:
    ear = Ear(port, *statuses)
    try:
        yield ear
    finally:
        ear.close()


@contextmanager
def reporting(need: Need, **wish: str) -> Iterator[tuple[Prosody, int]]:
    """A Prosody that reports to a port; whether anybody listens there is the test's matter."""
    need("prosody")
    (port,) = prosody_server.free_ports(1)
    with running({"pullcord_events_url": f'"http://127.0.0.1:{port}/events/prosody/meet"', **wish}) as server:
        yield server, port


def heard(meeting: Meeting, reports: list[Report]) -> list[Event]:
    return [event for headers, raw in reports for event in hear(meeting, headers, raw).events]


def hear(meeting: Meeting, headers: dict[str, str], raw: bytes, *, later: float = 0.0) -> Heard:
    return prosody.hear(meeting, headers, raw, now=time.time() + later)


def test_a_meeting_is_told_from_its_start_to_the_refused(need: Need):
    with reporting(need) as (server, port), listening(port) as ear:
        meeting = meeting_on(server)
        system_hand(server, meeting)
        ann = guest(server, meeting, "Ann", told="<email>ann@example.org</email><test-token>7</test-token>")
        guest(server, meeting, "Eve")
        prosody.kick(meeting, named(meeting, "Eve"), WIRE)
        prosody.hold(meeting, WIRE)
        prosody.stop(meeting, WIRE)
        assert refusal(server, meeting, "Ann again") == ENDED
        events = heard(meeting, ear.reports(until="refused"))
        assert [(event.kind, event.person and event.person.name) for event in events] == [
            ("started", None),
            ("joined", "Ann"),
            ("joined", "Eve"),
            ("left", "Eve"),
            ("left", "Ann"),
            ("ended", None),
            ("refused", "Ann again"),
        ]
        assert {event.room for event in events} == {meeting.at["room"]}
        assert all(event.trusted and event.at and abs(event.at - time.time()) < 10 for event in events)
        came = events[1].person
        assert came is not None
        assert (came.key, came.email, came.invite) == (ann.jid, "ann@example.org", "7")
        assert events[4].person == came


def test_a_report_that_was_changed_in_anything_is_not_believed(need: Need):
    with reporting(need) as (server, port), listening(port) as ear:
        meeting = meeting_on(server)
        guest(server, meeting)
        headers, raw = ear.reports(until="joined")[0]
    parts = dict(part.split("=") for part in headers["X-Pullcord-Signature"].split(","))
    assert hear(meeting, headers, raw).nonce == parts["n"]
    assert hear(meeting, {"x-pullcord-signature": headers["X-Pullcord-Signature"]}, raw).events

    def signed(**other: str) -> dict[str, str]:
        return {"X-Pullcord-Signature": ",".join(f"{key}={value}" for key, value in {**parts, **other}.items())}

    changed = [
        (headers, raw + b" "),
        (headers, raw.replace(b"Ann", b"Bob")),
        (headers, b""),
        (signed(t=str(int(parts["t"]) + 1)), raw),
        (signed(n=parts["n"][:-1]), raw),
        (signed(n=f"{parts['n']}."), raw),
        (signed(v1="0" * 64), raw),
        (signed(v1=""), raw),
        ({}, raw),
        ({"X-Pullcord-Signature": f"{headers['X-Pullcord-Signature']},t=1"}, raw),
        ({"X-Pullcord-Signature": f"{headers['X-Pullcord-Signature']},v1={parts['v1']}"}, raw),
    ]
    for told, body in changed:
        assert denied(meeting, told, body) == "prosody-unsigned"
    assert denied(meeting._replace(secrets={"events": "x" * 43}), headers, raw) == "prosody-unsigned"
    assert denied(meeting._replace(secrets={}), headers, raw) == "prosody-unsigned"


def denied(meeting: Meeting, headers: dict[str, str], raw: bytes) -> str:
    with pytest.raises(PlatformError) as unfit:
        hear(meeting, headers, raw)
    return unfit.value.code


def test_an_old_report_is_heard_and_not_trusted(need: Need):
    with reporting(need) as (server, port), listening(port) as ear:
        meeting = meeting_on(server)
        guest(server, meeting)
        headers, raw = ear.reports(until="joined")[0]
    assert [event.trusted for event in hear(meeting, headers, raw, later=290).events] == [True, True]
    assert [event.trusted for event in hear(meeting, headers, raw, later=310).events] == [False, False]
    assert [event.trusted for event in hear(meeting, headers, raw, later=-310).events] == [False, False]


def test_what_nobody_took_is_told_again_in_order_and_signed_anew(need: Need):
    """Our door is down while people come, then has a fault, and then is there."""
    with reporting(need) as (server, port):
        meeting = meeting_on(server)
        people = [guest(server, meeting, f"Person {number}") for number in range(3)]
        with listening(port, 503, 401) as ear:
            people[0].leave()
            reports = ear.reports(until="left")
            events = heard(meeting, reports)
            assert [(event.kind, event.person and event.person.name) for event in events] == [
                ("started", None),
                *[("joined", f"Person {number}") for number in range(3)],
                ("left", "Person 0"),
            ]
            nonces = [hear(meeting, *report).nonce for report in reports]
            assert len(set(nonces)) == len(reports)


def test_the_queue_is_bounded_and_loses_the_oldest_that_is_not_on_its_way(need: Need):
    with reporting(need, pullcord_events_queue="10") as (server, port):
        meeting = meeting_on(server)
        for number in range(20):
            guest(server, meeting, f"Person {number}")
        with listening(port) as ear:
            prosody.stop(meeting, WIRE)
            events = heard(meeting, ear.reports(until="ended"))
        assert len(events) <= 11
        assert events[-1].kind == "ended"
        assert [event.at for event in events] == sorted(event.at or 0.0 for event in events)
        assert "reports were dropped so far: the queue is full" in server.log


def test_two_hundred_who_leave_at_once_are_told_in_a_few_reports(need: Need):
    with reporting(need) as (server, port), listening(port) as ear:
        meeting = meeting_on(server)
        for number in range(200):
            guest(server, meeting, f"Person {number}")
        prosody.stop(meeting, WIRE)
        reports = ear.reports(until="ended")
        events = heard(meeting, reports)
        assert sum(event.kind == "left" for event in events) == 200
        assert max(len(raw) for _, raw in reports) < 64 * 1024


def test_a_hostile_client_that_comes_back_and_back_is_counted_and_not_told_each_time(need: Need):
    with reporting(need) as (server, port), listening(port) as ear:
        meeting = meeting_on(server)
        eve = guest(server, meeting, "Eve")
        prosody.hold(meeting, WIRE)
        prosody.stop(meeting, WIRE)
        assert eve.is_out(within_seconds=1)
        began = time.monotonic()
        for number in range(200):
            assert refusal_on(eve, f"Eve {number}") == ENDED
        seconds = time.monotonic() - began
        assert prosody.is_over(meeting, WIRE).tries == 200
        prosody.release(meeting, WIRE)
        eve.come_back()
        events = heard(meeting, ear.reports(until="joined") + ear.reports(until="joined"))
        assert 1 <= sum(event.kind == "refused" for event in events) <= 2 + seconds


def refusal_on(someone: Participant, nick: str) -> str:
    try:
        someone.come_back(nick=nick)
    except Refused as refused:
        return str(refused)
    return ""


# Reading alone.

KIT = Meeting("m", "T", "prosody", {"room": "r@x"}, {"events": "s" * 32})


def told(body: bytes, *, secret: str = "s" * 32, meeting: Meeting = KIT) -> Heard:
    t, nonce = str(int(time.time())), "n" * 16
    v1 = hmac.new(secret.encode(), f"{t}.{nonce}.".encode() + body, hashlib.sha256).hexdigest()
    return hear(meeting, {"X-Pullcord-Signature": f"t={t},n={nonce},v1={v1}"}, body)


def test_where_no_secret_was_agreed_nobody_is_believed():
    body = json.dumps({"events": []}).encode()
    assert told(body).events == ()
    for secrets in ({}, {"events": ""}):
        with pytest.raises(PlatformError) as unsigned:
            told(body, secret="", meeting=KIT._replace(secrets=secrets))
        assert unsigned.value.code == "prosody-unsigned"


def test_of_what_we_do_not_listen_to_only_the_type_is_told():
    body = json.dumps(
        {"events": [{"type": "chat", "text": "hello"}, {"type": "ended", "room": "r@x", "at": 5}]}
    ).encode()
    read = told(body)
    assert read.events == (Event("ended", "r@x", 5.0, trusted=True),)
    assert read.others == ("chat",)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b'{"events": {}}',
        b'{"events": [1]}',
        b'{"events": [{"type": "joined"}]}',
        b"[" * 60_000,
        b"\xff",
        b'{"events": [{"type": "joined", "room": "r", "person": {}}]}',
    ],
)
def test_a_signed_report_that_cannot_be_understood_is_odd(body: bytes):
    with pytest.raises(PlatformError) as odd:
        told(body)
    assert odd.value.code == "prosody-odd"


@pytest.mark.parametrize("at", ["NaN", "Infinity", "1e300", "null", '"x"', "[]"])
def test_a_time_that_is_none_is_unknown(at: str):
    (event,) = told(f'{{"events": [{{"type": "ended", "room": "r", "at": {at}}}]}}'.encode()).events
    assert event.at is None
