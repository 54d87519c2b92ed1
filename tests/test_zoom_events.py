"""Zoom's reports: believed by their signature, translated, never signed for a stranger, and folded into who was there."""

import hashlib
import hmac
import json
from typing import Any

import pytest

from pullcord.platforms.zoom_events import hear
from pullcord.words import Heard, Meeting, PlatformError
from tests.fakes.zoom import events
from tests.fakes.zoom.account import Account
from tests.fakes.zoom.deliver import Weather, validate
from tests.zoom_evenings import folded

SECRET = "the-secret-token-of-its-events"
MEETING = Meeting("m", "Tasting", "zoom", {"account": "a", "client": "c", "room": "85746065432"}, {"events": SECRET})
NOW = 1_800_000_000.0
STARTED = {
    "event": "meeting.started",
    "event_ts": int(NOW * 1000),
    "payload": {"account_id": "a", "object": {"id": "85746065432", "uuid": "u", "host_id": "h", "topic": "x"}},
}


def told(what: Any = STARTED, *, secret: str = SECRET, ago: float = 0.0, raw: bytes | None = None) -> Heard:
    body = json.dumps(what).encode() if raw is None else raw
    return hear(MEETING, events.headers_for(secret, body, NOW - ago), body, now=NOW)


def asks(plain: Any) -> dict[str, Any]:
    return {"event": "endpoint.url_validation", "event_ts": 1, "payload": {"plainToken": plain}}


# -- who is believed --------------------------------------------------------------------------------------------------


def test_a_signed_event_is_believed_and_known_by_its_body_when_it_comes_again():
    first, again = told(), told(ago=250)
    assert (first.events[0].kind, first.events[0].room, first.events[0].trusted) == ("started", "85746065432", True)
    assert first.events[0].at == NOW
    assert first.nonce == again.nonce != told({**STARTED, "event_ts": 2}).nonce


@pytest.mark.parametrize("ago", [301, -301, 3600])
def test_from_another_time_it_is_a_hint(ago: float):
    assert [one.trusted for one in told(ago=ago).events] == [False]


@pytest.mark.parametrize("changed", ["x-zm-signature", "x-zm-request-timestamp", "body", "secret", "none"])
def test_whatever_is_changed_it_is_not_believed(changed: str):
    body = json.dumps(STARTED).encode()
    headers = events.headers_for("another" if changed == "secret" else SECRET, body, NOW)
    if changed in headers:
        headers[changed] = headers[changed][:-1] + ("0" if headers[changed][-1] != "0" else "1")
    with pytest.raises(PlatformError) as refused:
        hear(MEETING, {} if changed == "none" else headers, body + (b" " if changed == "body" else b""), now=NOW)
    assert refused.value.code == "zoom-unsigned"


def test_without_a_secret_of_ours_nobody_is_believed():
    body, nobody = json.dumps(STARTED).encode(), MEETING._replace(secrets={"events": ""})
    with pytest.raises(PlatformError):
        hear(nobody, events.headers_for("", body, NOW), body, now=NOW)


@pytest.mark.parametrize("raw", [b"", b"[]", b"{", b"[" * 100_000, b"\xff"])
def test_what_nobody_can_read_is_odd(raw: bytes):
    with pytest.raises(PlatformError) as refused:
        told(raw=raw)
    assert refused.value.code == "zoom-odd"


LACKING: list[Any] = [
    {},
    {"payload": 7},
    {"payload": {"object": {"uuid": "u"}}},
    {"payload": {"object": {"id": "1"}}},
    {"payload": {"object": {"id": "1", "participant": {"user_name": "Ira"}}}},
]


@pytest.mark.parametrize("lacking", LACKING)
def test_what_lacks_whom_it_is_about_is_answered_and_counted_for_zoom_would_send_it_again(lacking: Any):
    heard = told({"event": "meeting.participant_joined", **lacking})
    assert (heard.events, heard.others) == ((), ("meeting.participant_joined",))


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("meeting.participant_admitted", "joined"),
        ("meeting.participant_joined_breakout_room", "joined"),
        ("meeting.participant_put_in_waiting_room", "left"),
        ("webinar.participant_joined", "joined"),
    ],
)
def test_whoever_is_let_in_or_put_out_to_wait_comes_and_goes(name: str, kind: str):
    who = {"user_id": "7", "user_name": "Ira", "date_time": "2027-01-15T07:59:00Z", "email": ""}
    (event,) = told({"event": name, "payload": {"object": {"id": "1", "participant": who}}}).events
    assert (event.kind, event.at, event.person and event.person.key) == (kind, NOW - 60, "7")


# -- the question whether the address is ours -------------------------------------------------------------------------


def test_zooms_question_is_answered_as_it_is_described():
    account = Account(clock=lambda: NOW)

    def post(headers: Any, body: bytes) -> tuple[int, Any]:
        return 200, hear(MEETING, headers, body, now=NOW).reply

    assert validate(account, post)


FORGED = 'v0:1800000000:{"event":"meeting.started"}'


@pytest.mark.parametrize("plain", [FORGED, "a:b", "", "x" * 129, 7, None, ["a"], "a b", "a\n"])
def test_no_strangers_text_is_ever_signed(plain: Any):
    """The answer would be the signature of an event of their own making."""
    with pytest.raises(PlatformError):
        told(asks(plain))


def test_an_unsigned_or_an_old_question_gets_no_answer():
    for wrong in ({"secret": "another"}, {"ago": 301.0}):
        with pytest.raises(PlatformError):
            told(asks("plain"), **wrong)


def test_what_such_an_answer_would_give_away_is_an_event_of_a_strangers_making():
    """So that the refusals above are not for nothing: signed as Zoom's own, it would be believed."""
    forged = hmac.new(SECRET.encode(), FORGED.encode(), hashlib.sha256).hexdigest()
    headers = {"x-zm-request-timestamp": "1800000000", "x-zm-signature": f"v0={forged}"}
    body = FORGED.partition(":{")[2]
    believed = hear(MEETING, headers, b"{" + body.encode(), now=NOW)
    assert believed.others == ("meeting.started",), "only what it would be about is missing"


# -- what is listened to ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["meeting.chat_message_sent", "recording.completed", "meeting.participant_joined_waiting_room", "x", 7, None],
)
def test_what_is_not_listened_to_is_dropped_and_counted_by_its_name(name: Any):
    heard = told({**STARTED, "event": name})
    assert (heard.events, heard.others, heard.reply) == ((), (str(name),), None)


def test_a_person_is_known_by_their_presence_and_an_empty_address_is_none():
    account, came = Account(clock=lambda: NOW), []
    account.told.append(lambda name, what, at: came.append(told(json.loads(events.body_of(account, name, what, at)))))
    meeting = account.schedule()
    account.join(meeting, "Ira", password=meeting.password)
    member = account.join(meeting, "Olga", password=meeting.password, email="olga@example.org")
    account.leave(meeting, member)
    people = [heard.events[0].person for heard in came[1:]]
    assert [(one.name, one.email) for one in people if one] == [
        ("Ira", None),
        ("Olga", "olga@example.org"),
        ("Olga", "olga@example.org"),
    ]
    assert people[1] is not None
    assert people[1].key == member.uuid
    assert [heard.events[0].kind for heard in came] == ["started", "joined", "joined", "left"]


# -- who was there ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(40))
def test_doubled_late_and_in_any_order_nobody_who_joined_is_missing(seed: int):
    came, listed = folded(seed, Weather(twice=0.2, late=0.4))
    assert listed == came


def test_what_is_lost_may_be_missing_and_nobody_is_made_up():
    lost = [folded(seed, Weather(lost=0.3)) for seed in range(10)]
    assert all(listed <= came for came, listed in lost)
    assert any(listed < came for came, listed in lost)
