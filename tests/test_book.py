"""The book: every process reads the same file, so all agree on whose press came first."""

import errno
import os
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pullcord.core.incident import NO_HOLD_SECONDS
from pullcord.safe.book import Book
from pullcord.safe.journal import Journal, Written
from pullcord.safe.keys import make_keys
from tests.test_journal import Disk, comes_true


class Process(Journal):
    """What one process has: a journal of its own on the shared file, and a book."""

    def __init__(self, folder: Path, **given: Any) -> None:
        super().__init__(str(folder), make_keys(str(folder / "keys")), **given)
        self.book = Book(self)

    def press(self, name: str, meeting: str = "m") -> Written:
        return press(self, name, meeting)

    def leads(self, name: str, meeting: str = "m") -> bool:
        incident = self.book.latest(meeting)
        assert incident is not None
        return incident.presses[0].id == name


def press(journal: Journal, name: str, meeting: str = "m") -> Written:
    return journal.append(
        "pressed", meeting=meeting, incident=f"i-{name}", press=name, door="cord", by=name, drill=False
    )


@contextmanager
def processes(folder: Path, how_many: int) -> Iterator[list[Process]]:
    with ExitStack() as open_until_the_end:
        made = [Process(folder) for _ in range(how_many)]
        for one in made:
            open_until_the_end.callback(one.close)
        yield made


def test_the_first_line_in_the_file_leads_for_every_process(tmp_path: Path):
    with processes(tmp_path, 2) as (first, second):
        second.press("b")
        first.press("a")
        for process in (first, second):
            incident = process.book.latest("m")
            assert incident is not None
            assert incident.id == "i-b"
            assert [one.id for one in incident.presses] == ["b", "a"]


PRESSES = st.lists(st.tuples(st.integers(0, 2), st.sampled_from(["press", "follow", "press elsewhere"])), max_size=12)


@settings(max_examples=60, deadline=None)
@given(PRESSES)
def test_however_presses_and_readings_interleave_exactly_one_leads(steps: list[tuple[int, str]]):
    with TemporaryDirectory() as folder, processes(Path(folder), 3) as all_of_them:
        leaders: dict[str, list[str]] = {"m": [], "other": []}
        pressed = {"m": 0, "other": 0}
        for number, (who, what) in enumerate(steps):
            process, meeting = all_of_them[who], "other" if what.endswith("elsewhere") else "m"
            if what == "follow":
                process.book.follow()
                continue
            process.press(str(number), meeting)
            assert process.flush(wait_seconds=10), (
                "whoever has no place in the file acts all the same, and may lead too"
            )
            pressed[meeting] += 1
            if process.leads(str(number), meeting):
                leaders[meeting].append(str(number))
        for meeting, count in pressed.items():
            assert len(leaders[meeting]) == (1 if count else 0)
            told = {process.book.latest(meeting) for process in all_of_them}
            assert len(told) == 1, "all tell the same incident"


def test_of_many_presses_at_the_same_moment_exactly_one_leads(tmp_path: Path):
    with processes(tmp_path, 3) as all_of_them:
        start, leaders = threading.Barrier(12), []

        def go(number: int) -> None:
            process = all_of_them[number % 3]
            start.wait()
            process.press(str(number))
            assert process.flush(wait_seconds=10)
            if process.leads(str(number)):
                leaders.append(number)

        threads = [threading.Thread(target=go, args=(number,)) for number in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(leaders) == 1
        incident = all_of_them[0].book.latest("m")
        assert incident is not None
        assert len(incident.presses) == 12


def test_a_line_that_the_disk_does_not_take_counts_all_the_same_and_once(tmp_path: Path):
    disk = Disk(tmp_path, make_keys(str(tmp_path / "keys")))
    book = Book(disk)
    disk.error = errno.ENOSPC
    press(disk, "a")
    incident = book.latest("m")
    assert incident is not None
    lines = len(book.told())
    disk.error = None
    assert comes_true(lambda: not disk.late())
    assert book.latest("m") == incident
    assert len(book.told()) == lines
    disk.close()


def test_a_line_that_the_disk_takes_while_the_book_is_being_read_is_not_missed(tmp_path: Path):
    class TakesItThen(Disk):
        def read(self, *told: Any, **named: Any) -> Any:
            found = super().read(*told, **named)
            self.takes.set()
            assert self.flush(wait_seconds=5)
            return found

    disk = TakesItThen(tmp_path, make_keys(str(tmp_path / "keys")))
    disk.takes.clear()
    assert not press(disk, "a").durable
    assert Book(disk).latest("m") is not None
    disk.close()


def test_a_press_that_a_failing_disk_took_twice_opens_no_second_incident(tmp_path: Path):
    disk = Disk(tmp_path, make_keys(str(tmp_path / "keys")))
    disk.refuses_sync = True
    press(disk, "a")
    other = Process(tmp_path)
    other.append("released", meeting="m", incident="i-a", proof="")  # another process saw it, and let people back in
    disk.refuses_sync = False
    assert comes_true(lambda: not disk.late())
    for book in (Book(other), Book(disk)):
        assert [line.kind for line in other.read()[0]] == ["pressed", "released", "pressed"]
        incident = book.latest("m")
        assert incident is not None
        assert incident.is_released
        assert book.unfinished() == []
    other.close()
    disk.close()


def test_presses_after_the_journal_was_deleted_are_seen(tmp_path: Path):
    with processes(tmp_path, 2) as (one, other):
        for number in range(20):
            one.press(str(number))
        for process in (one, other):
            process.book.follow()
        os.unlink(one.path)
        one.press("after", "another meeting")
        assert one.leads("after", "another meeting")
        assert other.leads("after", "another meeting")
        assert one.leads("0"), "and what was read before is not forgotten"


def test_forged_lines_open_nothing(tmp_path: Path):
    with processes(tmp_path, 1) as (one,):
        one.press("a")
        content = Path(one.path).read_bytes().strip().partition(b" ")[2].replace(b'"m"', b'"n"')
        with open(one.path, "ab") as file:
            file.write(b"0" * 32 + b" " + content + b"\n")
        assert one.book.latest("n") is None
        assert len(one.book.all()) == 1


# What a crash may have left open.


def unfinished(folder: Path, *lines: tuple[str, dict[str, Any]], now: float = 1000.0) -> bool:
    process = Process(folder, clock=lambda: 1000.0)
    press(process, "a")
    for kind, fields in lines:
        process.append(kind, meeting="m", incident="i-a", **fields)
    left = Book(process, clock=lambda: now).unfinished()
    process.close()
    return [one.id for one in left] == ["i-a"]


OVER = ("over", {"proof": "nobody"})
HELD = ("held", {"until": 5000.0, "proof": "barred"})


@pytest.mark.parametrize(
    ("lines", "open_still"),
    [
        ([], True),
        ([("sent", {"verb": "end"})], True),
        ([OVER], True),
        ([HELD], True),
        ([OVER, HELD], False),
        ([OVER, HELD, ("sent", {"verb": "end"})], True),
        ([("released", {"proof": ""})], False),
        ([("by hand", {"code": "x"})], True),
    ],
)
def test_what_is_not_both_over_and_barred_nor_released_is_unfinished(tmp_path: Path, lines, open_still):
    assert unfinished(tmp_path, *lines) is open_still


def test_what_nobody_finished_within_its_day_is_left_alone_for_another_meeting_may_run_there_now(tmp_path: Path):
    assert not unfinished(tmp_path, now=1000.0 + NO_HOLD_SECONDS)
    assert not unfinished(tmp_path / "held", HELD, now=5000.0)


def test_however_many_ask_at_once_each_finds_what_he_wrote_before(tmp_path: Path):
    found: dict[str, bool] = {}
    with processes(tmp_path, 1) as (ours,):

        def press_and_look(name: str) -> None:
            ours.press(name, meeting=f"m-{name}")
            found[name] = ours.book.find(f"i-{name}") is not None

        threads = [threading.Thread(target=press_and_look, args=(str(number),)) for number in range(60)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert found == {str(number): True for number in range(60)}
