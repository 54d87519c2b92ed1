"""A client that comes back every 100 ms, against the real stop and the real guard, on every platform."""

import threading
from typing import Final

import pytest

from pullcord.platforms import platform, practice
from pullcord.platforms.wire import ColdWire, Wire
from tests.contract.ground_practice import ground as practice_ground
from tests.contract.promises import GUARD_SECONDS, PROMISES
from tests.contract.stage import Stage, without_hold
from tests.fakes import guarded
from tests.guarding import Hostile, kept_ended

SECONDS: Final = {"practice": 5.0}
"""How long it goes on; elsewhere ten seconds, half a minute below, and ten minutes in the bench."""


def hostile_for(stage: Stage, seconds: float) -> Hostile:
    meeting, tokens, _ = stage.meeting(people=0, invitations=1)
    client = Hostile(stage.ground, meeting, tokens[0])
    with kept_ended(meeting, stage.module, stage.wire):
        client.go_on_for(seconds)
    assert not client.away, "the platform went away"
    return client


@pytest.mark.timeout(120)
def test_a_client_that_comes_back_every_100_ms_is_never_in_for_longer_than_two_seconds_and_a_call(stage: Stage):
    never_in_for_longer_than_promised(stage, SECONDS.get(stage.adapter.name, 10.0))


@pytest.mark.servers
@pytest.mark.timeout(120)
@pytest.mark.parametrize("wire", ["cold", "warm"], indirect=True)
def test_half_a_minute_of_it_changes_nothing(wire: Wire):
    with practice_ground() as ground:
        stage = Stage(ground, platform("practice"), practice, wire)
        never_in_for_longer_than_promised(stage, 30.0)
        stage.all_leave()


def never_in_for_longer_than_promised(stage: Stage, seconds: float) -> None:
    """Where the platform keeps people out, and, at the same time, as if it did not."""
    clients = dict[str, Hostile]()

    def against(name: str, played: Stage) -> None:
        clients[name] = hostile_for(played, seconds)

    threads = [
        threading.Thread(target=against, args=("as it is", stage)),
        threading.Thread(target=against, args=("without its hold", without_hold(stage))),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    longest = GUARD_SECONDS + stage.within_seconds
    assert max(clients["as it is"].seconds_in, default=0.0) <= longest
    if stage.adapter.limits.keep_ended in ("native", "recipe"):
        assert not clients["as it is"].seconds_in
        assert clients["as it is"].refused > seconds
    assert len(clients["without its hold"].seconds_in) >= seconds / (longest + 1.0)
    assert max(clients["without its hold"].seconds_in) <= longest


def test_a_platform_that_declares_that_only_the_guard_keeps_it_ended_is_kept_so():
    with practice_ground() as ground, guarded.known():
        stage = Stage(ground, platform(guarded.NAME), guarded, ColdWire())
        PROMISES["keep_ended"][stage.adapter.limits.keep_ended](stage)
        stage.all_leave()
