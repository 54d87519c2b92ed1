"""What every platform promises, whatever it declares."""

import time
from contextlib import suppress
from typing import get_args

import pytest

from pullcord.platforms import Verb
from pullcord.words import Meeting, PlatformError
from tests.contract.ground import Refused
from tests.contract.stage import SOON_SECONDS, Stage, at_once, everyone_is_out


def test_two_stops_are_one(stage: Stage):
    meeting, _, _people = stage.meeting(people=2)
    first = stage.adapter.stop(meeting, stage.wire)
    stage.until_over(meeting, within_seconds=stage.within_seconds)
    second = stage.adapter.stop(meeting, stage.wire)
    assert (first.already, second.already) == (False, True)


def test_a_second_stop_of_a_held_meeting_leaves_it_held(stage: Stage):
    meeting, tokens, _ = stage.meeting(people=1)
    stage.adapter.stop(meeting, stage.wire)
    stage.adapter.hold(meeting, stage.wire)
    assert stage.adapter.stop(meeting, stage.wire).already
    assert stage.is_over(meeting).held is not False
    assert not stage.lets_in(meeting, tokens[0])


def test_a_meeting_known_to_us_and_absent_there_was_over_already(stage: Stage):
    meeting, _, _people = stage.meeting(people=1)
    stage.ground.lose(meeting)
    assert stage.adapter.stop(meeting, stage.wire).already
    assert stage.adapter.roster(meeting, stage.wire) == []
    assert stage.is_over(meeting).over is True


def test_an_ended_meeting_is_not_called_held_before_a_hold(stage: Stage):
    meeting, _, _people = stage.meeting(people=1)
    stage.adapter.stop(meeting, stage.wire)
    assert stage.is_over(meeting).held is not True


def test_a_hold_said_again_is_still_a_hold(stage: Stage):
    meeting, tokens, _ = stage.meeting(people=1)
    for _ in range(3):
        stage.adapter.hold(meeting, stage.wire)
    stage.adapter.stop(meeting, stage.wire)
    for _ in range(2):
        stage.adapter.hold(meeting, stage.wire)
    assert not stage.lets_in(meeting, tokens[0])


@pytest.mark.parametrize("first", ["stop", "hold"])
def test_nobody_gets_in_after_stop_and_hold_in_either_order(first: str, stage: Stage):
    meeting, tokens, people = stage.meeting(people=2, invitations=3)
    if first == "hold":
        stage.adapter.hold(meeting, stage.wire)
    stage.adapter.stop(meeting, stage.wire)
    if first == "stop":
        stage.adapter.hold(meeting, stage.wire)
    if stage.is_over(meeting).held is False:
        stage.adapter.hold(meeting, stage.wire)
    assert everyone_is_out(people, within_seconds=stage.within_seconds)
    assert not any(stage.lets_in(meeting, token) for token in tokens)


def test_nobody_gets_in_after_stop_and_hold_at_the_same_moment(stage: Stage):
    for _ in range(5):
        meeting, tokens, people = stage.meeting(people=2, invitations=3)
        at_once(
            lambda meeting=meeting: stage.adapter.stop(meeting, stage.wire),  # type: ignore[misc]
            lambda meeting=meeting: stage.adapter.hold(meeting, stage.wire),  # type: ignore[misc]
        )
        if stage.is_over(meeting).held is False:
            stage.adapter.hold(meeting, stage.wire)
        assert everyone_is_out(people, within_seconds=stage.within_seconds)
        assert stage.until_over(meeting, within_seconds=stage.within_seconds).over is True
        assert not any(stage.lets_in(meeting, token) for token in tokens)


def test_a_release_lets_the_invited_in_again_and_only_them(stage: Stage):
    meeting, tokens, _ = stage.meeting(people=1, invitations=2)
    _, strangers, _ = stage.meeting(people=0, invitations=1)
    stage.adapter.stop(meeting, stage.wire)
    stage.adapter.hold(meeting, stage.wire)
    stage.adapter.release(meeting, stage.wire)
    assert all(stage.lets_in(meeting, token) for token in tokens)
    for token in ("", strangers[0]):
        with suppress(Refused):  # or it led to the stranger's own meeting
            stage.join(meeting, token, name="Stranger")
    assert "Stranger" not in [person.name for person in stage.adapter.roster(meeting, stage.wire)]


def test_a_released_meeting_can_be_stopped_again(stage: Stage):
    meeting, tokens, _ = stage.meeting(people=1)
    stage.adapter.stop(meeting, stage.wire)
    stage.adapter.hold(meeting, stage.wire)
    stage.adapter.release(meeting, stage.wire)
    back = stage.join(meeting, tokens[0])
    read = stage.is_over(meeting)
    assert (read.over, read.held) == (False, False)
    assert not stage.adapter.stop(meeting, stage.wire).already
    assert back.is_out(within_seconds=stage.within_seconds)


def test_a_release_said_again_throws_nobody_out(stage: Stage):
    meeting, tokens, _ = stage.meeting(people=1)
    stage.adapter.stop(meeting, stage.wire)
    stage.adapter.hold(meeting, stage.wire)
    stage.adapter.release(meeting, stage.wire)
    stage.join(meeting, tokens[0], name="Back")
    stage.adapter.release(meeting, stage.wire)
    assert stage.named(meeting, "Back")


def test_the_roster_names_everyone_and_never_an_invitation(stage: Stage):
    meeting, tokens, people = stage.meeting(people=5)
    roster = stage.adapter.roster(meeting, stage.wire)
    assert sorted(str(person.name) for person in roster) == [f"Person {n}" for n in range(5)]
    assert len({person.key for person in roster}) == 5
    assert not [token for token in tokens if token in repr(roster)]
    people[0].leave()
    assert everyone_is_gone(stage, meeting, count=4)


def everyone_is_gone(stage: Stage, meeting: Meeting, *, count: int) -> bool:
    """Leaving is told to nobody; the platform is asked until it has noticed."""
    until = time.monotonic() + SOON_SECONDS
    while len(stage.adapter.roster(meeting, stage.wire)) != count:
        if time.monotonic() > until:
            return False
    return True


def test_a_meeting_with_people_in_it_is_not_over(stage: Stage):
    meeting, _, _people = stage.meeting(people=2)
    read = stage.is_over(meeting)
    assert read.over is False
    assert read.held is False
    assert read.people in (2, None)
    assert read.evidence


def test_a_kick_of_somebody_who_has_left_is_no_error(stage: Stage):
    if not stage.adapter.can("kick"):
        pytest.skip("It removes nobody, and refuses by name.")
    meeting, _, people = stage.meeting(people=2)
    person = stage.named(meeting, "Person 0")
    people[0].leave()
    assert everyone_is_gone(stage, meeting, count=1)
    assert stage.adapter.kick(meeting, person, stage.wire).evidence


def test_ending_one_meeting_leaves_the_others_alone(stage: Stage):
    ended, _, _gone = stage.meeting(people=1)
    other, tokens, people = stage.meeting(people=1, invitations=2)
    stage.adapter.stop(ended, stage.wire)
    stage.adapter.hold(ended, stage.wire)
    assert not people[0].is_out(within_seconds=0.2)
    assert stage.lets_in(other, tokens[1])


@pytest.mark.parametrize("verb", get_args(Verb))
def test_a_verb_that_a_platform_lacks_is_refused_by_name(verb: Verb, stage: Stage):
    without = stage.playing(**{verb: None}).adapter
    assert not without.can(verb)
    with pytest.raises(PlatformError) as refused:
        getattr(without, verb)
    assert refused.value.code == f"{stage.adapter.name}-cannot-{verb.replace('_', '-')}"
    assert not refused.value.retry
