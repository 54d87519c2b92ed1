"""The name over an organisation's messages says nothing to whoever sees it on somebody's phone."""

import pytest
from django.urls import reverse

from pullcord.core.sender import LONGEST, USUAL, shown, wrong_with
from pullcord.jobs import people
from pullcord.jobs.desk import Desk
from pullcord.jobs.meetings import Refused
from pullcord.store import organisations
from pullcord.store.models import User
from tests.pages import Room, add, signed_in, text_of


@pytest.mark.parametrize(
    "name", ["Anna", "The office", "Oak House", "Łucja", "Марія", "سارة", "Maria & Jon", "St Anne’s", USUAL]
)
def test_a_plain_name_will_do(name: str):
    assert wrong_with(name, meetings=["Choir"]) == ""


@pytest.mark.parametrize(
    "name",
    [
        "Safeguarding team", "Incident response", "Victim Support", "Police liaison", "Helpline", "URGENT",
        "ＳＡＦＥＧＵＡＲＤＩＮＧ", "Safe\u200bguarding", "Alcoholics Anonymous", "AA Tuesday", "Opferhilfe", "Víctimas", "Przemoc",
        "Heddlu", "ضحية",
    ],
)  # fmt: skip
def test_a_telling_name_is_refused(name: str):
    assert wrong_with(name, meetings=[])


@pytest.mark.parametrize(
    "name",
    ["a@b.example", "https://x", "x.com", "0207 94600001", "Anna\u202e", "A\r\nBcc: x", "…", "12", "x" * (LONGEST + 1)],
)
def test_what_is_no_name_is_refused(name: str):
    assert wrong_with(name, meetings=[])


def test_a_meetings_name_is_refused_and_a_short_one_forbids_no_words():
    assert wrong_with("tuesday choir", meetings=["Choir"])
    assert not wrong_with("Team", meetings=["Tea"])


def test_where_none_was_chosen_it_is_the_usual_one():
    assert shown("") == USUAL


def test_an_owner_chooses_and_sees_how_it_looks(desk: Desk, answers, owner: User):
    answers.say = Room()
    add(desk, owner)
    client = signed_in(owner)
    assert f"A message from {USUAL} about earlier" in text_of(client.get(reverse("people")))
    client.post(reverse("people_sender"), {"sender": "  Oak   House "})
    assert organisations.owned_by(owner).sender == "Oak House"
    assert "A message from Oak House about earlier" in text_of(client.get(reverse("people")))
    for wrong in ("Choir", "Crisis line", "x" * 50):
        answer = client.post(reverse("people_sender"), {"sender": wrong}, follow=True)
        assert "Nothing was changed" in text_of(answer)
        with pytest.raises(Refused):
            people.choose_sender(owner, wrong)
    assert organisations.owned_by(owner).sender == "Oak House"
    client.post(reverse("people_sender"), {"sender": ""})
    assert organisations.owned_by(owner).sender == ""
