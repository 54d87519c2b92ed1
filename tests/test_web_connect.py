"""The forms by which a meeting on a platform is added."""

import html
import json
import re
from pathlib import Path

import pytest
from django.test import Client

from pullcord.jobs.desk import Desk, put
from pullcord.platforms import KNOWN, platform
from pullcord.store import meetings as kept
from pullcord.store.models import User
from pullcord.web import first
from pullcord.web.connect import why_not, why_not_host
from tests.pages import on_disk, signed_in, text_of

WEB = Path(first.__file__).parent
NEW = {"username": "carla", "password": "three quiet words", "again": "three quiet words"}

JANUS = {
    "name": "Choir",
    "hold_hours": "12",
    "server": "https://192.0.2.1/admin",
    "room": "1234",
    "ids": "numbers",
    "admin": "adminadmin",
    "room_secret": "roomroom",
}


@pytest.fixture
def client(owner: User) -> Client:
    return signed_in(owner)


def test_a_meeting_is_added_where_the_operator_named_the_server(desk: Desk, owner: User, client: Client):
    put(desk._replace(config=desk.config._replace(private_targets=("127.0.0.1:7088",))))
    answer = client.post("/meetings/new/janus", JANUS | {"server": "http://127.0.0.1:7088/admin"})
    kit = desk.kits.read(answer.headers["Location"].rpartition("/")[2])
    assert kit is not None
    assert kit.meeting.at == {"server": "http://127.0.0.1:7088/admin", "room": "1234", "ids": "numbers"}
    assert kit.meeting.secrets == {"admin": "adminadmin", "room": "roomroom"}
    assert "adminadmin" not in json.dumps(on_disk(desk))


PRIVATE = [
    "http://127.0.0.1:7088/admin",
    "https://127.0.0.1/admin",
    "https://2130706433/admin",
    "https://0177.0.0.1/admin",
    "https://[::1]/admin",
    "https://[::ffff:127.0.0.1]/admin",
    "https://[fe80::1]/admin",
    "https://169.254.169.254/latest",
    "https://10.0.0.1/admin",
    "https://user:pass@93.184.216.34/",
    "http://93.184.216.34/admin",
    "ftp://93.184.216.34/",
    "https://93.184.216.34:99999/",
    "file:///etc/passwd",
    "",
]


@pytest.mark.parametrize("server", PRIVATE)
def test_a_form_does_not_send_us_onto_a_private_network(server: str, desk: Desk, owner: User, client: Client):
    assert why_not(server, desk.config) is not None
    answer = client.post("/meetings/new/janus", JANUS | {"server": server})
    assert answer.status_code == 200
    assert "adminadmin" not in answer.content.decode()
    assert not kept.all_of(owner)


XMPP = {
    "name": "Tuesday",
    "hold_hours": "12",
    "server": "127.0.0.1:5222",
    "tls": "none",
    "room": "tuesday@muc.meet.local",
    "jid": "pullcord@auth.meet.local",
    "password": "adminadmin",
}


def test_an_xmpp_room_is_added_where_the_operator_named_the_server(desk: Desk, owner: User, client: Client):
    put(desk._replace(config=desk.config._replace(private_targets=("127.0.0.1:5222",))))
    answer = client.post("/meetings/new/xmpp", XMPP)
    kit = desk.kits.read(answer.headers["Location"].rpartition("/")[2])
    assert kit is not None
    assert kit.meeting.at == {"server": "127.0.0.1:5222", "tls": "none", "room": "tuesday@muc.meet.local"}
    assert kit.meeting.secrets == {"jid": "pullcord@auth.meet.local", "password": "adminadmin"}


@pytest.mark.parametrize(
    "server",
    [
        *("127.0.0.1:5222", "[::1]:5222", "localhost:5222", "2130706433:5222", "169.254.169.254:80", "10.0.0.1:5222"),
        *(
            "93.184.216.34",
            "93.184.216.34:99999",
            "93.184.216.34:x",
            "a@93.184.216.34:5222",
            "93.184.216.34:5222/x",
            "",
        ),
    ],
)
def test_a_host_and_port_do_not_send_us_onto_a_private_network(server: str, desk: Desk, owner: User, client: Client):
    assert why_not_host(server, desk.config) is not None
    assert client.post("/meetings/new/xmpp", XMPP | {"server": server}).status_code == 200
    assert not kept.all_of(owner)


def test_a_public_address_may_be_connected_to(desk: Desk):
    assert why_not_host("93.184.216.34:5222", desk.config) is None
    assert why_not("https://93.184.216.34/admin", desk.config) is None


@pytest.mark.parametrize("told", ["1: token", "[]", '"x"', "[" * 50_000])
def test_invitations_that_cannot_be_read_are_found_out_when_they_are_entered(told: str, client: Client, owner: User):
    answer = client.post("/meetings/new/janus", JANUS | {"server": "https://93.184.216.34/", "invitations": told})
    assert "This is not a JSON object" in text_of(answer)
    assert not kept.all_of(owner)


@pytest.mark.parametrize("name", KNOWN)
def test_a_platform_s_form_asks_what_its_adapter_says_and_shows_no_secret(name: str, client: Client):
    fields = platform(name).of_lone_meeting
    answer = client.get(f"/meetings/new/{name}")
    assert answer.status_code == (200 if fields else 404)
    if not fields:
        return
    filled = {field.name: "adminadmin" for field in fields if field.kind == "secret"}
    for page in (answer, client.post(f"/meetings/new/{name}", filled)):
        told = html.unescape(page.content.decode())
        assert [field.name for field in fields if field.label not in told or field.help not in told] == []
        assert "adminadmin" not in told
        for field in fields:
            shown = re.search(rf'<(?:input|select)[^>]* name="{field.name}"[^>]*>', told)
            assert shown is not None, field.name
            assert ('type="password"' in shown[0]) is (field.kind == "secret")
            # Of a list there is always something chosen, and no browser is told that there must be.
            assert (" required" in shown[0]) is (field.required and not field.choices)


def test_limits_are_shown_as_they_are(client: Client):
    page = text_of(client.get("/meetings/new"))
    assert "It does not say whether somebody tried to come back in." in page
    for name in KNOWN:
        assert platform(name).limits.over_proves in html.unescape(page)
        assert (platform(name).limits.stand_in or "") in html.unescape(page)
