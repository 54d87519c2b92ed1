"""The guard: a meeting that was stopped stays stopped, for as long as was said, and no longer."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from pullcord.jobs.desk import open_desk
from pullcord.jobs.guard import MOST_AT_ONE_PLACE, Guard
from pullcord.jobs.press import let_back_in
from pullcord.jobs.stop import stop
from pullcord.platforms.reach import EVERYWHERE
from pullcord.platforms.wire import Reply, Request
from pullcord.safe.kit import Kit
from tests.contract.ground import Refused
from tests.desk import Answers, Clock, Room, new_desk
from tests.fakes import guarded
from tests.guarding import LOOKED, Now, Post, post, running
from tests.stopping import fail, kit_of, scene

A_DAY = 86_400.0


# -- ending it again ---------------------------------------------------------------------------------------------------


def test_a_meeting_started_again_while_held_is_ended_again(unbarred: Post):
    back = unbarred.come_back()
    unbarred.after(LOOKED)
    assert back.is_out(within_seconds=1)
    incident = unbarred.incident()
    assert incident.is_over
    assert [(again.people, again.over_at is not None) for again in incident.again] == [(1, True)]
    assert unbarred.lines("again")[0].fields["by"] == "guard"
    assert len(incident.presses) == 1, "nobody pressed anew"


def test_a_bar_that_stands_is_not_said_again(native: Post):
    native.after(600.0, steps=300)
    assert native.now.wire.sent.count("POST hold") == 1
    assert native.now.wire.ends() == 1


def test_somebody_in_a_meeting_that_is_still_barred_is_put_out_and_the_bar_left_as_it_is(native: Post):
    """As where its own administrator let somebody in."""
    native.now.ground.rooms.release(native.room)
    back = native.come_back()
    native.now.ground.rooms.hold(native.room)
    native.after(LOOKED)
    assert back.is_out(within_seconds=1)
    assert native.now.wire.sent.count("POST hold") == 1
    assert native.now.wire.ends() == 2


def test_a_bar_lifted_by_another_hand_is_put_up_again_until_the_same_day(native: Post):
    until = native.incident().held_until
    native.now.ground.rooms.release(native.room)
    native.after(LOOKED)
    with pytest.raises(Refused):
        native.come_back()
    assert native.incident().held_until == until
    assert native.kinds()[-2:] == ["found open", "held"]
    assert native.now.wire.ends() == 1, "nobody was in it"


def test_where_it_runs_and_is_not_barred_it_is_ended_and_barred(native: Post):
    until = native.incident().held_until
    native.now.ground.rooms.release(native.room)
    back = native.come_back()
    native.after(LOOKED)
    assert back.is_out(within_seconds=1)
    with pytest.raises(Refused):
        native.come_back()
    assert native.incident().held_until == until


@pytest.mark.usefixtures("impatient")
def test_a_bar_that_failed_is_tried_until_it_stands_and_the_failure_is_told_once(tmp_path: Path):
    with post(tmp_path, native=True) as now:
        now.now.wire.before = fail("POST hold")
        stop(now.kit, now.desk.means, by="anna", door="cord")
        failed = len(now.lines("hold failed"))
        now.after(60.0, steps=30)
        assert len(now.lines("hold failed")) <= failed + 1
        assert now.incident().is_watched(now.clock()), "the platform bars nothing, and we look"
        now.now.wire.before = lambda _: None
        now.after(LOOKED)
        assert now.incident().is_held(now.clock())
        with pytest.raises(Refused):
            now.come_back()


def test_who_came_back_is_added_to_who_was_there(tmp_path: Path):
    with post(tmp_path, native=False) as now:
        now.now.ground.join(now.kit.meeting, now.now.invitations[1], name="Ruth")
        incident = stop(now.kit, now.desk.means, by="anna", door="cord").incident
        now.desk.means.journal.flush(wait_seconds=5)
        now.come_back(name="Mallory")
        now.after(2 * LOOKED, steps=2)
        people = now.desk.rosters.read(incident.id)
        assert people is not None
        assert sorted(str(person.name) for person in people) == ["Mallory", "Ruth"]
        assert now.incident().people_out == 1, "how many were there when it was stopped stays as it was"


def test_an_end_that_fails_is_told_once_and_tried_at_every_look(unbarred: Post):
    back = unbarred.come_back()
    unbarred.now.wire.before = fail("POST end", "POST kick")
    unbarred.after(40.0, steps=20)
    incident = unbarred.incident()
    assert incident.by_hand
    assert not incident.is_over
    assert len(unbarred.lines("again")) == len(unbarred.lines("by hand")) == 1
    unbarred.now.wire.before = lambda _: None
    unbarred.after(LOOKED)
    assert back.is_out(within_seconds=1)
    assert unbarred.incident().is_over


def test_a_client_that_keeps_coming_back_is_put_out_each_time_and_written_down_once_a_minute(unbarred: Post):
    before = len(unbarred.lines())
    for _ in range(60):
        back = unbarred.come_back()
        unbarred.after(LOOKED)
        assert back.is_out(within_seconds=1)
    assert unbarred.now.wire.ends() == 61
    assert len(unbarred.lines()) - before < 10
    unbarred.after(120.0, steps=2)
    assert unbarred.incident().times_again == 60
    assert len(unbarred.lines("again")) == 1


def test_what_was_only_counted_is_written_down_before_the_guard_leaves(unbarred: Post):
    for _ in range(3):
        unbarred.come_back()
        unbarred.after(LOOKED)
    unbarred.guard.write_down()
    assert unbarred.incident().times_again == 3


def test_looking_writes_nothing_down(either: Post):
    either.after(LOOKED)
    before = len(either.lines())
    either.after(7200.0, steps=400)
    assert len(either.lines()) == before


# -- what it leaves alone ----------------------------------------------------------------------------------------------


def test_whom_the_host_lets_back_in_is_let_alone(either: Post):
    either.after(LOOKED)
    let_back_in(either.kit, either.desk.means, by="user:1", door="host page")
    back = either.come_back()
    either.after(600.0, steps=300)
    assert not back.is_out(within_seconds=0.1)
    assert either.guard.kept() == []


def test_whom_the_host_is_about_to_let_back_in_is_let_alone_before_it_is_written_that_he_has(native: Post):
    """The platform opens the door, and somebody comes in, before its answer is written down."""
    ended = native.now.wire.ends()

    def meanwhile(what: str) -> None:
        if what == "DELETE hold":
            native.now.ground.rooms.release(native.room)
            native.come_back()
            native.after(LOOKED)

    native.now.wire.before = meanwhile
    let_back_in(native.kit, native.desk.means, by="user:1", door="host page")
    assert native.now.wire.ends() == ended


def test_a_stop_that_is_at_work_is_left_to_do_it(tmp_path: Path):
    with post(tmp_path, native=True) as now:
        told = {"meeting": now.kit.meeting.id, "incident": "i1"}
        now.desk.means.journal.append("pressed", press="p1", door="cord", by="anna", drill=False, **told)
        guest = now.come_back()
        now.after(10.0, steps=5)
        assert now.now.wire.ends() == 0
        now.after(20.0, steps=5)
        assert guest.is_out(within_seconds=1), "whoever pressed has died: nobody else would end it"
        assert now.incident().is_over
        assert now.incident().is_held(now.clock())


def test_a_meeting_that_nobody_stopped_is_never_asked_about(tmp_path: Path):
    with post(tmp_path, native=True) as now:
        now.guard.wake(now.kit.meeting.id)
        now.after(10.0, steps=5)
        assert now.now.wire.sent == []


# -- who starts takes it over ------------------------------------------------------------------------------------------


def test_what_was_stopped_from_a_command_line_is_taken_over(unbarred: Post):
    desk = open_desk(unbarred.desk.config, wire=lambda _: unbarred.now.wire)
    clock = Clock()
    clock.now = unbarred.clock.now
    other = Guard(desk._replace(means=desk.means._replace(clock=clock)), steady=clock, start=Now)
    back = unbarred.come_back()
    other.turn(at_most=0)
    clock.now += LOOKED
    other.turn(at_most=0)
    assert back.is_out(within_seconds=1)
    desk.means.journal.close()


def test_an_event_brings_it_to_look_at_once_and_a_flood_of_them_twice_a_second(unbarred: Post):
    unbarred.after(7200.0, steps=50)
    asked = len(unbarred.now.wire.sent)
    unbarred.clock.now += 1.0
    for _ in range(1000):
        unbarred.clock.now += 0.01
        unbarred.guard.wake(unbarred.kit.meeting.id)
        unbarred.guard.turn(at_most=0)
    assert 18 <= len(unbarred.now.wire.sent) - asked <= 21, "ten seconds of events"


def test_an_event_has_somebody_put_out_within_a_second(unbarred: Post):
    unbarred.after(7200.0, steps=50)
    unbarred.clock.now += 1.0
    back = unbarred.come_back()
    unbarred.guard.wake(unbarred.kit.meeting.id)
    unbarred.guard.turn(at_most=0)
    assert back.is_out(within_seconds=1)


# -- many at once ------------------------------------------------------------------------------------------------------


class Slow:
    """A platform of many rooms, of which those on one server hang."""

    reach = EVERYWHERE

    def __init__(self, room: Room) -> None:
        self.room, self.asked = room, list[str]()
        self.hangs, self.hanging = threading.Event(), 0

    def send(self, request: Request) -> Reply:
        self.asked.append(request.url)
        if "slow" in request.url:
            self.hanging += 1
            self.hangs.wait(20)
        return self.room(request)


def stopped(number: int, server: str, desk_of: Callable[[Kit], None]) -> Kit:
    from pullcord.words import Known, Meeting

    at = Known({"server": f"http://{server}", "room": f"r{number}"})
    meeting = Meeting(f"m{number}", f"M{number}", "practice", at, Known({"admin": "k", "events": "e"}))
    kit = kit_of(meeting, link=f"l{number}", token=f"t{number}")
    desk_of(kit)
    return kit


def test_a_server_that_hangs_keeps_no_other_waiting_and_takes_few_threads(tmp_path: Path):
    slow, clock = Slow(Room()), Clock()
    slow.room.people, slow.room.held = {}, True
    desk = new_desk(tmp_path, wire=slow, clock=clock)
    for number in range(30):
        kit = stopped(number, "slow" if number < 20 else "quick", desk.kits.write)
        told = {"meeting": kit.meeting.id, "incident": f"i{number}"}
        desk.means.journal.append("pressed", press="p", door="cord", by="anna", drill=False, **told)
        desk.means.journal.append("over", proof="nobody", **told)
        desk.means.journal.append("held", until=clock() + A_DAY, proof="held", **told)
    guard, pause = Guard(desk, steady=clock), threading.Event()
    for _ in range(40):
        clock.now += 0.1
        guard.turn(at_most=0)
        pause.wait(0.01)
    quick = [url for url in slow.asked if "quick" in url]
    slow.hangs.set()
    assert len(quick) >= 10
    assert slow.hanging <= MOST_AT_ONE_PLACE
    desk.means.journal.close()


def test_all_held_meetings_of_a_platform_together_stay_within_its_share(
    tmp_path: Path, answers: Answers, monkeypatch: pytest.MonkeyPatch
):
    clock, room = Clock(), Room()
    room.people, room.held = {}, True
    answers.say = room
    monkeypatch.setattr(guarded, "LIMITS", guarded.LIMITS._replace(calls_per_day=4000, calls_per_second=2.0))
    desk = new_desk(tmp_path, wire=answers, clock=clock)
    with guarded.known():
        for number in range(20):
            kit = stopped(number, "x", lambda kit: desk.kits.write(kit._replace(meeting=guarded.on_it(kit.meeting))))
            told = {"meeting": kit.meeting.id, "incident": f"i{number}"}
            desk.means.journal.append("pressed", press="p", door="cord", by="anna", drill=False, **told)
            desk.means.journal.append("over", proof="nobody", **told)
        guard, times = Guard(desk, steady=clock, start=Now), list[float]()
        for _ in range(4000):
            clock.now += 1.0
            before = len(answers.requests)
            guard.turn(at_most=0)
            times += [clock.now] * (len(answers.requests) - before)
        assert max(times.count(at) for at in set(times)) <= 2
        assert 350 < len(times) <= 1000, "a quarter of the day's calls, for all of them together"
        asked = [sum(request.url.endswith(f"/r{number}") for request in answers.requests) for number in range(20)]
        assert min(asked) > max(asked) / 2, "none is forgotten"
    desk.means.journal.close()


def test_in_real_time_somebody_who_comes_back_is_out_within_two_seconds_and_a_call(tmp_path: Path):
    with scene(tmp_path) as now, guarded.known():
        now.desk.kits.forget(now.kit.meeting.id)
        kit = now.kit._replace(meeting=guarded.on_it(now.kit.meeting))
        now.desk.kits.write(kit)
        with running(Guard(now.desk)):
            stop(kit, now.desk.means, by="anna", door="cord")
            back = now.ground.join(kit.meeting, now.invitations[0], name="Back")
            assert back.is_out(within_seconds=2.0 + kit_within(kit))


def kit_within(kit: Kit) -> float:
    return guarded.LIMITS.over_within_seconds
