"""The page on which a person gives a word for a number, and the note of it on the first page."""

import html
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from pullcord.jobs.desk import Desk, put
from pullcord.places.confirmed import wanted
from pullcord.places.lines import CONFIRMED, directory
from pullcord.places.select import lines_for
from pullcord.store.models import User
from tests.desk import Clock
from tests.pages import signed_in, text_of
from tests.test_confirm import row, table
from tests.test_web_people import join

TODAY = date(2027, 1, 15)
PAGE = "/help-lines?country=XX"


@pytest.fixture
def places(desk: Desk) -> Path:
    return table(Path(desk.config.path("places")), row(0, url="https://example.org/?a=1&b=2"), row(1, kind="police"))


@pytest.fixture
def client(owner: User, places: Path) -> Client:
    return signed_in(owner)


def forms(client: Client, act: str, page: str = PAGE) -> list[dict[str, Any]]:
    """What each button of the page would post."""
    text = client.get(page).content.decode()
    found = []
    for form in re.findall(rf'action="/help-lines/{act}">(.*?)</form>', text, re.DOTALL):
        told: dict[str, Any] = {}
        for name, value in re.findall(r'type="hidden" name="(\w+)" value="(.*?)"', form):
            told.setdefault(name, []).append(html.unescape(value))
        found.append(told)
    return found


def press(client: Client, act: str, told: dict[str, Any]) -> str:
    answer = client.post(f"/help-lines/{act}", told, follow=True)
    assert answer.redirect_chain == [(f"/help-lines?country={told['country'][0]}", 302)]
    return text_of(answer)


def shown(places: Path) -> list[str]:
    return [line.id for line in lines_for(directory(places, today=TODAY), "XX", None, today=TODAY) if line.phone]


def test_each_line_stands_there_with_every_number_its_page_and_its_source(client: Client):
    page = text_of(client.get(PAGE))
    for said in (
        "Line 0",
        "0800 111 222",
        "0800 333 444",
        "SHOUT to 85258",
        "https://example.org/?a=1&amp;b=2",
        "https://example.com/list last seen 2020",
        "Call the number, or read it on its own page",
        "Its number is not shown.",
    ):
        assert said in page, said
    assert 'href="tel:0800111222"' in client.get(PAGE).content.decode()
    assert len(forms(client, "confirm")) == 2


@pytest.mark.parametrize("number", ["112", "999", "1-1-2"])
def test_nobody_is_told_to_call_an_emergency_number_for_a_check(client: Client, places: Path, number: str):
    warning = "Do not call this number to check it"
    assert warning not in text_of(client.get(PAGE))
    table(places, row(0, kind="police", phone=number))
    page = client.get(PAGE)
    assert warning in text_of(page)
    assert "tel:" not in page.content.decode().split("<dl>")[1]


def test_one_press_puts_the_persons_name_and_the_day_beside_the_number(client: Client, places: Path):
    told = forms(client, "confirm")[0]
    assert "0800 111 222 is confirmed by you until 15 January 2028." in press(client, "confirm", told)
    assert shown(places) == ["xx-line-0"]
    assert 'by = "Anna Owner"\non = 2027-01-15\n' in (places / CONFIRMED).read_text()
    page = text_of(client.get(PAGE))
    assert "Confirmed by Anna Owner on 15 January 2027. It counts until 15 January 2028." in page
    assert len(forms(client, "confirm")) == 1


def test_a_press_for_a_number_that_changed_meanwhile_is_refused_and_the_new_one_shown(client: Client, places: Path):
    told = forms(client, "confirm")[0]
    table(places, row(0, phone="0800 111 999"))
    page = press(client, "confirm", told)
    assert "The number of Line 0 is not the one that you were shown. Look at it again. Nothing was changed." in page
    assert "0800 111 999" in page
    assert not (places / CONFIRMED).exists()


def test_a_word_is_taken_back_with_one_press_by_anybody_beside(desk: Desk, client: Client, places: Path, owner: User):
    press(client, "confirm", forms(client, "confirm")[0])
    second = signed_in(join(desk, owner, "host", "hanna"))
    assert "It is taken back." in press(second, "take-back", forms(second, "take-back")[0])
    assert not shown(places)
    assert len(forms(client, "confirm")) == 2


def test_looking_changes_nothing_and_neither_does_a_get_of_a_press(client: Client, places: Path):
    before = sorted(places.iterdir())
    for path in ("/help-lines", PAGE, "/help-lines?country=%00", "/help-lines?country=<script>"):
        assert client.get(path).status_code == client.head(path).status_code == 200
    assert client.get("/help-lines/confirm").status_code == client.get("/help-lines/take-back").status_code == 405
    assert sorted(places.iterdir()) == before


@pytest.mark.parametrize("act", ["confirm", "take-back"])
@pytest.mark.parametrize(
    "told",
    [
        {},
        {"id": "xx-line-0"},
        {"id": "\x00", "number": "\x00", "on": "\x00"},
        {"id": "xx-line-0", "number": ["0800 111 222"] * 900, "on": "2027-99-99", "by": "x" * 10_000},
        {"id": '"]', "number": "0800 111 222\n[[confirmed]]", "on": "9999-12-31", "by": "Anna Owner"},
    ],
)
def test_a_press_that_no_page_made_is_refused_in_words(client: Client, places: Path, act: str, told: dict[str, Any]):
    answer = client.post(f"/help-lines/{act}", {"country": "//evil.example", **told}, follow=True)
    assert answer.redirect_chain == [("/help-lines?country=%2F%2Fevil.example", 302)]
    assert "Nothing was changed." in text_of(answer)
    assert not (places / CONFIRMED).exists()


def test_words_of_a_table_and_of_a_hand_are_shown_as_words(client: Client, places: Path):
    table(places, row(0, name="<script>alert(1)</script>", know="<img src=x>"), row(1, phone="#06"))
    (places / CONFIRMED).write_text(
        '[[confirmed]]\nid = "<b>"\nnumber = "<i>"\nby = "<script>2</script>"\non = 2026-01-01\n\n'
        '[[confirmed]]\nid = "xx-line-0"\nnumber = "<u>1"\nby = "<script>3</script>"\non = 2026-01-01\n'
    )
    page = client.get(PAGE).content.decode()
    assert "&lt;script&gt;alert(1)" in page
    assert "&lt;script&gt;2" in page
    assert "&lt;script&gt;3" in page
    assert not re.search(r"<script>|<img|<b>|<i>|<u>", page)
    assert 'href="tel:#' not in page
    forms_there = forms(client, "take-back")
    assert len(forms_there) == 2
    for told in forms_there:
        assert "It is taken back." in press(client, "take-back", told)


def test_a_spoilt_file_is_named_and_no_press_is_offered_until_it_is_mended(client: Client, places: Path):
    told = forms(client, "confirm")[0]
    (places / CONFIRMED).write_text("by hand, in haste")
    page = text_of(client.get(PAGE))
    assert "confirmed.toml was not taken: it is not written as TOML" in page
    assert "Until that file is mended, nothing can be confirmed here." in page
    assert not forms(client, "confirm")
    assert "confirmed.toml was not touched" in press(client, "confirm", told)
    assert (places / CONFIRMED).read_text() == "by hand, in haste"


def test_a_spoilt_table_is_named_and_the_rest_goes_on(client: Client, places: Path):
    (places / "YY.toml").write_text("not TOML")
    assert "YY.toml was not taken" in text_of(client.get(PAGE))
    assert len(forms(client, "confirm")) == 2


# The country.


def at_home(desk: Desk, country: str) -> None:
    put(desk._replace(config=desk.config._replace(country=country)))


def test_the_operators_own_country_comes_first_and_any_other_can_be_chosen(desk: Desk, client: Client):
    assert "To be checked" not in text_of(client.get("/help-lines"))
    at_home(desk, "XX")
    page = client.get("/help-lines").content.decode()
    assert "To be checked: Example" in page
    assert re.findall(r'<option value="(\w\w)"', page)[:2] == ["XX", "ZZ"]
    assert re.findall(r'<option value="(\w\w)" selected', page) == ["XX"]
    assert "To be checked: Poland" in text_of(client.get("/help-lines?country=pl"))


def test_every_shipped_line_that_wants_a_word_has_its_press(client: Client):
    known = directory(None, today=TODAY)
    for code in known.countries:
        asked = wanted(known, code, today=TODAY)
        assert [told["id"] for told in forms(client, "confirm", f"/help-lines?country={code}")] == [
            [one.line.id] for one in asked
        ]


def test_the_first_page_says_so_where_something_at_home_wants_checking(desk: Desk, client: Client, places: Path):
    assert "Check the help lines" in text_of(client.get("/"))
    assert "checking" not in text_of(client.get("/"))
    at_home(desk, "XX")
    assert "! 2 help lines of your country want checking." in text_of(client.get("/"))
    press(client, "confirm", forms(client, "confirm")[0])
    assert "! 1 help line of your country wants checking." in text_of(client.get("/"))
    press(client, "confirm", forms(client, "confirm")[0])
    assert "checking" not in text_of(client.get("/"))
    at_home(desk, "IS")
    assert client.get("/").status_code == client.get("/help-lines").status_code == 200


def test_sixty_days_before_the_year_is_over_it_asks_again(client: Client, owner: User, clock: Clock):
    press(client, "confirm", forms(client, "confirm")[0])
    clock.now += 306 * 24 * 60 * 60
    client.force_login(owner)
    assert "Its number is shown until 15 January 2028, and not after that." in text_of(client.get(PAGE))
    clock.now += 60 * 24 * 60 * 60
    client.force_login(owner)
    page = text_of(client.get(PAGE))
    assert "Anna Owner confirmed it on 15 January 2027; that was more than a year ago." in page
    assert "It counts no more: its year was over on 15 January 2028." in page


def test_the_operators_other_files_that_were_not_taken_are_named_too(client: Client, places: Path):
    assert "A file was not taken" not in text_of(client.get(PAGE))
    (places / "advice.toml").write_text("night = 1")
    (places / "bridges.toml").write_text("pin = 1")
    page = text_of(client.get(PAGE))
    assert "advice.toml was not taken" in page
    assert "bridges.toml was not taken" in page
    assert len(forms(client, "confirm")) == 2


def test_who_confirmed_a_number_is_told_to_their_own_organisation_alone(
    client: Client, owner: User, other: User, places: Path
):
    (told, *_) = forms(client, "confirm")
    press(client, "confirm", told)
    theirs = signed_in(other)
    assert f"Confirmed by {owner.shown_name}" in text_of(client.get(PAGE))
    assert owner.shown_name not in theirs.get(PAGE).content.decode()
    assert "Confirmed by somebody else on this server" in text_of(theirs.get(PAGE))
    (mine,) = forms(client, "take-back")
    assert not forms(theirs, "take-back")
    assert "Nothing was changed" in press(theirs, "take-back", mine)
    assert shown(places)
