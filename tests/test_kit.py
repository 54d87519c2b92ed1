"""The stop kit: whole or not there, sealed, and read anew each time somebody asks for a right in it."""

import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pullcord.safe.keys import Keys, digest, make_keys, new_token
from pullcord.safe.kit import Kit, Kits, KitUnreadable, named
from pullcord.words import Meeting
from tests.stopping import kit_of


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return make_keys(str(tmp_path / "keys"))


@pytest.fixture
def kits(tmp_path: Path, keys: Keys) -> Kits:
    return Kits(str(tmp_path / "kits"), keys)


LINK, TOKEN = new_token(), new_token()


def kit(number: int = 1, *, link: str = LINK, token: str = TOKEN) -> Kit:
    at = {"server": "http://127.0.0.1:9", "room": str(number), "link": f"https://meet.example/{number}"}
    meeting = Meeting(f"m{number}", f"Tuesday {number}", "practice", at, {"admin": "a-most-secret-word"})
    return kit_of(meeting, link=link, token=token)


def only_file(kits: Kits, folder: Path) -> Path:
    (path,) = (folder / "kits").glob("*.kit")
    return path


def settle(folder: Path) -> None:
    """As if the folder and its files had last been changed a minute ago, so that the index trusts their times."""
    then = time.time() - 60
    for path in (*folder.glob("kits/*.kit"), folder / "kits"):
        os.utime(path, (then, then))


def test_what_was_written_is_read_back_whole(kits: Kits):
    kits.write(kit())
    assert kits.read("m1") == kit()
    assert list(kits.all()) == [kit()]


def test_an_unknown_meeting_is_none_and_so_is_one_whose_name_begins_like_it(kits: Kits):
    kits.write(kit(10))
    assert kits.read("m1") is None
    assert kits.read("nothing") is None


def test_without_a_folder_there_are_no_kits_and_no_links(kits: Kits):
    assert kits.read("m1") is None
    assert kits.holding(digest(LINK)) is None
    assert list(kits.all()) == []
    assert kits.unreadable() == []


def test_nobody_else_can_read_the_folder_or_a_kit(kits: Kits, tmp_path: Path):
    kits.write(kit())
    assert (tmp_path / "kits").stat().st_mode & 0o777 == 0o700
    assert only_file(kits, tmp_path).stat().st_mode & 0o777 == 0o600


def test_no_name_secret_or_digest_can_be_read_from_the_file_or_a_printed_kit(kits: Kits, tmp_path: Path):
    kits.write(kit())
    sealed = only_file(kits, tmp_path).read_bytes()
    for word in ("a-most-secret-word", "Anna", "Tuesday", digest(LINK), LINK):
        assert word.encode() not in sealed
        assert word not in repr(kit())
        assert word not in f"{kit().meeting}"


def test_a_kit_that_another_key_sealed_or_that_was_changed_is_unreadable_and_names_its_platform(
    tmp_path: Path, kits: Kits
):
    kits.write(kit())
    path = only_file(kits, tmp_path)
    ours = path.read_bytes()
    stranger = make_keys(str(tmp_path / "stranger"))
    changed = ours[:40] + (b"B" if ours[40:41] == b"A" else b"A") + ours[41:]
    for content in (b"", b"random bytes", ours[:-9], stranger.seal(b"{}"), changed):
        path.write_bytes(content)
        with pytest.raises(KitUnreadable) as told:
            kits.read("m1")
        assert (told.value.path, told.value.platform) == (str(path), "practice")
        assert str(path) in str(told.value)
        assert [error.path for error in kits.unreadable()] == [str(path)]
        assert kits.holding(digest(LINK)) is None


@pytest.mark.parametrize("content", [b"[]", b"{}", b"7", b'{"id": "m1"}', b"\xff"])
def test_a_sealed_kit_of_another_shape_is_unreadable(tmp_path: Path, keys: Keys, kits: Kits, content: bytes):
    kits.write(kit())
    only_file(kits, tmp_path).write_bytes(keys.seal(content))
    with pytest.raises(KitUnreadable):
        kits.read("m1")


def test_a_kit_that_is_a_folder_is_unreadable_and_the_others_are_not(tmp_path: Path, kits: Kits):
    kits.write(kit(2))
    (tmp_path / "kits" / "m1.practice.kit").mkdir()
    with pytest.raises(KitUnreadable):
        kits.read("m1")
    assert kits.holding(digest(LINK)) == kit(2)


KILLED_BEFORE_THE_RENAME = """
import os, signal, sys
from pullcord.safe.files import replace_whole
sys.addaudithook(lambda event, _: os.kill(os.getpid(), signal.SIGKILL) if event == "os.rename" else None)
replace_whole(sys.argv[1], b"new")
"""


def test_a_crash_between_writing_and_renaming_leaves_the_old_kit_whole(tmp_path: Path, kits: Kits):
    kits.write(kit())
    path = only_file(kits, tmp_path)
    died = subprocess.run([sys.executable, "-c", KILLED_BEFORE_THE_RENAME, str(path)], check=False, timeout=30)
    assert died.returncode == -signal.SIGKILL
    beside = [other for other in path.parent.iterdir() if other != path]
    assert [other.read_bytes() for other in beside] == [b"new"], "it died with the new content beside the old"
    assert kits.read("m1") == kit()
    assert list(kits.all()) == [kit()]
    kits.write(kit(link=new_token()))
    assert kits.read("m1") != kit()


def test_a_change_that_the_disk_refuses_leaves_the_old_kit_and_nothing_beside_it(tmp_path: Path, kits: Kits):
    path = tmp_path / "kits" / "m1.practice.kit"
    path.mkdir(parents=True)
    (path / "in the way").touch()
    with pytest.raises(OSError, match="directory"):
        kits.write(kit())
    assert list(path.parent.iterdir()) == [path]


def test_threads_that_change_one_kit_at_once_never_leave_half_of_one(tmp_path: Path, kits: Kits):
    kits.write(kit())
    errors: list[OSError] = []
    done = threading.Event()

    def change(number: int) -> None:
        for n in range(60):
            try:
                kits.write(kit(link=f"{number} {n} " * (number * 50)))
            except OSError as error:
                errors.append(error)

    def read() -> None:
        while not done.is_set():
            unreadable.extend(kits.unreadable())

    unreadable: list[KitUnreadable] = []
    reader = threading.Thread(target=read)
    writers = [threading.Thread(target=change, args=(number,)) for number in range(1, 5)]
    for thread in (reader, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    reader.join()
    assert errors == []
    assert unreadable == []


# Links.


def test_a_link_finds_its_kit_and_a_token_all_of_its_kits(kits: Kits):
    one, other = kit(1), kit(2, link=new_token())
    kits.write(one)
    kits.write(other)
    assert kits.holding(digest(LINK)) == one
    assert kits.all_holding(digest(TOKEN)) == [one, other]
    assert kits.holding(digest(new_token())) is None


@pytest.mark.parametrize("settled", [True, False])
def test_a_revoked_link_is_refused_at_once_also_within_the_same_second(tmp_path: Path, kits: Kits, settled: bool):
    for _ in range(20):
        kits.write(kit())
        if settled:
            settle(tmp_path)
        assert kits.holding(digest(LINK)) == kit()
        kits.write(kit()._replace(cords=()))
        assert kits.holding(digest(LINK)) is None


def test_a_link_revoked_by_another_process_behind_an_unchanged_time_is_refused(tmp_path: Path, keys: Keys, kits: Kits):
    kits.write(kit())
    settle(tmp_path)
    assert kits.holding(digest(LINK)) == kit()
    only_file(kits, tmp_path).write_bytes(_sealed(tmp_path, keys, kit()._replace(cords=())))
    settle(tmp_path)
    assert kits.holding(digest(LINK)) is None


def _sealed(folder: Path, keys: Keys, content: Kit) -> bytes:
    elsewhere = Kits(str(folder / "elsewhere"), keys)
    elsewhere.write(content)
    (path,) = (folder / "elsewhere").glob("*.kit")
    return path.read_bytes()


@pytest.mark.parametrize("settled", [True, False])
def test_a_new_link_works_at_once(tmp_path: Path, kits: Kits, settled: bool):
    kits.write(kit())
    for _ in range(20):
        if settled:
            settle(tmp_path)
        assert kits.holding(digest(LINK)) == kit()
        link = new_token()
        assert kits.holding(digest(link)) is None
        kits.write(kit(link=link))
        assert kits.holding(digest(link)) == kit(link=link)
        kits.write(kit())


def test_a_forgotten_kit_is_gone_with_its_links(tmp_path: Path, kits: Kits):
    kits.write(kit())
    settle(tmp_path)
    assert kits.holding(digest(LINK)) == kit()
    kits.forget("m1")
    assert kits.holding(digest(LINK)) is None
    assert kits.read("m1") is None


def test_a_repaired_kit_is_found_again(tmp_path: Path, kits: Kits):
    kits.write(kit())
    path = only_file(kits, tmp_path)
    whole = path.read_bytes()
    path.write_bytes(b"random bytes")
    assert kits.holding(digest(LINK)) is None
    path.write_bytes(whole)
    assert kits.holding(digest(LINK)) == kit()


def test_a_kit_damaged_in_place_is_found_again_once_it_was_repaired_in_place(tmp_path: Path, kits: Kits):
    kits.write(kit())
    path = only_file(kits, tmp_path)
    settle(tmp_path)
    assert kits.holding(digest(LINK)) == kit()
    whole = path.read_bytes()
    kits.write(kit(2, link=new_token()))
    path.write_bytes(b"random bytes")
    assert kits.holding(digest(LINK)) is None
    settle(tmp_path)
    assert kits.holding(digest(LINK)) is None, "the index learned of the damage, and then thinks the folder settled"
    path.write_bytes(whole)
    assert kits.holding(digest(LINK)) == kit()


def test_damage_behind_an_unchanged_time_is_told_once_the_link_is_tried(tmp_path: Path, kits: Kits):
    kits.write(kit())
    settle(tmp_path)
    path = only_file(kits, tmp_path)
    then = path.stat().st_mtime_ns
    assert kits.holding(digest(LINK)) == kit()
    path.write_bytes(b"random bytes")
    os.utime(path, ns=(then, then))
    assert kits.holding(digest(LINK)) is None
    assert [error.path for error in kits.unreadable()] == [str(path)]


def test_a_machine_out_of_open_files_says_that_it_cannot_read_and_forgets_no_link(tmp_path: Path, kits: Kits):
    kits.write(kit())
    settle(tmp_path)
    with no_more_files():
        assert kits.holding(digest(LINK)) is None
        assert [error.path for error in kits.unreadable()] == [str(tmp_path / "kits")]
        with pytest.raises(KitUnreadable):
            kits.read("m1")
    assert kits.holding(digest(LINK)) == kit()
    assert kits.unreadable() == []


@contextmanager
def no_more_files() -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_quiet_folder_is_not_opened_again_for_a_link_that_is_not_there(tmp_path: Path, kits: Kits):
    for number in range(50):
        kits.write(kit(number, link=new_token()))
    settle(tmp_path)
    kits.holding(digest(LINK))
    opened: list[str] = []
    counting = threading.current_thread()

    def count(event: str, what: tuple[object, ...]) -> None:
        if event == "open" and str(what[0]).endswith(".kit") and threading.current_thread() is counting:
            opened.append(str(what[0]))

    sys.addaudithook(count)  # cannot be taken away again: it costs the later tests nothing but a comparison
    kits.holding(digest(LINK))
    kits.unreadable()
    assert opened == []


# What a person types.


@pytest.mark.parametrize("asked", ["m1", "M1", "Tuesday 1", " tuesday 1 ", "https://meet.example/1"])
def test_a_meeting_is_meant_by_its_id_its_name_or_its_link(kits: Kits, asked: str):
    for number in (1, 2):
        kits.write(kit(number))
    assert named(kits.all(), asked) == [kit(1)]


def test_nothing_is_meant_by_an_empty_word(kits: Kits):
    kits.write(kit()._replace(meeting=kit().meeting._replace(at={})))
    assert named(kits.all(), "") == []


def test_a_kit_is_opened_once_for_as_long_as_its_file_stays_what_it_was(tmp_path: Path, kits: Kits):
    kits.write(kit())
    settle(tmp_path)
    opened = kits.read("m1")
    assert kits.read("m1") is opened
    kits.write(kit(link=new_token()))
    assert kits.read("m1") != opened
    assert kits.holding(digest(LINK)) is None, "what was revoked is not remembered"
