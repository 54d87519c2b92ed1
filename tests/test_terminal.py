"""`pullcord stop`: what a frightened person types, and what comes back: on the screen, to a program, as an exit code."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pullcord.jobs import terminal
from pullcord.jobs.desk import open_desk
from pullcord.jobs.terminal import FAILED, OVER, UNKNOWN, UNREADABLE, USAGE, stop_from_terminal
from pullcord.safe.keys import digest
from tests.contract.ground_practice import PracticeGround
from tests.doors import door
from tests.fakes.faulty import nobody
from tests.logs import refuse_in
from tests.stopping import Scene, scene

SOURCE = str(Path(__file__).parents[1] / "src")
LINK = "https://meet.example.org/j/tuesday?pwd=sesame"


def ended(now: Scene) -> bool:
    return is_over(now.ground, now.kit.meeting.at["room"])


def is_over(ground: PracticeGround, room: str) -> bool:
    state = ground.rooms.state(room)
    assert state is not None
    return not state.people and state.held


def with_link(now: Scene) -> None:
    meeting = now.kit.meeting
    now.desk.kits.write(now.kit._replace(meeting=meeting._replace(at={**meeting.at, "link": LINK})))


def a_second(now: Scene, *, name: str) -> str:
    """Another meeting in the same folder, by this name; its id."""
    meeting, _ = now.ground.open_meeting(invitations=1)
    now.desk.kits.write(now.kit._replace(meeting=meeting._replace(name=name), cords=(), tokens=()))
    return meeting.id


def process(words: list[str], *, said: str = "", before: str = "", **more: str) -> subprocess.CompletedProcess[str]:
    """The whole command, as the launcher starts it. `before`: what happens to that process first."""
    code = f"{before}\nfrom pullcord import cli\ncli.main()"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PULLCORD_")}
    return subprocess.run(
        [sys.executable, "-c", code, "stop", *words],
        input=said,
        env={**kept, "PYTHONPATH": SOURCE, **more},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


@pytest.mark.parametrize("by", ["name", "NAME", "id", "link"])
@pytest.mark.parametrize("how", ["argument", "standard input"])
def test_a_meeting_is_ended_by_its_name_its_id_or_its_link(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], by: str, how: str
) -> None:
    with scene(tmp_path) as now:
        with_link(now)
        told = {"name": "Tuesday", "NAME": " TUESDAY ", "id": now.kit.meeting.id, "link": LINK}[by]
        monkeypatch.setattr(sys, "stdin", io.StringIO(f"{told}\n"))
        guest = now.ground.join(now.kit.meeting, now.invitations[0], name="Guest")
        assert stop_from_terminal(["-" if how == "standard input" else told, "--data", str(tmp_path)]) == OVER
        assert guest.is_out(within_seconds=1)
        said = capsys.readouterr()
        assert said.out.startswith("“Tuesday” is over.")
        assert ("Other users of this machine can see this link" in said.err) == (by == "link" and how == "argument")


def test_a_whole_process_ends_it_keeps_who_was_there_and_tells_a_program_so(tmp_path: Path) -> None:
    with scene(tmp_path) as now:
        now.ground.join(now.kit.meeting, now.invitations[0], name="Ruth Seidel")
        done = process([now.kit.meeting.id, "--json", "--data", str(tmp_path)])
        assert done.returncode == OVER, done.stderr
        told = json.loads(done.stdout)
        assert (told["code"], told["over"], told["written"], told["own_hands"]) == ("over", True, True, [])
        assert told["held_until"] > now.desk.means.clock()
        assert 0 <= told["seconds"] < 5
        incident = now.desk.means.book.latest(now.kit.meeting.id)
        assert incident is not None
        assert (incident.id, incident.presses[0].door, incident.people_out) == (told["incident"], "command line", 1)
        people = now.desk.rosters.read(incident.id)
        assert people is not None
        assert [person.name for person in people] == ["Ruth Seidel"]
        assert not done.stderr


def test_the_folder_may_come_from_the_environment(tmp_path: Path) -> None:
    with scene(tmp_path) as now:
        assert process(["Tuesday"], PULLCORD_DATA=str(tmp_path)).returncode == OVER
        assert ended(now)


def test_it_stops_beside_a_running_server_and_both_tell_of_one_incident(tmp_path: Path) -> None:
    with door(tmp_path) as server:
        now = server.scene
        assert stop_from_terminal(["Tuesday", "--data", str(tmp_path)]) == OVER
        assert "The meeting is over" in server.ask("GET", f"/c/{now.link}").text
        server.ask("POST", f"/c/{now.link}/stop")
        incident = now.desk.means.book.latest(now.kit.meeting.id)
        assert incident is not None
        assert [press.door for press in incident.presses] == ["command line", "cord"]
        assert now.wire.ends() == 0, "the server sent no second end"


def test_an_unknown_meeting_is_said_to_be_unknown_and_the_persons_own_way_is_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with scene(tmp_path) as now:
        assert stop_from_terminal(["Wednesday", "--data", str(tmp_path)]) == UNKNOWN
        said = capsys.readouterr()
        assert "No meeting of that name or id is known here. Nothing was ended." in said.err
        assert "End for all" in said.err
        assert not ended(now)


def test_of_several_of_one_name_none_is_ended_and_their_ids_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with scene(tmp_path) as now:
        other = a_second(now, name="tuesday")
        assert stop_from_terminal(["Tuesday", "--data", str(tmp_path)]) == USAGE
        said = capsys.readouterr().err
        assert other in said
        assert now.kit.meeting.id in said
        assert not ended(now)
        assert stop_from_terminal([other, "--data", str(tmp_path)]) == OVER


@pytest.mark.parametrize("by", ["id", "name"])
def test_a_kit_that_cannot_be_read_is_named_and_its_platforms_own_buttons_are_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], by: str
) -> None:
    with scene(tmp_path) as now:
        kit = next((tmp_path / "stop" / "kits").glob("*.kit"))
        kit.write_bytes(b"\x00" * 100)
        asked = now.kit.meeting.id if by == "id" else "Tuesday"
        assert stop_from_terminal([asked, "--data", str(tmp_path)]) == UNREADABLE
        said = capsys.readouterr().err
        assert str(kit) in said
        assert "Nothing was ended." in said
        assert "Close the browser tab of the practice meeting." in said


def test_a_kit_that_cannot_be_read_keeps_no_other_meeting_running(tmp_path: Path) -> None:
    with scene(tmp_path) as now:
        (tmp_path / "stop" / "kits" / "0.janus.kit").write_bytes(b"")
        assert stop_from_terminal(["Tuesday", "--data", str(tmp_path)]) == OVER
        assert ended(now)


@pytest.mark.parametrize("key", [None, b"", b"not a key", b"\xff" * 40])
def test_without_a_usable_key_nothing_is_ended_and_the_file_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], key: bytes | None
) -> None:
    with scene(tmp_path) as now:
        file = tmp_path / "keys" / "key"
        file.unlink() if key is None else file.write_bytes(key)
        assert stop_from_terminal(["Tuesday", "--data", str(tmp_path), "--json"]) == UNREADABLE
        told = json.loads(capsys.readouterr().out)
        assert told["code"] == "cannot-start"
        assert str(file) in told["sentence"]
        assert told["own_hands"]
        assert not ended(now)


def test_a_platform_that_cannot_be_reached_leaves_the_persons_own_hands(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with scene(tmp_path) as now, nobody() as address:
        now.desk.kits.write(now.kit._replace(meeting=now.ground.pointed_at(now.kit.meeting, address)))
        assert stop_from_terminal(["Tuesday", "--data", str(tmp_path)]) == FAILED
        said = capsys.readouterr()
        assert not said.out
        assert "“Tuesday” may still be running." in said.err
        assert "  1. Close the browser tab of the practice meeting." in said.err


SETTINGS = ['address = "nowhere"', "listen = 8400", 'color = "red"', "listen = ", "\x00"]


@pytest.mark.parametrize("settings", SETTINGS)
def test_a_bad_setting_is_told_and_keeps_no_stop_from_going_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], settings: str
) -> None:
    with scene(tmp_path) as now:
        (tmp_path / "settings.toml").write_text(settings)
        assert stop_from_terminal(["Tuesday", "--data", str(tmp_path)]) == OVER
        said = capsys.readouterr().err
        assert said.count("\n") == 1
        assert "goes on" in said
        assert ended(now)


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_clock_an_hour_off_still_stops(tmp_path: Path, hours: int) -> None:
    with scene(tmp_path) as now:
        at = now.desk.means.clock()
        now.desk.kits.write(now.kit._replace(starts=at - 60, ends=at + 60))
        clock = f"import time\nreal = time.time\ntime.time = lambda: real() + {hours * 3600}"
        done = process(["Tuesday", "--data", str(tmp_path)], before=clock)
        assert done.returncode == OVER, done.stderr
        assert ended(now)


def test_a_clock_an_hour_behind_another_presss_still_stops(tmp_path: Path) -> None:
    with scene(tmp_path) as now:
        guest = now.ground.join(now.kit.meeting, now.invitations[0], name="Guest")
        now.desk.means.journal._clock = lambda: now.desk.means.clock() + 3600
        now.desk.means.journal.append(
            "pressed", meeting=now.kit.meeting.id, incident="i1", press="p1", door="cord", by="anna", drill=False
        )
        assert process(["Tuesday", "--data", str(tmp_path)]).returncode == OVER
        assert guest.is_out(within_seconds=1)


def test_nothing_secret_is_ever_on_the_screen(tmp_path: Path) -> None:
    with scene(tmp_path) as now:
        with_link(now)
        now.ground.join(now.kit.meeting, now.invitations[0], name="Ruth Seidel")
        data = ["--data", str(tmp_path)]
        runs = [process([word, *more, *data], said=LINK) for word in ("-", "Wednesday") for more in ([], ["--json"])]
        said = "".join(run.stdout + run.stderr for run in runs)
        key = (tmp_path / "keys" / "key").read_text().strip()
        secrets = [*now.kit.meeting.secrets.values(), now.link, now.token, digest(now.link), digest(now.token), key]
        refuse_in(said, *secrets, *now.invitations, LINK, "Seidel", "Anna")


def test_a_long_journal_of_other_meetings_is_not_worked_through(tmp_path: Path) -> None:
    with scene(tmp_path) as now:
        journal = Path(now.desk.means.journal.path)
        now.desk.means.journal.append("note", meeting="another")
        journal.write_bytes(journal.read_bytes() * 20_000)
        assert process(["Tuesday", "--data", str(tmp_path)]).returncode == OVER
        after = open_desk(now.desk.config)
        incident = after.means.book.latest(now.kit.meeting.id)
        assert incident is not None
        assert incident.is_over


@pytest.mark.parametrize("closed", ["sys.stdout = None", "os.close(1)"])
def test_a_screen_that_nobody_reads_changes_nothing(tmp_path: Path, closed: str) -> None:
    with scene(tmp_path) as now:
        process(["Tuesday", "--data", str(tmp_path)], before=f"import os, sys\n{closed}")
        assert ended(now)


def test_a_name_that_the_screen_cannot_show_is_no_reason_to_fail(tmp_path: Path) -> None:
    with scene(tmp_path) as now:
        a_second(now, name="Dienstag 火曜日")
        done = process(["Dienstag 火曜日", "--data", str(tmp_path)], PYTHONIOENCODING="ascii:strict", PYTHONUTF8="1")
        assert done.returncode == OVER, done.stderr
        assert "is over" in done.stdout


@pytest.mark.parametrize(
    "words",
    [[], ["--json"], ["a", "b"], ["--all"], ["a", "--data"], ["a", "--data", ""], ["-"]],
)
def test_what_cannot_be_meant_shows_how_it_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    assert stop_from_terminal(words) == USAGE
    assert capsys.readouterr().err.startswith("pullcord stop MEETING")


def test_every_exit_code_is_another() -> None:
    codes = [OVER, USAGE, terminal.NOT_PROVEN, FAILED, UNKNOWN, UNREADABLE]
    assert len({1, *codes}) == len(codes) + 1
