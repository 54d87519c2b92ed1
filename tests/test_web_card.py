"""A watcher's link on paper: one page of A6, made only where the link is shown, and never kept."""

import base64
import re
from datetime import UTC, datetime
from typing import Any

import pytest
import segno
from django.contrib.staticfiles import finders
from django.test import Client
from playwright.sync_api import Browser, Page

from pullcord.jobs import meetings
from pullcord.jobs.desk import Desk
from pullcord.store.models import Meeting, User
from tests.conftest import Need
from tests.desk import IN_FILE
from tests.e2e.practice_room import browser as real_browser
from tests.pages import add, on_disk, signed_in, text_of

LONG = "The very long name of a parish council's committee for " * 3
LAST_DAY = datetime(2031, 3, 4, 12, 0, tzinfo=UTC)
A6_POINTS = (297.6, 419.5)
DARK = """async ([png, across]) => {
  const image = new Image(); image.src = "data:image/png;base64," + png; await image.decode();
  const paper = new OffscreenCanvas(image.width, image.height).getContext("2d"); paper.drawImage(image, 0, 0);
  const at = (n) => Math.floor((n + 0.5) * image.width / across);
  const squares = [...Array(across).keys()];
  return squares.map((y) => squares.map((x) => Number(paper.getImageData(at(x), at(y), 1, 1).data[0] < 128)));
}"""


@pytest.fixture
def client(owner: User) -> Client:
    return signed_in(owner)


def shown_link(client: Client, meeting: Meeting, who: str = "Ruth") -> str:
    shown = client.post(f"/meetings/{meeting.id}/links", {"who": who}).content.decode()
    return str(re.findall(r'name="link" value="([^"]+)"', shown)[0])


def card_of(client: Client, meeting: Meeting, link: str, names: str = "with") -> Any:
    return client.post(f"/meetings/{meeting.id}/card", {"link": link, "names": names})


def test_the_page_that_shows_a_link_once_offers_it_on_paper(desk: Desk, owner: User, client: Client):
    meeting = add(desk, owner)
    link = shown_link(client, meeting)
    answer = card_of(client, meeting, link)
    assert answer.status_code == 200
    said = text_of(answer)
    assert {
        word for word in (link, "Choir", "Ruth", "Works until", "I need to end the meeting") if word not in said
    } == set()
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_card_without_names_names_nobody_and_no_meeting(desk: Desk, owner: User, client: Client):
    meeting = add(desk, owner)
    card = card_of(client, meeting, shown_link(client, meeting), "without").content.decode()
    assert not re.search("Choir|Ruth|Anna", card)


def test_the_card_loads_no_script_and_nothing_from_elsewhere(desk: Desk, owner: User, client: Client):
    meeting = add(desk, owner)
    link = shown_link(client, meeting)
    card = card_of(client, meeting, link).content.decode()
    assert "<script" not in card
    assert set(re.findall(r'(?:src|href|action)="([^"]*)"', card)) == {"/static/card.css"}


@pytest.mark.parametrize(
    "wrong", ["", "http://testserver/c/", "http://testserver/c/" + "x" * 43, "http://evil.example/c/y"]
)
def test_no_card_is_made_for_a_link_that_ends_nothing_here(wrong: str, desk: Desk, owner: User, client: Client):
    meeting = add(desk, owner)
    shown_link(client, meeting)
    assert card_of(client, meeting, wrong).status_code == 404


def test_no_card_is_made_for_the_link_of_another_meeting_or_a_revoked_one(desk: Desk, owner: User, client: Client):
    meeting, beside = add(desk, owner), add(desk, owner)
    given = meetings.give_cord(desk, owner, meeting.id, who="Ruth")
    meetings.give_cord(desk, owner, beside.id, who="Dora")
    assert card_of(client, beside, given.link).status_code == 404
    assert card_of(client, meeting, given.link).status_code == 200
    meetings.revoke_cord(desk, owner, meeting.id, given.cord.id)
    assert card_of(client, meeting, given.link).status_code == 404


def test_a_card_carries_our_own_address_whatever_was_posted(desk: Desk, owner: User, client: Client):
    meeting = add(desk, owner)
    link = shown_link(client, meeting)
    card = card_of(client, meeting, "http://evil.example/c/" + link.rpartition("/")[2])
    assert link in text_of(card)
    assert "evil.example" not in card.content.decode()


def test_making_a_card_keeps_nothing(desk: Desk, owner: User, client: Client):
    meeting = add(desk, owner)
    link = shown_link(client, meeting)
    before = on_disk(desk)
    card_of(client, meeting, link)
    assert on_disk(desk) == before


def opened(browser: Browser, card: Any) -> Page:
    """The card as its own answer, headers and all, and its sheet; whatever else it asked for would fail."""
    sheet, page = finders.find("card.css"), browser.new_page()
    page.route("**/*", lambda route: route.abort())
    page.route("**/static/card.css", lambda route: route.fulfill(path=sheet, content_type="text/css"))
    page.route("**/card", lambda route: route.fulfill(body=card.content, headers=dict(card.headers)))
    page.goto("http://testserver/card")
    return page


def cut_off(page: Page, part: str) -> int:
    """How many pixels of this part do not stand on the paper."""
    return int(
        page.evaluate(
            "(part) => { const m = document.querySelector(part); return m.scrollHeight - m.clientHeight; }", part
        )
    )


@IN_FILE
@pytest.mark.servers
@pytest.mark.parametrize("name", ["Choir", LONG], ids=["short", "long"])
@pytest.mark.parametrize("platform", ["practice", "prosody"])
def test_the_card_is_one_page_of_a6_and_nothing_of_it_is_cut_off(
    platform: str, name: str, desk: Desk, owner: User, client: Client, need: Need
):
    meeting = add(desk, owner, name=name, platform=platform)
    given = meetings.give_cord(desk, owner, meeting.id, who=name, expires=LAST_DAY)
    card = card_of(client, meeting, given.link)
    with real_browser(need("chromium")) as chromium:
        page = opened(chromium, card)
        printed = page.pdf(prefer_css_page_size=True)
        page.emulate_media(media="print")
        assert (cut_off(page, "main"), cut_off(page, ".hands")) == (0, 0)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1
    size = re.search(rb"/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]", printed)
    assert size is not None
    assert [float(side) for side in size.groups()] == pytest.approx(A6_POINTS, abs=1.5)


@IN_FILE
@pytest.mark.servers
def test_the_picture_on_the_card_is_the_link_square_by_square(desk: Desk, owner: User, client: Client, need: Need):
    meeting = add(desk, owner)
    given = meetings.give_cord(desk, owner, meeting.id, who="Ruth")
    card = card_of(client, meeting, given.link)
    meant = [list(row) for row in segno.make(given.link, error="m", micro=False).matrix_iter(border=2)]
    with real_browser(need("chromium")) as chromium:
        picture = opened(chromium, card).locator(".qr").screenshot()
        seen = chromium.new_page().evaluate(DARK, [base64.b64encode(picture).decode(), len(meant)])
    assert seen == meant
