"""Who was there, whatever the reports do on their way: doubled, late, reordered, lost, unsigned, and asked after."""

import random
from typing import Any, NamedTuple

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pullcord.core import roster as rosters
from pullcord.core.roster import Presence, Roster, Span
from pullcord.words import Event, Person

NOW = 1_800_000_000.0
LATE_SECONDS = 90.0
LOOK_EVERY_SECONDS = 15.0


def event(kind: Any, at: float | None, key: str | None = "ann", *, trusted: bool = True, **told: Any) -> Event:
    person = None if key is None else Person(key, told.pop("name", key.title()), **told)
    return Event(kind, "", None if at is None else NOW + at, person, trusted)


def folded(*told: Event | tuple[float, list[str]], received_at: float = NOW + 1000) -> Roster:
    """Reports, and looks as (when, who was listed)."""
    roster = Roster()
    for one in told:
        if isinstance(one, Event):
            roster.report(one, received_at=received_at)
        else:
            roster.look([Person(key, key.title()) for key in one[1]], at=NOW + one[0])
    return roster


def spans(roster: Roster, key: str = "ann") -> list[tuple[float | None, float | None]]:
    """Since when and until when, counted from NOW."""
    (presence,) = [one for one in roster.presences() if one.person.key == key]
    return [tuple(None if at is None else at - NOW for at in span) for span in presence.spans]  # type: ignore[misc]


def who_is_in(roster: Roster) -> set[str]:
    return {presence.person.key for presence in roster.presences() if presence.is_in}


def test_who_came_and_left_was_there_from_then_to_then():
    assert spans(folded(event("joined", 10), event("left", 20))) == [(10, 20)]


def test_it_counts_when_it_happened_and_not_when_we_heard_of_it():
    came, left, back = event("joined", 10), event("left", 20), event("joined", 30)
    for order in ([came, left, back], [back, left, came], [left, back, came], [back, came, left]):
        assert spans(folded(*order)) == [(10, 20), (30, None)]


def test_a_report_that_comes_twice_counts_once():
    assert spans(folded(*[event("joined", 10)] * 3, *[event("left", 20)] * 2)) == [(10, 20)]


def test_who_is_reported_to_have_left_was_there_though_their_coming_was_lost():
    assert spans(folded(event("left", 20))) == [(None, 20)]


def test_who_was_lost_altogether_is_found_by_the_next_look():
    assert spans(folded((15, ["ann"]))) == [(15, None)]


def test_whose_leaving_was_lost_is_out_by_the_next_look():
    assert spans(folded(event("joined", 10), (15, []))) == [(10, 15)]


def test_a_late_report_of_somebody_who_has_left_does_not_bring_them_back():
    assert spans(folded((15, []), event("joined", 10))) == [(10, 15)]


def test_who_was_not_listed_in_between_was_gone_in_between():
    assert spans(folded((15, ["ann"]), (30, []), (45, ["ann"]))) == [(15, 30), (45, None)]


def test_a_look_from_before_they_came_takes_nobody_off():
    assert spans(folded(event("joined", 20), (15, []))) == [(20, None)]


def test_the_end_of_the_meeting_is_everybody_s_leaving_also_of_whom_we_hear_later():
    roster = folded(
        event("joined", 10), event("ended", 30, None), event("joined", 20, "ben"), event("joined", 40, "eve")
    )
    assert (spans(roster), spans(roster, "ben"), spans(roster, "eve")) == ([(10, 30)], [(20, 30)], [(40, None)])


@pytest.mark.parametrize("kind", ["left", "ended"])
def test_a_hint_marks_nobody_as_left_before_the_platform_said_so(kind: str):
    joined, hint = event("joined", 10), event(kind, 20, trusted=False)
    roster = folded(joined, hint)
    assert who_is_in(roster) == {"ann"}
    roster.look([], at=NOW + 2000)
    assert who_is_in(roster) == set()


def test_a_hint_puts_somebody_on_the_roster_when_we_heard_of_it():
    assert spans(folded(event("joined", 10, trusted=False), received_at=NOW + 50)) == [(50, None)]


def test_whom_a_hint_says_to_have_left_was_there():
    roster = folded(event("left", 10, trusted=False))
    assert [presence.person.key for presence in roster.presences()] == ["ann"]


@pytest.mark.parametrize("at", [None, 400 * 86_400.0])
def test_a_time_that_nobody_can_mean_is_when_we_heard_of_it(at: float | None):
    assert spans(folded(event("joined", at), received_at=NOW + 50)) == [(50, None)]


def test_who_was_refused_was_not_there():
    assert folded(event("refused", 10), event("started", 5, None)).presences() == []


def test_one_invitation_is_one_person_however_often_they_came():
    roster = folded(
        event("joined", 10, "x1", invite="7"), event("left", 20, "x1"), event("joined", 30, "x2", invite="7", name=None)
    )
    (presence,) = roster.presences()
    assert presence.spans == (Span(NOW + 10, NOW + 20), Span(NOW + 30, None))
    assert presence.person == Person("x2", "X1", invite="7", since=NOW + 10)


def test_the_invitation_that_an_event_tells_is_believed_before_the_one_on_the_list():
    """Janus: on the list it is what the participant's own page says."""
    roster = folded(event("joined", 10, "x", invite="2"))
    roster.look([Person("x", "X", invite="1")], at=NOW + 15)
    assert [presence.person.invite for presence in roster.presences()] == ["2"]


def test_what_the_platform_does_not_tell_again_is_not_forgotten():
    roster = folded(event("joined", 10, email="ann@example.org"), (15, ["ann"]))
    (presence,) = roster.presences()
    assert presence.person == Person("ann", "Ann", email="ann@example.org", since=NOW + 10)


def test_since_when_somebody_is_in_is_told_by_the_list_too():
    roster = Roster()
    roster.look([Person("ann", "Ann", since=NOW + 3)], at=NOW + 15)
    assert spans(roster) == [(3, None)]


def test_who_comes_and_goes_for_hours_fills_no_memory_and_keeps_the_first_and_the_last():
    moves = [event("joined" if n % 2 == 0 else "left", n) for n in range(2_001)]
    roster = folded(*moves, received_at=NOW + 3_000)
    assert len(roster._known["ann"].signs) <= rosters.MOST_SIGNS
    told = spans(roster)
    assert (told[0][0], told[-1]) == (0, (2_000, None))


def test_a_crowd_of_made_up_names_puts_out_nobody_who_is_on_the_platform_s_list(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(rosters, "MOST_PRESENCES", 5)
    roster = folded(event("joined", 1, "ann"), *[event("joined", 2, f"made up {n}") for n in range(20)])
    assert len(roster.presences()) == 5
    roster.look([Person("ann", "Ann"), Person("late", "Late")], at=NOW + 15)
    assert who_is_in(roster) == {"ann", "late"}


# A whole meeting, and what becomes of its reports.


class Evening(NamedTuple):
    """Who was really there, from when to when, and what reached us in which order."""

    truth: dict[str, list[tuple[float, float | None]]]
    reports: list[Event]
    lasts: float


def evening(dice: random.Random, *, people: int, lasts: float = 3600.0) -> Evening:
    """5 % of the reports come twice, 20 % out of order, leaves are told up to 90 s late, 1 % never come."""
    truth = {f"p{n}": _visits(dice, lasts) for n in range(people)}
    sent: list[tuple[float, Event]] = []
    for key, visits in truth.items():
        for came, left in visits:
            sent.append((came, event("joined", came, key)))
            if left is not None:
                sent.append((left + dice.uniform(0, LATE_SECONDS), event("left", left, key)))
    arrived = []
    for at, one in sorted(sent, key=lambda pair: pair[0]):
        if dice.random() < 0.01:
            continue
        delay = dice.uniform(0, 120) if dice.random() < 0.2 else 0.0
        arrived.append((at + delay, one))
        if dice.random() < 0.05:
            arrived.append((at + delay + dice.uniform(0, 60), one))
    return Evening(truth, [one for _, one in sorted(arrived, key=lambda pair: pair[0])], lasts)


def _visits(dice: random.Random, lasts: float) -> list[tuple[float, float | None]]:
    visits: list[tuple[float, float | None]] = []
    at = dice.uniform(0, lasts / 2)
    for _ in range(dice.randint(1, 4)):
        stays = dice.uniform(
            LOOK_EVERY_SECONDS + 1, lasts
        )  # shorter than a look, and with both reports lost: nobody can know
        if at + stays >= lasts:
            return [*visits, (at, None)]
        visits.append((at, at + stays))
        at += stays + dice.uniform(1, 300)
        if at >= lasts:
            break  # they come back after the last look: that is another evening
    return visits


def listed(told: Evening, at: float) -> list[Person]:
    inside = [
        key
        for key, visits in told.truth.items()
        if any(came <= at and (left is None or at < left) for came, left in visits)
    ]
    return [Person(key, key.title()) for key in inside]


def lived_through(told: Evening, dice: random.Random) -> list[Presence]:
    """Reports and looks as they come, in whatever order between them; the last look is the reconciliation."""
    roster = Roster()
    looks = range(0, int(told.lasts), int(LOOK_EVERY_SECONDS))
    steps: list[Event | int] = [*told.reports, *looks]
    dice.shuffle(steps)
    for step in steps:
        if isinstance(step, Event):
            roster.report(step, received_at=NOW + 2 * told.lasts)
        else:
            roster.look(listed(told, step), at=NOW + step)
    roster.look(listed(told, told.lasts), at=NOW + told.lasts)
    return roster.presences()


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32), people=st.integers(1, 25))
@example(seed=35747, people=12)
def test_after_reconciliation_nobody_who_joined_is_missing_and_who_is_in_is_known(seed: int, people: int):
    dice = random.Random(seed)
    told = evening(dice, people=people)
    known = {presence.person.key: presence for presence in lived_through(told, dice)}
    assert known.keys() == told.truth.keys()
    in_now = {key for key, visits in told.truth.items() if visits[-1][1] is None}
    assert {key for key, presence in known.items() if presence.is_in} == in_now
    for key, visits in told.truth.items():
        first = known[key].spans[0].since
        assert first is None or first - NOW <= visits[0][0] + LOOK_EVERY_SECONDS


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32), people=st.integers(1, 10))
def test_the_order_of_arrival_changes_nothing(seed: int, people: int):
    dice = random.Random(seed)
    reports = evening(dice, people=people).reports
    shuffled = dice.sample(reports, len(reports))
    in_order, out_of_order = folded(*reports, received_at=NOW + 9e3), folded(*shuffled, received_at=NOW + 9e3)
    assert {(one.person.key, one.spans) for one in in_order.presences()} == {
        (one.person.key, one.spans) for one in out_of_order.presences()
    }
