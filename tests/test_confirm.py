"""A person's word for a number: what it is written for, that nobody's is lost, and that a spoilt file is left alone."""

import multiprocessing
import os
import stat
import threading
import tomllib
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from pullcord.jobs.confirm import NotConfirmed, confirm, take_back
from pullcord.places.confirmed import HEAD, as_text, last_day, standing, wanted
from pullcord.places.lines import CONFIRMED, confirmations, directory
from pullcord.places.select import lines_for
from pullcord.places.values import Confirmed

TODAY = date(2026, 11, 24)
WAYS = ("0800 111 222", "0800 333 444", "SHOUT to 85258")
NAMES = [
    "Ann Example",
    'Ann "A" Example',
    "back\\slash \\u0041 \\",
    "O’Néill",
    "李",
    "# no comment",
    "'''",
    "[[confirmed]]",
    "a = 1",
]


def row(number: int, **told: str) -> str:
    fields = {
        "id": f"xx-line-{number}",
        "kind": "victim_support",
        "name": f"Line {number}",
        "phone": "0800 111 222",
        "url": "https://example.org/",
        "confidence": "B",
        "verified_on": "2020",
    } | told
    text = "\n".join(f'{key} = "{value}"' for key, value in fields.items())
    return (
        f'[[line]]\n{text}\nalso = ["0800 333 444"]\ntext = "SHOUT to 85258"\nsource = ["https://example.com/list"]\n'
    )


def table(folder: Path, *rows: str) -> Path:
    """`places` with one country of its own."""
    folder.mkdir(exist_ok=True)
    head = 'country = "XX"\nname = "Example"\nissued = 2020-01-01\nverified_by = "a test"\n'
    (folder / "XX.toml").write_text(head + "".join(rows))
    assert not directory(folder, today=TODAY).refused
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return table(tmp_path / "places", *map(row, range(40)))


def press(folder: Path, number: int = 0, by: str = "Ann Example", today: date = TODAY) -> Confirmed:
    return confirm(folder, f"xx-line-{number}", WAYS, by=by, today=today)


def phones(folder: Path, today: date = TODAY) -> dict[str, str]:
    shown = lines_for(directory(folder, today=today), "XX", None, today=today)
    return {line.id: line.phone for line in shown if line.phone}


def why(folder: Path, today: date = TODAY) -> str:
    asked = wanted(directory(folder, today=today), "XX", today=today)
    return next((one.why for one in asked if one.line.id == "xx-line-0"), "")


# One press.


def test_a_number_is_shown_from_the_press_on_with_who_and_when(folder: Path):
    assert not phones(folder)
    press(folder)
    assert phones(folder) == {"xx-line-0": "0800 111 222"}
    (shown, *_) = lines_for(directory(folder, today=TODAY), "XX", None, today=TODAY)
    assert shown.dated == "confirmed by Ann Example on 2026-11-24"


def test_the_file_is_whole_and_nobody_elses_to_read(tmp_path: Path):
    places = tmp_path / "places"
    with pytest.raises(NotConfirmed):
        press(places)
    assert stat.S_IMODE(places.stat().st_mode) == 0o700
    table(places, row(0))
    press(places)
    assert {stat.S_IMODE(file.stat().st_mode) for file in places.glob("confirmed*")} == {0o600}
    assert sorted(file.name for file in places.iterdir()) == ["XX.toml", "confirmed.toml", "confirmed.turn"]


@pytest.mark.parametrize("changed", [{"phone": "0800 111 223"}, {"text": "HELP to 85258"}, {"abroad": "+99 800111222"}])
def test_a_number_that_changed_while_it_was_being_checked_is_refused(folder: Path, changed: dict[str, str]):
    rows = row(0, **changed)
    if "text" in changed:
        rows = rows.replace('text = "SHOUT to 85258"\n', "")
    table(folder, rows)
    with pytest.raises(NotConfirmed, match="is not the one that you were shown"):
        press(folder)
    assert not (folder / CONFIRMED).exists()


@pytest.mark.parametrize("numbers", [(), ("",), WAYS[:1], (*WAYS, "116 006"), tuple(reversed(WAYS))])
def test_whoever_was_not_shown_every_number_confirms_none(folder: Path, numbers: tuple[str, ...]):
    with pytest.raises(NotConfirmed):
        confirm(folder, "xx-line-0", numbers, by="Ann", today=TODAY)
    assert not phones(folder)


@pytest.mark.parametrize("line_id", ["", "xx-line-99", "gb-emergency", "../../etc", "xx-line-0\n[[confirmed]]", "\x00"])
def test_what_wants_no_confirming_gets_none(folder: Path, line_id: str):
    with pytest.raises(NotConfirmed):
        confirm(folder, line_id, WAYS, by="Ann", today=TODAY)
    assert not (folder / CONFIRMED).exists()


def test_the_second_of_two_hears_who_was_first(folder: Path):
    press(folder)
    with pytest.raises(NotConfirmed, match=r"needs no confirming just now\. Ann Example did so on 2026-11-24\."):
        press(folder, by="Ben")
    assert [one.by for one in confirmations(folder, today=TODAY)] == ["Ann Example"]


@pytest.mark.parametrize("name", NAMES)
def test_any_name_comes_out_as_it_went_in(folder: Path, name: str):
    press(folder, by=name)
    press(folder, 1, by="Ben")
    assert [one.by for one in confirmations(folder, today=TODAY)] == [name, "Ben"]


def test_of_a_name_nothing_is_kept_that_cannot_be_seen(folder: Path):
    assert press(folder, by="Ann\n[[confirmed]]\x00 \u202eExample\u00a0Two\x7f").by == "Ann [[confirmed]] Example Two"
    assert not directory(folder, today=TODAY).refused
    with pytest.raises(NotConfirmed, match="no name"):
        press(folder, 1, by="\u200b\n ")


def test_an_address_of_mail_alone_can_be_confirmed_and_another_one_is_another(tmp_path: Path):
    def mail(address: str) -> Path:
        text = row(0, email=address).replace('phone = "0800 111 222"\n', "")
        return table(tmp_path / "places", text.replace('also = ["0800 333 444"]\ntext = "SHOUT to 85258"\n', ""))

    folder = mail("help1@example.org")
    confirm(folder, "xx-line-0", ("help1@example.org",), by="Ann", today=TODAY)
    assert why(folder) == ""
    assert why(mail("Help1@example.org")) == ""
    assert why(mail("help1@example.com")) == "changed"


# A year.


def test_a_word_counts_for_a_year_and_the_line_says_why_it_asks_again(folder: Path):
    assert why(folder) == "old"
    press(folder)
    until = last_day(TODAY)
    assert why(folder, until - timedelta(days=60)) == ""
    assert why(folder, until - timedelta(days=59)) == "soon"
    assert phones(folder, until)
    assert why(folder, until + timedelta(days=1)) == "lapsed"
    assert not phones(folder, until + timedelta(days=1))
    press(folder, by="Ben", today=until + timedelta(days=1))
    assert phones(folder, until + timedelta(days=1))
    assert len(confirmations(folder, today=until + timedelta(days=1))) == 2


@pytest.mark.parametrize(
    ("told", "said"),
    [({"verified_on": "2025-12-01"}, "soon"), ({"url": ""}, "no address"), ({"phone": "0800 111 223"}, "changed")],
)
def test_every_other_reason_is_said_too(folder: Path, told: dict[str, str], said: str):
    if said == "changed":
        press(folder)
    table(folder, row(0, **told).replace('url = ""\n', ""))
    assert why(folder) == said


def test_each_word_says_whether_it_still_counts(folder: Path):
    press(folder, 3, today=TODAY - timedelta(days=400))
    for number in range(3):
        press(folder, number)
    table(folder, row(0), row(1, phone="0800 111 223"), row(3))
    known = standing(directory(folder, today=TODAY), today=TODAY)
    said = {one.confirmed.line[-1]: one.state for one in known}
    assert said == {"0": "counts", "1": "changed", "2": "gone", "3": "lapsed"}


# Taken back.


def test_a_word_is_taken_back_with_the_earlier_ones_and_nobody_elses(folder: Path):
    earlier = TODAY - timedelta(days=330)
    press(folder, today=earlier, by="Ben")
    press(folder, 1, by="Ben")
    take_back(folder, press(folder), today=TODAY)
    assert phones(folder) == {"xx-line-1": "0800 111 222"}
    assert [one.line for one in confirmations(folder, today=TODAY)] == ["xx-line-1"]


def test_a_word_that_somebody_gave_anew_meanwhile_stays(folder: Path):
    shown = press(folder, today=TODAY - timedelta(days=330))
    press(folder, by="Ben")
    for stale in (shown, shown._replace(by="Eve"), Confirmed("", "", "", date.min)):
        with pytest.raises(NotConfirmed, match="Somebody else has changed this"):
            take_back(folder, stale, today=TODAY)
    assert len(confirmations(folder, today=TODAY)) == 2


def test_after_the_last_is_taken_back_the_file_can_still_be_read_and_written(folder: Path):
    take_back(folder, press(folder), today=TODAY)
    assert not directory(folder, today=TODAY).refused
    press(folder)
    assert phones(folder)


# Written by hand.


def test_rows_and_comments_of_somebodys_own_hand_are_kept(folder: Path):
    hand = '# Called by Ann.\nconfirmed = [{id = "xx-line-5", number = "0800 111 222", by = "Ann", on = 2026-11-20}]\n'
    (folder / CONFIRMED).write_text(hand)
    for number in (0, 1):
        press(folder, number)
    text = (folder / CONFIRMED).read_text()
    assert set(phones(folder)) == {"xx-line-0", "xx-line-1", "xx-line-5"}
    assert text.splitlines().count("# Called by Ann.") == 1
    assert [text.splitlines().count(line) for line in HEAD] == [1, 1]


@pytest.mark.parametrize(
    "spoilt",
    [
        b"not TOML",
        b"\xff\xfe",
        b'[[confirmed]]\nid = "xx-line-5"\n',
        b"more = 1\n",
        b"confirmed = 5\n",
        b'[[confirmed]]\nid = "xx-line-5"\nnumber = "1"\nby = "Ann"\non = 2026-11-25\n',
        b"#" * 1_000_001,
        b"nested = " + b"[" * 9000,
    ],
)
def test_a_file_that_somebody_spoilt_is_refused_whole_and_left_as_it_is(folder: Path, spoilt: bytes):
    (folder / CONFIRMED).write_bytes(spoilt)
    for act in (press, lambda folder: take_back(folder, Confirmed("xx-line-5", "1", "Ann", TODAY), today=TODAY)):
        with pytest.raises(NotConfirmed, match=r"^confirmed\.toml was not touched: "):
            act(folder)
    assert (folder / CONFIRMED).read_bytes() == spoilt


def test_a_file_that_would_grow_too_long_to_be_read_again_is_not_written(folder: Path):
    rows = [
        Confirmed("xx-line-5", "0800 111 222", "A" * 900_000, TODAY),
        Confirmed("xx-line-6", "1", "B" * 99_600, TODAY),
    ]
    before = as_text(rows)
    (folder / CONFIRMED).write_text(before)
    with pytest.raises(NotConfirmed, match="is full"):
        press(folder)
    assert (folder / CONFIRMED).read_text() == before


def test_where_the_file_is_a_link_to_another_place_it_stays_one(folder: Path, tmp_path: Path):
    elsewhere = tmp_path / "kept.toml"
    elsewhere.write_text("# ours\n")
    (folder / CONFIRMED).symlink_to(elsewhere)
    press(folder)
    assert (folder / CONFIRMED).is_symlink()
    assert "Ann Example" in elsewhere.read_text()
    elsewhere.unlink()
    with pytest.raises(NotConfirmed, match="cannot be read"):
        press(folder, 1)


def test_a_disk_that_takes_nothing_is_said_and_leaves_what_was_there(folder: Path):
    press(folder)
    before = (folder / CONFIRMED).read_bytes()
    (folder / "confirmed.turn").unlink()
    (folder / "confirmed.turn").mkdir()
    with pytest.raises(NotConfirmed, match="cannot write to its disk"):
        press(folder, 1)
    assert (folder / CONFIRMED).read_bytes() == before


def test_what_is_written_is_what_is_read(tmp_path: Path):
    rows = [Confirmed(f"xx-{n}", f"*#{n}\\", name, TODAY - timedelta(days=n)) for n, name in enumerate(NAMES)]
    read = tomllib.loads(as_text(rows, ["# a", "#"]))["confirmed"]
    assert [Confirmed(*one.values()) for one in read] == rows


# Two at once.


def at_once(*acts: Callable[[], object]) -> None:
    gate = threading.Barrier(len(acts))

    def run(act: Callable[[], object]) -> None:
        gate.wait()
        act()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_of_many_presses_at_once_none_is_lost(folder: Path):
    at_once(*[lambda number=number: press(folder, number) for number in range(20)])
    assert len(phones(folder)) == 20


def test_a_press_and_one_that_takes_back_do_not_undo_each_other(folder: Path):
    old = [press(folder, number) for number in range(10)]
    at_once(
        *[lambda one=one: take_back(folder, one, today=TODAY) for one in old],
        *[lambda number=number: press(folder, number) for number in range(10, 20)],
    )
    assert set(phones(folder)) == {f"xx-line-{number}" for number in range(10, 20)}


def test_of_the_same_press_made_many_times_one_is_written(folder: Path):
    heard: list[str] = []

    def try_it() -> None:
        try:
            press(folder)
        except NotConfirmed as why:
            heard.append(str(why))

    at_once(*[try_it] * 10)
    assert len(confirmations(folder, today=TODAY)) == 1
    assert len(heard) == 9


def press_ten(folder: Path, first: int) -> None:
    for number in range(first, first + 10):
        press(folder, number)


def test_another_process_waits_for_its_turn_too(folder: Path):
    fresh = multiprocessing.get_context("spawn")
    others = [fresh.Process(target=press_ten, args=(folder, first)) for first in (0, 10, 20)]
    for other in others:
        other.start()
    press_ten(folder, 30)
    for other in others:
        other.join(30)
    assert [other.exitcode for other in others] == [0, 0, 0]
    assert len(phones(folder)) == 40


def test_whoever_reads_meanwhile_never_finds_half_a_file(folder: Path):
    press(folder)
    broken: list[tuple[str, ...]] = []
    done = threading.Event()

    def look() -> None:
        while not done.is_set():
            broken.extend([refused] if (refused := directory(folder, today=TODAY).refused) else [])

    reader = threading.Thread(target=look)
    reader.start()
    press_ten(folder, 10)
    done.set()
    reader.join()
    assert not broken
    assert not [name for name in os.listdir(folder) if name.endswith(".new")]
