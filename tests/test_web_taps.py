"""What Zoom lets nobody do from outside is shown as taps, in its own words; where nobody has seen a step confirmed, that is said."""

import html

import pytest
from django.urls import reverse

from pullcord.jobs import meetings
from pullcord.jobs.desk import Desk
from pullcord.store.models import User
from pullcord.web.taps import TAPPED, taps_of
from tests.pages import signed_in


def test_a_zoom_meeting_s_page_shows_how_to_remove_one_person_and_to_lock_it(desk: Desk, owner: User):
    at = {"account": "a", "client": "c", "room": "81234567890"}
    meeting = meetings.add(desk, owner, name="Choir", platform="zoom", at=at, secrets={"secret": "s" * 20})
    page = html.unescape(signed_in(owner).get(reverse("meeting", args=[meeting.id])).content.decode())
    assert "Point at the name, 'More', then 'Remove'" in page
    assert "Select 'Lock meeting'; a tick shows that it is on" in page
    assert "Select 'Suspend participant activities'" in page
    assert "may differ on your version" in page


def test_each_step_is_the_playbook_s_and_keeps_its_mark():
    taps = taps_of("zoom")
    assert len(taps) == len(TAPPED)
    steps = [step for one in taps for on in one.devices for step in on.steps]
    assert any(step.certain for step in steps)
    assert any(not step.certain for step in steps)


@pytest.mark.parametrize("name", ["practice", "janus", "nothing", None])
def test_where_there_is_nothing_to_tap_nothing_is_shown(name: str | None):
    assert taps_of(name) == []
