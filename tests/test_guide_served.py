"""The guide at /guide: there for anyone, whatever else of the server is broken, and always of today."""

import logging
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from pullcord.guide.served import KINDS, Shelf, app
from tests.doors import Door, door
from tests.guide_site import TODAY, Read, files

CONFIRMED = '[[confirmed]]\nid = "gb-childline"\nnumber = "0800 1111"\nby = "Ann Example"\non = 2026-11-24\n'


@pytest.fixture
def places(tmp_path: Path) -> Path:
    folder = tmp_path / "places"
    folder.mkdir()
    return folder


@pytest.fixture
def now(tmp_path: Path, places: Path) -> Iterator[Door]:
    """A server of which nothing works but the fast door."""
    with door(tmp_path, trouble="The disk is gone.", guide=app(places)) as opened:
        yield opened


def test_it_is_there_in_stop_only_mode_without_cookie_and_with_its_policy(now: Door):
    answer = now.ask("GET", "/guide/")
    assert answer.status == 200
    assert "Did something terrible happen" in Read(answer.text.encode()).text
    assert "set-cookie" not in answer.headers
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert (answer.headers["referrer-policy"], answer.headers["cache-control"]) == ("no-referrer", "no-cache")


def test_the_short_address_leads_to_it(now: Door):
    answer = now.ask("GET", "/guide")
    assert (answer.status, answer.headers["location"]) == (308, "/guide/")


@pytest.mark.parametrize(
    "path", ["en/us.html", "ar/platform/zoom.html", "de/help/GB-SCT.html", "en/", "assets/texts.js"]
)
def test_every_page_is_served_as_what_it_is(now: Door, path: str):
    answer = now.ask("GET", f"/guide/{path}")
    assert answer.status == 200
    assert answer.headers["content-type"].startswith(("text/html", "text/javascript"))
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_every_file_has_a_kind():
    assert {f".{path.rpartition('.')[2]}" for path in files()} <= set(KINDS)


def test_what_a_browser_has_already_is_not_sent_again(now: Door):
    first = now.ask("GET", "/guide/en/us.html")
    again = now.ask("GET", "/guide/en/us.html", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status, again.text) == (304, "")
    other = now.ask("GET", "/guide/en/us.html", headers={"If-None-Match": '"other"'})
    assert other.status == 200


@pytest.mark.parametrize(
    "path", ["none.html", "en/none.html", "xx/us.html", "en/../../etc/passwd", "assets/none.js", "%00"]
)
def test_who_asks_for_what_is_not_there_gets_to_the_doors(now: Door, path: str):
    answer = now.ask("GET", f"/guide/{path}")
    assert (answer.status, answer.headers["location"]) == (302, "/guide/")


def test_it_is_read_and_nothing_else(now: Door):
    assert now.ask("POST", "/guide/en/texts.html", body=b"name=Ann").status == 405
    assert now.ask("HEAD", "/guide/en/texts.html").text == ""


def test_another_address_of_the_server_is_not_answered(now: Door):
    assert now.ask("GET", "/guide/", host="evil.example").status == 400


def test_what_was_confirmed_a_moment_ago_is_shown(now: Door, places: Path):
    assert "confirmed by Ann Example" not in now.ask("GET", "/guide/en/help/GB.html").text
    (places / "confirmed.toml").write_text(CONFIRMED)
    assert "confirmed by Ann Example" in now.ask("GET", "/guide/en/help/GB.html").text


def test_another_day_is_another_guide(places: Path):
    days = iter([TODAY, TODAY, date(2030, 1, 1)])
    shelf = Shelf(places, today=lambda: next(days))
    first, same, other = shelf.site(), shelf.site(), shelf.site()
    assert first is same
    assert other is not first
    assert b"2030-01-01" in (other.file("en/about.html") or b"")


def test_a_bad_table_is_told_of_and_what_was_shipped_stands(places: Path, caplog: pytest.LogCaptureFixture):
    (places / "GB.toml").write_text("not TOML")
    with caplog.at_level(logging.WARNING):
        site = Shelf(places, today=lambda: TODAY).site()
    assert "GB.toml was not taken" in caplog.text
    assert site.file("en/help/GB.html") == files()["en/help/GB.html"]


def test_the_pages_of_the_fast_door_lead_there(now: Door):
    assert 'href="/guide/"' in now.ask("GET", "/").text
    over = now.ask("POST", f"/c/{now.scene.link}/stop")
    assert 'href="/guide/en/us.html"' in now.ask("GET", over.headers["location"]).text
