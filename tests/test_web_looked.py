"""Who looked at whom: written down before the names are shown, read by owners, changed by nobody."""

import ast
from pathlib import Path

import pytest
from django.db import DatabaseError, connection
from django.urls import reverse

import pullcord.store
from pullcord.jobs import record
from pullcord.jobs.desk import Desk
from pullcord.store import looks
from pullcord.store.models import Look, User
from tests.desk import every_row
from tests.pages import Room, add, by, press, signed_in, text_of
from tests.test_web_people import join


@pytest.fixture
def incident(desk: Desk, answers, owner: User) -> str:
    answers.say = Room()
    return press(desk, add(desk, owner), by(owner))


def show_names(user: User, incident: str):
    return signed_in(user).post(reverse("incident_people", args=[incident]))


def test_who_has_the_names_shown_is_on_the_owners_list(desk: Desk, owner: User, incident: str):
    record.take_in(desk, incident)
    lead = join(desk, owner, "lead", "lena")
    assert "Guest 1" in text_of(show_names(lead, incident))
    page = text_of(signed_in(owner).get(reverse("looked")))
    assert "Lena saw the names of 2 people" in page
    assert "Guest" not in page
    assert reverse("incident", args=[incident]) in signed_in(owner).get(reverse("looked")).content.decode()


def test_it_is_written_down_also_before_the_store_has_the_incident(owner: User, incident: str):
    show_names(owner, incident)
    (look,) = looks.of_mine(owner)
    assert (look.kind, look.by, look.incident_told, look.people) == ("people", by(owner), incident, 2)


def test_what_was_seen_is_not_in_it(owner: User, incident: str):
    show_names(owner, incident)
    assert not [row for row in every_row()["store_look"] if "Guest" in row]


def test_looking_at_the_pages_shows_no_name_and_writes_nothing(desk: Desk, owner: User, incident: str):
    client = signed_in(owner)
    for name in ("incident", "incident_record", "incident_people"):
        for method in (client.get, client.head):
            assert "Guest" not in method(reverse(name, args=[incident])).content.decode()
    assert not Look.objects.exists()


def test_what_cannot_be_written_down_is_not_shown(owner: User, incident: str):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE store_look RENAME TO elsewhere")
    try:
        answer = show_names(owner, incident)
        assert answer.status_code == 503
        assert "Guest" not in answer.content.decode()
        with pytest.raises(DatabaseError):
            Look.objects.exists()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE elsewhere RENAME TO store_look")


def test_another_organisation_reads_nothing_of_it_and_leaves_no_line_by_asking(owner: User, other: User, incident: str):
    show_names(owner, incident)
    assert show_names(other, incident).status_code == 404
    assert "Nobody has looked yet" in text_of(signed_in(other).get(reverse("looked")))
    assert Look.objects.count() == 1


def test_no_query_changes_a_line():
    """What is old is put away whole, in one place; nothing else touches what is written."""
    for path in Path(pullcord.store.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            text = ast.unparse(node) if isinstance(node, ast.Call) else ""
            assert not (text.startswith("Look.objects") and (".update(" in text or "update_or_create" in text)), path
