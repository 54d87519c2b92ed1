"""The help lines: what is shown, what is held back and why, and what no table may hold."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from pullcord.core.wording import FORBIDDEN
from pullcord.places.lines import CONFIRMED, directory, shipped
from pullcord.places.plain import help_text, in_a_message
from pullcord.places.select import (
    NO_ADDRESS,
    NOTHING_HELD,
    REMIND_DAYS,
    UNCONFIRMED,
    UNCONFIRMED_ANYWHERE,
    UNDATED_PAGE,
    YOUNG_DAYS,
    Asks,
    Shown,
    by_kind,
    lines_for,
    nations_of,
    to_confirm,
)
from pullcord.places.values import ORDER, Country, Directory, Line, digits

TODAY = date(2026, 11, 24)
EVERYTHING = Asks(link_posted=True, money=True, concern=True)
COUNTRIES = sorted(shipped().countries)


def table(*lines: Line) -> Directory:
    """A directory with one country of its own."""
    nations = {"XX-N": "North", "XX-S": "South"}
    return Directory({"XX": Country("XX", "Example", TODAY, nations, "a test", lines)})


def line(kind: str = "victim_support", **told: object) -> Line:
    row = {
        "id": f"xx-{kind.replace('_', '-')}",
        "country": "XX",
        "kind": kind,
        "name": "Example Support",
        "confidence": "A",
        "verified_on": "2026-01-01",
        "source": ("https://example.org/help",),
        "phone": "0800 111 222",
        "url": "https://example.org/",
    }
    return Line(**(row | told))  # type: ignore[arg-type]


def one(known: Line | Directory, today: date = TODAY) -> Shown:
    (shown,) = lines_for(
        known if isinstance(known, Directory) else table(known), "XX", None, today=today, asks=EVERYTHING
    )
    return shown


def put(folder: Path, *rows: str, name: str = "GB.toml", issued: str = "2026-11-24") -> None:
    head = f'country = "GB"\nname = "United Kingdom"\nissued = {issued}\nverified_by = "Ann Example"\n'
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(head + "".join(f"\n[[line]]\n{text}\n" for text in rows))


CHILDLINE = """id = "gb-childline"
kind = "child_helpline"
name = "Childline"
phone = "0800 1111"
url = "https://www.childline.org.uk/"
confidence = "A"
verified_on = "2026-11-20"
source = ["https://www.childline.org.uk/"]"""
HUB = CHILDLINE.replace("gb-childline", "gb-our-own-hub").replace('"Childline"', '"Our own hub"')


# What is shown of a line.


def test_a_number_of_the_bodys_own_page_is_shown_however_old_with_its_date_and_address():
    shown = one(line(verified_on="2014-05-26"))
    assert (shown.phone, shown.dated, shown.address) == ("0800 111 222", "last seen 2014-05-26", "https://example.org/")


def test_where_the_page_has_no_date_it_is_said():
    assert one(line(verified_on="undated")).dated == UNDATED_PAGE


@pytest.mark.parametrize(
    ("verified_on", "held_back"),
    [
        ("undated", True),
        ("2025-11-24", False),
        ("2025-11-23", True),
        ("2025-11", True),
        ("2025-12", False),
        ("2026", False),
    ],
)
def test_a_number_of_somebody_elses_page_is_held_back_when_undated_or_over_a_year_old(
    verified_on: str, held_back: bool
):
    shown = one(
        line(
            confidence="B",
            verified_on=verified_on,
            also=("1234",),
            text="5678",
            email="a@example.org",
            abroad="+99 123456789",
            relay="18001 1",
        )
    )
    ways = (shown.phone, shown.also, shown.text, shown.email, shown.abroad, shown.relay)
    assert any(ways) is not held_back
    assert shown.address == "https://example.org/"
    assert shown.withheld == (UNCONFIRMED if held_back else "")


def test_a_number_grows_old_on_the_day_and_not_before():
    seen = line(confidence="B", verified_on="2026-01-01")
    last = date(2026, 1, 1) + timedelta(days=YOUNG_DAYS)
    assert one(seen, last).phone
    assert not one(seen, last + timedelta(days=1)).phone


def test_a_clock_that_runs_behind_makes_nothing_younger():
    assert not one(line(confidence="B", verified_on="2026-11-25")).phone


def test_a_young_number_without_an_official_address_beside_it_is_held_back_too():
    shown = one(line(confidence="B", url=""))
    assert (shown.phone, shown.withheld, shown.is_of_use) == ("", NO_ADDRESS, False)


def test_where_neither_number_nor_address_may_be_shown_it_says_so():
    assert one(line(confidence="B", url="", verified_on="2019")).withheld == UNCONFIRMED_ANYWHERE


def test_where_the_official_page_itself_is_the_only_address_it_stands_beside_the_number():
    assert one(line(url="")).address == "https://example.org/help"


def test_an_emergency_number_is_never_hidden_by_age_and_says_what_it_rests_on():
    shown = one(line("emergency", confidence="libphonenumber", verified_on="2001-01-01", url=""))
    assert shown.phone
    assert "libphonenumber" in shown.dated


# Confirmed by the organisation.


def confirm(folder: Path, on: str = "2026-11-24", number: str = "0800 1111", by: str = "Ann Example") -> None:
    folder.mkdir(exist_ok=True)
    (folder / CONFIRMED).write_text(
        f'[[confirmed]]\nid = "gb-childline"\nnumber = "{number}"\nby = "{by}"\non = {on}\n'
    )


def childline(folder: Path | None, today: date = TODAY) -> Shown:
    shown = lines_for(directory(folder, today=today), "GB", "GB-ENG", today=today)
    return next(one for one in shown if one.id == "gb-childline")


def test_a_confirmed_number_is_shown_with_who_and_when(tmp_path: Path):
    assert childline(tmp_path).withheld == UNCONFIRMED
    confirm(tmp_path)
    assert childline(tmp_path).phone == "0800 1111"
    assert childline(tmp_path).dated == "confirmed by Ann Example on 2026-11-24"


def test_a_confirmation_is_of_one_number_and_not_of_the_next_one(tmp_path: Path):
    confirm(tmp_path, number="0800 1112")
    assert not childline(tmp_path).phone


def test_a_confirmation_lapses_after_a_year_and_is_asked_for_sixty_days_before(tmp_path: Path):
    confirm(tmp_path)
    over = TODAY + timedelta(days=YOUNG_DAYS + 1)
    soon, later = over - timedelta(days=REMIND_DAYS), over - timedelta(days=REMIND_DAYS + 1)
    assert not childline(tmp_path, over).phone

    def asked(today: date) -> list[str]:
        return [line.id for line in to_confirm(directory(tmp_path, today=today), "GB", today=today)]

    assert "gb-childline" in asked(soon)
    assert "gb-childline" not in asked(later)


@pytest.mark.parametrize(
    "spoilt", ["on = 2026-11-25", 'on = "2026-11-24"', "on = 2026-11-24\nmore = 1", "on = 2026-11-24T10:00:00"]
)
def test_a_bad_confirmation_is_refused_with_a_sentence(tmp_path: Path, spoilt: str):
    confirm(tmp_path)
    file = tmp_path / CONFIRMED
    file.write_text(file.read_text().replace("on = 2026-11-24", spoilt))
    known = directory(tmp_path, today=TODAY)
    assert not known.confirmed
    assert known.refused[0].startswith("confirmed.toml was not taken: ")


# Newer tables in the data folder.


def test_a_newer_row_takes_the_place_of_ours_and_a_row_of_ones_own_stands_beside(tmp_path: Path):
    put(tmp_path, CHILDLINE, HUB)
    known = directory(tmp_path, today=TODAY)
    assert not known.refused
    ids = [one.id for one in known.countries["GB"].lines]
    assert len(ids) == len(shipped().countries["GB"].lines) + 1
    assert childline(tmp_path).dated == "last seen 2026-11-20"


def test_an_upgrade_with_newer_rows_goes_before_an_older_file_but_ones_own_rows_stay(tmp_path: Path):
    put(tmp_path, CHILDLINE, HUB, issued="2025-01-01")
    known = directory(tmp_path, today=TODAY)
    assert childline(tmp_path).dated == UNDATED_PAGE
    assert "gb-our-own-hub" in [one.id for one in known.countries["GB"].lines]


def test_a_row_can_be_withdrawn_without_an_upgrade(tmp_path: Path):
    put(tmp_path, 'id = "gb-childline"\nwithdrawn = "the number changed hands"', issued="2020-01-01")
    known = directory(tmp_path, today=TODAY)
    assert not known.refused
    assert "gb-childline" not in [one.id for one in known.countries["GB"].lines]


@pytest.mark.parametrize(
    "bad",
    [
        HUB.replace("0800 1111", "0800 111"),
        HUB.replace('"A"', '"C"'),
        HUB.replace("2026-11-20", "2026-11-25"),
        HUB.replace('"https://www.childline.org.uk/"]', '"from memory"]'),
        HUB + "\nship = false",
        "this is not TOML",
        HUB.replace('id = "gb-our-own-hub"', "id = [1]"),
        HUB.replace('phone = "0800 1111"', "phone = 5"),
        HUB.replace('kind = "child_helpline"', "kind = {a = 1}"),
        "nested = " + "[" * 9000,
    ],
)
def test_a_bad_file_is_refused_whole_and_what_was_shipped_stands(tmp_path: Path, bad: str):
    put(tmp_path, CHILDLINE, bad)
    known = directory(tmp_path, today=TODAY)
    assert known.countries == shipped().countries
    assert len(known.refused) == 1
    assert known.refused[0].startswith("GB.toml was not taken: ")


def test_a_table_issued_at_an_hour_or_on_a_day_to_come_is_refused(tmp_path: Path):
    for issued in ("2026-11-24T10:00:00", "2026-11-25"):
        put(tmp_path, CHILDLINE, issued=issued)
        assert len(directory(tmp_path, today=TODAY).refused) == 1


def test_a_file_nobody_can_read_keeps_the_others_from_nothing(tmp_path: Path):
    put(tmp_path, CHILDLINE)
    (tmp_path / "ZZZ.toml").write_bytes(b"\xff\xfe")
    known = directory(tmp_path, today=TODAY)
    assert [sentence[:9] for sentence in known.refused] == ["ZZZ.toml "]
    assert childline(tmp_path).phone


def test_a_country_of_ones_own_is_rows_in_one_table(tmp_path: Path):
    text = HUB.replace("gb-", "is-")
    put(tmp_path, text, name="IS.toml")
    file = tmp_path / "IS.toml"
    file.write_text(file.read_text().replace('"GB"', '"IS"').replace("United Kingdom", "Iceland"))
    known = directory(tmp_path, today=TODAY)
    assert not known.refused
    assert [one.name for one in lines_for(known, "is", None, today=TODAY)] == ["Our own hub"]


def test_a_folder_that_is_not_there_is_an_empty_one(tmp_path: Path):
    assert directory(tmp_path / "places", today=TODAY) == shipped()


# Whom, and in which order.


def test_the_order_is_emergency_police_support_children_hotline():
    assert list(ORDER[:2]) == ["emergency", "police"]
    for country in COUNTRIES:
        kinds = [one.kind for one in lines_for(shipped(), country, None, today=TODAY, asks=EVERYTHING)]
        assert kinds == sorted(kinds, key=ORDER.index), country
    order = [kind for kind in ORDER if kind not in ("abuse_survivors", "cybercrime", "csa_concern")]
    assert order == ["emergency", "police", "victim_support", "emotional_support", "child_helpline", "csam_hotline"]


def test_a_hotline_is_shown_only_where_a_link_was_posted_and_fraud_only_where_money_was_touched():
    kinds = {one.kind for one in lines_for(shipped(), "GB", None, today=TODAY)}
    assert kinds == {"emergency", "police", "victim_support", "abuse_survivors", "emotional_support", "child_helpline"}
    assert "csam_hotline" in {
        one.kind for one in lines_for(shipped(), "GB", None, today=TODAY, asks=Asks(link_posted=True))
    }
    assert "cybercrime" in {one.kind for one in lines_for(shipped(), "GB", None, today=TODAY, asks=Asks(money=True))}


@pytest.mark.parametrize("country", COUNTRIES)
def test_whoever_worries_about_their_own_behaviour_is_never_sent_to_in_a_survivors_list(country: str):
    shown = lines_for(shipped(), country, None, today=TODAY, asks=EVERYTHING)
    concern = {digits(one.phone) for one in shown if one.kind == "csa_concern"}
    others = {digits(one.phone) for one in shown if one.kind != "csa_concern"}
    assert not concern & others
    assert "csa_concern" not in {one.kind for one in lines_for(shipped(), country, None, today=TODAY)}


def test_each_part_of_a_country_gets_its_own_lines_and_nobodys_else():
    def names(nation: str | None) -> set[str]:
        return {one.id for one in lines_for(shipped(), "GB", nation, today=TODAY)}

    assert "gb-victim-support-scotland" in names("GB-SCT")
    assert "gb-victim-support-supportline" not in names("GB-SCT")
    assert "gb-police-scotland" not in names("gb-eng")
    assert names(None) >= names("GB-SCT") | names("GB-ENG") | names("GB-NIR")
    assert list(nations_of(shipped(), "GB").values()) == ["England", "Wales", "Scotland", "Northern Ireland"]


def test_where_the_part_is_not_told_each_line_says_whom_it_serves():
    shown = {one.id: one.where for one in lines_for(shipped(), "GB", None, today=TODAY)}
    assert shown["gb-police"] == "England, Wales"
    assert shown["gb-emergency"] == ""


def test_the_police_are_the_hosts_and_the_support_is_ones_own():
    shown = lines_for(shipped(), "IE", None, today=TODAY, police_in="GB")
    police = {one.id for one in shown if one.kind == "police"}
    assert police == {"gb-police", "gb-police-scotland", "gb-police-service-of-northern-ireland"}
    assert "ie-emergency" in {one.id for one in shown}


def test_a_kind_of_which_we_hold_nothing_says_so_and_whom_to_ask():
    groups = {group.kind: group for group in by_kind(lines_for(shipped(), "CH", None, today=TODAY))}
    assert groups["emotional_support"].empty == NOTHING_HELD
    assert groups["emotional_support"].ask_at is not None
    assert groups["emotional_support"].ask_at.address.startswith("https://")


def test_of_a_country_we_do_not_hold_nothing_is_made_up():
    assert lines_for(shipped(), "XX", None, today=TODAY) == []
    hotline = lines_for(shipped(), "XX", None, today=TODAY, asks=Asks(link_posted=True))
    assert [one.id for one in hotline] == ["zz-inhope"]


# What was shipped.


@pytest.mark.parametrize("country", COUNTRIES)
def test_every_number_shown_has_its_source_its_date_and_its_address(country: str):
    for one in lines_for(shipped(), country, None, today=TODAY, asks=EVERYTHING):
        if one.phone or one.text:
            assert one.source
            assert "last seen 2" in one.dated or one.dated == UNDATED_PAGE or "libphonenumber" in one.dated
            assert one.address.startswith("http") or "libphonenumber" in one.dated, one.id


@pytest.mark.parametrize("country", COUNTRIES)
def test_what_is_printed_of_a_number_holds_its_source_and_its_date(country: str):
    groups = by_kind(lines_for(shipped(), country, None, today=TODAY, asks=EVERYTHING), asks=EVERYTHING)
    text = "\n".join(help_text(groups))
    message = "\n".join(in_a_message(groups))
    for one in (one for group in groups for one in group.shown):
        assert all(source in text for source in one.source)
        assert one.dated in text
        assert one.address in text
        if one.kind in ("emergency", "victim_support") and one.phone:
            assert one.phone in message
            assert one.dated in message


@pytest.mark.parametrize("country", COUNTRIES)
def test_nothing_that_is_held_back_is_printed_anywhere(country: str):
    groups = by_kind(lines_for(shipped(), country, None, today=TODAY, asks=EVERYTHING), asks=EVERYTHING)
    text = "\n".join([*help_text(groups), *in_a_message(groups)])
    known = shipped().countries[country].lines
    for said in (words for one in known for words in (*one.source, one.url, one.name) if words):
        text = text.replace(said, "")  # some are called by their number, and live at it
    shown = {digits(one.phone) for group in groups for one in group.shown}
    hidden = [one for one in known if one.phone and digits(one.phone) not in shown]
    assert not [one.id for one in hidden if one.phone in text]


@pytest.mark.parametrize("country", COUNTRIES)
def test_no_sentence_of_a_help_line_says_what_hurts_or_runs_on(country: str):
    for one in shipped().countries[country].lines:
        for text in (one.name, one.know, one.for_whom, one.cost, one.hours):
            assert not FORBIDDEN.search(text), text
        assert all(len(sentence.split()) <= 20 for sentence in one.know.split(". ")), one.know
