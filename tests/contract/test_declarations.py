"""Every declaration of every adapter is proven, and a promise that a liar could keep is no promise."""

import pytest

from pullcord.platforms import KNOWN, platform
from pullcord.words import Held, Kicked, Meeting, Over, Person, Stopped
from tests.contract.conftest import has_ground
from tests.contract.promises import PROMISES, without_promise
from tests.contract.stage import Stage


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


def test_a_guard_s_promise_is_broken_by_a_platform_that_says_held_and_is_not(stage: Stage):
    def stops_and_opens_again(meeting: Meeting, wire: object) -> Stopped:
        stopped = stage.adapter.stop(meeting, stage.wire)
        stage.adapter.release(meeting, stage.wire)
        return stopped

    PROMISES["keep_ended"]["guard"](stage.playing(stop=stops_and_opens_again))
    with pytest.raises(AssertionError):
        PROMISES["keep_ended"]["guard"](stage.playing(stop=stops_and_opens_again, is_over=says_over))
