"""Going through the host's pages with a phone in the hand: what every page of such a walk has to be, and pictures of it."""

import os
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser, Page

from tests.e2e.practice_room import PHONE

PICTURES = os.environ.get("PULLCORD_TEST_PICTURES")
DEVICE: Final = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
SMALLEST_PIXELS: Final = 44
TOO_SMALL: Final = """(smallest) => [...document.querySelectorAll("button, summary, a.button, input:not([type=hidden]), select")]
  .map((one) => [one, one.getBoundingClientRect()])
  .filter(([one, box]) => box.width && Math.round(box.height) < smallest && !["checkbox", "radio"].includes(one.type))
  .map(([one, box]) => `${one.textContent.trim() || one.name}: ${box.height} px`)"""


class Walker:
    """One person with a phone of their own. `name` is what their pictures are called by."""

    def __init__(self, browser: Browser, name: str, **options: Any) -> None:
        self.page: Page = browser.new_context(viewport=PHONE, **options).new_page()
        self.page.set_default_timeout(10_000)
        self.complaints: list[str] = []
        self.seen: list[str] = []
        self.addresses: list[str] = []
        self._name = name
        self.page.on("console", lambda said: self.complaints.append(said.text))

    def with_passkeys(self) -> None:
        """As most phones of today: a finger or a face, which is always the right one."""
        device = self.page.context.new_cdp_session(self.page)
        device.send("WebAuthn.enable")
        device.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})

    def look(self, what: str) -> None:
        """At the page as it stands: nothing is cut off at the side, and nothing to press is too small for a thumb."""
        self.page.wait_for_load_state()  # whoever pressed a button is on their way to the next page
        self.addresses.append(self.page.url)
        self.seen.append(what)
        if PICTURES:
            name = f"{self._name}-{len(self.seen):02}-{what.replace(' ', '-')}.png"
            self.page.screenshot(path=Path(PICTURES) / name, full_page=True)
        wide = self.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= PHONE["width"], f"{what} scrolls sideways: {wide} px"
        small = self.page.evaluate(TOO_SMALL, SMALLEST_PIXELS)
        assert not small, f"{what}: {small}"

    def fill(self, label: str, text: str) -> None:
        self.page.get_by_label(label, exact=True).fill(text)

    def press(self, button: str) -> None:
        self.page.get_by_role("button", name=button, exact=True).click()

    def follow(self, link: str) -> None:
        self.page.get_by_role("link", name=link, exact=True).click()
