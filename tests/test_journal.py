"""The journal: on disk before it is acted on, whatever the disk does, and believed only where our key marked it."""

import errno
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pullcord.safe.journal import PATIENCE_SECONDS, SYNC_PATIENCE_SECONDS, Journal
from pullcord.safe.keys import Keys, make_keys

SLACK_SECONDS = 0.25
"""What two busy cores may add to any wait; a wait that is not bounded is seconds longer."""


class Disk(Journal):
    """A journal on a disk that does as it is told."""

    def __init__(self, folder: Path, keys: Keys) -> None:
        super().__init__(str(folder), keys)
        self.error: int | None = None
        self.refuses_sync = False
        self.takes = threading.Event()
        self.takes.set()
        self.tried = 0

    def _append(self, data: bytes) -> None:
        self.tried += 1
        self.takes.wait()
        if self.error is not None:
            raise OSError(self.error, os.strerror(self.error))
        super()._append(data)
        if self.refuses_sync:
            raise OSError(errno.EIO, "written, and perhaps not kept")


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return make_keys(str(tmp_path / "keys"))


@pytest.fixture
def journal(tmp_path: Path, keys: Keys) -> Iterator[Journal]:
    opened = Journal(str(tmp_path), keys)
    yield opened
    opened.close()


@pytest.fixture
def disk(tmp_path: Path, keys: Keys) -> Iterator[Disk]:
    opened = Disk(tmp_path, keys)
    yield opened
    opened.takes.set()
    opened.close()


def kinds(journal: Journal) -> list[str]:
    return [line.kind for line in journal.read()[0]]


def kept(journal: Journal, kind: str) -> bool:
    """Append, and whether the disk took it in the end: two busy cores may need more than 50 ms once in a while."""
    journal.append(kind)
    return journal.flush(wait_seconds=10)


def comes_true(is_so, *, within_seconds: float = 5.0) -> bool:
    until = time.monotonic() + within_seconds
    pause = threading.Event()
    while not is_so():
        if time.monotonic() > until:
            return False
        pause.wait(0.005)
    return True


def test_a_line_is_on_disk_before_append_returns(journal: Journal):
    for press in range(100):
        written = journal.append("pressed", meeting="m", press=press)
        found = Path(journal.path).read_bytes()
        if written.durable:  # a machine that is busy with other things may take longer once in a while
            assert found.count(f'"press":{press}}}'.encode()) == 1
            assert journal.read()[0][-1] == written.line
            return
    pytest.fail("not one of a hundred lines was on disk within 50 ms")


def test_only_this_user_can_read_it(journal: Journal):
    journal.append("pressed", meeting="m")
    assert Path(journal.path).stat().st_mode & 0o777 == 0o600


def test_lines_come_back_in_their_order_from_where_one_stopped_reading(journal: Journal):
    journal.append("one")
    first, place = journal.read()
    journal.append("two")
    journal.append("three")
    assert [line.kind for line in first] == ["one"]
    assert [line.kind for line in journal.read(place)[0]] == ["two", "three"]


def test_only_lines_about_one_meeting_are_read_where_only_they_are_wanted(journal: Journal):
    journal.append("pressed", meeting="one")
    journal.append("pressed", meeting="other")
    assert [line.fields["meeting"] for line in journal.read(about="other")[0]] == ["other"]


def test_many_threads_lose_nothing(journal: Journal):
    def write(who: int) -> None:
        for n in range(50):
            journal.append("pressed", press=f"{who}.{n}")

    threads = [threading.Thread(target=write, args=(who,)) for who in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert journal.flush(wait_seconds=10)
    found = [line.fields["press"] for line in journal.read()[0]]
    assert sorted(found) == sorted(f"{who}.{n}" for who in range(8) for n in range(50))
    for who in range(8):
        assert [press for press in found if press.startswith(f"{who}.")] == [f"{who}.{n}" for n in range(50)]


WRITER = """
import sys
from pullcord.safe.journal import Journal
from pullcord.safe.keys import read_keys
folder, who = sys.argv[1:]
journal = Journal(folder, read_keys(folder + "/keys"))
sys.stdin.readline()
for n in range(200):
    journal.note("pressed", press=f"{who}.{n}", padding="x" * (n * 7 % 900))
assert journal.flush(wait_seconds=20)
"""


@pytest.mark.servers
def test_processes_that_append_at_once_lose_and_tear_nothing(tmp_path: Path, journal: Journal):
    words = [sys.executable, "-c", WRITER, str(tmp_path)]
    writers = [subprocess.Popen([*words, str(who)], stdin=subprocess.PIPE, text=True) for who in range(3)]
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("go\n")
        writer.stdin.close()
    assert [writer.wait(30) for writer in writers] == [0, 0, 0]
    found = [line.fields["press"] for line in journal.read()[0]]
    assert sorted(found) == sorted(f"{who}.{n}" for who in range(3) for n in range(200))
    assert journal.set_aside() == []


def test_a_torn_last_line_is_set_aside_and_the_next_one_stands(tmp_path: Path, keys: Keys, journal: Journal):
    journal.append("one")
    with open(journal.path, "ab") as file:
        file.write(b'0123456789abcdef {"kind":"pre')
    after = Journal(str(tmp_path), keys)
    assert kept(after, "two")
    after.close()
    assert kinds(journal) == ["one", "two"]
    assert journal.set_aside() == [b'0123456789abcdef {"kind":"pre']


def test_a_line_torn_by_another_process_while_ours_is_open_takes_none_of_ours_with_it(journal: Journal):
    journal.append("one")
    with open(journal.path, "ab") as file:
        file.write(b"torn by another")
    assert kept(journal, "two")
    assert kinds(journal) == ["one", "two"]


@pytest.mark.parametrize("how", ["forged", "changed", "cut", "another key", "moved to another purpose", "no JSON"])
def test_a_line_that_is_not_ours_is_set_aside_and_never_read(tmp_path: Path, keys: Keys, journal: Journal, how: str):
    journal.append("pressed", meeting="m", press="p")
    path = Path(journal.path)
    ours = path.read_bytes()
    content = ours.strip().partition(b" ")[2]
    stranger = make_keys(str(tmp_path / "a stranger's"))
    bad = {
        "forged": b"0" * 32 + b" " + content,
        "changed": ours.strip().replace(b'"m"', b'"n"'),
        "cut": ours.strip()[:-5],
        "another key": stranger.mark("journal", content).encode() + b" " + content,
        "moved to another purpose": keys.mark("kit", content).encode() + b" " + content,
        "no JSON": b"\xff\xfe \x00",
    }[how]
    path.write_bytes(bad + b"\n" + ours)
    assert [line.fields["meeting"] for line in journal.read()[0]] == ["m"]
    assert journal.set_aside() == [bad]


def test_a_full_disk_gets_the_reserve_and_the_line_is_kept(tmp_path: Path, disk: Disk):
    assert disk.keep_reserve()
    reserve = tmp_path / "journal.reserve"
    assert reserve.stat().st_blocks * 512 >= 256 * 1024, "really set aside, not only promised"

    class Full(Disk):
        def _append(self, data: bytes) -> None:
            self.error = errno.ENOSPC if reserve.exists() else None
            super()._append(data)

    full = Full(tmp_path, disk._keys)
    assert kept(full, "pressed")
    assert not reserve.exists()
    assert kinds(disk) == ["pressed"]
    full.close()


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EROFS, errno.EIO, errno.EACCES])
def test_a_disk_that_takes_nothing_holds_nobody_up_and_the_line_follows_once_it_does(disk: Disk, error: int):
    disk.error = error
    began = time.monotonic()
    written = disk.append("pressed", meeting="m")
    assert time.monotonic() - began < PATIENCE_SECONDS + SLACK_SECONDS
    assert not written.durable
    assert disk.late() == [written.line]
    assert not disk.flush(wait_seconds=0.01) or disk.late()
    disk.error = None
    assert comes_true(lambda: not disk.late()), "it is tried again without another line coming"
    assert disk.read()[0] == [written.line]


def test_lines_that_waited_for_the_disk_come_in_their_order_and_before_newer_ones(disk: Disk):
    disk.error = errno.ENOSPC
    for kind in ("one", "two", "three"):
        disk.append(kind)
    disk.error = None
    assert kept(disk, "four")
    assert kinds(disk) == ["one", "two", "three", "four"]


def test_a_hanging_disk_holds_nobody_up_for_longer_than_50_ms(disk: Disk):
    disk.takes.clear()
    began = time.monotonic()
    written = disk.append("pressed")
    took = time.monotonic() - began
    assert not written.durable
    assert PATIENCE_SECONDS * 0.9 < took < PATIENCE_SECONDS + SLACK_SECONDS
    assert disk.late() == [written.line]
    disk.takes.set()
    assert comes_true(lambda: not disk.late())
    assert kinds(disk) == ["pressed"]


def test_a_line_that_is_written_waits_8_ms_for_its_sync_and_no_50(tmp_path: Path):
    syncs = threading.Event()

    class SlowToSync(Journal):
        def _sync(self) -> None:
            syncs.wait(10)
            super()._sync()

    slow = SlowToSync(str(tmp_path), make_keys(str(tmp_path / "keys")))
    began = time.monotonic()
    written = slow.append("pressed")
    took = time.monotonic() - began
    assert SYNC_PATIENCE_SECONDS * 0.9 < took < PATIENCE_SECONDS
    assert not written.durable
    assert kinds(slow) == ["pressed"], "every process can read it meanwhile"
    syncs.set()
    assert comes_true(lambda: written.durable), "it says so itself once the disk has it"
    slow.close()


def test_a_line_on_its_way_is_not_called_late_before_its_50_ms(disk: Disk):
    disk.takes.clear()
    disk.note("sent")
    assert disk.late() == []
    assert comes_true(lambda: len(disk.late()) == 1)


def test_a_line_that_a_failing_disk_took_twice_has_one_mark(disk: Disk):
    disk.refuses_sync = True
    written = disk.append("pressed", meeting="m")
    assert not written.durable
    disk.refuses_sync = False
    assert comes_true(lambda: not disk.late())
    found = disk.read()[0]
    assert len(found) == 2
    assert {line.mark for line in found} == {written.line.mark}


def test_a_journal_deleted_while_open_is_made_anew(journal: Journal):
    journal.append("one")
    os.unlink(journal.path)
    assert kept(journal, "two")
    assert kinds(journal) == ["two"]


def test_a_journal_replaced_while_open_is_followed_to_its_new_file(tmp_path: Path, journal: Journal):
    journal.append("one")
    copy = tmp_path / "copy"
    copy.write_bytes(Path(journal.path).read_bytes())
    copy.rename(journal.path)
    assert kept(journal, "two")
    assert kinds(journal) == ["one", "two"]


def test_a_folder_that_is_gone_is_made_anew(tmp_path: Path, keys: Keys):
    journal = Journal(str(tmp_path / "stop"), keys)
    journal.append("one")
    os.unlink(journal.path)
    (tmp_path / "stop").rmdir()
    assert kept(journal, "two")
    journal.close()


def test_a_reader_who_stands_beyond_the_end_of_a_new_file_begins_anew(journal: Journal):
    for n in range(20):
        journal.append("before", n=n)
    place = journal.read()[1]
    os.unlink(journal.path)
    journal.append("after")
    found, place = journal.read(place)
    assert [line.kind for line in found] == ["after"]
    journal.append("and after that")
    assert [line.kind for line in journal.read(place)[0]] == ["and after that"]


def test_a_reader_of_a_file_since_replaced_by_a_longer_one_begins_anew(journal: Journal):
    journal.append("before")
    place = journal.read()[1]
    os.unlink(journal.path)
    for n in range(20):
        journal.append("after", n=n)
    assert len(journal.read(place)[0]) == 20


def test_a_disk_that_refuses_to_close_a_file_does_not_end_the_writing(disk: Disk):
    disk.append("one")
    file = disk._file
    assert file is not None
    os.close(file)  # the next close of it fails, as a network disk's may
    disk.error = errno.EIO
    disk.append("two")
    disk.error = None
    assert comes_true(lambda: not disk.late())
    assert kinds(disk) == ["one", "two"]


def test_of_lines_asked_for_while_they_grow_late_none_is_ever_missing(disk: Disk):
    disk.error = errno.EROFS
    for n in range(1, 200):
        disk.append("sent", n=n)
        assert len(disk.late()) == n


def test_thousands_of_late_lines_cost_the_next_one_nothing(disk: Disk):
    disk.error = errno.EROFS
    for n in range(20_000):
        disk.note("sent", n=n)
    assert comes_true(lambda: len(disk.late()) == 20_000)
    began = time.process_time()
    for _ in range(50):
        assert not disk.append("pressed").durable
    assert time.process_time() - began < 0.5, "each of them would be joined and tried again 50 times"
    disk.error = None
    assert comes_true(lambda: not disk.late())
    assert len(disk.read()[0]) == 20_050
