"""The guide as people meet it: from the files alone, on a phone, with and without scripts, and without a network."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from pullcord.cli import main
from pullcord.guide.site import EXIT, PAGES
from tests.e2e.guide_reader import NOTHING_STORED, STORED, Reader, made, picture, reader, served
from tests.e2e.practice_room import PHONE

pytestmark = [pytest.mark.servers, pytest.mark.timeout(240)]

DOORS = ("now", "us", "there", "child", "ready")
LOOKED_AT = [*PAGES, "platform/zoom", "platform/skype", "platform/phone_bridge", "help/GB", "help/DE"]
AXE = (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")


# Each door.


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
@pytest.mark.parametrize("language", ["en", "ar"])
def test_each_door_opens_from_the_files_alone_and_asks_nobody_else(
    phones: Browser, guide: Path, language: str, scripts: bool
):
    with reader(phones, java_script_enabled=scripts) as now:
        for door in DOORS:
            now.page.goto((guide / language / "index.html").as_uri())
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
        assert all(url.startswith(guide.as_uri()) for url in now.asked), now.asked
        assert not now.complaints


def test_the_way_from_the_door_to_the_button_is_two_presses(phones: Browser, guide: Path):
    with reader(phones) as now:
        now.page.goto((guide / "index.html").as_uri())
        now.page.get_by_role("link", name="It is happening now").click()
        now.page.get_by_role("link", name="Zoom").click()
        step = now.page.get_by_text("Tap 'End meeting for all'").first
        expect(step).to_be_visible()
        expect(now.page.locator("h1")).to_contain_text("Zoom")


def test_a_page_in_arabic_is_read_from_right_to_left_and_its_english_from_left_to_right(phones: Browser, guide: Path):
    with reader(phones) as now:
        now.page.goto((guide / "ar" / "us.html").as_uri())
        directions = "(where) => getComputedStyle(document.querySelector(where)).direction"
        assert now.page.evaluate(directions, "h1") == "rtl"
        assert now.page.evaluate(directions, "h1 .en") == "ltr"


def test_no_page_is_wider_than_a_phone(phones: Browser, guide: Path):
    with reader(phones) as now:
        wide = []
        for path in sorted(guide.rglob("*.html")):
            if path.parts[-2] in ("en", "de", "ar") or path.parts[-3] == "en":
                now.page.goto(path.as_uri())
                if now.page.evaluate("document.documentElement.scrollWidth") > PHONE["width"]:
                    wide.append(str(path.relative_to(guide)))
        assert not wide


# For everyone.


@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("en", "dark"), ("ar", "light"), ("de", "dark")])
def test_axe_finds_nothing(phones: Browser, guide: Path, language: str, scheme: Any):
    with reader(phones, color_scheme=scheme, reduced_motion="reduce") as now:
        found = {}
        for name in LOOKED_AT:
            now.page.goto((guide / language / f"{name}.html").as_uri())
            picture(now.page, f"{language}-{name}-{scheme}")
            now.page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
            now.page.evaluate(AXE)
            told = now.page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
            if told["violations"]:
                found[name] = [
                    (one["id"], [node["html"][:200] for node in one["nodes"][:3]]) for one in told["violations"]
                ]
        assert not found, json.dumps(found, indent=1)


def test_axe_finds_what_is_planted(phones: Browser, guide: Path):
    with reader(phones) as now:
        now.page.goto((guide / "en" / "us.html").as_uri())
        now.page.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<button></button>')")
        now.page.evaluate(AXE)
        told = now.page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
        assert [one["id"] for one in told["violations"]] == ["button-name"]


def test_whoever_uses_the_keyboard_sees_where_they_are_and_gets_past_the_top(phones: Browser, guide: Path):
    with reader(phones) as now:
        now.page.goto((guide / "en" / "index.html").as_uri())
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


def test_one_press_leaves_and_back_does_not_come_back(phones: Browser, guide: Path):
    with reader(phones) as now:
        now.page.goto("about:blank")
        now.page.goto((guide / "en" / "there.html").as_uri())
        now.page.mouse.wheel(0, 2000)
        leave = now.page.get_by_role("link", name="Leave this page")
        expect(leave).to_be_in_viewport()
        with elsewhere(now):
            leave.click()
        now.page.go_back()
        assert now.page.url == "about:blank"


def test_shift_three_times_leaves_too_and_twice_does_not(phones: Browser, guide: Path):
    with reader(phones) as now:
        now.page.goto((guide / "en" / "there.html").as_uri())
        for key in ("Shift", "Shift", "a", "Shift"):
            now.page.keyboard.press(key)
        assert now.page.url.startswith("file:")
        with elsewhere(now):
            for _ in range(3):
                now.page.keyboard.press("Shift")
            now.page.wait_for_url(EXIT)


def test_without_scripts_one_press_leaves_as_well(phones: Browser, guide: Path):
    with reader(phones, java_script_enabled=False) as now:
        now.page.goto((guide / "en" / "there.html").as_uri())
        with elsewhere(now):
            now.page.get_by_role("link", name="Leave this page").click()


# Without a network.


def test_a_copy_is_kept_only_when_asked_for_holds_our_pages_and_goes_when_told(phones: Browser, guide: Path):
    with reader(phones) as now:
        with served(guide) as address:
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
                path for path in guide.rglob("*") if path.is_file() and path.parts[len(guide.parts)] in ("en", "assets")
            }
            assert {url.removeprefix(address) for url in kept} == {
                f"/{path.relative_to(guide)}" for path in own if path.name != "offline.js"
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


def test_where_there_is_a_network_the_newer_page_is_shown(phones: Browser, guide: Path, tmp_path: Path):
    own = tmp_path / "site"
    assert main(["guide", "--site", str(own), "--data", str(tmp_path / "none")]) == 0
    with reader(phones) as now, served(own) as address:
        now.page.goto(f"{address}/en/about.html")
        now.page.get_by_role("button", name="Keep a copy").click()
        expect(now.page.locator("#kept")).to_have_text("A copy is on this device.", timeout=30_000)
        page = own / "en" / "help" / "GB.html"
        page.write_text(page.read_text("utf-8").replace("United Kingdom", "United Kingdom, newer"), "utf-8")
        now.page.goto(f"{address}/en/help/GB.html")
        expect(now.page.locator("h1")).to_have_text("United Kingdom, newer")


def test_a_phone_may_install_it(phones: Browser, guide: Path):
    with reader(phones) as now, served(guide) as address:
        now.page.goto(f"{address}/en/about.html")
        told = now.context.new_cdp_session(now.page).send("Page.getInstallabilityErrors")
        why_not = [one["errorId"] for one in told["installabilityErrors"]]
        assert why_not in ([], ["in-incognito"]), "every window of this test is one that keeps nothing"
        manifest = now.context.new_cdp_session(now.page).send("Page.getAppManifest")
        assert not manifest["errors"]
        assert manifest["url"] == f"{address}/en/manifest.webmanifest"
