"""Somebody with a phone, at the guide: from its files alone, or from any web server."""

import functools
import http.server
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request

from pullcord.cli import main
from tests.conftest import find
from tests.e2e.practice_room import PHONE
from tests.e2e.practice_room import browser as real_browser

PICTURES = os.environ.get("PULLCORD_TEST_PICTURES")
ZONE = "Europe/Berlin"
# A page from a file has no service worker, and no cache that it may ask for.
STORED = """async () => {
  const isFile = location.protocol === "file:";
  const workers = isFile ? [] : await navigator.serviceWorker.getRegistrations();
  const copies = isFile ? [] : await caches.keys();
  const bases = await indexedDB.databases();
  return [localStorage.length, sessionStorage.length, document.cookie, copies.length, bases.length, workers.length];
}"""
NOTHING_STORED = [0, 0, "", 0, 0, 0]


@pytest.fixture(scope="module")
def guide(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("guide") / "site"
    assert main(["guide", "--site", str(made), "--data", str(made.parent / "none")]) == 0
    return made


@pytest.fixture(scope="module")
def phones() -> Iterator[Browser]:
    with real_browser(find("chromium")) as opened:
        yield opened


class Reader:
    """Somebody with a phone. Notes what the pages complain of, and everything that they ask for."""

    def __init__(self, browser: Browser, **options: Any) -> None:
        self.context: BrowserContext = browser.new_context(viewport=PHONE, timezone_id=ZONE, **options)
        self.page: Page = self.context.new_page()
        self.complaints: list[str] = []
        self.asked: list[str] = []
        self.context.on("request", self._note)
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _hear(self, line: ConsoleMessage) -> None:
        if line.type in ("error", "warning"):
            self.complaints.append(line.text)

    def _note(self, request: Request) -> None:
        self.asked.append(request.url)


@contextmanager
def reader(browser: Browser, **options: Any) -> Iterator[Reader]:
    now = Reader(browser, **options)
    try:
        yield now
    finally:
        now.context.close()


def picture(page: Page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"guide-{name.replace('/', '-')}.png", full_page=True)


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The files on any web server: here the simplest there is, on loopback."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


def enter(page: Page, told: dict[str, str | list[str]]) -> None:
    """What a person does with the form, field by field."""
    for name, value in told.items():
        field = page.locator(f"#{name}")
        if isinstance(value, list):
            for one in value:
                field.locator(f"input[value='{one}']").check()
        elif value == "tick":
            field.check()
        elif field.evaluate("(field) => field.localName") == "select":
            field.select_option(value)
        elif value and field.get_attribute("type") != "checkbox":
            field.fill(value)


def made(page: Page, name: str) -> str:
    return str(page.locator(f"#{name}").evaluate("(text) => text.textContent"))
