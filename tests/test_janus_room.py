"""The pages of a practice meeting on Janus: who is told what, and by which act. No Janus is needed for that."""

import http.client
import json
import re
from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from pullcord.practice.invitations import link
from pullcord.practice.janus_room import Opened, app
from pullcord.words import Meeting
from tests.contract.ground_practice import _bound, _serving

SOCKET = "ws://127.0.0.1:4711"
STAGE = "stage-token"
PEOPLE = (
    link("1", "Ann", "guest", STAGE),
    link("2", "Sam", "simulated", STAGE),
    link("3", "Ira", "intruder", STAGE),
)
INVITATIONS = {one.number: f"invitation-of-{one.number}" for one in PEOPLE}
OPENED = Opened(
    Meeting(
        "m1", "Tuesday", "janus", {"server": "http://127.0.0.1:1/admin", "room": "room-1"}, {"room": "room-secret"}
    ),
    SOCKET,
    STAGE,
    PEOPLE,
    INVITATIONS,
)


class Door:
    def __init__(self, port: int) -> None:
        self.address = f"http://127.0.0.1:{port}"
        self._port = port

    def ask(self, method: str, path: str, **headers: str) -> tuple[int, dict[str, str], str]:
        line = http.client.HTTPConnection("127.0.0.1", self._port, timeout=10)
        try:
            line.request(method, f"/practice{path}", headers=headers)
            answer = line.getresponse()
            told = {name.lower(): value for name, value in answer.getheaders() if name.lower() != "date"}
            return answer.status, told, answer.read().decode()
        finally:
            line.close()


@pytest.fixture(scope="module")
def door() -> Iterator[Door]:
    with _bound() as listening:
        port = listening.getsockname()[1]
        whole = Starlette(routes=[Mount("/practice", app(OPENED, public_address=f"http://127.0.0.1:{port}"))])
        with _serving(whole, listening):
            yield Door(port)


def test_reading_a_link_shows_a_name_and_nothing_that_opens_the_room(door: Door):
    looks = [door.ask("GET", f"/r/{PEOPLE[0].token}") for _ in range(3)]
    assert looks[0] == looks[1] == looks[2]
    status, _, text = looks[0]
    assert status == 200
    assert "Ann" in text
    assert not re.search("invitation-of|room-1|room-secret|4711", text)


def test_the_page_may_speak_to_us_and_to_this_janus_and_to_nobody_else(door: Door):
    policy = door.ask("GET", f"/r/{PEOPLE[0].token}")[1]["content-security-policy"]
    assert f"connect-src 'self' {SOCKET};" in policy
    assert policy.startswith("default-src 'none'")


def test_a_press_is_told_its_own_way_in_and_nobody_elses(door: Door):
    for one in PEOPLE:
        status, headers, text = door.ask("POST", f"/r/{one.token}/way", Origin=door.address)
        told = json.loads(text)
        assert (status, headers["cache-control"]) == (200, "no-store")
        assert (told["number"], told["invitation"]) == (one.number, INVITATIONS[one.number])
        assert told["simulated"] == ["2"]
        others = {token for number, token in INVITATIONS.items() if number != one.number}
        assert not any(secret in text for secret in (*others, "room-secret", *(p.token for p in PEOPLE)))


@pytest.mark.parametrize("origin", [{}, {"Origin": "null"}, {"Origin": "https://elsewhere.example"}])
def test_another_sites_page_is_told_no_way_in(door: Door, origin: dict[str, str]):
    status, _, text = door.ask("POST", f"/r/{PEOPLE[0].token}/way", **origin)
    assert status == 404
    assert "invitation-of" not in text


@pytest.mark.parametrize("path", ["/r/unknown", "/stage/unknown", f"/stage/{PEOPLE[1].token}", "/static/nothing.js"])
def test_a_link_that_is_nobodys_leads_nowhere(door: Door, path: str):
    assert door.ask("GET", path)[0] == 404


def test_the_way_in_is_not_to_be_had_by_reading(door: Door):
    assert door.ask("GET", f"/r/{PEOPLE[0].token}/way")[0] == 405
    assert door.ask("POST", "/r/unknown/way", Origin=door.address)[0] == 404


def test_the_stage_plays_the_simulated_and_nobody_else(door: Door):
    text = door.ask("GET", f"/stage/{STAGE}")[2]
    assert PEOPLE[1].token in text
    assert PEOPLE[0].token not in text
    assert PEOPLE[2].token not in text


def test_what_is_opened_shows_no_secret_of_itself():
    assert "secret" not in repr(OPENED)
    assert "invitation" not in repr(OPENED)
