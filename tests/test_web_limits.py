"""Whoever guesses passwords is slowed, by account and by address; whoever ends a meeting never is, meanwhile and from the same address."""

from urllib.parse import urlsplit

import pytest
from django.test import Client

from pullcord.jobs import meetings
from pullcord.jobs.desk import Desk
from pullcord.store.models import User
from tests.at_the_edge import ask_at_the_edge
from tests.pages import Room, add, signed_in, text_of

LOGIN = "/accounts/login/"
PASSWORD = "a long password"


def tries(name: str, password: str, *, address: str = "127.0.0.1") -> tuple[int, str]:
    answer = Client(REMOTE_ADDR=address).post(LOGIN, {"login": name, "password": password})
    return answer.status_code, text_of(answer)


def guess_until_slowed(owner: User) -> None:
    for _ in range(5):
        tries(owner.username, "wrong")
    assert "Too many failed login attempts" in tries(owner.username, PASSWORD)[1]


def test_five_wrong_passwords_slow_the_account_from_any_address_and_no_other_account(owner: User, other: User):
    guess_until_slowed(owner)
    assert "Too many failed" in tries(owner.username, PASSWORD, address="192.0.2.7")[1]
    assert "Too many failed" not in tries(other.username, PASSWORD, address="192.0.2.7")[1]


def test_ten_wrong_names_slow_the_address_and_no_other_address(owner: User):
    for number in range(10):
        tries(f"nobody-{number}", "wrong")
    assert "Too many failed" in tries(owner.username, PASSWORD)[1]
    assert "Too many failed" not in tries(owner.username, PASSWORD, address="192.0.2.7")[1]


def test_whoever_is_signed_in_already_is_not_slowed(owner: User):
    client = signed_in(owner)
    guess_until_slowed(owner)
    assert client.get("/").status_code == 200


@pytest.mark.parametrize("way", ["link", "token"])
def test_while_signing_in_is_slowed_a_meeting_is_ended_all_the_same(desk: Desk, answers, owner: User, way: str):
    answers.say = Room()
    meeting = add(desk, owner)
    path = urlsplit(meetings.give_cord(desk, owner, meeting.id, who="Noor").link).path
    token = meetings.give_token(desk, owner, meeting.id, name="The red button")
    guess_until_slowed(owner)
    if way == "link":
        assert ask_at_the_edge(desk, "GET", path) == 200
        assert ask_at_the_edge(desk, "POST", f"{path}/stop") == 303
    else:
        assert ask_at_the_edge(desk, "POST", "/api/stop", authorization=f"Bearer {token.secret}") == 200
    assert desk.means.book.latest(meeting.id) is not None
