"""The guard: until when a meeting is kept ended, and what is said where it cannot look."""

from pathlib import Path

import pytest

from pullcord.core.pace import WOKEN_SECONDS
from pullcord.jobs.guard import Guard
from pullcord.jobs.stop import stop
from tests.contract.ground import Refused
from tests.desk import Clock
from tests.guarding import LOOKED, Now, Post
from tests.stopping import fail

A_DAY = 86_400.0


# -- its time ----------------------------------------------------------------------------------------------------------


def test_the_bar_is_lifted_when_its_time_is_over_as_was_announced(native: Post):
    native.after(A_DAY - 5, steps=50)
    with pytest.raises(Refused):
        native.come_back()
    native.after(10.0)
    assert not native.come_back().is_out(within_seconds=0.1)
    assert native.incident().hold_ended_at is not None
    assert native.lines("hold ended")[0].fields["by"] == "guard"
    native.after(600.0, steps=300)
    assert native.now.wire.ends() == 1, "who comes in then is welcome"
    assert native.guard.kept() == []


def test_a_server_that_was_down_when_the_time_was_over_lifts_the_bar_when_it_starts(native: Post):
    native.clock.now += 3 * A_DAY
    native.guard = native.new_guard()
    native.after(1.0, steps=2)
    assert not native.come_back().is_out(within_seconds=0.1)


def test_the_bar_stands_an_hour_longer_where_somebody_came_in_shortly_before(native: Post):
    native.after(A_DAY - 600, steps=50)
    native.now.ground.rooms.release(native.room)
    native.come_back()
    native.after(60.0, steps=2)
    native.after(600.0, steps=50)
    incident = native.incident()
    assert incident.kept_longer
    assert incident.is_held(native.clock())
    with pytest.raises(Refused):
        native.come_back()
    native.after(3700.0, steps=100)
    assert not native.come_back().is_out(within_seconds=0.1)


def test_a_clock_that_is_set_forward_lets_nobody_in(native: Post):
    steady = Clock()
    guard = Guard(native.desk, steady=steady, start=Now)
    steady.now += LOOKED
    guard.turn(at_most=0)
    native.clock.now += 2 * A_DAY
    for _ in range(10):
        steady.now += 60.0
        guard.turn(at_most=0)
    with pytest.raises(Refused):
        native.come_back()


def test_while_people_are_in_it_the_bar_is_not_touched(native: Post):
    """On some platforms a release throws out whoever is in."""
    native.after(A_DAY - 30, steps=50)
    native.now.ground.rooms.release(native.room)
    back = native.come_back()
    native.now.ground.rooms.hold(native.room)
    native.clock.now += 60
    native.guard = native.new_guard()
    native.after(1.0, steps=2)
    native.after(600.0, steps=10)
    assert not back.is_out(within_seconds=0.1)
    assert [line.fields["code"] for line in native.lines("hold not ended")] == ["practice-not-empty"]


def test_a_platform_that_does_not_lift_the_bar_is_asked_again_and_that_is_told_once(native: Post):
    native.after(A_DAY - 5, steps=50)
    native.now.wire.before = fail("DELETE hold")
    native.after(600.0, steps=30)
    assert len(native.lines("hold not ended")) == 1
    native.now.wire.before = lambda _: None
    native.after(120.0, steps=3)
    assert not native.come_back().is_out(within_seconds=0.1)


def test_where_two_meetings_share_a_room_the_later_bar_stands(native: Post):
    later = native.kit._replace(meeting=native.kit.meeting._replace(id="later"), hold_seconds=2 * A_DAY)
    native.desk.kits.write(later)
    stop(later, native.desk.means, by="anna", door="cord")
    native.after(A_DAY + 60, steps=50)
    assert native.incident().hold_ended_at is not None
    with pytest.raises(Refused):
        native.come_back()


def test_where_there_is_no_bar_watching_ends_when_its_time_is_over(unbarred: Post):
    assert unbarred.incident().is_watched(unbarred.clock())
    unbarred.after(A_DAY + 60, steps=50)
    back = unbarred.come_back()
    unbarred.after(600.0, steps=10)
    assert not back.is_out(within_seconds=0.1)
    assert unbarred.incident().hold_ended_at is not None


def test_a_press_after_its_time_is_a_new_incident(native: Post):
    first = native.incident().id
    native.after(A_DAY + 60, steps=50)
    native.come_back()
    assert stop(native.kit, native.desk.means, by="anna", door="cord").incident.id != first


# -- when it cannot look -----------------------------------------------------------------------------------------------


def test_a_platform_that_cannot_be_asked_is_told_of_once_and_again_when_it_can(either: Post):
    either.after(LOOKED)
    either.now.wire.before = fail("GET room")
    either.after(300.0, steps=150)
    assert either.incident().unseen_code == f"{either.kit.meeting.platform.replace('guarded', 'practice')}-unreachable"
    assert len(either.lines("not asked")) == 1
    either.now.wire.before = lambda _: None
    either.after(LOOKED)
    assert either.incident().unseen_since is None
    assert len(either.lines("asked again")) == 1


@pytest.mark.parametrize("calls", [("GET room",), ("POST end", "POST kick")])
def test_a_look_that_fails_once_lets_nobody_stay_for_another_two_seconds(unbarred: Post, calls: tuple[str, ...]):
    back = unbarred.come_back()
    unbarred.now.wire.before = fail(*calls)
    unbarred.after(LOOKED)
    unbarred.now.wire.before = lambda _: None
    assert not back.is_out(within_seconds=0)
    unbarred.after(WOKEN_SECONDS)
    assert back.is_out(within_seconds=1)


def test_a_platform_that_goes_on_failing_is_asked_at_the_usual_pace(unbarred: Post):
    asked: list[str] = []

    def refuse(what: str) -> None:
        asked.append(what)
        fail("GET room")(what)

    unbarred.now.wire.before = refuse
    unbarred.after(LOOKED)
    unbarred.after(WOKEN_SECONDS)
    assert len(asked) == 2, "once, it is asked again soon"
    unbarred.after(1.5, steps=15)
    assert len(asked) == 2
    unbarred.after(0.5)
    assert len(asked) == 3


def test_one_answer_that_fails_is_not_told_of(native: Post):
    for _ in range(20):
        native.now.wire.before = fail("GET room")
        native.after(LOOKED)
        native.now.wire.before = lambda _: None
        native.after(LOOKED)
    assert native.lines("not asked", "asked again") == []


@pytest.mark.parametrize("what", ["gone", "unreadable"])
def test_a_kit_that_is_not_there_or_cannot_be_read_is_told_of_once_and_tried_again(native: Post, what: str):
    (path,) = Path(native.desk.config.path("stop", "kits")).glob("*.kit")
    content = path.read_bytes()
    path.unlink() if what == "gone" else path.write_bytes(b"x")
    native.after(60.0, steps=30)
    code = {"gone": "no-kit", "unreadable": "kit-unreadable"}[what]
    assert [line.fields["code"] for line in native.lines("not asked")] == [code]
    path.write_bytes(content)
    native.now.ground.rooms.release(native.room)
    native.after(120.0, steps=60)
    with pytest.raises(Refused):
        native.come_back()
