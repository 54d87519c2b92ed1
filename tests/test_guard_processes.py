"""The guard in processes of their own: a server that is killed, a command line that stays, and the one after the other."""

import json
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from pullcord.config import read_config
from pullcord.jobs.desk import Desk, open_desk
from pullcord.safe.keys import new_token
from pullcord.safe.kit import Kit
from tests.contract.ground import Joined, Refused
from tests.contract.ground_practice import PracticeGround, ground
from tests.fakes import guarded
from tests.serving import command, environment, for_the_server, give_away, serving
from tests.stopping import kit_of

pytestmark = pytest.mark.servers

WITH_GUARDED = "tests.fakes.with_guarded"
START_SECONDS = 20.0
KEPT_SECONDS = 2.0 + guarded.LIMITS.over_within_seconds


class Place(NamedTuple):
    """A data folder with one meeting, on a platform that is another process than those that are killed."""

    ground: PracticeGround
    data: Path
    kit: Kit
    link: str
    invitation: str

    def come_back(self) -> Joined:
        return self.ground.join(self.kit.meeting, self.invitation, name="Back")

    def is_kept_ended(self) -> bool:
        back = self.come_back()
        return back.is_out(within_seconds=KEPT_SECONDS)

    def desk(self) -> Desk:
        return open_desk(read_config(str(self.data), environment={}))


@contextmanager
def place(folder: Path, *, native: bool) -> Iterator[Place]:
    data, link = for_the_server(folder), new_token()
    with ground() as platform_ground, guarded.known():
        meeting, (invitation,) = platform_ground.open_meeting(invitations=1)
        kit = kit_of(meeting if native else guarded.on_it(meeting), link=link, token=new_token())
        desk = open_desk(read_config(str(data), environment={}), new=True)
        desk.kits.write(kit)
        give_away(data)
        yield Place(platform_ground, data, kit, link, invitation)


class Staying(NamedTuple):
    """`pullcord stop` in a process of its own, and what it has said so far."""

    process: subprocess.Popen[str]

    def hear(self, words: str) -> str:
        assert self.process.stderr is not None
        said = ""
        while words not in said:
            line = self.process.stderr.readline()
            assert line, f"it ended with {self.process.wait(10)} and said: {said}"
            said += line
        return said

    def leave(self) -> str:
        """Ctrl-C; the rest of what it says."""
        self.process.send_signal(signal.SIGINT)
        return self.process.communicate(timeout=10)[1]


@contextmanager
def staying(now: Place, *words: str) -> Iterator[Staying]:
    process = subprocess.Popen(
        command(["stop", now.kit.meeting.id, *words], module=WITH_GUARDED),
        env=environment(now.data),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield Staying(process)
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate(timeout=10)


def at_once(now: Place, *words: str) -> subprocess.CompletedProcess[str]:
    """A command that must not stay."""
    return subprocess.run(
        command(["stop", now.kit.meeting.id, *words], module=WITH_GUARDED),
        env=environment(now.data),
        capture_output=True,
        text=True,
        timeout=10,
        check=False,
    )


@pytest.mark.timeout(120)
def test_a_meeting_is_kept_ended_by_the_server_and_by_the_next_one_after_a_kill(tmp_path: Path):
    with place(tmp_path, native=False) as now:
        with serving(now.data, module=WITH_GUARDED) as server:
            guest = now.come_back()
            assert server.ask("POST", f"/c/{now.link}/stop")[0] == 303
            assert guest.is_out(within_seconds=2)
            assert now.is_kept_ended()
            server.kill()
        back = now.come_back()
        assert not back.is_out(within_seconds=0.5), "nobody keeps it ended now"
        with serving(now.data, module=WITH_GUARDED):
            assert back.is_out(within_seconds=KEPT_SECONDS)
            assert now.is_kept_ended()


@pytest.mark.timeout(120)
def test_a_bar_that_another_hand_lifted_while_we_were_down_is_put_up_again_at_start(tmp_path: Path):
    with place(tmp_path, native=True) as now:
        with serving(now.data) as server:
            server.ask("POST", f"/c/{now.link}/stop")
            server.kill()
        with pytest.raises(Refused):
            now.come_back()
        now.ground.rooms.release(now.kit.meeting.at["room"])
        with serving(now.data):
            until = time.monotonic() + KEPT_SECONDS
            while time.monotonic() < until and not is_barred(now):
                pass
            assert is_barred(now)


def is_barred(now: Place) -> bool:
    state = now.ground.rooms.state(now.kit.meeting.at["room"])
    return state is not None and state.held


def test_in_stop_only_mode_it_is_kept_ended_all_the_same(tmp_path: Path):
    with place(tmp_path, native=False) as now:
        (now.data / "product.sqlite3").write_bytes(b"this is no database" * 1000)
        give_away(now.data)
        with serving(now.data, module=WITH_GUARDED) as server:
            assert json.loads(server.ask("GET", "/health")[2])["mode"] == "stop-only"
            server.ask("POST", f"/c/{now.link}/stop")
            assert now.is_kept_ended()


# -- the command line that stays ---------------------------------------------------------------------------------------


def test_where_nothing_else_keeps_it_ended_the_command_stays_and_does_and_says_what_ctrl_c_means(tmp_path: Path):
    with place(tmp_path, native=False) as now, staying(now) as it:
        said = it.hear("Ctrl-C")
        assert "until" in said
        assert "(UTC)" in said
        assert now.is_kept_ended()
        said = it.leave()
        assert "does not end" in said
        assert "Traceback" not in said
        assert it.process.returncode == 0, "the meeting was over: that is what the command was asked for"
        assert not now.is_kept_ended()


def test_where_the_platform_keeps_people_out_the_command_leaves_at_once(tmp_path: Path):
    with place(tmp_path, native=True) as now:
        done = at_once(now)
        assert done.returncode == 0
        assert "stays" not in done.stderr


def test_a_command_that_is_told_not_to_stay_leaves_and_says_that_nobody_keeps_it_ended(tmp_path: Path):
    with place(tmp_path, native=False) as now:
        done = at_once(now, "--no-wait")
        assert done.returncode == 0
        assert "do not use its link again" in done.stdout


def test_a_program_that_asks_is_not_kept_waiting_unless_it_wants_to(tmp_path: Path):
    with place(tmp_path, native=False) as now:
        told = json.loads(at_once(now, "--json").stdout)
        assert (told["over"], told["waits"], told["held_until"]) == (True, False, None)
        with staying(now, "--json", "--wait") as it:
            assert it.process.stdout is not None
            assert json.loads(it.process.stdout.readline())["waits"]
            assert now.is_kept_ended()


@pytest.mark.timeout(120)
def test_the_command_that_stays_hands_over_to_a_server_that_starts(tmp_path: Path):
    with place(tmp_path, native=False) as now, staying(now) as it:
        it.hear("Ctrl-C")
        assert now.is_kept_ended()
        with serving(now.data, module=WITH_GUARDED):
            said = it.hear("A Pullcord server runs here now")
            assert it.process.wait(5) == 0, said
            assert now.is_kept_ended()


@pytest.mark.timeout(120)
def test_beside_a_running_server_the_command_leaves_and_names_it(tmp_path: Path):
    with place(tmp_path, native=False) as now, serving(now.data, module=WITH_GUARDED):
        done = at_once(now)
        assert "the server that runs here ends it again" in done.stdout
        assert now.is_kept_ended()


def test_a_server_starts_though_a_command_looks_all_the_time_whether_one_runs(tmp_path: Path):
    """Looking takes the lock for a moment."""
    with place(tmp_path, native=False) as now, staying(now) as one:
        one.hear("Ctrl-C")  # before the other one begins: pressed at once, one of them may have nothing to stay for
        with staying(now) as two:
            two.hear("Ctrl-C")
            with serving(now.data, module=WITH_GUARDED):
                assert one.process.wait(5) == two.process.wait(5) == 0


def test_the_bar_of_a_command_that_stays_is_lifted_when_its_time_is_over(tmp_path: Path):
    with place(tmp_path, native=True) as now:
        now.desk().kits.write(now.kit._replace(hold_seconds=4.0))
        give_away(now.data)
        with staying(now, "--wait") as it:
            it.hear("Ctrl-C")
            with pytest.raises(Refused):
                now.come_back()
            it.hear("The time is over")
            assert it.process.wait(5) == 0
            assert not now.come_back().is_out(within_seconds=0.3)
