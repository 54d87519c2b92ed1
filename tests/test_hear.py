"""What the platforms reported is folded into who was there: after a restart too, and onto the roster of the incident."""

import json
from contextlib import closing
from pathlib import Path

import pytest

from pullcord.config import read_config
from pullcord.jobs import hear
from pullcord.jobs.desk import Desk
from pullcord.jobs.seen import FORGET_AFTER_SECONDS, Seen, look_round
from pullcord.safe.inbox import Broken, Inbox, Row
from pullcord.serve import house as houses
from pullcord.serve.listener import Listener
from pullcord.words import Event, Meeting, Person
from tests.desk import Clock
from tests.desk import Room as PracticeRoom
from tests.inboxes import NOW, row
from tests.stopping import kit_of
from tests.test_inbox import write


def told(kind: str, at: float, key: str = "4", *, meeting: str = "m1", trusted: bool = True) -> str:
    return json.dumps([[meeting, kind, NOW + at, trusted, [key, f"Person {key}", None, None, None]]])


def names(people: list[Person] | None) -> list[str | None]:
    return [] if people is None else [person.name for person in people]


def test_whoever_joined_and_left_before_anybody_looked_is_on_the_roster(inbox: Inbox):
    seen = Seen()
    write(inbox, row("n1", body=told("joined", 10)), row("n2", body=told("left", 20)))
    assert hear.take_in(inbox, seen, clock=lambda: NOW + 30) == 2
    assert names(seen.with_seen("m1", None)) == ["Person 4"]
    (presence,) = seen.presences("m1")
    assert [(span.since, span.until) for span in presence.spans] == [(NOW + 10, NOW + 20)]
    assert seen.with_seen("m2", None) is None, "of another meeting nothing is known"


def test_what_was_folded_once_is_not_folded_again(inbox: Inbox):
    write(inbox, row("n1", body=told("joined", 10)))
    assert [hear.take_in(inbox, Seen(), clock=lambda: NOW) for _ in range(2)] == [1, 0]


def test_after_a_restart_nobody_is_missed(place: str, inbox: Inbox):
    """Folded or not; twice where it was both."""
    write(inbox, row("n1", body=told("joined", 10)))
    hear.take_in(inbox, Seen(), clock=lambda: NOW)
    write(inbox, row("n2", body=told("left", 20)), row("n3", body=told("joined", 30, "5")))
    with closing(Inbox(place)) as again:
        seen = Seen()
        hear.remember(again, seen, clock=lambda: NOW + 60)
        hear.take_in(again, seen, clock=lambda: NOW + 60)
        assert sorted(map(str, names(seen.with_seen("m1", None)))) == ["Person 4", "Person 5"]
        assert [presence.is_in for presence in seen.presences("m1")] == [False, True]


def test_what_is_older_than_half_a_day_is_not_remembered(inbox: Inbox):
    old = row("n1", body=told("joined", 10, "old"), received_at=NOW - FORGET_AFTER_SECONDS - 1)
    write(inbox, old, *(row(f"m{n}", body=told("joined", 10, f"{n}")) for n in range(hear.MOST_AT_ONCE + 10)))
    seen = Seen()
    hear.remember(inbox, seen, clock=lambda: NOW)
    assert len(seen.presences("m1")) == hear.MOST_AT_ONCE + 10


def test_a_week_after_it_was_folded_a_report_is_deleted(inbox: Inbox):
    write(inbox, row("n1", body=told("joined", 10)), row("n2", body=told("joined", 10)))
    hear.take_in(inbox, Seen(), clock=lambda: NOW)
    for days, left in ((6.9, 2), (7.1, 0)):
        hear.sweep(inbox, clock=lambda days=days: NOW + days * 86_400)  # type: ignore[misc]
        assert len(inbox.since(0.0, after=0, most=9)) == left


def test_what_the_platform_lists_takes_off_whom_an_unsigned_report_only_said_to_have_left(inbox: Inbox):
    seen = Seen()
    write(inbox, row("n1", body=told("joined", 10)), row(None, body=told("left", 20, trusted=False)))
    hear.take_in(inbox, seen, clock=lambda: NOW)
    assert [presence.is_in for presence in seen.presences("m1")] == [True]
    seen.add("m1", [], at=NOW + 40)
    assert [presence.is_in for presence in seen.presences("m1")] == [False]
    assert names(seen.with_seen("m1", [])) == ["Person 4"], "they were there all the same"


def test_a_look_into_a_meeting_counts_from_when_it_was_asked(desk: Desk, room: PracticeRoom, clock: Clock):
    """Whoever comes while the platform answers was not yet there to be listed."""
    at = {"server": "http://127.0.0.1:1", "room": "r"}
    desk.kits.write(kit_of(Meeting("m1", "m1", "practice", at, {"admin": "x"}), link="l", token="t"))
    seen, asked_at = Seen(), clock.now
    answers = desk.means.wire("practice")
    listed = answers.say  # type: ignore[attr-defined]

    def slow(request: object) -> object:
        clock.now += 5
        seen.hear("m1", Event("joined", "", asked_at + 3, Person("late", "Late"), trusted=True), received_at=clock.now)
        return listed(request)

    answers.say = slow  # type: ignore[attr-defined]
    look_round(desk, seen, pause=lambda _: None)
    assert {one.person.name for one in seen.presences("m1") if one.is_in} == {"Ann", "Ben", "Late"}


def test_a_meeting_of_which_nothing_was_heard_for_half_a_day_is_forgotten():
    now = 0.0
    seen = Seen(clock=lambda: now)
    seen.add("m1", [Person("ann", "Ann")], at=NOW)
    now = FORGET_AFTER_SECONDS
    seen.add("m1", [], at=NOW)
    seen.tidy()
    assert names(seen.with_seen("m1", None)) == ["Ann"]
    now += 1
    seen.tidy()
    assert seen.with_seen("m1", None) is None
    assert (seen._rosters, seen._last) == ({}, {})


def test_nobody_in_a_meeting_of_which_nothing_is_known_is_no_news():
    seen = Seen()
    seen.add("m1", [], at=NOW)
    assert seen._rosters == {}


# The server.


def house_of(folder: Path, place: str) -> houses.House:
    house = houses.build(read_config(str(folder), environment={}))
    house.inbox.close()
    return house._replace(inbox=Inbox(place))


def test_while_the_store_is_broken_what_was_reported_waits_and_is_folded_afterwards(tmp_path: Path, place: str):
    house = house_of(tmp_path / "house", place)

    def broken(*_: object, **__: object) -> list[object]:
        raise Broken

    listener, unfolded = Listener(house), house.inbox.unfolded
    write(house.inbox, row("n1", body=told("joined", 10)))
    house.inbox.unfolded = broken  # type: ignore[method-assign, assignment]
    listener.turn()
    house.inbox.unfolded = unfolded  # type: ignore[method-assign]
    listener.turn()
    assert names(house.seen.with_seen("m1", None)) == ["Person 4"]
    assert house.inbox.unfolded(most=1) == []
    house.inbox.close()
    house.desk.means.journal.close()


def test_a_report_that_could_not_be_kept_is_on_the_roster_all_the_same(tmp_path: Path):
    house = houses.build(read_config(str(tmp_path), environment={}))
    house.ears.unwritten(Row("practice", "here", "n", NOW, NOW, told("joined", 10)))
    assert names(house.seen.with_seen("m1", None)) == ["Person 4"]
    house.inbox.close()
    house.desk.means.journal.close()


def test_what_was_not_taken_is_said_now_and_then_and_names_nobody(
    tmp_path: Path, place: str, caplog: pytest.LogCaptureFixture
):
    house = house_of(tmp_path / "house", place)
    counts = house.ears.counts
    counts.count("type chat")
    counts.count("type chat")
    Listener(house).turn()
    assert caplog.messages == ["of what came to the door for events, this was not taken: type chat: 2"]
    Listener(house).turn()
    assert len(caplog.messages) == 1
    house.inbox.close()
    house.desk.means.journal.close()
