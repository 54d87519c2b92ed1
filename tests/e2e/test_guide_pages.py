"""The guide as people meet it: from the files alone, on a phone, with and without scripts, and without a network."""

import functools
import http.server
import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect

from pullcord.cli import main
from pullcord.core import texts
from pullcord.core.saying import in_english
from pullcord.core.texts import Adjourned, Told
from pullcord.guide import helping
from pullcord.guide.languages import saying
from pullcord.guide.site import EXIT, PAGES
from pullcord.places.lines import shipped
from tests.conftest import Need
from tests.e2e.practice_room import PHONE
from tests.e2e.practice_room import browser as real_browser
from tests.guide_site import TODAY

pytestmark = [pytest.mark.servers, pytest.mark.timeout(240)]

DOORS = ("now", "us", "there", "child", "ready")
LOOKED_AT = [*PAGES, "platform/zoom", "platform/skype", "platform/phone_bridge", "help/GB", "help/DE"]
PICTURES = os.environ.get("PULLCORD_TEST_PICTURES")
AXE = (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")
# A page from a file has no service worker, and no cache that it may ask for.
STORED = """async () => {
  const isFile = location.protocol === "file:";
  const workers = isFile ? [] : await navigator.serviceWorker.getRegistrations();
  const copies = isFile ? [] : await caches.keys();
  const bases = await indexedDB.databases();
  return [localStorage.length, sessionStorage.length, document.cookie, copies.length, bases.length, workers.length];
}"""
NOTHING_STORED = [0, 0, "", 0, 0, 0]
ZONE = "Europe/Berlin"
EVENING = datetime(2026, 11, 24, 19, 42, tzinfo=timezone(timedelta(hours=1)))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("guide") / "site"
    assert main(["guide", "--site", str(made), "--data", str(made.parent / "none")]) == 0
    return made


@pytest.fixture(scope="module")
def browser(need: Need) -> Iterator[Browser]:
    with real_browser(need("chromium")) as opened:
        yield opened


class Reader:
    """Somebody with a phone. Notes what the pages complain of, and everything that they ask for."""

    def __init__(self, browser: Browser, **options: Any) -> None:
        self.context: BrowserContext = browser.new_context(viewport=PHONE, timezone_id=ZONE, **options)
        self.page: Page = self.context.new_page()
        self.complaints: list[str] = []
        self.asked: list[str] = []
        self.context.on("request", self._note)
        self.page.on("console", lambda line: line.type in ("error", "warning") and self.complaints.append(line.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

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


# Each door.


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
@pytest.mark.parametrize("language", ["en", "ar"])
def test_each_door_opens_from_the_files_alone_and_asks_nobody_else(
    browser: Browser, folder: Path, language: str, scripts: bool
):
    with reader(browser, java_script_enabled=scripts) as now:
        for door in DOORS:
            now.page.goto((folder / language / "index.html").as_uri())
            now.page.locator(f"a.door[href='{door}.html']").click()
            expect(now.page.locator("h1")).to_be_visible()
            assert now.page.url.endswith(f"/{language}/{door}.html")
            wide = now.page.locator("html").bounding_box()
            assert wide is not None
            assert wide["width"] == PHONE["width"]
            picture(now.page, f"{language}-{door}{'' if scripts else '-plain'}")
            if scripts:
                assert now.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
                assert now.page.evaluate(STORED) == NOTHING_STORED
        assert now.context.cookies() == []
        assert all(url.startswith(folder.as_uri()) for url in now.asked), now.asked
        assert not now.complaints


def test_the_way_from_the_door_to_the_button_is_two_presses(browser: Browser, folder: Path):
    with reader(browser) as now:
        now.page.goto((folder / "index.html").as_uri())
        now.page.get_by_role("link", name="It is happening now").click()
        now.page.get_by_role("link", name="Zoom Meetings").click()
        step = now.page.get_by_text("Tap 'End meeting for all'").first
        expect(step).to_be_visible()
        expect(now.page.locator("h1")).to_contain_text("Zoom")


def test_a_page_in_arabic_is_read_from_right_to_left_and_its_english_from_left_to_right(browser: Browser, folder: Path):
    with reader(browser) as now:
        now.page.goto((folder / "ar" / "us.html").as_uri())
        directions = "(where) => getComputedStyle(document.querySelector(where)).direction"
        assert now.page.evaluate(directions, "h1") == "rtl"
        assert now.page.evaluate(directions, "h1 .en") == "ltr"


def test_no_page_is_wider_than_a_phone(browser: Browser, folder: Path):
    with reader(browser) as now:
        wide = []
        for path in sorted(folder.rglob("*.html")):
            if path.parts[-2] in ("en", "de", "ar") or path.parts[-3] == "en":
                now.page.goto(path.as_uri())
                if now.page.evaluate("document.documentElement.scrollWidth") > PHONE["width"]:
                    wide.append(str(path.relative_to(folder)))
        assert not wide


# For everyone.


@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("en", "dark"), ("ar", "light"), ("de", "dark")])
def test_axe_finds_nothing(browser: Browser, folder: Path, language: str, scheme: Any):
    with reader(browser, color_scheme=scheme, reduced_motion="reduce") as now:
        found = {}
        for name in LOOKED_AT:
            now.page.goto((folder / language / f"{name}.html").as_uri())
            picture(now.page, f"{language}-{name}-{scheme}")
            now.page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
            now.page.evaluate(AXE)
            told = now.page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
            if told["violations"]:
                found[name] = [
                    (one["id"], [node["html"][:200] for node in one["nodes"][:3]]) for one in told["violations"]
                ]
        assert not found, json.dumps(found, indent=1)


def test_axe_finds_what_is_planted(browser: Browser, folder: Path):
    with reader(browser) as now:
        now.page.goto((folder / "en" / "us.html").as_uri())
        now.page.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<button></button>')")
        now.page.evaluate(AXE)
        told = now.page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
        assert [one["id"] for one in told["violations"]] == ["button-name"]


def test_whoever_uses_the_keyboard_sees_where_they_are_and_gets_past_the_top(browser: Browser, folder: Path):
    with reader(browser) as now:
        now.page.goto((folder / "en" / "index.html").as_uri())
        now.page.keyboard.press("Tab")
        focused = now.page.locator(":focus")
        expect(focused).to_have_text("Go to the content")
        assert now.page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


# Leaving.


@contextmanager
def elsewhere(now: Reader) -> Iterator[None]:
    """The page that the quick exit leads to, without a network."""
    now.context.route(f"{EXIT}**", lambda route: route.fulfill(body="<h1>Elsewhere</h1>", content_type="text/html"))
    yield
    expect(now.page.locator("h1")).to_have_text("Elsewhere")


def test_one_press_leaves_and_back_does_not_come_back(browser: Browser, folder: Path):
    with reader(browser) as now:
        now.page.goto("about:blank")
        now.page.goto((folder / "en" / "there.html").as_uri())
        now.page.mouse.wheel(0, 2000)
        leave = now.page.get_by_role("link", name="Leave this page")
        expect(leave).to_be_in_viewport()
        with elsewhere(now):
            leave.click()
        now.page.go_back()
        assert now.page.url == "about:blank"


def test_shift_three_times_leaves_too_and_twice_does_not(browser: Browser, folder: Path):
    with reader(browser) as now:
        now.page.goto((folder / "en" / "there.html").as_uri())
        for key in ("Shift", "Shift", "a", "Shift"):
            now.page.keyboard.press(key)
        assert now.page.url.startswith("file:")
        with elsewhere(now):
            for _ in range(3):
                now.page.keyboard.press("Shift")
            now.page.wait_for_url(EXIT)


def test_without_scripts_one_press_leaves_as_well(browser: Browser, folder: Path):
    with reader(browser, java_script_enabled=False) as now:
        now.page.goto((folder / "en" / "there.html").as_uri())
        with elsewhere(now):
            now.page.get_by_role("link", name="Leave this page").click()


# The texts made on the spot.

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
    return page.locator(f"#{name}").evaluate("(text) => text.textContent")


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
    browser: Browser, folder: Path, language: str, entered: Any, told: Told, sender: str
):
    with reader(browser) as now:
        now.page.goto((folder / language / "texts.html").as_uri())
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


def test_the_page_makes_the_same_notice_as_the_terminal(browser: Browser, folder: Path):
    entered = {"body": "Example Parish Council", "day": "24 November", "time": "19:50", "page": "example.org/meet"}
    with reader(browser) as now:
        now.page.goto((folder / "en" / "notice.html").as_uri())
        enter(now.page, {**entered, "country": "GB-SCT"})
        assert made(now.page, "notice") == texts.notice_text(Adjourned(**entered), in_scotland(in_english))


def test_what_somebody_enters_is_neither_sent_nor_kept(browser: Browser, folder: Path):
    with reader(browser) as now:
        now.page.goto((folder / "en" / "texts.html").as_uri())
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
        now.page.goto((folder / "en" / "us.html").as_uri())
        now.page.go_back()
        assert now.page.locator("#name").input_value() == ""
        assert "Ann Example" not in made(now.page, "police")


def test_without_scripts_there_is_a_form_to_print(browser: Browser, folder: Path):
    with reader(browser, java_script_enabled=False) as now:
        now.page.goto((folder / "en" / "texts.html").as_uri())
        expect(now.page.locator("form")).to_be_hidden()
        expect(now.page.get_by_text("Print this page, or copy the texts.")).to_be_visible()
        expect(now.page.locator("#police")).to_contain_text("Is anyone in danger now? ______________________")
        assert now.page.get_by_role("button").count() == 0
        now.page.emulate_media(media="print")
        expect(now.page.locator("#message")).to_be_visible()
        expect(now.page.locator("#leave")).to_be_hidden()


def test_one_press_copies_a_text(browser: Browser, folder: Path):
    with reader(browser, permissions=["clipboard-read", "clipboard-write"]) as now, served(folder) as address:
        now.page.goto(f"{address}/en/texts.html")
        now.page.locator("#platform").fill("Zoom")
        button = now.page.locator("[data-copies=police]")
        button.click()
        expect(button).to_have_text("Copied.")
        assert now.page.evaluate("navigator.clipboard.readText()") == made(now.page, "police")


def test_one_text_alone_goes_on_the_paper(browser: Browser, folder: Path):
    with reader(browser) as now:
        now.page.goto((folder / "en" / "texts.html").as_uri())
        now.page.evaluate("window.print = () => {}")
        now.page.locator("[data-prints=message]").click()
        now.page.emulate_media(media="print")
        expect(now.page.locator("#message")).to_be_visible()
        expect(now.page.locator("#police")).to_be_hidden()
        now.page.evaluate("dispatchEvent(new Event('afterprint'))")
        expect(now.page.locator("#police")).to_be_visible()


# Without a network.


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


def test_a_copy_is_kept_only_when_asked_for_holds_our_pages_and_goes_when_told(browser: Browser, folder: Path):
    with reader(browser) as now:
        with served(folder) as address:
            now.page.goto(f"{address}/en/about.html")
            expect(now.page.locator("#kept")).to_have_text("No copy is on this device.")
            assert now.page.evaluate(STORED) == NOTHING_STORED
            now.page.get_by_role("button", name="Keep a copy").click()
            expect(now.page.locator("#kept")).to_have_text("A copy is on this device.", timeout=30_000)
            kept = now.page.evaluate(
                """async () => (await Promise.all((await caches.keys()).map(async (name) =>
                     (await (await caches.open(name)).keys()).map((one) => one.url)))).flat()"""
            )
            own = {
                path
                for path in folder.rglob("*")
                if path.is_file() and path.parts[len(folder.parts)] in ("en", "assets")
            }
            assert {url.removeprefix(address) for url in kept} == {
                f"/{path.relative_to(folder)}" for path in own if path.name != "offline.js"
            }
        for name in ("now", "platform/zoom", "help/GB", "texts"):
            now.page.goto(f"{address}/en/{name}.html")
            expect(now.page.locator("h1")).to_be_visible()
        now.page.locator("#platform").fill("Zoom")
        assert "Platform: Zoom" in made(now.page, "police")
        now.page.goto(f"{address}/en/about.html")
        now.page.get_by_role("button", name="Take the copy away").click()
        expect(now.page.locator("#kept")).to_have_text("No copy is on this device.")
        assert now.page.evaluate(STORED) == NOTHING_STORED


def test_where_there_is_a_network_the_newer_page_is_shown(browser: Browser, folder: Path, tmp_path: Path):
    own = tmp_path / "site"
    assert main(["guide", "--site", str(own), "--data", str(tmp_path / "none")]) == 0
    with reader(browser) as now, served(own) as address:
        now.page.goto(f"{address}/en/about.html")
        now.page.get_by_role("button", name="Keep a copy").click()
        expect(now.page.locator("#kept")).to_have_text("A copy is on this device.", timeout=30_000)
        page = own / "en" / "help" / "GB.html"
        page.write_text(page.read_text("utf-8").replace("United Kingdom", "United Kingdom, newer"), "utf-8")
        now.page.goto(f"{address}/en/help/GB.html")
        expect(now.page.locator("h1")).to_have_text("United Kingdom, newer")
