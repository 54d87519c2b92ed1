"""`pullcord doctor`: what is proven, what is broken, and what nobody can know."""

import json
from pathlib import Path

import pytest

from pullcord import cli
from pullcord.jobs import doctor
from pullcord.jobs.doctor import Told, look
from tests.stopping import Scene, fail, scene


def about(now: Scene) -> Told:
    return next(told for told in look(now.desk) if told.meeting == now.kit.meeting.id)


def broken(now: Scene) -> set[str]:
    return {told.code for told in look(now.desk) if told.how == "broken"}


def test_a_meeting_that_can_be_ended_is_said_to_be_and_is_left_alone(tmp_path: Path) -> None:
    with scene(tmp_path / "data") as now:
        told = about(now)
        assert (told.how, told.code) == ("well", "can-end")
        assert now.kit.meeting.name in told.sentence
        assert {what.partition(" ")[0] for what in now.wire.sent} == {"GET"}, "it only asks"
        assert doctor.exit_code(look(now.desk)) == 0


@pytest.mark.parametrize("kind", ["unreachable", "timeout", "barred"])
def test_a_platform_that_is_not_reached_is_told_as_broken(kind: str, tmp_path: Path) -> None:
    with scene(tmp_path / "data") as now:
        now.wire.before = fail("GET room", kind=kind)
        told = about(now)
        assert (told.how, told.code) == ("broken", f"practice-{kind}")
        assert "cannot be ended now" in told.sentence
        assert doctor.exit_code(look(now.desk)) == 4


def test_the_kit_is_what_counts_and_a_wrong_credential_in_it_is_found(tmp_path: Path) -> None:
    with scene(tmp_path / "data") as now:
        wrong = now.kit.meeting._replace(secrets={**now.kit.meeting.secrets, "admin": "wrong-credential"})
        now.desk.kits.write(now.kit._replace(meeting=wrong))
        told = about(now)
        assert (told.how, told.code) == ("broken", "practice-denied")
        assert "wrong-credential" not in repr(told)


def test_a_kit_that_cannot_be_read_is_broken(tmp_path: Path) -> None:
    with scene(tmp_path / "data") as now:
        next((tmp_path / "data/stop/kits").iterdir()).write_bytes(b"torn")
        assert "kit-unreadable" in broken(now)


def test_lines_set_aside_and_folders_that_are_open_are_said(tmp_path: Path) -> None:
    with scene(tmp_path / "data") as now:
        assert not broken(now)
        with Path(now.desk.means.journal.path).open("ab") as file:
            file.write(b"not ours\n")
        (tmp_path / "data/keys").chmod(0o755)
        assert {"too-open", "journal-aside"} <= broken(now)


def test_the_command_says_it_in_sentences_and_for_programs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with scene(tmp_path / "data") as now:
        assert cli.main(["doctor", "--data", str(tmp_path / "data")]) == 0
        assert f"“{now.kit.meeting.name}” can be ended." in capsys.readouterr().out
        assert cli.main(["doctor", "--json", "--data", str(tmp_path / "data")]) == 0
        out = capsys.readouterr().out
        told = next(one for one in json.loads(out)["told"] if one["meeting"] == now.kit.meeting.id)
        assert {one["feature"] for one in told["findings"]["features"]} >= {"roster", "stop", "hold", "hear"}
        assert not [secret for secret in now.kit.meeting.secrets.values() if len(secret) > 7 and secret in out]


def test_without_a_key_or_with_wrong_words_nothing_is_claimed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["doctor", "--data", str(tmp_path)]) == 4
    assert "Nothing was tested." in capsys.readouterr().err
    assert cli.main(["doctor", "--all"]) == 2


def test_where_no_meeting_is_known_it_does_not_say_that_all_is_well(tmp_path: Path) -> None:
    with scene(tmp_path / "data") as now:
        now.desk.kits.forget(now.kit.meeting.id)
        assert doctor.exit_code(look(now.desk)) == 3
