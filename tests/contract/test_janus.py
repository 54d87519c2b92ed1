"""What is true of Janus alone: its three states, its events, and the servers that are set up less well."""

import base64
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from queue import Queue

import pytest

from pullcord.platforms import janus
from pullcord.platforms.reach import EVERYWHERE
from pullcord.platforms.wire import ColdWire
from pullcord.words import Event, Meeting, Person, PlatformError
from tests.conftest import Need
from tests.contract.ground import Refused
from tests.contract.janus_participant import Participant, join
from tests.contract.stage import at_once
from tests.janus_server import Events, Janus, open_room, running, say

pytestmark = pytest.mark.servers

WIRE = ColdWire()


@pytest.fixture(scope="module")
def server(need: Need) -> Iterator[Janus]:
    need("janus")
    with running() as ours:
        yield ours


@pytest.fixture(scope="module")
def unkeyed(need: Need) -> Iterator[Janus]:
    """A Janus on which anybody can open a room: how it comes out of the box."""
    need("janus")
    with running(keyed=False) as ours:
        yield ours


def opened(server: Janus, meeting: Meeting, **options: object) -> dict[str, object]:
    """Somebody else opens the room, with what right they have."""
    return say(server.admin, server.admin_secret, request="create", room=meeting.at["room"], **options)


def test_a_stranger_cannot_take_the_room_s_place_while_it_is_held(unkeyed: Janus):
    meeting, tokens = open_room(unkeyed, invitations=1)
    janus.stop(meeting, WIRE)
    janus.hold(meeting, WIRE)
    stranger = Participant(unkeyed.socket)
    with pytest.raises(Refused, match="already exists"):
        stranger.say(request="create", room=meeting.at["room"])
    for guess in ({}, {"pin": ""}, {"pin": tokens[0]}, {"token": tokens[0]}):
        with pytest.raises(Refused):
            stranger.say(request="join", ptype="publisher", room=meeting.at["room"], display="Eve", **guess)
    for secret in ("", meeting.secrets["room"]):
        with pytest.raises(Refused):
            stranger.say(request="edit", room=meeting.at["room"], secret=secret, new_secret="mine")
    stranger.leave()
    assert janus.is_over(meeting, WIRE).held is True


def test_a_room_that_somebody_opened_without_a_secret_is_not_held_and_can_be_taken_back(unkeyed: Janus):
    meeting, _ = open_room(unkeyed, invitations=1)
    janus.stop(meeting, WIRE)
    opened(unkeyed, meeting)
    eve = join(unkeyed.socket, meeting.at["room"], "", name="Eve")
    read = janus.is_over(meeting, WIRE)
    assert (read.over, read.held) == (False, False)
    janus.hold(meeting, WIRE)
    janus.stop(meeting, WIRE)
    assert eve.is_out(within_seconds=1.0)
    eve.leave()
    read = janus.is_over(meeting, WIRE)
    assert (read.over, read.held) == (True, True)


@pytest.mark.parametrize("verb", [janus.stop, janus.hold, janus.release])
def test_a_room_that_somebody_locked_with_a_secret_of_their_own_is_told_as_denied(unkeyed: Janus, verb):
    meeting, _ = open_room(unkeyed, invitations=1)
    janus.stop(meeting, WIRE)
    opened(unkeyed, meeting, secret="theirs")
    with pytest.raises(PlatformError) as denied:
        verb(meeting, WIRE)
    assert denied.value.code == "janus-denied"
    assert janus.is_over(meeting, WIRE).held is False


def test_a_hold_without_the_server_s_key_is_denied_and_not_called_held(server: Janus):
    meeting, _ = open_room(server, invitations=1)
    meeting = meeting._replace(secrets={**meeting.secrets, "create": ""})
    janus.stop(meeting, WIRE)
    with pytest.raises(PlatformError) as denied:
        janus.hold(meeting, WIRE)
    assert denied.value.code == "janus-denied"
    assert janus.is_over(meeting, WIRE).held is False


def test_stop_and_hold_at_the_same_moment_leave_the_room_held_without_a_second_call(server: Janus):
    for _ in range(20):
        meeting, tokens = open_room(server, invitations=1)
        someone = join(server.socket, meeting.at["room"], tokens[0], name="Ann")
        at_once(
            lambda meeting=meeting: janus.stop(meeting, WIRE),  # type: ignore[misc]
            lambda meeting=meeting: janus.hold(meeting, WIRE),  # type: ignore[misc]
        )
        assert someone.is_out(within_seconds=1.0)
        someone.leave()
        read = janus.is_over(meeting, WIRE)
        assert (read.over, read.held) == (True, True)


def test_a_released_room_has_the_settings_it_was_opened_with(server: Janus):
    meeting, _ = open_room(server, invitations=1, bitrate=64000, description="Tasting")
    key = {"admin_key": server.admin_key}
    before = found(say(server.admin, server.admin_secret, request="list", **key), meeting)
    janus.stop(meeting, WIRE)
    janus.hold(meeting, WIRE)
    janus.release(meeting, WIRE)
    assert found(say(server.admin, server.admin_secret, request="list", **key), meeting) == before


def found(listed, meeting: Meeting):
    return next(room for room in listed["list"] if room["room"] == meeting.at["room"])


def test_settings_cannot_change_whom_a_release_lets_in(server: Janus):
    meeting, _ = open_room(server, invitations=1)
    planted = json.dumps({"allowed": ["eve"], "secret": "eve", "room": "elsewhere"})
    meeting = meeting._replace(secrets={**meeting.secrets, "settings": planted})
    janus.stop(meeting, WIRE)
    janus.release(meeting, WIRE)
    with pytest.raises(Refused):
        join(server.socket, meeting.at["room"], "eve", name="Eve")


def test_with_every_invitation_void_a_release_lets_in_nobody(server: Janus):
    meeting, tokens = open_room(server, invitations=1)
    meeting = janus.without(meeting, "1")
    janus.stop(meeting, WIRE)
    janus.release(meeting, WIRE)
    for token in ("", tokens[0]):
        with pytest.raises(Refused):
            join(server.socket, meeting.at["room"], token, name="Ann")


def test_a_kick_of_somebody_whose_invitation_is_not_known_says_that_it_is_no_ban(server: Janus):
    meeting, tokens = open_room(server, invitations=1)
    someone = join(server.socket, meeting.at["room"], tokens[0], name="Eve", number=None)
    (person,) = janus.roster(meeting, WIRE)
    assert person.invite is None
    with pytest.raises(PlatformError) as told:
        janus.kick(meeting, person, WIRE)
    assert told.value.code == "janus-kick-is-no-ban"
    assert someone.is_out(within_seconds=1.0)
    someone.leave()


def test_a_number_that_is_none_of_ours_is_no_invitation(server: Janus):
    meeting, tokens = open_room(server, invitations=1)
    someone = join(server.socket, meeting.at["room"], tokens[0], name="Eve", number="77")
    assert [person.invite for person in janus.roster(meeting, WIRE)] == [None]
    someone.leave()


def test_a_meeting_is_printed_without_its_secrets(server: Janus):
    meeting, _ = open_room(server, invitations=1)
    assert server.admin_secret not in repr(server) + repr(meeting)


# Events.


@pytest.fixture
def backend() -> Iterator[tuple[Events, Queue[tuple[dict[str, str], bytes]]]]:
    """Where Janus reports to, and what has come."""
    came: Queue[tuple[dict[str, str], bytes]] = Queue()

    class Taking(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            came.put((dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Silence."""

    http = HTTPServer(("127.0.0.1", 0), Taking)
    thread = threading.Thread(target=http.serve_forever, args=(0.02,))
    thread.start()
    yield Events(f"http://127.0.0.1:{http.server_port}/", "janus", "letmein"), came
    http.shutdown()
    thread.join()
    http.server_close()


def test_what_janus_reports_is_heard_with_the_invitation_that_was_really_used(need: Need, backend):
    need("janus")
    events, came = backend
    with running(events=events) as server:
        meeting, tokens = open_room(server, invitations=2, events="janus:letmein")
        someone = join(server.socket, meeting.at["room"], tokens[1], name="Ann", number="1")
        (person,) = janus.roster(meeting, WIRE)
        assert person.invite == "1", "what her page says"
        janus.kick(meeting, person, WIRE)
        janus.stop(meeting, WIRE)
        heard: list[Event] = []
        while not heard or heard[-1].kind != "ended":
            headers, raw = came.get(timeout=10)
            heard += janus.hear(meeting, headers, raw, now=0.0).events
        someone.leave()
    assert [event.kind for event in heard] == ["started", "joined", "left", "ended"]
    assert heard[1].person is not None
    assert (heard[1].person.key, heard[1].person.name, heard[1].person.invite) == (person.key, "Ann", "2")
    assert all(event.at and event.at > 1.7e9 and not event.trusted for event in heard)
    assert not [token for token in tokens if token in repr(heard)]


def told(**data: object) -> dict[str, object]:
    return {"type": 64, "timestamp": 1e15, "event": {"plugin": "janus.plugin.videoroom", "data": data}}


KIT = Meeting(
    "m", "Tasting", "janus", {"room": "r"}, {"events": "janus:letmein", "invitations": '{"1": "token-of-one"}'}
)
RIGHT = {"authorization": "Basic " + base64.b64encode(b"janus:letmein").decode()}


@pytest.mark.parametrize(
    ("entry", "kind"),
    [
        (told(event="configured", room="r", id="x"), "configured"),
        (
            {"type": 64, "event": {"plugin": "janus.plugin.echotest", "data": {"event": "joined", "room": "r"}}},
            "unknown",
        ),
        (told(event=["joined"], room="r"), "unknown"),
        ({"type": 1}, "unknown"),
        ({"event": "joined"}, "unknown"),
        ("joined", "unknown"),
        (None, "unknown"),
    ],
)
def test_of_what_we_do_not_listen_to_only_the_type_is_told(entry: object, kind: str):
    raw = json.dumps([entry, told(event="joined", room="r", id="x")]).encode()
    heard = janus.hear(KIT, RIGHT, raw, now=0.0)
    assert [event.person and event.person.key for event in heard.events] == ["x"]
    assert heard.others == (kind,)


def test_an_event_of_another_room_names_that_room_and_nobody_s_invitation():
    used = {"event": "joined", "id": "x", "token": "token-of-one"}
    raw = json.dumps([told(room="r", **used), told(room="another", **used)]).encode()
    heard = janus.hear(KIT, RIGHT, raw, now=0.0)
    assert [(event.room, event.person and event.person.invite) for event in heard.events] == [
        ("r", "1"),
        ("another", None),
    ]
    assert (heard.signed_at, heard.nonce) == (None, None)


@pytest.mark.parametrize("authorization", [None, "", "Basic ", "Basic eA==", "Bearer janus:letmein", "Basic é"])
@pytest.mark.parametrize("agreed", ["janus:letmein", ""])
def test_an_event_without_the_credential_is_denied(agreed: str, authorization: str | None):
    meeting = KIT._replace(secrets={"events": agreed})
    headers = {} if authorization is None else {"Authorization": authorization}
    with pytest.raises(PlatformError) as denied:
        janus.hear(meeting, headers, b"[]", now=0.0)
    assert denied.value.code == "janus-event-denied"


@pytest.mark.parametrize("raw", [b"\xff{", b"[" * 60_000])
def test_an_event_that_is_no_json_is_odd(raw: bytes):
    with pytest.raises(PlatformError) as odd:
        janus.hear(KIT, RIGHT, raw, now=0.0)
    assert odd.value.code == "janus-event-odd"


# Kits.


def test_a_kit_without_a_list_stays_without_one():
    meeting = Meeting("m", "Tasting", "janus", {"room": "r"}, {"room": "s"})
    assert janus.without(meeting, "1") == meeting


def test_without_takes_one_invitation_out_and_changes_nothing_else():
    meeting = Meeting("m", "T", "janus", {"room": "r"}, {"room": "s", "invitations": '{"1": "a", "2": "b"}'})
    assert janus.without(meeting, "1").secrets == {"room": "s", "invitations": '{"2": "b"}'}
    assert json.loads(janus.without(meeting, None).secrets["invitations"]) == {"1": "a", "2": "b"}


def test_a_server_that_numbers_its_rooms_is_asked_by_number():
    asked: list[dict[str, object]] = []

    class Listening:
        reach = EVERYWHERE

        def send(self, request):
            asked.append(json.loads(request.body)["request"])
            raise AssertionError

    meeting = Meeting(
        "m",
        "T",
        "janus",
        {"server": "http://127.0.0.1/admin", "room": "1234", "ids": "numbers"},
        {"admin": "a", "room": "s"},
    )
    for doing in (
        lambda: janus.stop(meeting, Listening()),
        lambda: janus.kick(meeting, Person("5", None), Listening()),
    ):
        with pytest.raises(AssertionError):
            doing()
    assert [(request["room"], request.get("id")) for request in asked] == [(1234, None), (1234, 5)]
