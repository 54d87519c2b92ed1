"""The practice meeting as people meet it: pictures flow in a real browser, and stop when the cord is pulled."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from pullcord.platforms import practice
from pullcord.platforms.wire import ColdWire
from pullcord.practice.invitations import NewRoom
from pullcord.practice.signals import CLOSED, ENDED, KICKED
from tests.conftest import Need
from tests.contract.ground_practice import PracticeGround
from tests.contract.ground_practice import ground as practice_ground
from tests.e2e.practice_room import Tab
from tests.e2e.practice_room import browser as real_browser

pytestmark = [pytest.mark.servers, pytest.mark.timeout(120)]

WIRE = ColdWire()
# For whoever wants to look at the pages: a folder for pictures of them.
PICTURES = os.environ.get("PULLCORD_TEST_PICTURES")


@pytest.fixture(scope="module")
def ground() -> Iterator[PracticeGround]:
    with practice_ground() as ready:
        yield ready


@pytest.fixture(scope="module")
def browser(need: Need) -> Iterator[Browser]:
    with real_browser(need("chromium")) as opened:
        yield opened


@pytest.fixture
def new(ground: PracticeGround) -> NewRoom:
    people = [("Hana", "host"), ("Gus", "guest"), ("Ira", "intruder"), ("Sam", "simulated"), ("Sue", "simulated")]
    return ground.rooms.create("Tuesday evening", people, now=time.time())  # type: ignore[arg-type]  # the roles are literals


def picture(tab: Tab, name: str) -> None:
    if PICTURES:
        tab.page.screenshot(path=Path(PICTURES) / f"practice-{name}.png", full_page=True)


def test_the_cord_puts_everyone_out_and_no_picture_arrives_any_more(
    browser: Browser, ground: PracticeGround, new: NewRoom
):
    meeting = ground.meeting(new)
    host = Tab(browser, ground).open(new.links[0])
    picture(host, "door")
    guest = Tab(browser, ground).open(new.links[1])
    hostile = Tab(browser, ground).open(new.links[2], "?ignore=1")
    tabs = [host.come_in(), guest.come_in(), hostile.come_in()]
    for tab in tabs:
        tab.see_everyone_move(2)
    picture(host, "in")
    assert [(person.key, person.name) for person in practice.roster(meeting, WIRE)] == [
        ("1", "Hana"),
        ("2", "Gus"),
        ("3", "Ira"),
    ]

    practice.hold(meeting, WIRE)
    assert practice.stop(meeting, WIRE).evidence == "ended, 3 put out"
    until = time.monotonic() + practice.LIMITS.over_within_seconds
    for tab in (host, guest):
        tab.wait_for_state("ended", within_ms=max(0.0, (until - time.monotonic()) * 1000))
    assert hostile.frames_over(1.5) == [0, 0]
    over = practice.is_over(meeting, WIRE)
    assert (over.over, over.held, over.people) == (True, True, 0)

    expect(host.page.get_by_role("heading", name=ENDED)).to_be_visible()
    picture(host, "ended")
    host.page.get_by_role("button", name="Come back in").click()
    expect(host.page.get_by_role("heading", name=CLOSED)).to_be_visible()
    picture(host, "refused")
    again = Tab(browser, ground).open(new.links[2])
    again.page.get_by_role("button", name="Come in").click()
    again.wait_for_state("refused")
    assert practice.is_over(meeting, WIRE).tries == 2
    assert [tab.complaints for tab in tabs] == [[], [], []]


def test_the_stage_plays_the_simulated_people_and_they_are_said_to_be_simulated(
    browser: Browser, ground: PracticeGround, new: NewRoom
):
    meeting = ground.meeting(new)
    stage = Tab(browser, ground).open_stage(new)
    host = Tab(browser, ground, color_scheme="dark").open(new.links[0]).come_in()
    host.see_everyone_move(2)
    expect(host.page.get_by_text("simulated", exact=True)).to_have_count(2)
    picture(host, "stage")
    practice.hold(meeting, WIRE)
    practice.stop(meeting, WIRE)
    for frame in stage.page.frames[1:]:
        stage.wait_for_state("ended", frame=frame)
    assert practice.is_over(meeting, WIRE).tries == 0, "an ended simulated person must not try to come back"
    assert [stage.complaints, host.complaints] == [[], []]


def test_two_pages_that_both_refuse_to_hang_up_still_see_each_other(
    browser: Browser, ground: PracticeGround, new: NewRoom
):
    """The limit that every page states, and the proof that the zero above is a measurement."""
    meeting = ground.meeting(new)
    both = [Tab(browser, ground).open(link, "?ignore=1").come_in() for link in new.links[1:3]]
    both[0].see_everyone_move(1)
    practice.hold(meeting, WIRE)
    practice.stop(meeting, WIRE)
    assert practice.is_over(meeting, WIRE).over
    assert min(both[0].frames_over(1.5)) > 0


def test_one_person_is_put_out_and_the_others_go_on(browser: Browser, ground: PracticeGround, new: NewRoom):
    meeting = ground.meeting(new)
    host = Tab(browser, ground).open(new.links[0]).come_in()
    guest = Tab(browser, ground).open(new.links[1]).come_in()
    intruder = Tab(browser, ground).open(new.links[2]).come_in()
    host.see_everyone_move(2)
    person = next(one for one in practice.roster(meeting, WIRE) if one.name == "Ira")
    practice.kick(meeting, person, WIRE)
    expect(intruder.page.get_by_role("heading", name=KICKED)).to_be_visible()
    picture(intruder, "kicked")
    expect(host.page.get_by_text("2 people in the meeting")).to_be_visible()
    assert min(guest.frames_over(1)) > 0


@pytest.mark.parametrize("width", [360, 1280])
def test_the_pages_fit_without_scrolling_sideways(browser: Browser, ground: PracticeGround, new: NewRoom, width: int):
    host = Tab(browser, ground)
    host.page.set_viewport_size({"width": width, "height": 740})
    host.open(new.links[0])
    for step in (lambda: None, host.come_in):
        step()
        picture(host, f"{width}-{host.page.evaluate('practice.state')}")
        assert host.page.evaluate("document.documentElement.scrollWidth") <= width
    host.page.get_by_role("button", name="Leave").click()
    expect(host.page.get_by_role("heading", name="You have left the meeting")).to_be_visible()
