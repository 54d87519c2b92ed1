"""`./run bench zoom [--json]`: a press until Zoom's answer to the end, and a hundred at once within the limits of the Pro plan.

Against the stand-in, 50 ms away: no figure here is one of Zoom's own. The bare call is the same PUT on the same kind of line in the same
run, with a token that is there; the two take turns.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

from bench import _rows, _zoom_roster
from bench._rows import Row
from pullcord.config import read_config
from pullcord.jobs.desk import Desk, open_desk
from pullcord.jobs.stop import Pressed, stop
from pullcord.platforms import zoom, zoom_token
from pullcord.platforms.warm import WarmWire
from pullcord.platforms.wire import Reply, Request
from pullcord.safe.kit import Kit
from pullcord.words import Meeting

AWAY_MS: Final = 50.0
PAIRS: Final = 100
AT_ONCE: Final = 100
GOAL_P50_MS, GOAL_P99_MS, GOAL_ALL_SECONDS = 5.0, 25.0, 3.5
PAUSE_SECONDS: Final = 0.05
"""Between two presses: whatever the last one still does is done by then."""


class StandIn:
    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self.told = self._line()
        self.rooms: list[tuple[int, str]] = [(int(number), str(code)) for number, code in self.told["rooms"]]

    def meeting(self, plan: str) -> Meeting:
        """One more that runs, with one person in it."""
        number, code = self.rooms.pop()
        at = {
            "server": self.told["address"],
            "account": self.told["account"],
            "client": self.told["client"],
            "plan": plan,
        }
        return Meeting(
            str(number), "M", "zoom", {**at, "room": str(number)}, {"secret": self.told["secret"], "passcode": code}
        )

    def asked(self) -> Any:
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return self._line()

    def _line(self) -> Any:
        assert self._process.stdout is not None
        return json.loads(self._process.stdout.readline())


@contextmanager
def standing_in(plan: str, meetings: int) -> Iterator[StandIn]:
    command = [sys.executable, "-m", "bench._zoom_stand_in", plan, str(meetings), str(AWAY_MS)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield StandIn(process)
    finally:
        process.kill()
        process.communicate()


class Stamped:
    """The server's own line, which notes when each request went out and came back."""

    def __init__(self) -> None:
        self._warm = WarmWire()
        self.reach = self._warm.reach
        self.ends: dict[str, tuple[float, float]] = {}
        self.bars: list[float] = []
        self._lock = threading.Lock()

    def send(self, request: Request) -> Reply:
        began = time.perf_counter()
        if request.method == "PATCH":
            with self._lock:
                self.bars.append(began)
        reply = self._warm.send(request)
        if request.method == "PUT":
            with self._lock:
                self.ends[request.url.split("/")[-2]] = began, time.perf_counter()
        return reply

    def close(self) -> None:
        self._warm.close()


@contextmanager
def at_a_desk() -> Iterator[tuple[Desk, Stamped]]:
    wire = Stamped()
    with tempfile.TemporaryDirectory() as folder:
        config = read_config(str(Path(folder) / "data"), environment={})
        desk = open_desk(config, new=True, wire=lambda _: wire)
        try:
            yield desk, wire
        finally:
            desk.means.journal.close()
            wire.close()


def kit_of(meeting: Meeting) -> Kit:
    return Kit(meeting=meeting, starts=None, ends=None, hold_seconds=3600.0, cords=(), tokens=())


# -- one at a time -----------------------------------------------------------------------------------------------------


def alone() -> list[Row]:
    """On Business, so that no turn is waited for: what is timed is ours."""
    with standing_in("business", 2 * PAIRS) as other, at_a_desk() as (desk, wire):
        ours, bare = list[float](), list[float]()
        for _ in range(PAIRS):
            pressed = other.meeting("business")
            zoom.ready(pressed, wire)
            time.sleep(PAUSE_SECONDS)
            began = time.perf_counter()
            stop(kit_of(pressed), desk.means, by="bench", door="cord")
            ours.append((wire.ends[pressed.at["room"]][1] - began) * 1000)
            time.sleep(PAUSE_SECONDS)
            bare.append(_bare(other.meeting("business"), wire) * 1000)
    over = [one - statistics.median(bare) for one in ours]
    return [
        Row("press -> Zoom's answer to the end, p50", "ms", statistics.median(ours), statistics.median(bare)),
        Row("press -> Zoom's answer to the end, p99", "ms", _p99(ours), _p99(bare)),
        _within("over the bare call's median, p50", statistics.median(over), GOAL_P50_MS),
        _within("over the bare call's median, p99", _p99(over), GOAL_P99_MS),
    ]


def _bare(meeting: Meeting, wire: Stamped) -> float:
    token = zoom_token.token(meeting, wire)
    headers = {"Authorization": f"Bearer {token.text}", "Content-Type": "application/json"}
    url = f"{meeting.at['server']}/v2/meetings/{meeting.at['room']}/status"
    began = time.perf_counter()
    reply = wire.send(Request("PUT", url, headers, b'{"action": "end"}'))
    assert reply.status == 204, reply
    return time.perf_counter() - began


def _within(what: str, milliseconds: float, most: float) -> Row:
    return Row(what, "ms", milliseconds, goal=f"at most {most:g} ms", holds=milliseconds <= most)


def _p99(times: list[float]) -> float:
    return statistics.quantiles(times, n=100, method="inclusive")[98]


# -- a hundred at once -------------------------------------------------------------------------------------------------


class Hundred(NamedTuple):
    ends_seconds: float
    """Until the last end was answered."""
    first_bar_seconds: float
    all_seconds: float
    unproven: int
    refused: int
    live: int


def at_once() -> list[Row]:
    told = _hundred()
    return [
        Row(
            "100 presses at once on Pro: all ends answered",
            "s",
            told.ends_seconds,
            (AT_ONCE - 1) / 30 + AWAY_MS / 1000,
            goal=f"at most {GOAL_ALL_SECONDS} s",
            holds=told.ends_seconds <= GOAL_ALL_SECONDS,
        ),
        Row(
            "  the first hold went out",
            "s",
            told.first_bar_seconds,
            goal="after the last end was answered",
            holds=told.first_bar_seconds >= told.ends_seconds,
        ),
        Row("  all held, read back and answered", "s", told.all_seconds),
        Row("  not proven in their time", "meetings", float(told.unproven), goal="none", holds=told.unproven == 0),
        Row("  refused with “too many” (429)", "calls", float(told.refused), goal="none", holds=told.refused == 0),
        Row("  still running", "meetings", float(told.live), goal="none", holds=told.live == 0),
    ]


def _hundred() -> Hundred:
    with standing_in("pro", AT_ONCE + 1) as other, at_a_desk() as (desk, wire):
        zoom.ready(other.meeting("pro"), wire)
        kits = [kit_of(other.meeting("pro")) for _ in range(AT_ONCE)]
        gate, pressed = threading.Barrier(AT_ONCE + 1), list[Pressed]()

        def press(kit: Kit) -> None:
            gate.wait()
            pressed.append(stop(kit, desk.means, by="bench", door="cord"))

        threads = [threading.Thread(target=press, args=(kit,)) for kit in kits]
        for thread in threads:
            thread.start()
        gate.wait()
        began = time.perf_counter()
        for thread in threads:
            thread.join()
        took, asked = time.perf_counter() - began, other.asked()
        return Hundred(
            max(back for _, back in wire.ends.values()) - began,
            min(wire.bars) - began,
            took,
            sum(one.error is not None for one in pressed),
            sum(call[2] == 429 for call in asked["calls"]),
            asked["live"] - 1,
        )


def main(words: list[str]) -> int:
    return _rows.finish("zoom (a stand-in, 50 ms away)", [*alone(), *at_once(), *_zoom_roster.rows()], words)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
