"""The pages on which somebody practises: begun from the meeting's page, and kept apart from what happened."""

import html
import re
from datetime import UTC, datetime

import pytest
from django.test import Client

from pullcord.jobs import meetings, own_time, press
from pullcord.jobs.desk import Desk
from pullcord.store import incidents
from pullcord.store.models import Drill, Incident, User
from pullcord.web import seams
from tests.desk import IN_FILE, Clock
from tests.pages import add, open_room, signed_in, text_of

pytestmark = IN_FILE


@pytest.fixture
def client(owner: User, monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setattr(seams, "open_practice_room", open_room)
    return signed_in(owner)


def practise(desk: Desk, clock: Clock, page: str) -> None:
    """As the practice page's own link does it, after fourteen seconds."""
    one = Drill.objects.get()
    assert re.search(r"http://testserver/c/[\w-]{20,}", page)
    kit = desk.kits.read(one.practice_id)
    assert kit is not None
    own_time.start(desk.means, kit.meeting.id, by=kit.cords[0].id)
    clock.now += 14
    press.press_cord(kit, kit.cords[0], desk.means)


def test_a_drill_is_begun_from_the_meetings_page_and_its_time_stands_there(desk, room, clock, owner, client):
    meeting = add(desk, owner)
    shown = client.post(f"/meetings/{meeting.id}/practise")
    assert "Open my practice page" in text_of(shown)
    practise(desk, clock, shown.content.decode())
    page = text_of(client.get(f"/meetings/{meeting.id}"))
    assert "Anna Owner" in page
    assert "You ended it in 14 seconds." in page
    assert "A good day for the next time" in page
    assert "What was practised in it" not in page


def test_a_drill_is_no_incident_on_the_first_page(desk, room, clock, owner, client):
    meeting = add(desk, owner)
    practise(desk, clock, client.post(f"/meetings/{meeting.id}/practise").content.decode())
    told = incidents.Told("Rehearsed", meeting_id=Drill.objects.get().practice_id)
    taken_in = incidents.open_by_hand(owner, told, at=datetime.now(UTC))
    Incident.objects.filter(pk=taken_in.pk).update(drill=True)
    home = client.get("/").content.decode()
    assert "What happened so far" not in home
    assert "Rehearsed" in home.partition("What was practised")[2]
    assert home.count("aria-labelledby") == 1, "the practice meeting is not among the meetings"


def test_a_watchers_practice_link_is_shown_once_and_the_host_sees_no_time_of_theirs(desk, room, clock, owner, client):
    meeting = add(desk, owner)
    cord = meetings.give_cord(desk, owner, meeting.id, who="Ruth").cord
    assert "Let them practise" in text_of(client.get(f"/meetings/{meeting.id}"))
    shown = client.post(f"/meetings/{meeting.id}/links/{cord.id}/practise")
    assert "A practice link" in text_of(shown)
    assert "Open my practice page" not in text_of(shown)
    practise(desk, clock, shown.content.decode())
    page = text_of(client.get(f"/meetings/{meeting.id}"))
    assert "They ended it." in page
    assert "14 seconds" not in page


def test_the_next_day_is_a_calendar_file(desk, room, owner, client):
    meeting = add(desk, owner)
    answer = client.get(f"/meetings/{meeting.id}/practice.ics")
    assert answer.headers["Content-Type"].startswith("text/calendar")
    assert answer.content.startswith(b"BEGIN:VCALENDAR\r\n")
    assert meeting.name.encode() not in answer.content


def test_a_practice_meeting_offers_no_practice_of_itself(desk, room, owner, client):
    meeting = add(desk, owner)
    client.post(f"/meetings/{meeting.id}/practise")
    page = text_of(client.get(f"/meetings/{Drill.objects.get().practice_id}"))
    assert "Practise ending it" not in page


def test_what_could_not_be_begun_is_said(desk, room, owner, client, monkeypatch):
    def full(_: str) -> None:
        raise OSError

    monkeypatch.setattr(seams, "open_practice_room", full)
    meeting = add(desk, owner)
    answer = client.post(f"/meetings/{meeting.id}/practise", follow=True)
    assert "The disk did not take it. Nothing was begun." in html.unescape(text_of(answer))
    assert not Drill.objects.exists()


def test_a_server_without_practice_meetings_offers_none(desk, room, owner, client, monkeypatch):
    monkeypatch.setattr(seams, "open_practice_room", None)
    meeting = add(desk, owner)
    assert "Practise ending it" not in text_of(client.get(f"/meetings/{meeting.id}"))
    assert client.post(f"/meetings/{meeting.id}/practise").status_code == 404
