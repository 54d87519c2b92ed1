"""`./run bench guard [PLATFORM ...] [--minutes N] [--json]`: a client that comes back every 100 ms, and how long it is in.

On every platform that is installed, for ten minutes each: as it is, and at the same time as if it kept nobody out, where
our guard alone keeps the meeting ended. No events: the guard only asks, so this is its slower way. A platform that dies of
it is started anew, as its host would, and it goes on in a new meeting; how often that was is told.
"""

import importlib
import statistics
import sys
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

from bench._rows import Row, finish
from pullcord.platforms import KNOWN, platform
from pullcord.platforms.warm import WarmWire
from pullcord.platforms.wire import Reply, Request
from tests.contract.conftest import ground_of, has_ground
from tests.contract.promises import GUARD_SECONDS
from tests.contract.stage import Stage, without_hold
from tests.guarding import Hostile, kept_ended
from tools.servers import SERVERS

MINUTES: Final = 10.0


class TimedWire:
    """The server's own line, which notes how long each call took."""

    def __init__(self) -> None:
        self._warm = WarmWire()
        self.reach = self._warm.reach
        self.took: list[float] = []

    def send(self, request: Request) -> Reply:
        began = time.perf_counter()
        try:
            return self._warm.send(request)
        finally:
            self.took.append(time.perf_counter() - began)


class TimedVerb:
    """A verb of an adapter that has a line of its own: the whole of it counts as one call."""

    def __init__(self, verb: Callable[..., Any], took: list[float]) -> None:
        self._verb = verb
        self._took = took

    def __call__(self, *given: Any) -> Any:
        began = time.perf_counter()
        try:
            return self._verb(*given)
        finally:
            self._took.append(time.perf_counter() - began)


class Run(NamedTuple):
    seconds_in: list[float]
    refused: int
    took: list[float]
    seconds: float
    died: int

    def __add__(self, more: "Run") -> "Run":  # type: ignore[override]  # two runs are one longer run
        took, seconds_in = self.took + more.took, self.seconds_in + more.seconds_in
        return Run(seconds_in, self.refused + more.refused, took, self.seconds + more.seconds, self.died + more.died)

    def rows(self, what: str) -> list[Row]:
        longest, call = max(self.seconds_in, default=0.0), max(self.took)
        goal = f"at most {GUARD_SECONDS:g} s and the slowest call"
        return [
            Row(f"{what}: longest time in", "s", longest, GUARD_SECONDS + call, goal=goal, holds=self.is_kept(call)),
            Row(f"{what}: p99 time in", "s", quantile(self.seconds_in, 0.99)),
            Row(f"{what}: how often it came in", "times", float(len(self.seconds_in))),
            Row(f"{what}: how often it was refused", "times", float(self.refused)),
            Row(f"{what}: slowest call", "ms", call * 1000),
            Row(f"{what}: calls to the platform", "a minute", len(self.took) / self.seconds * 60),
            Row(f"{what}: how often the platform died", "times", float(self.died)),
        ]

    def is_kept(self, call: float) -> bool:
        return max(self.seconds_in, default=0.0) <= GUARD_SECONDS + call


def main(words: Sequence[str] | None = None) -> int:
    told = list(sys.argv[1:] if words is None else words)
    minutes = float(told[told.index("--minutes") + 1]) if "--minutes" in told else MINUTES
    asked = [name for name in told if name in KNOWN] or [name for name in KNOWN if has_ground(name)]
    return finish("guard", [row for name in asked for row in rows(name, minutes)], told)


def rows(name: str, minutes: float) -> list[Row]:
    module = importlib.import_module(ground_of(name))
    missing = [server for server in getattr(module, "SERVERS", ()) if not SERVERS[server].program]
    if missing:
        print(f"Left out: {name}. It needs {', '.join(missing)} on this machine.", file=sys.stderr)
        return []
    whole: dict[str, Run] = {}
    while (left := minutes * 60 - max((run.seconds for run in whole.values()), default=0.0)) > 1:
        with module.ground() as ground:
            for what, run in both(name, ground, left).items():
                whole[what] = whole[what] + run if what in whole else run
    return [row for what, run in whole.items() for row in run.rows(what)]


def both(name: str, ground: Any, seconds: float) -> dict[str, Run]:
    adapter = importlib.import_module(KNOWN[name])
    runs: dict[str, Run] = {}

    def against(what: str, *, hold: bool) -> None:
        wire = TimedWire()
        stage = Stage(ground, platform(name), adapter, wire)
        runs[what] = one(stage if hold else without_hold(stage), wire, seconds)

    threads = [
        threading.Thread(target=against, args=(f"{name}, as it is",), kwargs={"hold": True}),
        threading.Thread(target=against, args=(f"{name}, without its hold",), kwargs={"hold": False}),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return runs


def one(stage: Stage, wire: TimedWire, seconds: float) -> Run:
    meeting, tokens, _ = stage.meeting(people=0, invitations=1)
    client = Hostile(stage.ground, meeting, tokens[0])
    took: list[float] = []
    asked = ("stop", "hold", "is_over", "roster", "kick")
    verbs = {name: TimedVerb(verb, took) for name in asked if (verb := getattr(stage.module, name, None))}
    with kept_ended(meeting, stage.playing(**verbs).module, wire):
        went_on = client.go_on_for(seconds)
    return Run(client.seconds_in, client.refused, wire.took or took, went_on, client.away)


def quantile(seconds: list[float], part: float) -> float:
    if len(seconds) < 2:
        return max(seconds, default=0.0)
    return statistics.quantiles(seconds, n=100, method="inclusive")[round(part * 100) - 1]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
