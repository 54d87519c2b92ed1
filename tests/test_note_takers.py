"""Programs that take notes are marked by the name they show; people are not."""

import pytest
from django.urls import reverse

from pullcord.core.note_takers import LONGEST, looks_like_one
from pullcord.jobs import record
from pullcord.jobs.desk import Desk
from pullcord.store.models import User
from tests.pages import Room, add, by, press, signed_in, text_of

PROGRAMS = [
    "Fireflies.ai Notetaker",
    "Anna's OtterPilot",
    "read.ai meeting notes",
    "Hana (AI Assistant)",
    "tldv",
    "NOTE TAKER",
]
PEOPLE = [
    "Ira",
    "Otter",
    "Nottage, Ben",
    "Fatima Fathom",
    "Anna Notary",
    "Maidar Read",
    "Ai Sato",
    "",
    None,
    "x" * 10_000,
]


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_is_known_by_the_name_it_shows(name: str):
    assert looks_like_one(name)


@pytest.mark.parametrize("name", PEOPLE)
def test_a_person_is_not_taken_for_one(name: str | None):
    assert not looks_like_one(name)


def test_a_long_name_is_not_read_to_its_end():
    assert not looks_like_one("x" * LONGEST + " notetaker")


def test_the_list_of_names_marks_it_and_says_who_has_what_it_took(desk: Desk, answers, owner: User):
    answers.say = room = Room()
    room.people = [{"number": "1", "name": "Ira"}, {"number": "2", "name": "Ira's Notetaker"}]
    incident = press(desk, add(desk, owner), by(owner))
    record.take_in(desk, incident)
    page = text_of(signed_in(owner).post(reverse("incident_people", args=[incident])))
    assert page.count("By its name this looks like a program that takes notes.") == 1
    assert "What it took, its maker has" in page
