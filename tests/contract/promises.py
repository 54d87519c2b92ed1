"""What each declaration of an adapter's LIMITS promises: one function per declared value. None without its promise."""

import importlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import pytest

from pullcord.words import Limits, PlatformError
from tests.contract.stage import SOON_SECONDS, Stage, everyone_is_out
from tests.guarding import kept_ended

Promise = Callable[[Stage], None]
GUARD_SECONDS = 2.0
"""How long somebody who comes back is in at most, before the call that ends it."""
ROOT = Path(__file__).resolve().parents[2]


def a_stop_throws_everyone_out(stage: Stage) -> None:
    meeting, _, people = stage.meeting(people=3)
    stopped = stage.adapter.stop(meeting, stage.wire)
    assert everyone_is_out(people, within_seconds=stage.within_seconds)
    assert stopped.evidence
    assert stage.until_over(meeting, within_seconds=stage.within_seconds).over is True


def a_stop_freezes_and_is_never_called_an_end(stage: Stage) -> None:
    meeting, _, _people = stage.meeting(people=2)
    stage.adapter.stop(meeting, stage.wire)
    assert stage.is_over(meeting).over is not True


def a_stop_is_refused_by_name(stage: Stage) -> None:
    meeting, _, _people = stage.meeting(people=1)
    with pytest.raises(PlatformError) as refused:
        stage.adapter.stop(meeting, stage.wire)
    assert refused.value.code == f"{stage.adapter.name}-cannot-stop"


def the_platform_itself_refuses_whoever_comes_back(stage: Stage) -> None:
    """Running, ended and lost alike; and it says so when asked."""
    meeting, tokens, people = stage.meeting(people=2, invitations=3)
    stage.adapter.hold(meeting, stage.wire)
    assert not stage.lets_in(meeting, tokens[2]), "a newcomer got into a held meeting that still ran"
    stage.adapter.stop(meeting, stage.wire)
    stage.adapter.hold(meeting, stage.wire)
    assert everyone_is_out(people, within_seconds=stage.within_seconds)
    assert not any(stage.lets_in(meeting, token) for token in tokens)
    read = stage.is_over(meeting)
    assert (read.over, read.held) == (True, True)


def a_meeting_the_platform_has_lost_can_be_barred_too(stage: Stage) -> None:
    meeting, tokens, _ = stage.meeting(people=0, invitations=1)
    stage.ground.lose(meeting)
    stage.adapter.hold(meeting, stage.wire)
    assert not stage.lets_in(meeting, tokens[0])
    assert stage.is_over(meeting).held is True


def a_native_hold(stage: Stage) -> None:
    the_platform_itself_refuses_whoever_comes_back(stage)
    a_meeting_the_platform_has_lost_can_be_barred_too(stage)


def the_guard_has_whoever_comes_back_out_again_in_time(stage: Stage) -> None:
    """The platform keeps nobody out, and does not say that it does: our guard sees who is in, and ends it again."""
    meeting, tokens, _ = stage.meeting(people=1)
    with kept_ended(meeting, stage.module, stage.wire):
        for _ in range(2):
            back = stage.join_soon(meeting, tokens[0])
            assert back.is_out(within_seconds=GUARD_SECONDS + stage.within_seconds)
    # Asked once the guard rests: while it ends a meeting, a platform may have it closed for that moment.
    assert stage.is_over(meeting).held is not True


def nothing_is_held(stage: Stage) -> None:
    assert not stage.adapter.can("hold")


def the_kicked_stay_out(stage: Stage) -> None:
    """With their old invitation, at once, after a hold, and after the release that lets the others in."""
    meeting, tokens, people = stage.meeting(people=3)
    person = stage.named(meeting, "Person 1")
    stage.adapter.kick(meeting, person, stage.wire)
    meeting = stage.after_kick(meeting, person)
    assert people[1].is_out(within_seconds=SOON_SECONDS)
    assert not stage.lets_in(meeting, tokens[1])
    assert sorted(str(p.name) for p in stage.adapter.roster(meeting, stage.wire)) == ["Person 0", "Person 2"]
    stage.adapter.stop(meeting, stage.wire)
    stage.adapter.hold(meeting, stage.wire)
    assert not stage.lets_in(meeting, tokens[1])
    stage.adapter.release(meeting, stage.wire)
    assert [stage.lets_in(meeting, token) for token in tokens] == [True, False, True]


def the_kicked_can_come_back(stage: Stage) -> None:
    """Or nobody can be removed at all, which is refused by name."""
    if not stage.adapter.can("kick"):
        with pytest.raises(PlatformError) as refused:
            _ = stage.adapter.kick
        assert refused.value.code == f"{stage.adapter.name}-cannot-kick"
        return
    meeting, tokens, people = stage.meeting(people=2)
    stage.adapter.kick(meeting, stage.named(meeting, "Person 1"), stage.wire)
    assert people[1].is_out(within_seconds=SOON_SECONDS)
    assert stage.lets_in(meeting, tokens[1])


def no_e_mail_is_told(stage: Stage) -> None:
    meeting, _, _people = stage.meeting(people=2)
    assert {person.email for person in stage.adapter.roster(meeting, stage.wire)} == {None}


def an_e_mail_is_what_its_owner_typed(stage: Stage) -> None:
    """So it is told as it came, and is believed by nobody; who typed none has none."""
    meeting, tokens, _people = stage.meeting(people=1, invitations=2)
    stage.join(meeting, tokens[1], name="Another", email="another@example.org")
    told = {person.name: person.email for person in stage.adapter.roster(meeting, stage.wire)}
    assert told == {"Person 0": None, "Another": "another@example.org"}


def the_tries_are_counted(stage: Stage) -> None:
    meeting, tokens, _ = stage.meeting(people=1)
    stage.adapter.stop(meeting, stage.wire)
    stage.adapter.hold(meeting, stage.wire)
    before = stage.is_over(meeting).tries
    assert before is not None
    assert not stage.lets_in(meeting, tokens[0])
    after = stage.is_over(meeting).tries
    assert after is not None
    assert after > before


def the_tries_are_not_known(stage: Stage) -> None:
    meeting, tokens, _ = stage.meeting(people=1)
    stage.adapter.stop(meeting, stage.wire)
    stage.adapter.hold(meeting, stage.wire)
    stage.lets_in(meeting, tokens[0])
    assert stage.is_over(meeting).tries is None


def the_recording_has_its_own_proof(stage: Stage) -> None:
    """Needs media, hence a browser: the ground names the tests, and they are there."""
    ground = importlib.import_module(f"tests.contract.ground_{stage.adapter.name}")
    assert ground.RECORDINGS_PROVEN_IN
    assert [path for path in ground.RECORDINGS_PROVEN_IN if not (ROOT / path).is_file()] == []


def nothing_is_recorded(stage: Stage) -> None:
    """Nothing to be asked of a platform that cannot record."""


PROMISES: Final[Mapping[str, Mapping[object, Promise]]] = {
    "end": {
        "sync": a_stop_throws_everyone_out,
        "async": a_stop_throws_everyone_out,
        "linear": a_stop_throws_everyone_out,
        "freeze": a_stop_freezes_and_is_never_called_an_end,
        "none": a_stop_is_refused_by_name,
    },
    "keep_ended": {
        "native": a_native_hold,
        "recipe": the_platform_itself_refuses_whoever_comes_back,
        "guard": the_guard_has_whoever_comes_back_out_again_in_time,
        "none": nothing_is_held,
    },
    "kick_is_ban": {True: the_kicked_stay_out, False: the_kicked_can_come_back},
    "emails": {"none": no_e_mail_is_told, "self-declared": an_e_mail_is_what_its_owner_typed},
    "recordings": {
        "end with the meeting": the_recording_has_its_own_proof,
        "separately": the_recording_has_its_own_proof,
        "none": nothing_is_recorded,
    },
    "tells_of_tries": {True: the_tries_are_counted, False: the_tries_are_not_known},
}

# Kept by every promise above, or words for people, of which a test can only say that they are there.
PLAIN: Final = ("title", "over_within_seconds", "calls_per_second", "over_proves", "own_hands", "stand_in")
# When and how often a job asks, which changes nothing of what is promised: stop and hold are tried in either order.
PACE: Final = ("bars_after_end", "puts_out_seconds", "calls_per_day", "looks_beside")


def without_promise(limits: Limits) -> list[str]:
    """The declarations that nobody proves, as `field=value`."""
    declared = {field: value for field, value in limits._asdict().items() if field not in PLAIN + PACE}
    return [f"{field}={value!r}" for field, value in declared.items() if value not in PROMISES.get(field, {})]
