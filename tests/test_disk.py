"""A disk that hangs when it is read: every press is answered all the same, and other meetings' presses go on."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from pullcord.jobs.press import press_cord
from pullcord.jobs.stop import Pressed, stop
from pullcord.jobs.terminal import OVER, UNREADABLE
from pullcord.platforms import platform
from pullcord.safe import disk
from pullcord.safe.keys import digest, new_token
from pullcord.safe.kit import Kits
from tests.doors import door
from tests.stopping import Scene, kit_of, scene

ANSWERED_SECONDS = 3.0
AT_ONCE_SECONDS = 0.3


class Disk(NamedTuple):
    """A disk under some files, which answers or does not; what was read before is no longer in memory."""

    hanging: set[Path]
    asked: list[Path]
    answers: threading.Event


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[Disk]:
    """Files of which the system has nothing in memory, on a disk that hangs for those that are named."""
    now, reading = Disk(set(), [], threading.Event()), disk._read_all

    def read_all(file: int, start: int, most: int | None) -> bytes:
        path = Path(os.readlink(f"/proc/self/fd/{file}"))
        now.asked.append(path)
        if path in now.hanging:
            now.answers.wait(30)
        return reading(file, start, most)

    monkeypatch.setattr(disk, "at_once", lambda *_: None)
    monkeypatch.setattr(disk, "_read_all", read_all)
    yield now
    now.answers.set()


def seconds(doing: Callable[[], object]) -> float:
    began = time.monotonic()
    doing()
    return time.monotonic() - began


def read(path: Path) -> bytes:
    with disk.opened(str(path)) as file:
        return disk.read(file)


def kit_file(now: Scene, meeting_id: str) -> Path:
    (path,) = Path(now.desk.config.path("stop", "kits")).glob(f"{meeting_id}.*")
    return path


def replaced_by_a_pipe(path: Path) -> None:
    path.unlink(missing_ok=True)
    os.mkfifo(path, 0o600)


# -- reading -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [0, 1, 5000, 3 * disk.PIECE_BYTES + 7])
def test_what_is_read_is_the_file_whether_it_is_in_memory_or_not(size: int, tmp_path: Path, slow: Disk):
    path, content = tmp_path / "file", os.urandom(size)
    path.write_bytes(content)
    for part in (slice(0, None), slice(3, None), slice(0, 40), slice(size + 10, None)):
        with disk.opened(str(path)) as file:
            most = None if part.stop is None else part.stop - part.start
            assert disk.read(file, part.start, most) == content[part]
    assert len(slow.asked) == 4


def test_what_is_in_memory_is_read_without_a_thread_and_what_is_not_is_not_called_empty(tmp_path: Path):
    path, content = tmp_path / "file", os.urandom(100_000)
    path.write_bytes(content)
    before = threading.active_count()
    with disk.opened(str(path)) as file:
        assert disk.at_once(file, 0, None) == content == disk.read(file)
        assert threading.active_count() == before
        os.fsync(file)
        os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
        assert disk.at_once(file, 0, None) in (None, content), "where the system keeps nothing on a disk, it has all"
        assert disk.read(file) == content


def test_a_reader_that_waits_in_vain_says_so_and_the_next_does_not_wait(tmp_path: Path, slow: Disk):
    path = tmp_path / "file"
    path.write_bytes(b"there")
    slow.hanging.add(path)
    for most in (disk.WAIT_SECONDS + AT_ONCE_SECONDS, AT_ONCE_SECONDS, AT_ONCE_SECONDS):
        began = time.monotonic()
        with pytest.raises(TimeoutError):
            read(path)
        assert time.monotonic() - began < most
    assert len(slow.asked) == 1, "no second thread is sent after the first"
    slow.answers.set()
    until = time.monotonic() + 5
    while disk._lost:
        assert time.monotonic() < until
    assert read(path) == b"there"


def test_an_error_of_the_disk_is_told_as_it_is(tmp_path: Path, slow: Disk, monkeypatch: pytest.MonkeyPatch):
    def broken(*_: object) -> bytes:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(disk, "_read_all", broken)
    (tmp_path / "file").write_bytes(b"there")
    with pytest.raises(OSError, match="Input/output error"):
        read(tmp_path / "file")


def test_a_pipe_or_a_device_is_refused_and_not_waited_for(tmp_path: Path):
    replaced_by_a_pipe(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero"), tmp_path):
        with pytest.raises(OSError):  # whichever it is, it is not waited for
            read(path)


# -- kits --------------------------------------------------------------------------------------------------------------


def test_a_kit_on_a_hanging_disk_keeps_no_other_meeting_s_press_from_its_end(tmp_path: Path, slow: Disk):
    with scene(tmp_path) as now:
        other, _ = now.ground.open_meeting(invitations=1)
        link = new_token()
        now.desk.kits.write(kit_of(other, link=link, token=new_token()))
        slow.hanging.add(kit_file(now, other.id))
        for most in (ANSWERED_SECONDS, AT_ONCE_SECONDS):
            began = time.monotonic()
            kit = now.desk.kits.holding(digest(now.link))
            assert kit == now.kit
            assert time.monotonic() - began < most
        assert isinstance(press_cord(now.kit, now.kit.cords[0], now.desk.means), Pressed)
        assert now.wire.ends() == 1
        assert now.desk.kits.holding(digest(link)) is None
        assert [error.platform for error in now.desk.kits.unreadable()] == ["practice"], (
            "and it is said which platform's"
        )
        slow.answers.set()
        until = time.monotonic() + 5
        while now.desk.kits.holding(digest(link)) is None:
            assert time.monotonic() < until, "once the disk answers again, its link works"


def test_a_kit_that_was_read_before_is_pressed_from_memory(tmp_path: Path, slow: Disk):
    with scene(tmp_path) as now:
        path = kit_file(now, now.kit.meeting.id)
        os.utime(path, (time.time() - 60, time.time() - 60))  # it has been as it is for a while
        assert now.desk.kits.holding(digest(now.link)) == now.kit
        slow.hanging.add(path)
        assert seconds(lambda: now.desk.kits.holding(digest(now.link))) < AT_ONCE_SECONDS
        assert now.desk.kits.holding(digest(now.link)) == now.kit


def test_a_folder_of_kits_on_a_hanging_disk_is_not_waited_for_kit_by_kit(tmp_path: Path, slow: Disk):
    with scene(tmp_path) as now:
        for _ in range(20):
            other, _ = now.ground.open_meeting(invitations=1)
            now.desk.kits.write(kit_of(other, link=new_token(), token=new_token()))
        slow.hanging.update(Path(now.desk.config.path("stop", "kits")).glob("*"))
        fresh = Kits(now.desk.config.path("stop", "kits"), now.desk.means.journal._keys)
        assert seconds(lambda: fresh.holding(digest(now.link))) < ANSWERED_SECONDS


def test_the_door_answers_for_a_kit_that_is_a_pipe_and_ends_the_others(tmp_path: Path):
    with door(tmp_path) as now:
        there, _ = now.scene.ground.open_meeting(invitations=1)
        link = new_token()
        now.scene.desk.kits.write(kit_of(there, link=link, token=new_token()))
        replaced_by_a_pipe(kit_file(now.scene, there.id))
        answers = [now.ask("POST", f"/c/{one}/stop") for one in (link, now.scene.link)]
        assert [answer.status for answer in answers] == [503, 303]
        assert "Nothing was ended" in answers[0].text
        assert platform("practice").limits.own_hands[0] in answers[0].text
        assert now.scene.wire.ends() == 1


# -- the journal -------------------------------------------------------------------------------------------------------


def test_a_journal_that_cannot_be_read_keeps_no_end_from_going_out(tmp_path: Path, slow: Disk):
    with scene(tmp_path) as now:
        guest = now.ground.join(now.kit.meeting, now.invitations[0], name="Guest")
        now.desk.means.journal.append("note")
        slow.hanging.add(Path(now.desk.means.journal.path))
        assert seconds(lambda: stop(now.kit, now.desk.means, by="anna", door="cord")) < ANSWERED_SECONDS
        assert guest.is_out(within_seconds=1)
        assert now.wire.ends() == 1
        slow.answers.set()
        until = time.monotonic() + 5
        while not ((incident := now.desk.means.book.latest(now.kit.meeting.id)) and incident.is_over):
            assert time.monotonic() < until, "once it can be read, all is known"


@pytest.mark.parametrize("what", ["pipe", "a folder"])
def test_the_door_ends_a_meeting_whose_journal_is_no_file(what: str, tmp_path: Path):
    with door(tmp_path) as now:
        path = Path(now.scene.desk.means.journal.path)
        if what == "pipe":
            replaced_by_a_pipe(path)
        else:
            path.unlink(missing_ok=True)
            path.mkdir()
        guest = now.scene.ground.join(now.scene.kit.meeting, now.scene.invitations[0], name="Guest")
        answer = now.ask("POST", f"/c/{now.scene.link}/stop")
        assert answer.status == 303
        assert guest.is_out(within_seconds=1)
        assert "The meeting is over" in now.ask("GET", f"/c/{now.scene.link}").text
        now.ask("POST", f"/c/{now.scene.link}/stop")
        assert now.scene.wire.ends() == 1
        path.rmdir() if path.is_dir() else path.unlink()
        assert now.scene.desk.means.journal.flush(wait_seconds=5), "and writes it down once it can"
        assert b'"kind":"pressed"' in path.read_bytes()


@pytest.mark.parametrize(("broken", "code"), [("journal", OVER), ("kit", UNREADABLE)])
def test_the_command_line_answers_where_a_file_is_a_pipe(broken: str, code: int, tmp_path: Path):
    with scene(tmp_path) as now:
        path = Path(now.desk.means.journal.path) if broken == "journal" else kit_file(now, now.kit.meeting.id)
        replaced_by_a_pipe(path)
        words = [sys.executable, "-m", "pullcord.cli", "stop", now.kit.meeting.id, "--json", "--data", str(tmp_path)]
        done = subprocess.run(words, capture_output=True, text=True, timeout=20, check=False)
        assert done.returncode == code, done.stderr
        assert json.loads(done.stdout).get("over", False) is (code == OVER)
        assert now.ground.rooms.state(now.kit.meeting.at["room"]) is not None
