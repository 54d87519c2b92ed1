"""The right to speak to Zoom and what it answers: fetched ahead, told by name, and never sent twice."""

import json
import threading

import pytest

from pullcord.platforms import zoom, zoom_pace, zoom_token
from pullcord.platforms.reach import EVERYWHERE
from pullcord.platforms.wire import Reply, Request, WireError
from pullcord.words import Meeting
from tests.zooming import MEETING, Zoom, answer, failing, new_kit


@pytest.fixture
def kit() -> Meeting:
    return new_kit()


@pytest.fixture
def wire() -> Zoom:
    return Zoom()


# -- the token ---------------------------------------------------------------------------------------------------------


def test_a_token_is_asked_for_on_zoom_us_and_used_for_its_hour(kit: Meeting, wire: Zoom):
    asked: list[Request] = []
    send = wire.send

    def noting(request: Request) -> Reply:
        asked.append(request)
        return send(request)

    wire.send = noting  # type: ignore[method-assign]
    for _ in range(3):
        zoom.is_over(kit, wire)
    assert [request.url for request in asked] == [
        "https://zoom.us/oauth/token",
        *["https://api.zoom.us/v2/meetings/81234567890"] * 3,
    ]
    assert asked[0].body == f"grant_type=account_credentials&account_id={kit.at['account']}".encode()
    assert asked[0].headers["Authorization"].startswith("Basic ")
    assert {request.headers["Authorization"] for request in asked[1:]} == {"Bearer token-1"}


def test_a_token_that_grows_old_is_renewed_beside_while_the_old_one_is_used(kit: Meeting, wire: Zoom):
    wire.lives = 600
    zoom_token.token(kit, wire)
    hangs, fetched = threading.Event(), threading.Event()

    def slow() -> None:
        assert hangs.wait(10)
        fetched.set()

    wire.before_token, wire.lives = slow, 3600
    assert zoom.is_over(kit, wire).over
    assert wire.asked[-1].headers["Authorization"] == "Bearer token-1", "nobody waited for the new one"
    hangs.set()
    assert fetched.wait(10)
    while zoom_token.token(kit, wire).text == "token-1":
        threading.Event().wait(0.001)
    assert wire.tokens == 2


def test_made_ready_a_stop_waits_for_no_token(kit: Meeting, wire: Zoom):
    zoom.ready(kit, wire)
    zoom.ready(kit, wire)
    assert wire.tokens == 1, "a fresh one is not fetched again"

    def never() -> None:
        raise AssertionError("the stop waited for a token")

    wire.before_token = never
    wire.answers = [answer(204, None, x_zm_trackingid="v=2.0;clid=us02")]
    assert zoom.stop(kit, wire).evidence.startswith("204")
    assert [request.method for request in wire.asked] == ["PUT"]
    assert json.loads(wire.asked[0].body) == {"action": "end"}


def test_a_credential_that_is_refused_is_not_shown_to_zoom_again_for_each_meeting_of_it(kit: Meeting, wire: Zoom):
    def refused() -> None:
        raise WireError("refused")

    wire.before_token = refused
    assert failing(lambda: zoom.ready(kit, wire)).code == "zoom-unreachable"
    wire.before_token = lambda: None
    zoom.ready(kit._replace(id="another"), wire)
    assert wire.tokens == 0
    wire.answers = [answer(204)]
    assert zoom.stop(kit, wire).evidence == "204", "a stop asks for one all the same"


def test_a_token_nearly_out_of_time_is_not_begun_with(kit: Meeting, wire: Zoom):
    wire.lives = 20
    zoom_token.token(kit, wire)
    wire.lives = 3600
    assert zoom_token.token(kit, wire).text == "token-2"


def test_many_who_need_the_first_token_fetch_one(kit: Meeting, wire: Zoom):
    gate = threading.Barrier(8)

    def slow() -> None:
        threading.Event().wait(0.05)

    wire.before_token = slow

    def ask() -> None:
        gate.wait()
        zoom_token.token(kit, wire)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wire.tokens == 1


def test_a_token_that_zoom_does_not_take_any_more_is_replaced_and_the_call_made_once_more(kit: Meeting, wire: Zoom):
    dead = answer(401, {"code": 124, "message": "Invalid access token."})
    wire.answers = [dead, answer(204)]
    assert zoom.stop(kit, wire).evidence == "204"
    assert [request.headers["Authorization"] for request in wire.asked] == ["Bearer token-1", "Bearer token-2"]
    wire.answers = [dead, dead]
    assert failing(lambda: zoom.stop(kit, wire)).code == "zoom-denied"


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (answer(400, {"reason": "Invalid client_id or client_secret", "error": "invalid_client"}), "zoom-denied"),
        (answer(401, {"error": "invalid_client"}), "zoom-denied"),
        (answer(400, {"reason": "something"}), "zoom-refused"),
        (answer(200, {"access_token": "", "expires_in": 3600}), "zoom-odd"),
        (answer(200, {"access_token": "x", "expires_in": True}), "zoom-odd"),
        (answer(200, {"access_token": "x", "expires_in": "3600"}), "zoom-odd"),
        (answer(503), "zoom-broken"),
    ],
)
def test_why_no_token_came_is_told_without_the_secret(kit: Meeting, reply: Reply, code: str):
    class Refusing:
        reach = EVERYWHERE

        def send(self, request: Request) -> Reply:
            return reply

    error = failing(lambda: zoom.is_over(kit, Refusing()))
    assert error.code == code
    assert kit.secrets["secret"] not in error.sentence


def test_another_secret_is_another_token(kit: Meeting, wire: Zoom):
    zoom_token.token(kit, wire)
    zoom_token.token(kit._replace(secrets={"secret": "another-one"}), wire)
    assert wire.tokens == 2
    assert "token-1" not in repr(zoom_token.token(kit, wire))


def test_an_account_elsewhere_is_asked_there_for_both(kit: Meeting, wire: Zoom):
    elsewhere = kit._replace(at={**kit.at, "server": "https://api.zoomgov.com/"})
    assert zoom_token._door(elsewhere) == "https://zoomgov.com"
    zoom.is_over(elsewhere, wire)
    assert wire.asked[0].url == "https://api.zoomgov.com/v2/meetings/81234567890"


# -- what Zoom answers -------------------------------------------------------------------------------------------------


def test_a_missing_scope_is_named_and_nothing_else_of_the_sentence_is_shown(kit: Meeting, wire: Zoom):
    told = "Invalid access token, does not contain scopes:[meeting:update:status:admin]. <b>Ann</b>"
    wire.answers = [answer(400, {"code": 4711, "message": told})]
    error = failing(lambda: zoom.stop(kit, wire))
    assert error.code == "zoom-scope-missing"
    assert "meeting:update:status:admin" in error.sentence
    assert "Ann" not in error.sentence


@pytest.mark.parametrize(
    ("headers", "least", "most"),
    [
        ({"retry_after": "7"}, 7, 7),
        ({"x_ratelimit_type": "QPS"}, 1, 1),
        ({"retry_after": "2999-01-01T00:00:00Z"}, 1e9, 1e11),
        ({"retry_after": "2020-01-01T00:00:00Z"}, 0, 0),
    ],
)
def test_how_long_zoom_wants_us_to_wait_is_read_from_seconds_and_from_a_time(
    kit: Meeting, wire: Zoom, headers: dict[str, str], least: float, most: float
):
    wire.answers = [answer(429, {"code": 429, "message": "slow"}, **headers)]
    error = failing(lambda: zoom.is_over(kit, wire))
    assert (error.code, error.retry) == ("zoom-busy", True)
    assert error.wait_seconds is not None
    assert least <= error.wait_seconds <= most


def test_nonsense_for_a_time_is_no_time(kit: Meeting, wire: Zoom):
    wire.answers = [answer(429, None, retry_after="tomorrow")]
    assert failing(lambda: zoom.is_over(kit, wire)).wait_seconds is None


def test_once_the_day_is_spent_nothing_is_asked_but_an_end_is_still_sent(kit: Meeting, wire: Zoom):
    wire.answers = [answer(429, None, retry_after="2999-01-01T00:00:00Z")]
    failing(lambda: zoom.is_over(kit, wire))
    before = len(wire.asked)
    error = failing(lambda: zoom.is_over(kit, wire))
    assert "today" in error.sentence
    assert len(wire.asked) == before
    wire.answers = [answer(204)]
    assert zoom.stop(kit, wire).evidence == "204"
    assert zoom_pace.account("https://api.zoom.us", kit.at["account"], "business").barred_until


def test_an_end_of_a_number_that_is_a_webinar_s_is_sent_to_the_webinar_and_remembered(kit: Meeting, wire: Zoom):
    wire.answers = [answer(400, {"code": 3000, "message": "Cannot access webinar info."}), answer(204), answer(204)]
    zoom.stop(kit, wire)
    zoom.stop(kit, wire)
    paths = [request.url.rpartition("/v2")[2] for request in wire.asked]
    assert paths == [
        "/meetings/81234567890/status",
        "/webinars/81234567890/status",
        "/webinars/81234567890/status",
    ]


def test_where_zoom_refuses_the_end_what_goes_out_of_the_meeting_is_stopped_and_the_refusal_told(
    kit: Meeting, wire: Zoom
):
    wire.answers = [answer(400, {"code": 3161, "message": "not allowed"}), answer(204), answer(204)]
    error = failing(lambda: zoom.stop(kit, wire))
    assert "licence" in error.sentence
    assert [(request.method, json.loads(request.body)) for request in wire.asked[1:]] == [
        ("PATCH", {"action": "stop"}),
        ("PATCH", {"method": "recording.stop"}),
    ]


def test_a_meeting_of_another_number_proves_nothing_of_ours(kit: Meeting, wire: Zoom):
    wire.answers = [answer(200, {**MEETING, "id": 81234567891})]
    assert failing(lambda: zoom.is_over(kit, wire)).code == "zoom-odd"


def test_a_state_that_zoom_does_not_tell_is_not_over(kit: Meeting, wire: Zoom):
    wire.answers = [answer(200, {"id": 81234567890, "settings": {}})]
    read = zoom.is_over(kit, wire)
    assert (read.over, read.held) == (None, None)


@pytest.mark.parametrize("room", ["81234567890/../users", "8123?x", "", "١٢٣٤٥٦٧٨٩"])
def test_a_number_that_is_none_leads_nowhere(kit: Meeting, wire: Zoom, room: str):
    error = failing(lambda: zoom.stop(kit._replace(at={**kit.at, "room": room}), wire))
    assert error.code == "meeting-incomplete"
    assert wire.asked == []


def test_an_end_without_an_answer_is_not_sent_again_by_itself(kit: Meeting):
    zoom_ = Zoom()
    send = zoom_.send

    def silent(request: Request) -> Reply:
        reply = send(request)
        if request.method == "PUT":
            raise WireError("timeout")
        return reply

    zoom_.send = silent  # type: ignore[method-assign]
    assert failing(lambda: zoom.stop(kit, zoom_)).code == "zoom-timeout"
    assert len(zoom_.asked) == 1


# -- who is in it ---------------------------------------------------------------------------------------------------


def test_without_the_dashboard_s_scope_nobody_is_asked_who_is_in_it(kit: Meeting, wire: Zoom):
    error = failing(lambda: zoom.roster(kit, wire))
    assert error.code == "zoom-no-live-list"
    assert wire.asked == []


def test_who_is_in_it_is_told_once_each_without_those_who_left_or_wait(kit: Meeting, wire: Zoom):
    wire.scope = "dashboard:read:list_meeting_participants:admin"
    ann = {"participant_uuid": "a", "user_name": "Ann", "email": "", "join_time": "2026-11-27T10:00:00Z"}
    pages: list[list[dict[str, str]]] = [
        [ann, {**ann, "participant_uuid": "b", "leave_time": "2026-11-27T10:01:00Z"}],
        [
            ann,
            {"user_id": "7", "user_name": "Ben", "email": "b@example.org"},
            {"user_id": "8", "status": "in_waiting_room"},
        ],
    ]
    wire.answers = [
        answer(200, {"participants": pages[0], "next_page_token": "more"}),
        answer(200, {"participants": pages[1], "next_page_token": ""}),
    ]
    people = zoom.roster(kit, wire)
    assert [(one.key, one.name, one.email) for one in people] == [("a", "Ann", None), ("7", "Ben", "b@example.org")]
    assert people[0].since == 1_795_773_600.0
    assert "next_page_token=more" in wire.asked[1].url
