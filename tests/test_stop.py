"""The stop: written down first, sent once, barred, proven; and what it does when a rung fails."""

import threading
from pathlib import Path

import pytest

from pullcord.jobs.press import Refusal, let_back_in, press_cord, take_back
from pullcord.jobs.stop import Pressed, finish, stop
from pullcord.jobs.turns import Turns
from pullcord.platforms.wire import WireError
from pullcord.words import Door
from tests.contract.ground import Refused
from tests.contract.ground_practice import Participant
from tests.fakes import distant
from tests.stopping import fail, scene

DOOR: Door = "cord"


def test_everyone_is_out_and_the_page_may_say_so_only_because_the_platform_did(tmp_path: Path) -> None:
    with scene(tmp_path) as now:
        people = [now.ground.join(now.kit.meeting, one, name=f"P{n}") for n, one in enumerate(now.invitations)]
        pressed = stop(now.kit, now.desk.means, by="anna", door=DOOR)
        assert all(person.is_out(within_seconds=1) for person in people)
        assert pressed.incident.is_over
        assert "0" in pressed.incident.over_proof or "nobody" in pressed.incident.over_proof.casefold()
        assert pressed.written
        assert pressed.incident.people_out == 2


def test_the_journal_has_the_press_before_anything_is_sent(tmp_path: Path) -> None:
    with scene(tmp_path) as now:
        journal = Path(now.desk.means.journal.path)
        before: list[bool] = []
        now.wire.before = lambda _: before.append(b'"kind":"pressed"' in journal.read_bytes())
        stop(now.kit, now.desk.means, by="anna", door=DOOR)
        assert before
        assert all(before)


def test_nobody_gets_back_in(tmp_path: Path) -> None:
    with scene(tmp_path) as now:
        pressed = stop(now.kit, now.desk.means, by="anna", door=DOOR)
        assert pressed.incident.is_held(now.desk.means.clock())
        with pytest.raises(Refused):
            now.ground.join(now.kit.meeting, now.invitations[0], name="Back again")


def test_who_was_there_is_kept_sealed(tmp_path: Path) -> None:
    with scene(tmp_path) as now:
        now.ground.join(now.kit.meeting, now.invitations[0], name="Ruth Seidel")
        pressed = stop(now.kit, now.desk.means, by="anna", door=DOOR)
        now.desk.means.journal.flush(wait_seconds=1)
        people = now.desk.rosters.read(pressed.incident.id)
        assert people is not None
        assert [person.name for person in people] == ["Ruth Seidel"]
        files = [path.read_bytes() for path in (tmp_path / "stop").rglob("*") if path.is_file()]
        assert not any(b"Seidel" in content for content in files)


def test_three_people_at_once_make_one_incident_with_three_names_and_one_end(tmp_path: Path) -> None:
    with scene(tmp_path) as now:
        pressed: list[Pressed] = []
        start = threading.Barrier(3)

        def press(who: str) -> None:
            start.wait()
            pressed.append(stop(now.kit, now.desk.means, by=who, door=DOOR))

        threads = [threading.Thread(target=press, args=(who,)) for who in ("anna", "ben", "cleo")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len({one.incident.id for one in pressed}) == 1
        incident = now.desk.means.book.latest(now.kit.meeting.id)
        assert incident is not None
        assert {press.by for press in incident.presses} == {"anna", "ben", "cleo"}
        assert now.wire.ends() == 1


def test_a_meeting_waits_for_the_ends_of_other_meetings_and_never_for_further_presses_on_itself() -> None:
    turns = Turns()
    turns.begin("choir")
    turns.begin("choir")
    assert not turns.others_are_to_be_sent("choir")
    turns.begin("council")
    assert turns.others_are_to_be_sent("choir")
    turns.sent("council")
    assert not turns.others_are_to_be_sent("choir")


def test_a_second_process_on_the_same_journal_sends_no_second_end(tmp_path: Path) -> None:
    from pullcord.jobs.desk import open_desk

    with scene(tmp_path) as now:
        other = open_desk(now.desk.config, wire=lambda _: now.wire)
        stop(now.kit, now.desk.means, by="anna", door=DOOR)
        pressed = stop(now.kit, other.means, by="ben", door="command line")
        other.means.journal.close()
        assert pressed.incident.is_over
        assert [press.by for press in pressed.incident.presses] == ["anna", "ben"]
        assert now.wire.ends() == 1


def test_who_saw_it_over_just_before_the_end_of_another_process_went_out_still_hears_that_it_is_over(
    tmp_path: Path,
) -> None:
    """Two commands at once, of a meeting in which nobody is: the second one's look comes before the first one's end."""
    from pullcord.jobs.desk import open_desk

    with scene(tmp_path) as now:
        other = open_desk(now.desk.config, wire=lambda _: now.wire)
        about = {"meeting": now.kit.meeting.id, "incident": "1" * 16}
        other.means.journal.append("pressed", **about, press="2" * 16, door="command line", by="terminal", drill=True)

        def others_end(what: str) -> None:
            if what == "POST hold":  # by now the proof is ours
                now.wire.before = lambda _: None
                now.desk.means.journal.settle(wait_seconds=5)
                other.means.journal.append("sent", **about, verb="end")

        now.wire.before = others_end
        pressed = stop(now.kit, now.desk.means, by="ben", door="command line")
        other.means.journal.close()
        assert pressed.incident.presses[0].id == "2" * 16
        assert pressed.incident.is_over
        assert pressed.error is None
        assert now.wire.ends() == 0


def test_a_meeting_that_runs_again_is_ended_again(tmp_path: Path) -> None:
    with scene(tmp_path) as now:
        stop(now.kit, now.desk.means, by="anna", door=DOOR)
        now.ground.rooms.release(now.kit.meeting.at["room"])
        back = now.ground.join(now.kit.meeting, now.invitations[0], name="Back")
        pressed = stop(now.kit, now.desk.means, by="anna", door=DOOR)
        assert back.is_out(within_seconds=1)
        assert pressed.incident.is_over
        assert now.wire.ends() == 2


def test_an_end_without_an_answer_is_asked_after_before_it_is_sent_again(tmp_path: Path) -> None:
    with scene(tmp_path) as now:
        arrived: list[int | None] = []

        def lose_the_first_answer(what: str) -> None:
            if what == "POST end" and not arrived:
                arrived.append(now.ground.rooms.end(now.kit.meeting.at["room"], now=0.0))
                raise WireError("timeout")

        now.wire.before = lose_the_first_answer
        pressed = stop(now.kit, now.desk.means, by="anna", door=DOOR)
        assert pressed.incident.is_over
        assert now.wire.ends() == 0, "the platform had said that it was over"


def test_when_the_end_fails_everyone_is_removed_one_by_one(tmp_path: Path) -> None:
    with scene(tmp_path) as now:
        people = [now.ground.join(now.kit.meeting, one, name=f"P{n}") for n, one in enumerate(now.invitations)]
        now.wire.before = fail("POST end")
        pressed = stop(now.kit, now.desk.means, by="anna", door=DOOR)
        assert all(person.is_out(within_seconds=1) for person in people)
        assert pressed.incident.is_over
        assert not pressed.hands


def test_when_nothing_works_the_person_is_shown_the_platforms_own_buttons_and_never_told_it_is_over(
    tmp_path: Path,
) -> None:
    with scene(tmp_path) as now:
        now.wire.before = fail("POST end", "POST kick", "POST hold", "GET room")
        pressed = stop(now.kit, now.desk.means, by="anna", door=DOOR)
        assert not pressed.incident.is_over
        assert pressed.error is not None
        assert pressed.error.code == "practice-unreachable"
        assert pressed.hands
        assert pressed.incident.by_hand


def test_where_the_platform_is_far_away_the_end_does_not_wait_for_the_last_look_at_all(tmp_path: Path) -> None:
    with scene(tmp_path) as now, distant.known():
        kit = now.kit._replace(meeting=distant.on_it(now.kit.meeting))
        ended = threading.Event()

        def look_waits_for_the_end(what: str) -> None:
            if what == "GET room" and not ended.is_set():
                assert ended.wait(0.15), "the end waited for the look"
            if what == "POST end":
                ended.set()

        now.wire.before = look_waits_for_the_end
        pressed = stop(kit, now.desk.means, by="anna", door=DOOR)
        assert pressed.incident.is_over
        assert now.desk.rosters.read(pressed.incident.id) is None, "nobody was left in it: who was, that does not tell"


def test_a_slow_look_at_the_roster_does_not_delay_the_end(tmp_path: Path) -> None:
    with scene(tmp_path) as now:
        release = threading.Event()
        first = threading.Event()

        def block_the_first_look(what: str) -> None:
            if what == "GET room" and not first.is_set():
                first.set()
                release.wait(5)
            if what == "POST end":
                release.set()

        now.wire.before = block_the_first_look
        pressed = stop(now.kit, now.desk.means, by="anna", door=DOOR)
        assert pressed.incident.is_over
        assert release.is_set(), "the end went out while the look still waited"


def test_a_hold_that_failed_at_first_is_asked_for_again(tmp_path: Path) -> None:
    with scene(tmp_path) as now:
        failed: list[str] = []

        def fail_once(what: str) -> None:
            if what == "POST hold" and not failed:
                failed.append(what)
                raise WireError("refused")

        now.wire.before = fail_once
        pressed = stop(now.kit, now.desk.means, by="anna", door=DOOR)
        assert failed
        assert pressed.incident.is_held(now.desk.means.clock())


def test_what_a_crash_left_open_is_finished_with_no_second_end(tmp_path: Path) -> None:
    with scene(tmp_path) as now:
        means, meeting = now.desk.means, now.kit.meeting.id
        means.journal.append("pressed", meeting=meeting, incident="i1", press="p1", door="cord", by="anna", drill=False)
        means.journal.append("sent", meeting=meeting, incident="i1", verb="end")
        now.ground.rooms.end(now.kit.meeting.at["room"], now=0.0)
        pressed = finish(now.kit, means)
        assert pressed is not None
        assert pressed.incident.is_over
        assert pressed.incident.is_held(means.clock())
        assert now.wire.ends() == 0


def test_what_a_crash_left_unsent_is_sent(tmp_path: Path) -> None:
    with scene(tmp_path) as now:
        guest = now.ground.join(now.kit.meeting, now.invitations[0], name="Guest")
        means, meeting = now.desk.means, now.kit.meeting.id
        means.journal.append("pressed", meeting=meeting, incident="i1", press="p1", door="cord", by="anna", drill=False)
        finish(now.kit, means)
        assert guest.is_out(within_seconds=1)
        assert now.wire.ends() == 1


def test_ones_own_press_can_be_taken_back_within_a_minute(tmp_path: Path) -> None:
    with scene(tmp_path) as now:
        cord = now.kit.cords[0]
        press_cord(now.kit, cord, now.desk.means)
        after = take_back(now.kit, cord.id, now.desk.means)
        assert not isinstance(after, Refusal)
        assert after.is_released
        now.ground.join(now.kit.meeting, now.invitations[0], name="Back")


@pytest.mark.parametrize("why", ["late", "another", "tried"])
def test_a_press_is_not_taken_back_when_it_is_late_or_not_alone_or_somebody_tried(tmp_path: Path, why: str) -> None:
    with scene(tmp_path) as now:
        cord, means = now.kit.cords[0], now.desk.means
        press_cord(now.kit, cord, means)
        if why == "late":
            means = means._replace(clock=lambda: now.desk.means.clock() + 61)
        if why == "another":
            stop(now.kit, means, by="ben", door="cord")
        if why == "tried":
            with pytest.raises(Refused):
                now.ground.join(now.kit.meeting, now.invitations[0], name="Back")
        assert isinstance(take_back(now.kit, cord.id, means), Refusal)
        with pytest.raises(Refused):
            now.ground.join(now.kit.meeting, now.invitations[1], name="Back")


def test_the_host_lets_people_back_in_and_the_next_press_is_a_new_incident(tmp_path: Path) -> None:
    with scene(tmp_path) as now:
        first = stop(now.kit, now.desk.means, by="anna", door=DOOR)
        let_back_in(now.kit, now.desk.means, by="user:1", door="host page")
        now.ground.join(now.kit.meeting, now.invitations[0], name="Back")
        second = stop(now.kit, now.desk.means, by="anna", door=DOOR)
        assert second.incident.id != first.incident.id
        assert now.wire.ends() == 2


def test_a_link_outside_its_hours_stops_only_what_is_really_running(tmp_path: Path) -> None:
    with scene(tmp_path) as now:
        means = now.desk.means
        later = now.kit._replace(starts=means.clock() + 7 * 86_400, ends=means.clock() + 7 * 86_400 + 3600)
        idle = press_cord(later, later.cords[0], means)
        assert isinstance(idle, Refusal)
        assert idle.code == "not-running"
        guest = now.ground.join(now.kit.meeting, now.invitations[0], name="Guest")
        assert isinstance(press_cord(later, later.cords[0], means), Pressed)
        assert guest.is_out(within_seconds=1)


@pytest.mark.usefixtures("impatient")
def test_a_link_outside_its_hours_stops_where_the_platform_cannot_be_asked(tmp_path: Path) -> None:
    with scene(tmp_path) as now:
        means = now.desk.means
        later = now.kit._replace(starts=means.clock() + 7 * 86_400)
        now.wire.before = fail("GET room")
        assert isinstance(press_cord(later, later.cords[0], means), Pressed)
        assert now.wire.ends() == 1


@pytest.mark.usefixtures("impatient")
def test_whoever_comes_in_again_before_it_is_proven_over_is_put_out_too(tmp_path: Path) -> None:
    with scene(tmp_path) as now:
        back: list[Participant] = []

        def come_back_at_once(what: str) -> None:
            if what == "GET room" and now.wire.ends() == 1 and not back:
                back.append(now.ground.join(now.kit.meeting, now.invitations[0], name="Back"))

        now.wire.before = fail("POST hold", also=come_back_at_once)
        pressed = stop(now.kit, now.desk.means, by="anna", door=DOOR)
        assert back[0].is_out(within_seconds=1)
        assert pressed.incident.is_over
        assert now.wire.ends() == 2
