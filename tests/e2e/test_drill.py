"""A host practises with a phone in the hand: from the meeting's page to the real page, the press, and their own time."""

import base64
import hashlib
import hmac
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.conftest import Need
from tests.e2e.practice_room import PHONE
from tests.e2e.practice_room import browser as real_browser
from tests.serving import for_the_server, serving

pytestmark = [pytest.mark.servers, pytest.mark.timeout(120)]

PICTURES = os.environ.get("PULLCORD_TEST_PICTURES")
PASSWORD = "a long password of mine"


@pytest.fixture(scope="module")
def browser(need: Need) -> Iterator[Browser]:
    with real_browser(need("chromium")) as opened:
        yield opened


def picture(page: Page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"drill-{name}.png", full_page=name != "over")


def code_of(secret: str) -> str:
    """As an app computes it (RFC 6238)."""
    step = int(time.time() // 30).to_bytes(8, "big")
    made = hmac.new(base64.b32decode(secret + "=" * (-len(secret) % 8)), step, hashlib.sha1).digest()
    start = made[-1] & 15
    return f"{(int.from_bytes(made[start : start + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06}"


def sign_in(page: Page, link: str) -> None:
    """The first owner, with both steps."""
    page.goto(link)
    page.fill("[name=username]", "hana")
    for name in ("password", "again"):
        page.fill(f"[name={name}]", PASSWORD)
    page.locator("form button").last.click()
    page.goto(link.partition("/first/")[0] + "/accounts/steps/app/")
    page.fill("[name=code]", code_of(page.locator("code").first.inner_text().replace(" ", "")))
    page.locator("form:has([name=code]) button").click()
    page.goto(link.partition("/first/")[0] + "/")


def test_from_the_meetings_page_through_the_real_page_to_ones_own_time(browser: Browser, tmp_path: Path):
    data = for_the_server(tmp_path)
    with serving(data) as server:
        page = browser.new_context(viewport=PHONE).new_page()
        sign_in(page, (data / "signin-link").read_text().strip())
        page.get_by_role("button", name="Make a practice meeting").click()
        real = page.url
        page.get_by_role("button", name="Practise ending it").click()
        picture(page, "link")
        page.get_by_role("link", name="Open my practice page").click()
        picture(page, "begin")
        page.get_by_role("button", name="Begin").click()
        page.get_by_text("I need to end the meeting").click()
        picture(page, "armed")
        page.get_by_role("button", name="End the meeting for everyone").click()
        expect(page.get_by_text("You ended it in")).to_be_visible(timeout=20_000)
        expect(page.get_by_role("link", name="Put it into my calendar")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        picture(page, "over")
        with page.expect_download() as waiting:
            page.get_by_role("link", name="Put it into my calendar").click()
        assert waiting.value.suggested_filename == "practice.ics"
        page.goto(real)
        expect(page.locator("main")).to_contain_text("You ended it in")
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        picture(page, "meeting")
        assert server.process.poll() is None
