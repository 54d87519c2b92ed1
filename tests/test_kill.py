"""kill -9 at every step of a stop: afterwards it is complete, the hold stands, and the platform was sent one end.

Below them, what a restart finds that no kill leaves behind by itself.
"""

import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from pullcord.config import read_config
from pullcord.core.incident import Incident
from pullcord.edge.ears import Ears
from pullcord.jobs.desk import Desk, open_desk
from pullcord.jobs.guard import Guard
from pullcord.jobs.seen import Seen
from pullcord.jobs.stop import stop
from pullcord.platforms.wire import ColdWire, Reply, Request
from pullcord.safe.book import Book
from pullcord.safe.inbox import Inbox
from pullcord.safe.journal import START, Journal, Line, Place
from pullcord.safe.keys import new_token
from pullcord.safe.kit import Kit
from pullcord.serve import house as houses
from pullcord.serve import loops
from tests.burning.platform import CountingGround, counting
from tests.contract.ground_practice import Participant
from tests.stopping import kit_of

pytestmark = pytest.mark.servers

ROOT = Path(__file__).resolve().parent.parent
AT_ONCE = 4
OVER_THE_WIRE = {"GET room", "POST hold", "POST end"}
LINES = {"pressed", "sent", "answered", "counted", "held", "over"}
BEFORE_ANYTHING = {"before pressed #1", "half of pressed #1"}
"""Here nothing was written and nothing was sent: it is as if nobody had pressed yet."""


class Raid(NamedTuple):
    """One meeting with somebody in it, on a platform that is another process than the one that dies."""

    ground: CountingGround
    folder: Path
    kit: Kit
    guest: Participant

    def child(self, step: str = "", *, what: str = "stop", writes: str = "in step") -> int:
        words = [sys.executable, "-m", "tests.burning.dies", str(self.folder), what, writes, step]
        return subprocess.run(words, cwd=ROOT, check=False, timeout=40).returncode

    def steps(self) -> list[str]:
        return (self.folder / "steps").read_text().splitlines()


def raid(ground: CountingGround, folder: Path) -> Raid:
    meeting, (invitation,) = ground.open_meeting(invitations=1)
    desk = open_desk(read_config(str(folder), environment={}), new=True)
    kit = kit_of(meeting, link=new_token(), token=new_token())
    desk.kits.write(kit)
    return Raid(ground, folder, kit, ground.join(meeting, invitation, name="Guest"))


@contextmanager
def restarted(now: Raid) -> Iterator[Desk]:
    """What `serve` does first, on what the dead process left."""
    config = read_config(str(now.folder), environment={})
    desk = open_desk(config)
    troubles = houses.Troubles()
    people, inbox = houses.People(troubles), Inbox(config.path("product.sqlite3"))
    house = houses.House(
        config, desk, now.ground.rooms, people, troubles, people, Seen(), Guard(desk), inbox, Ears(inbox)
    )
    loops.finish_open_ends(house)
    yield desk
    desk.means.journal.close()


def finished(desk: Desk, kit: Kit) -> Incident | None:
    until, pause = time.monotonic() + 20, threading.Event()
    while desk.means.book.unfinished() and time.monotonic() < until:
        pause.wait(0.02)
    return desk.means.book.latest(kit.meeting.id)


def complaints(now: Raid, *, step: str, pressed: bool) -> list[str]:
    """What is not as it has to be after a restart; nothing = all is well."""
    with restarted(now) as desk:
        incident = finished(desk, now.kit)
        if incident is None and not pressed:
            if now.ground.ends(now.kit.meeting) or now.ground.rooms.state(now.kit.meeting.at["room"]).held:  # type: ignore[union-attr]
                return [f"{step}: acted before it was written down"]
            incident = stop(now.kit, desk.means, by="anna", door="cord").incident  # the person presses again
        wrong = []
        if incident is None or not (incident.is_over and incident.over_proof and incident.is_held(desk.means.clock())):
            wrong.append(f"{step}: the incident is not complete: {incident}")
        if not now.ground.is_out_and_barred(now.kit.meeting):
            wrong.append(f"{step}: not out and barred")
        if now.ground.ends(now.kit.meeting) != 1:
            wrong.append(f"{step}: {now.ground.ends(now.kit.meeting)} ends")
        desk.means.journal.flush(wait_seconds=5)
        if serve_again := open_desk(desk.config).means.book.unfinished():
            wrong.append(f"{step}: open still for the next restart: {serve_again}")
        if not now.guest.is_out(within_seconds=1):
            wrong.append(f"{step}: somebody is in still")
        return wrong


def kinds_of(steps: list[str]) -> set[str]:
    return {re.sub(r"^(before|sent|half of|after) |'s answer| #\d+$", "", step) for step in steps}


def killed_at_each(tmp_path: Path, ground: CountingGround, steps: list[str], *, writes: str) -> list[str]:
    def one(step: str) -> list[str]:
        now = raid(ground, tmp_path / re.sub(r"\W+", "-", step))
        code = now.child(step, writes=writes)
        if code != -signal.SIGKILL:
            return [f"{step}: was not reached (exit {code})"]
        return complaints(now, step=step, pressed=step not in BEFORE_ANYTHING)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return [wrong for told in pool.map(one, steps) for wrong in told]


def every_step(tmp_path: Path, ground: CountingGround, *, writes: str) -> list[str]:
    """The steps of a stop that nobody kills; a second look for the proof may or may not be needed, so it is left out."""
    whole = raid(ground, tmp_path / "whole")
    assert whole.child(writes=writes) == 0
    assert complaints(whole, step="whole", pressed=True) == []
    steps = [step for step in whole.steps() if not re.search(r"GET room.* #([3-9]|\d\d)$", step)]
    assert len(steps) == len(set(steps))
    return steps


@pytest.mark.timeout(120)
def test_killed_at_every_step_with_every_line_on_disk_a_stop_is_finished_after_the_restart(tmp_path: Path):
    with counting(tmp_path) as ground:
        steps = every_step(tmp_path, ground, writes="in step")
        assert kinds_of(steps) == OVER_THE_WIRE | LINES | {"the roster"}, "a step was added or taken away: name it here"
        for kind in OVER_THE_WIRE:
            assert {f"before {kind} #1", f"sent {kind} #1", f"half of {kind}'s answer #1", f"after {kind} #1"} <= set(
                steps
            )
        for kind in LINES | {"the roster"}:
            assert {f"before {kind} #1", f"half of {kind} #1", f"after {kind} #1"} <= set(steps)
        assert killed_at_each(tmp_path, ground, steps, writes="in step") == []


@pytest.mark.timeout(120)
def test_killed_at_every_step_with_only_the_press_on_disk_a_stop_is_finished_after_the_restart(tmp_path: Path):
    with counting(tmp_path) as ground:
        steps = every_step(tmp_path, ground, writes="pressed only")
        assert kinds_of(steps) == OVER_THE_WIRE | {"the roster"}
        assert killed_at_each(tmp_path, ground, steps, writes="pressed only") == []


@pytest.mark.timeout(120)
def test_killed_again_at_every_step_of_the_recovery_it_is_finished_by_the_next_one(tmp_path: Path):
    with counting(tmp_path) as ground:
        whole = raid(ground, tmp_path / "whole")
        assert whole.child("after pressed #1") == -signal.SIGKILL
        (whole.folder / "steps").unlink()
        assert whole.child(what="finish") == 0
        steps = [step for step in whole.steps() if "GET room" not in step or step.endswith("#1")]
        assert {"before POST end #1", "half of POST end's answer #1", "half of over #1", "half of held #1"} <= set(
            steps
        )

        def one(step: str) -> list[str]:
            now = raid(ground, tmp_path / re.sub(r"\W+", "-", step))
            assert now.child("after pressed #1") == -signal.SIGKILL
            if (code := now.child(step, what="finish")) != -signal.SIGKILL:
                return [f"{step}: was not reached (exit {code})"]
            return complaints(now, step=step, pressed=True)

        chosen = [step for step in steps if step.startswith(("sent", "half"))]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            assert [wrong for told in pool.map(one, chosen) for wrong in told] == []


def test_a_meeting_found_over_and_not_barred_is_barred_after_the_restart(tmp_path: Path):
    with counting(tmp_path) as ground:
        now = raid(ground, tmp_path / "data")
        journal = open_desk(read_config(str(now.folder), environment={})).means.journal
        told = {"meeting": now.kit.meeting.id, "incident": "i"}
        journal.append("pressed", **told, press="p", door="cord", by="anna", drill=False)
        journal.append("sent", **told, verb="end")
        ground.rooms.end(now.kit.meeting.at["room"], now=0.0)
        journal.append("over", **told, proof="nobody in it")
        journal.close()
        assert complaints(now, step="over, not barred", pressed=True) == []


class Unread(Journal):
    """A journal that can be written and not be read back."""

    def read(self, since: Place = START, *, about: str = "") -> tuple[list[Line], Place]:
        return [], since


def test_a_journal_that_cannot_be_read_back_keeps_no_end_from_going_out(tmp_path: Path):
    with counting(tmp_path) as ground:
        now = raid(ground, tmp_path / "data")
        desk = open_desk(read_config(str(now.folder), environment={}))
        journal = Unread(desk.config.path("stop"), desk.keys)
        pressed = stop(now.kit, desk.means._replace(journal=journal, book=Book(journal)), by="anna", door="cord")
        assert pressed.error is None
        assert now.guest.is_out(within_seconds=1)
        assert ground.is_out_and_barred(now.kit.meeting)
        assert ground.ends(now.kit.meeting) == 1
        journal.close()


def test_a_server_that_starts_while_another_process_is_ending_the_meeting_sends_no_second_end(tmp_path: Path):
    class Slow(ColdWire):
        """The other process: its look at who is there takes as long as a stop waits for it."""

        def send(self, request: Request) -> Reply:
            if request.method == "GET" and not looked.is_set():
                looking.set()
                looked.wait(10)
            return super().send(request)

    looking, looked = threading.Event(), threading.Event()
    with counting(tmp_path) as ground:
        now = raid(ground, tmp_path / "data")
        config = read_config(str(now.folder), environment={})
        other = open_desk(config, wire=lambda _: Slow())
        stopping = threading.Thread(
            target=stop, args=(now.kit, other.means), kwargs={"by": "anna", "door": "command line"}
        )
        stopping.start()
        assert looking.wait(10)
        with restarted(now) as desk:
            incident = finished(desk, now.kit)
            looked.set()
            stopping.join(30)
            assert incident is not None
            assert incident.is_over
            assert ground.ends(now.kit.meeting) == 1
        other.means.journal.close()
