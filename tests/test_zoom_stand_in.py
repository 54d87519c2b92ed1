"""The stand-in for Zoom does what the vendor's documentation says, and holds to the vendor's own types."""

import base64
import hashlib
import hmac
import json
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.desk import Clock
from tests.fakes.zoom import deliver, events, schemas, sockets
from tests.fakes.zoom.account import Account, Meeting, Refused
from tests.fakes.zoom.plans import BASIC, CHANGES_A_DAY, PRO, Plan
from tests.fakes.zoom.schemas import Misfit, NotHere, Types
from tests.fakes.zoom.serving import Zoom, far, running


@pytest.fixture(scope="module")
def types(tmp_path_factory: pytest.TempPathFactory) -> Types:
    return of_zoom(tmp_path_factory.getbasetemp().parent)


def of_zoom(folder: Path) -> Types:
    """Made once for all workers of a run, and gone with its folder."""
    try:
        return schemas.types(folder / "zoom-types")
    except NotHere as why:
        pytest.skip(str(why))


@pytest.fixture
def zoom(types: Types) -> Iterator[Zoom]:
    with running(Account(clock=Clock()), types=types) as zoom:
        yield zoom
        zoom.fits()


class Said(NamedTuple):
    status: int
    told: Any
    headers: Any


def ask(zoom: Zoom, method: str, path: str, body: Any = None, *, token: str | None = None) -> Said:
    headers = {"Authorization": f"Bearer {token or token_of(zoom)}", "Content-Type": "application/json"}
    return _send(f"{zoom.api}{path}", method, None if body is None else json.dumps(body).encode(), headers)


def _send(url: str, method: str, raw: bytes | None, headers: dict[str, str]) -> Said:
    request = urllib.request.Request(url, raw, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            text = answer.read()
            return Said(answer.status, json.loads(text) if text else None, answer.headers)
    except urllib.error.HTTPError as refused:
        text = refused.read()
        return Said(refused.code, json.loads(text) if text else None, refused.headers)


def token_of(zoom: Zoom, *, secret: str = "") -> str:
    pair = f"{zoom.account.client_id}:{secret or zoom.account.client_secret}".encode()
    raw = f"grant_type=account_credentials&account_id={zoom.account.id}".encode()
    headers = {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}
    told = _send(zoom.token_url, "POST", raw, headers).told
    return str(told.get("access_token", told.get("error")))


def meeting_of(zoom: Zoom, people: int = 2, **settings: Any) -> Meeting:
    meeting = zoom.account.schedule(**settings)
    for number in range(people):
        zoom.account.join(meeting, f"Guest {number}", password=meeting.password)
    return meeting


# -- what it does -----------------------------------------------------------------------------------------------------


def test_an_end_puts_everybody_out_and_what_ran_can_be_read_afterwards(zoom: Zoom):
    meeting = meeting_of(zoom)
    page = f"/meetings/{meeting.id}"
    assert ask(zoom, "GET", page).told["status"] == "started"
    assert ask(zoom, "PUT", f"{page}/status", {"action": "end"}).status == 204
    assert ask(zoom, "GET", page).told["status"] == "waiting"
    again = ask(zoom, "PUT", f"{page}/status", {"action": "end"})
    assert (again.status, again.told["code"]) == (400, 3160)
    there = ask(zoom, "GET", f"/past_meetings/{meeting.id}/participants?page_size=1").told
    assert [one["name"] for one in there["participants"]] == ["Guest 0"]
    rest = ask(zoom, "GET", f"/past_meetings/{meeting.id}/participants?page_size=1&next_page_token=1").told
    assert ([one["name"] for one in rest["participants"]], rest["next_page_token"]) == (["Guest 1"], "")


def test_a_uuid_with_slashes_is_found_where_it_is_escaped_twice(zoom: Zoom):
    meeting = meeting_of(zoom, people=1)
    zoom.account.end(meeting)
    meeting.sessions[-1].uuid = "/a//b=="
    assert ask(zoom, "GET", "/past_meetings/%252Fa%252F%252Fb%253D%253D/participants").status == 200


def test_after_a_hold_only_those_who_may_come_in(zoom: Zoom):
    meeting = meeting_of(zoom)
    old = meeting.password
    settings = {"join_before_host": False, "waiting_room": True, "meeting_authentication": True}
    assert ask(zoom, "PATCH", f"/meetings/{meeting.id}", {"password": "new-one-10", "settings": settings}).status == 204
    zoom.account.end(meeting)
    told = ask(zoom, "GET", f"/meetings/{meeting.id}").told
    assert (told["password"], told["settings"]["waiting_room"]) == ("new-one-10", True)
    for password, email in ((old, "x@example.org"), ("new-one-10", ""), ("new-one-10", "x@example.org")):
        with pytest.raises(Refused):
            zoom.account.join(meeting, "Guest", password=password, email=email)
    zoom.account.start(meeting)
    assert zoom.account.join(meeting, "Guest", password="new-one-10", email="x@example.org").in_waiting_room


def test_a_field_may_be_dropped_in_silence(zoom: Zoom):
    meeting = meeting_of(zoom)
    zoom.account.drops.add("waiting_room")
    assert ask(zoom, "PATCH", f"/meetings/{meeting.id}", {"settings": {"waiting_room": True}}).status == 204
    assert ask(zoom, "GET", f"/meetings/{meeting.id}").told["settings"]["waiting_room"] is False


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("GET", "/meetings/123", None, 404, 3001),
        ("DELETE", "/meetings/{running}", None, 400, 3002),
        ("PUT", "/meetings/{webinar}/status", {"action": "end"}, 400, 3000),
        ("GET", "/users/nobody", None, 404, 1001),
        ("GET", "/nowhere", None, 404, 2300),
    ],
)
def test_it_refuses_by_the_vendors_numbers(zoom: Zoom, method: str, path: str, body: Any, status: int, code: int):
    path = path.format(running=meeting_of(zoom).id, webinar=zoom.account.schedule(is_webinar=True).id)
    said = ask(zoom, method, path, body)
    assert (said.status, said.told["code"]) == (status, code)


def test_a_webinar_has_doors_of_its_own(zoom: Zoom):
    webinar = zoom.account.schedule(is_webinar=True)
    zoom.account.join(webinar, "Guest", password=webinar.password)
    assert ask(zoom, "GET", f"/webinars/{webinar.id}").told["type"] == 5
    assert ask(zoom, "PUT", f"/webinars/{webinar.id}/status", {"action": "end"}).status == 204
    assert webinar.live is None


def test_a_meeting_is_made_and_a_person_registered_has_a_link_of_their_own(zoom: Zoom):
    made = ask(zoom, "POST", "/users/me/meetings", {"topic": "Choir", "type": 2, "settings": {"approval_type": 0}})
    assert made.status == 201
    meeting = zoom.account.meetings[made.told["id"]]
    link = ask(zoom, "POST", f"/meetings/{meeting.id}/registrants", {"email": "a@b.example", "first_name": "A"}).told
    with pytest.raises(Refused):
        zoom.account.join(meeting, "Stranger", password=meeting.password)
    known = {"email": "a@b.example", "registrant_id": link["registrant_id"]}
    assert zoom.account.join(meeting, "A", password="", **known).email == "a@b.example"
    assert zoom.account.schedule() is not meeting


# -- who may ask, and how often ---------------------------------------------------------------------------------------


def test_a_token_is_good_for_an_hour_and_only_for_its_scopes(zoom: Zoom):
    assert token_of(zoom, secret="wrong") == "invalid_client"
    token = token_of(zoom)
    assert ask(zoom, "GET", "/users/me", token=token).status == 200
    zoom.scopes.remove("user:read:user:admin")
    missing = ask(zoom, "GET", "/users/me", token=token)
    assert (missing.status, missing.told["code"]) == (400, 4711)
    assert "user:read:user:admin" in missing.told["message"]
    zoom.account.clock.now += 3601  # type: ignore[attr-defined]  # a test's own clock
    assert ask(zoom, "GET", "/users/me/meetings", token=token).status == 401


@pytest.mark.parametrize("plan", [BASIC, PRO])
def test_a_plans_calls_a_second_are_counted(types: Types, plan: Plan):
    with running(Account(plan=plan, clock=Clock()), types=types) as zoom:
        meeting, token = zoom.account.schedule(), token_of(zoom)
        for _ in range(plan.per_second["light"]):
            assert ask(zoom, "GET", f"/meetings/{meeting.id}", token=token).status == 200
        over = ask(zoom, "GET", f"/meetings/{meeting.id}", token=token)
        assert (over.status, over.headers["X-RateLimit-Type"]) == (429, "QPS")
        assert over.headers["Retry-After"] is None
        zoom.account.clock.now += 1  # type: ignore[attr-defined]
        assert ask(zoom, "GET", f"/meetings/{meeting.id}", token=token).status == 200


def test_a_hosts_changes_a_day_are_counted_and_when_they_begin_anew_is_a_time(zoom: Zoom):
    meeting, token = zoom.account.schedule(), token_of(zoom)
    for number in range(CHANGES_A_DAY):
        zoom.account.clock.now += 0.1  # type: ignore[attr-defined]
        assert ask(zoom, "PATCH", f"/meetings/{meeting.id}", {"topic": f"{number}"}, token=token).status == 204
    over = ask(zoom, "PATCH", f"/meetings/{meeting.id}", {"topic": "x"}, token=token)
    assert (over.status, over.headers["Retry-After"]) == (429, "2027-01-16T00:00:00Z")
    assert ask(zoom, "PUT", f"/meetings/{meeting.id}/status", {"action": "end"}, token=token).told["code"] == 3160


def test_it_is_as_far_away_as_is_said():
    away = far(half_ms=50.0)
    took = sorted(away() for _ in range(10_000))
    assert 0.049 < took[5_000] < 0.051
    assert 0.085 < took[9_900] < 0.095


# -- the vendor's types -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "/meetings/{id}/status", {"action": "stop"}),
        ("PATCH", "/meetings/{id}", {"settings": {"waiting_rom": True}}),
        ("PATCH", "/meetings/{id}", {"settings": {"jbh_time": 7}}),
        ("POST", "/meetings/{id}/registrants", {"first_name": "A"}),
    ],
)
def test_a_request_that_the_types_do_not_allow_is_refused_and_written_down(
    types: Types, method: str, path: str, body: Any
):
    with running(types=types) as zoom:
        said = ask(zoom, method, path.format(id=zoom.account.schedule().id), body)
        assert said.status == 500
        with pytest.raises(AssertionError):
            zoom.fits()


def test_an_answer_that_the_types_do_not_allow_is_found(types: Types):
    types.answer("GET", "/meetings/1", status=200, body=b'{"id": 1, "status": "started"}')
    for wrong in (b'{"id": 1, "state": "started"}', b'{"id": 1, "status": "over"}'):
        with pytest.raises(Misfit):
            types.answer("GET", "/meetings/1", status=200, body=wrong)


def told_by(account: Account) -> list[bytes]:
    told: list[bytes] = []
    account.told.append(lambda name, what, at: told.append(events.body_of(account, name, what, at)))
    return told


@pytest.mark.parametrize("is_webinar", [False, True])
def test_every_event_fits_and_a_changed_one_does_not(types: Types, is_webinar: bool):
    account = Account(clock=Clock())
    told, meeting = told_by(account), account.schedule(is_webinar=is_webinar)
    account.join(meeting, "Guest", password=meeting.password)
    meeting.settings["waiting_room"] = not is_webinar
    account.join(meeting, "Second", password=meeting.password)
    account.end(meeting)
    if not is_webinar:
        account.tell(meeting, "risk_alert", post_platform="Twitter", recommended_enable_settings=["enableWaitingRoom"])
    assert len(told) == (7 if not is_webinar else 6)
    for body in told:
        types.event(body)
        whole = json.loads(body)
        whole["payload"]["object"]["topick"] = whole["payload"]["object"].pop("topic")
        with pytest.raises(Misfit):
            types.event(json.dumps(whole).encode())


# -- events over a line of ours ---------------------------------------------------------------------------------------


def test_events_come_over_a_line_that_we_open_and_the_second_line_ends_the_first(zoom: Zoom):
    address = f"{zoom.socket_url}?subscriptionId={sockets.SUBSCRIPTION}&access_token={token_of(zoom)}"
    with connect(address, proxy=None) as first:
        assert json.loads(first.recv(5))["module"] == "build_connection"
        first.send(json.dumps({"module": "heartbeat"}))
        assert json.loads(first.recv(5))["module"] == "heartbeat"
        assert sockets.tell(zoom, b'{"event": "x"}') == 1
        assert json.loads(json.loads(first.recv(5))["content"]) == {"event": "x"}
        with connect(address, proxy=None) as second:
            assert json.loads(second.recv(5))["module"] == "build_connection"
            with pytest.raises(ConnectionClosed):
                first.recv(5)


# -- events by webhook ------------------------------------------------------------------------------------------------


def test_what_nobody_takes_comes_again_three_times_and_is_then_dropped(types: Types):
    clock, came = Clock(), []
    account = Account(clock=clock)

    def post(headers: Mapping[str, str], body: bytes) -> int:
        assert headers == events.headers_for(account.event_secret, body, clock.now)
        came.append(clock.now)
        return 503

    delivery, began = deliver.Delivery(account, post, types=types), clock.now
    account.start(account.schedule())
    for _ in range(100):
        delivery.run()
        clock.now += 60
    assert [(at - began) / 60 for at in came] == [0, 5, 25, 85]
    assert len(delivery.dropped) == 1


def test_it_may_come_late_twice_and_never(types: Types):
    clock, came = Clock(), []
    account, weather = Account(clock=clock), deliver.Weather(twice=0.3, lost=0.2, late=0.5)

    def post(headers: Mapping[str, str], body: bytes) -> int:
        came.append(body)
        return 204

    delivery = deliver.Delivery(account, post, types=types, weather=weather)
    meeting = account.schedule()
    told = told_by(account)
    for number in range(200):
        account.join(meeting, f"Guest {number}", password=meeting.password)
        delivery.run()
        clock.now += 1
    clock.now += 100
    delivery.run()
    assert 20 < len(set(told) - set(came)) < 60, "lost"
    assert 30 < len(came) - len(set(came)) < 80, "twice"
    assert [body for body in told if body in came] != list(dict.fromkeys(came)), "out of order"


def test_the_other_side_is_asked_to_show_that_it_knows_the_secret():
    account = Account(clock=Clock())

    def answers(secret: str) -> Callable[[Mapping[str, str], bytes], tuple[int, Any]]:
        def post(headers: Mapping[str, str], body: bytes) -> tuple[int, Any]:
            plain = json.loads(body)["payload"]["plainToken"]
            made = hmac.new(secret.encode(), plain.encode(), hashlib.sha256).hexdigest()
            return 200, {"plainToken": plain, "encryptedToken": made}

        return post

    assert deliver.validate(account, answers(account.event_secret))
    assert not deliver.validate(account, answers("another"))
