"""Every declaration of every adapter is proven, and a promise that a liar could keep is no promise."""

import pytest

from pullcord.platforms import KNOWN, platform
from pullcord.words import Held, Kicked, Meeting, Over, Person, Stopped
from tests.contract.conftest import has_ground
from tests.contract.promises import PROMISES, without_promise
from tests.contract.stage import Stage, everyone_is_out, without_hold


@pytest.mark.parametrize("field", PROMISES)
def test_what_an_adapter_declares_holds(field: str, stage: Stage):
    PROMISES[field][getattr(stage.adapter.limits, field)](stage)


@pytest.mark.parametrize("name", KNOWN)
def test_every_declaration_has_its_promise(name: str):
    assert without_promise(platform(name).limits) == []


@pytest.mark.parametrize("name", KNOWN)
def test_every_platform_has_a_ground_to_be_tried_on(name: str):
    assert has_ground(name)


@pytest.mark.parametrize("name", KNOWN)
def test_every_platform_says_what_people_need_to_know(name: str):
    limits = platform(name).limits
    assert limits.title
    assert limits.over_proves
    assert limits.own_hands
    assert limits.over_within_seconds > 0


@pytest.mark.parametrize("name", KNOWN)
def test_every_field_of_a_platform_s_form_is_asked_once_and_kept_once(name: str):
    fields = platform(name).fields
    names = [field.name for field in fields]
    kept = [(field.kind == "secret", field.key or field.name) for field in fields]
    assert len(set(names)) == len(names)
    assert len(set(kept)) == len(kept)
    assert all(field.label and field.longest > 0 for field in fields)
    assert not [field.name for field in fields if field.is_rare and field.required], "who would find it?"


def test_what_the_form_asks_for_is_enough_to_stop_and_hold(stage: Stage):
    """And all that the ground knows of a meeting can be said in the form."""
    fields = stage.adapter.fields
    if not fields:
        return  # this server makes these meetings itself
    meeting, tokens, people = stage.meeting(people=1)
    asked = {(field.kind == "secret", field.key or field.name): field.required for field in fields}
    told = [(False, key) for key in meeting.at] + [(True, key) for key in meeting.secrets]
    assert [key for key in told if key not in asked] == []
    stand_in = getattr(stage.ground, "STANDS_AT", ())
    least = meeting._replace(
        at={key: value for key, value in meeting.at.items() if asked[False, key] or key in stand_in},
        secrets={key: value for key, value in meeting.secrets.items() if asked[True, key]},
    )
    stage.adapter.stop(least, stage.wire)
    assert everyone_is_out(people, within_seconds=stage.within_seconds)
    stage.adapter.hold(meeting, stage.wire)
    assert not stage.lets_in(meeting, tokens[0])


def test_a_declaration_that_nobody_proves_is_found():
    planted = platform("janus").limits._replace(end="eventually", recordings="maybe")  # type: ignore[arg-type]
    assert without_promise(planted) == ["end='eventually'", "recordings='maybe'"]


def says_stopped(meeting: Meeting, wire: object) -> Stopped:
    return Stopped("204")


def says_held(meeting: Meeting, wire: object) -> Held:
    return Held("200")


def says_over(meeting: Meeting, wire: object) -> Over:
    return Over(True, True, "surely")


def test_a_stop_that_only_says_so_breaks_its_promise(stage: Stage):
    with pytest.raises(AssertionError):
        PROMISES["end"]["sync"](stage.playing(stop=says_stopped))


def test_a_hold_that_only_says_so_breaks_its_promise(stage: Stage):
    with pytest.raises(AssertionError, match="newcomer"):
        PROMISES["keep_ended"]["native"](stage.playing(hold=says_held, is_over=says_over))


def test_a_kick_that_is_no_ban_breaks_the_promise_of_one(stage: Stage):
    def only_kicks(meeting: Meeting, person: Person, wire: object) -> Kicked:
        stage.adapter.stop(meeting, stage.wire)
        stage.adapter.release(meeting, stage.wire)
        return Kicked("out")

    with pytest.raises(AssertionError):
        PROMISES["kick_is_ban"][True](stage.playing(kick=only_kicks))


def test_a_freeze_that_is_called_an_end_breaks_its_promise(stage: Stage):
    with pytest.raises(AssertionError):
        PROMISES["end"]["freeze"](stage.playing(stop=says_stopped, is_over=says_over))


def test_a_freeze_that_is_called_a_freeze_keeps_its_promise(stage: Stage):
    PROMISES["end"]["freeze"](stage.playing(stop=says_stopped))


def test_a_platform_without_an_end_refuses_it_by_name(stage: Stage):
    PROMISES["end"]["none"](stage.playing(stop=None))


def test_a_guard_s_promise_is_broken_by_a_platform_that_says_over_and_is_not(stage: Stage):
    PROMISES["keep_ended"]["guard"](without_hold(stage))
    with pytest.raises(AssertionError):
        PROMISES["keep_ended"]["guard"](without_hold(stage).playing(is_over=says_over))
