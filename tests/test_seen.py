"""Whoever was seen in a meeting was there, though gone when it was stopped; and looking round keeps nobody waiting."""

import threading
from pathlib import Path
from typing import Any

from pullcord.core.roster import Span
from pullcord.jobs.seen import FORGET_AFTER_SECONDS, Seen, look_round
from pullcord.platforms.wire import WireError
from pullcord.safe.keys import new_token
from pullcord.words import Event, Person
from tests.fakes import distant
from tests.stopping import Scene, kit_of, scene

NOW = 1_700_000_000.0  # long ago: what is asked for in a stop is asked now
ANN, BEN, RUTH = (Person(name.lower(), name) for name in ("Ann", "Ben", "Ruth"))


def names(people: list[Person] | None) -> list[str | None] | None:
    return None if people is None else [person.name for person in people]


class Hours:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


# -- the union ---------------------------------------------------------------------------------------------------------


def test_who_has_gone_before_the_stop_is_added_to_who_is_there():
    seen = Seen()
    seen.add("m", [ANN, BEN], at=NOW)
    seen.add("m", [BEN], at=NOW + 15)
    assert names(seen.with_seen("m", [BEN, RUTH])) == ["Ann", "Ben", "Ruth"]


def test_nobody_is_named_twice_and_the_newest_word_of_them_counts():
    seen = Seen()
    seen.add("m", [ANN], at=NOW)
    renamed = ANN._replace(name="Ann Cohen", email="ann@example.org")
    assert seen.with_seen("m", [renamed]) == [renamed._replace(since=NOW)]
    assert names(seen.with_seen("m", [ANN])) == ["Ann"]


def test_where_the_platform_does_not_tell_whoever_was_seen_before_is_what_we_know():
    seen = Seen()
    seen.add("m", [ANN], at=NOW)
    assert names(seen.with_seen("m", None)) == ["Ann"]


def test_where_nothing_is_known_it_is_not_called_nobody():
    seen = Seen()
    assert seen.with_seen("m", None) is None
    assert seen.with_seen("m", []) == []
    seen.add("m", [], at=NOW)
    assert seen.with_seen("m", None) is None, "that nobody was in a meeting before it began is no list of who was there"


def test_what_was_seen_in_one_meeting_is_not_told_of_another():
    seen = Seen()
    seen.add("m", [ANN], at=NOW)
    assert names(seen.with_seen("other", [BEN])) == ["Ben"]


def test_somebody_heard_of_by_a_report_alone_is_among_those_who_were_there():
    seen = Seen()
    seen.hear("m", Event("joined", "r", NOW, ANN, trusted=True), received_at=NOW + 1)
    seen.hear("m", Event("left", "r", NOW + 60, ANN, trusted=True), received_at=NOW + 61)
    assert names(seen.with_seen("m", [BEN])) == ["Ann", "Ben"]
    (ann, _) = seen.presences("m")
    assert ann.spans == (Span(NOW, NOW + 60),)


# -- forgetting --------------------------------------------------------------------------------------------------------


def test_a_meeting_is_forgotten_half_a_day_after_the_last_that_was_seen_of_anybody():
    clock = Hours()
    seen = Seen(clock)
    seen.add("m", [ANN], at=NOW)
    clock.now += FORGET_AFTER_SECONDS - 1
    seen.add("m", [BEN], at=NOW + FORGET_AFTER_SECONDS)
    clock.now += FORGET_AFTER_SECONDS
    seen.tidy()
    assert names(seen.with_seen("m", None)) == ["Ann", "Ben"], "whoever was there at its beginning too"
    clock.now += FORGET_AFTER_SECONDS + 1
    seen.tidy()
    assert seen.with_seen("m", None) is None


def test_looking_into_an_empty_meeting_keeps_nobody_from_being_forgotten():
    clock = Hours()
    seen = Seen(clock)
    seen.add("m", [ANN], at=NOW)
    for _ in range(10):
        clock.now += FORGET_AFTER_SECONDS / 8
        seen.add("m", [], at=NOW + clock.now)
        seen.tidy()
    assert seen.presences("m") == []


# -- looking round -----------------------------------------------------------------------------------------------------


def another(now: Scene, **told: Any) -> str:
    """One more meeting of this desk, with somebody in it; its id."""
    meeting, (invitation,) = now.ground.open_meeting(invitations=1)
    now.ground.join(meeting, invitation, name="Guest")
    now.desk.kits.write(kit_of(meeting, link=new_token(), token=new_token())._replace(**told))
    return meeting.id


def test_a_look_round_sees_who_is_in_every_meeting_that_may_run(tmp_path: Path):
    with scene(tmp_path) as now:
        clock, seen = now.desk.means.clock(), Seen()
        at_any_time = another(now)
        running = another(now, starts=clock - 60, ends=clock + 60)
        tomorrow = another(now, starts=clock + 86_400)
        yesterday = another(now, starts=clock - 90_000, ends=clock - 86_400)
        look_round(now.desk, seen, pause=lambda _: None)
        looked = {
            meeting: names(seen.with_seen(meeting, None)) for meeting in (at_any_time, running, tomorrow, yesterday)
        }
    assert looked == {at_any_time: ["Guest"], running: ["Guest"], tomorrow: None, yesterday: None}


def test_what_does_not_answer_or_cannot_be_read_keeps_no_other_from_being_looked_into(tmp_path: Path):
    with scene(tmp_path) as now:
        seen, asked = Seen(), 0
        now.ground.join(now.kit.meeting, now.invitations[0], name="Guest")
        meetings = [now.kit.meeting.id, *(another(now) for _ in range(3))]
        (path,) = (tmp_path / "stop" / "kits").glob(f"{another(now)}.*")
        path.write_bytes(b"random bytes")

        def refuse_the_second(what: str) -> None:
            nonlocal asked
            asked += 1
            if asked == 2:
                raise WireError("timeout")

        now.wire.before = refuse_the_second
        look_round(now.desk, seen, pause=lambda _: None)
        told = [names(seen.with_seen(meeting, None)) for meeting in meetings]
        look_round(now.desk, seen, pause=lambda _: None)
        again = [names(seen.with_seen(meeting, None)) for meeting in meetings]
    assert asked == 8
    assert told.count(["Guest"]) == 3
    assert told.count(None) == 1
    assert again == [["Guest"]] * 4, "and it is asked again the next time"


def test_a_tenth_of_the_time_at_most_is_spent_looking(tmp_path: Path):
    with scene(tmp_path) as now:
        another(now)
        pauses: list[float] = []

        def slow(_: str) -> None:
            threading.Event().wait(0.1)

        now.wire.before = slow
        look_round(now.desk, Seen(), pause=pauses.append)
    assert len(pauses) == 2
    assert all(0.9 <= pause < 9 for pause in pauses)
    assert 0.1 <= now.desk.means.pace["practice"] < 1, "and how long the platform takes is remembered for a press"


# -- a platform far away -----------------------------------------------------------------------------------------------


def placed(now: Scene, **told: Any) -> None:
    """The scene's own meeting, on a platform that counts our calls."""
    meeting = distant.on_it(now.kit.meeting)._replace(**told)
    now.desk.kits.forget(now.kit.meeting.id)
    now.desk.kits.write(now.kit._replace(meeting=meeting))


def test_looking_round_takes_no_more_of_a_platform_s_day_than_its_share(tmp_path: Path):
    clock = Hours()
    with scene(tmp_path) as now, distant.known():
        placed(now)
        seen = Seen(clock)
        for _ in range(24):
            look_round(now.desk, seen, pause=lambda _: None)
        at_once = len(now.wire.sent)
        clock.now += 43_200
        for _ in range(24):
            look_round(now.desk, seen, pause=lambda _: None)
    assert at_once == 6, "half of a quarter of its 64, less what is left for events"
    assert len(now.wire.sent) == 10, "and the other half as the day goes on"


def test_what_a_stop_would_wait_for_is_fetched_ahead_also_for_a_meeting_of_another_day(tmp_path: Path):
    with scene(tmp_path) as now, distant.known():
        placed(now, name="no token")
        now.desk.kits.write(
            now.kit._replace(
                meeting=distant.on_it(now.kit.meeting)._replace(id="later"), starts=now.desk.means.clock() + 86_400 * 3
            )
        )
        look_round(now.desk, Seen(), pause=lambda _: None)
    assert sorted(distant.made_ready) == sorted(["later", now.kit.meeting.id])
