"""The record in words: every kind of entry has its sentence, and names are shown to those alone who may see them."""

import ast
from datetime import UTC, datetime
from pathlib import Path

import pytest

import pullcord
from pullcord.core import timeline
from pullcord.jobs import record
from pullcord.jobs.desk import Desk
from pullcord.store import incidents
from pullcord.store.models import User
from pullcord.web.entries import SAYS, shown
from tests.pages import Room, add, by, press, signed_in, text_of

AT = datetime(2027, 1, 15, 8, tzinfo=UTC)
NOT_OF_AN_INCIDENT = {"pressed in vain", "no kit", "drill begun"}
WRITERS = {"note", "append", "_note"}


@pytest.fixture
def room(answers) -> Room:
    answers.say = room = Room()
    return room


def kinds_in_the_source() -> set[str]:
    """The texts handed to whatever writes an entry: into the journal first, into the chain second."""
    found: set[str] = set()
    for folder in ("jobs", "store", "safe", "edge"):
        for path in (Path(pullcord.__file__).parent / folder).glob("*.py"):
            for call in ast.walk(ast.parse(path.read_text())):
                if isinstance(call, ast.Call) and path.name != "looks.py" and _name(call.func) in WRITERS:
                    found.update(_texts(call.args[:2]))
    return found


def _name(called: ast.expr) -> str:
    return called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")


def _texts(given: list[ast.expr]) -> list[str]:
    parts = [part for one in given for part in ([one.body, one.orelse] if isinstance(one, ast.IfExp) else [one])]
    return [part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)]


def test_every_kind_of_entry_has_its_sentence():
    kinds = kinds_in_the_source() - NOT_OF_AN_INCIDENT
    assert {"pressed", "over", "again", "kept on", "not kept on", "told"} <= kinds
    assert kinds - set(SAYS) == {"keeping", "put away"}, "these are of the organisation's own list of looks"


def test_it_says_who_pressed_until_when_and_what_proves_it(desk: Desk, room: Room, owner: User):
    owner.first_name = "Hanna"
    owner.save()
    incident = press(desk, add(desk, owner), by(owner))
    record.take_in_all(desk)
    page = text_of(signed_in(owner).get(f"/incidents/{incident}/record"))
    assert "The meeting was to be ended: somebody pressed. Hanna, from their page" in page
    assert "The way back was barred." in page
    assert "The platform said that nobody is in it: it was over. What shows it:" in page
    head = timeline.head_of(incidents.entries(owner, incident))
    assert head is not None
    assert f"Last entry: {head.length} {head.hash}" in page


def test_who_may_see_no_names_reads_none(desk: Desk, room: Room, owner: User):
    incident = press(desk, add(desk, owner), by(owner))
    record.take_in_all(desk)
    entries = incidents.entries(owner, incident)
    assert owner.shown_name in repr(shown(entries, {})["told"])
    assert owner.shown_name not in repr(shown(entries, None)["told"])


def test_a_step_is_named_as_the_host_reads_it(store):
    entry = timeline.append(None, "step", AT, {"code": "report to the police", "state": "done", "by": "user:1"})
    one = shown([entry], {"user:1": "Hanna"})["told"][0]
    assert one.more == ("Hanna", "Report it to the police, by phone or by their online form. – done")
