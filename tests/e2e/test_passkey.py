"""A passkey in a real browser: set up, signed out, and signed in with it alone."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.conftest import Need
from tests.e2e.practice_room import PHONE
from tests.e2e.practice_room import browser as real_browser
from tests.e2e.walking import DEVICE
from tests.serving import for_the_server, free_port, serving

pytestmark = [pytest.mark.servers, pytest.mark.timeout(120)]
PICTURES = os.environ.get("PULLCORD_TEST_PICTURES")


@pytest.fixture(scope="module")
def browser(need: Need) -> Iterator[Browser]:
    with real_browser(need("chromium")) as opened:
        yield opened


def picture(page: Page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"passkey-{name}.png", full_page=True)


def test_a_passkey_is_set_up_and_signs_in_alone(browser: Browser, tmp_path: Path):
    data, port = for_the_server(tmp_path), free_port()
    with serving(data, port=port, PULLCORD_ADDRESS=f"http://localhost:{port}"):
        page = browser.new_context(viewport=PHONE).new_page()
        complaints: list[str] = []
        page.on("console", lambda said: complaints.append(said.text))
        device = page.context.new_cdp_session(page)
        device.send("WebAuthn.enable")
        device.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})

        come_in(page, (data / "signin-link").read_text().strip())
        picture(page, "choose")
        page.get_by_role("link", name="Set up a passkey").click()
        picture(page, "set-up")
        page.get_by_role("button", name="Set it up on this device").click()
        expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
        page.goto(f"http://localhost:{port}/accounts/steps/")
        expect(page.get_by_text("Your passkeys")).to_be_visible()
        picture(page, "list")

        page.get_by_role("button", name="Sign out", exact=True).click()
        page.goto(f"http://localhost:{port}/help-lines")
        picture(page, "sign-in")
        page.get_by_role("button", name="Sign in with a passkey").click()
        expect(page).to_have_url(f"http://localhost:{port}/help-lines")
        assert complaints == []

        plain = browser.new_context(viewport=PHONE, java_script_enabled=False).new_page()
        plain.goto(f"http://localhost:{port}/accounts/login/")
        expect(plain.get_by_role("button", name="passkey")).to_have_count(0)
        expect(plain.get_by_label("Password")).to_be_visible()
        picture(plain, "sign-in-without-scripts")


def come_in(page: Page, link: str) -> None:
    page.goto(link)
    page.get_by_label("Your name for signing in").fill("anna")
    page.get_by_label("A password", exact=True).fill("three quiet words")
    page.get_by_label("The same password once more").fill("three quiet words")
    page.get_by_role("button", name="Sign me in").click()
    expect(page.get_by_role("heading", name="How you sign in")).to_be_visible()
