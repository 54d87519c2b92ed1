"""The texts made on the spot: a page makes the same as the terminal, sends nothing, and keeps nothing."""

from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from pullcord.core import texts
from pullcord.core.saying import in_english
from pullcord.core.texts import Adjourned, Told
from pullcord.guide import helping
from pullcord.guide.languages import saying
from pullcord.places.lines import shipped
from tests.e2e.guide_reader import NOTHING_STORED, STORED, enter, made, picture, reader, served
from tests.guide_site import TODAY

pytestmark = [pytest.mark.servers, pytest.mark.timeout(240)]

EVENING = datetime(2026, 11, 24, 19, 42, tzinfo=timezone(timedelta(hours=1)))

NOTHING_TOLD: dict[str, str | list[str]] = {}
ALL_TOLD: dict[str, str | list[str]] = {
    "danger": "no", "live": "yes", "recognised": "", "what": "child", "how": ["screen", "chat"],
    "lasted": "two minutes", "shown": "Guest, {0.__class__} <b>", "link_posted": "yes", "platform": "Zoom",
    "number": "264 1045 7500", "title": "Tuesday group", "began": "2026-11-24T19:42", "ended": "2026-11-24T19:45",
    "people": "12", "children": "yes", "recording": "the host's cloud", "money": "no", "is_over": "tick",
    "is_link_dead": "", "police_called": "tick", "police_reference": "P-1", "platform_reference": "Z-1",
    "name": "Ann Example", "phone": "020 7946 0000", "email": "ann@example.org", "sender": "Ann", "country": "GB-SCT",
}  # fmt: skip
TOLD = Told(
    category="child", how=("screen", "chat"), danger=False, live=True, platform="Zoom", number="264 1045 7500",
    title="Tuesday group", began=EVENING, ended=EVENING + timedelta(minutes=3), lasted="two minutes",
    names_shown=("Guest", "{0.__class__} <b>"), people=12, children=True, recording="the host's cloud",
    link_posted=True, money=False, platform_reference="Z-1", police_reference="P-1", is_over=True,
    police_called=True, name="Ann Example", phone="020 7946 0000", email="ann@example.org",
)  # fmt: skip


def in_scotland(say: Any) -> list[str]:
    lines = helping.message_lines(shipped(), TODAY, say)["GB"]
    return [line for line, nations in lines if not nations or "GB-SCT" in nations]


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
@pytest.mark.parametrize(
    ("entered", "told", "sender"),
    [(NOTHING_TOLD, Told(), ""), (ALL_TOLD, TOLD, "Ann")],
    ids=["nothing told", "everything told"],
)
def test_the_page_makes_the_same_texts_as_the_terminal(
    phones: Browser, guide: Path, language: str, entered: Any, told: Told, sender: str
):
    with reader(phones) as now:
        now.page.goto((guide / language / "texts.html").as_uri())
        enter(now.page, entered)
        for say, end in ((saying(language), ""), (in_english, "-en")):
            if end and language == "en":
                continue
            help_lines = in_scotland(saying(language)) if entered else []
            assert made(now.page, f"police{end}") == texts.police_text(told, say)
            assert made(now.page, f"platform-text{end}") == texts.platform_text(told, say)
            assert made(now.page, f"message{end}") == texts.message_text(told, sender, help_lines, say)
        picture(now.page, f"{language}-texts-{'all' if entered else 'none'}")
        assert not now.complaints


def test_the_page_makes_the_same_notice_as_the_terminal(phones: Browser, guide: Path):
    entered = {"body": "Example Parish Council", "day": "24 November", "time": "19:50", "page": "example.org/meet"}
    with reader(phones) as now:
        now.page.goto((guide / "en" / "notice.html").as_uri())
        enter(now.page, {**entered, "country": "GB-SCT"})
        assert made(now.page, "notice") == texts.notice_text(Adjourned(**entered), in_scotland(in_english))


def test_what_somebody_enters_is_neither_sent_nor_kept(phones: Browser, guide: Path):
    with reader(phones) as now:
        now.page.goto((guide / "en" / "texts.html").as_uri())
        asked = set(now.asked)
        enter(now.page, ALL_TOLD)
        now.page.keyboard.press("Enter")
        assert "Ann Example" in made(now.page, "police")
        assert {url.rpartition("/")[2] for url in set(now.asked) - asked} <= {"mark.svg"}, "the browser's own tab icon"
        assert now.page.evaluate(STORED) == NOTHING_STORED
        now.page.reload()
        assert now.page.locator("#name").input_value() == ""
        assert "Ann Example" not in now.page.content()
        enter(now.page, ALL_TOLD)
        now.page.goto((guide / "en" / "us.html").as_uri())
        now.page.go_back()
        assert now.page.locator("#name").input_value() == ""
        assert "Ann Example" not in made(now.page, "police")


def test_without_scripts_there_is_a_form_to_print(phones: Browser, guide: Path):
    with reader(phones, java_script_enabled=False) as now:
        now.page.goto((guide / "en" / "texts.html").as_uri())
        expect(now.page.locator("form")).to_be_hidden()
        expect(now.page.get_by_text("Print this page, or copy the texts.")).to_be_visible()
        expect(now.page.locator("#police")).to_contain_text("Is anyone in danger now? ______________________")
        assert now.page.get_by_role("button").count() == 0
        now.page.emulate_media(media="print")
        expect(now.page.locator("#message")).to_be_visible()
        expect(now.page.locator("#leave")).to_be_hidden()


def test_one_press_copies_a_text(phones: Browser, guide: Path):
    with reader(phones, permissions=["clipboard-read", "clipboard-write"]) as now, served(guide) as address:
        now.page.goto(f"{address}/en/texts.html")
        now.page.locator("#platform").fill("Zoom")
        button = now.page.locator("[data-copies=police]")
        button.click()
        expect(button).to_have_text("Copied.")
        assert now.page.evaluate("navigator.clipboard.readText()") == made(now.page, "police")


def test_one_text_alone_goes_on_the_paper(phones: Browser, guide: Path):
    with reader(phones) as now:
        now.page.goto((guide / "en" / "texts.html").as_uri())
        now.page.evaluate("window.print = () => {}")
        now.page.locator("[data-prints=message]").click()
        now.page.emulate_media(media="print")
        expect(now.page.locator("#message")).to_be_visible()
        expect(now.page.locator("#police")).to_be_hidden()
        now.page.evaluate("dispatchEvent(new Event('afterprint'))")
        expect(now.page.locator("#police")).to_be_visible()
