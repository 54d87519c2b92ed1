"""From the bytes at the edge to the requests on the wire: a real `pullcord serve`, and a bare server beside it."""

import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import count, islice
from pathlib import Path
from typing import Final, NamedTuple

from bench import _stop_bare, _stop_host, _stop_platform
from bench._rows import Row
from bench._stop_kits import write_kits
from bench._stop_press import Link, Times, all_at_once, at, each_alone
from pullcord.safe.keys import new_token
from tests.serving import for_the_server, give_away, mode_of, serving

WARM_UP: Final = 20
ALONE: Final = 200
ALONE_WHILE_WRITING: Final = 100
AT_ONCE: Final = 100
MEETINGS: Final = WARM_UP + ALONE + AT_ONCE + ALONE_WHILE_WRITING + AT_ONCE
PAUSE_SECONDS: Final = 0.75
"""Between presses, at least: the bookkeeping begins half a second after one."""
STILL_SECONDS: Final = 0.4
STILL_WITHIN_SECONDS: Final = 60.0
"""The bookkeeping of a hundred ends takes a few seconds on a slow disk."""

GOAL_HALF_MS: Final = 2.0
GOAL_MOST_MS: Final = 10.0
GOAL_AT_ONCE_MS: Final = 250.0


class Outcome(NamedTuple):
    alone: Times
    at_once: Times


def rows() -> list[Row]:
    with _stop_platform.running() as platform:
        bare = _bare(platform)
        with tempfile.TemporaryDirectory() as folder:
            quiet, busy, host = _ours(Path(folder), platform)
    return [*_told("", quiet, bare), *_told(" while a page writes", busy, bare), *_pages(host)]


def _bare(platform: int) -> Outcome:
    names = (f"bare-{number}" for number in count())
    links = (Link(name, name) for name in names)
    with _stop_bare.running(platform) as port:
        each_alone(port, _some(links, WARM_UP), platform, pause=_breath)
        alone = each_alone(port, _some(links, ALONE), platform, pause=_breath)
        return Outcome(alone, all_at_once(port, _some(links, AT_ONCE), platform))


def _ours(folder: Path, platform: int) -> tuple[Outcome, Outcome, _stop_host.Host]:
    data = for_the_server(folder)
    written = [Link(new_token(), f"room-{number}") for number in range(MEETINGS)]
    write_kits(data, written, platform)
    give_away(data)
    links = iter(written)
    with serving(data) as server:
        assert mode_of(server) == "full"
        each_alone(server.port, _some(links, WARM_UP), platform, pause=_pause)
        quiet = _press(server.port, links, ALONE, platform, pause=lambda: _until_still(data))
        _until_still(data)
        host = _stop_host.sign_in(server.port, data)
        with _stop_host.writing(host):
            busy = _press(server.port, links, ALONE_WHILE_WRITING, platform, pause=_pause)
    return quiet, busy, host


def _press(port: int, links: Iterator[Link], alone: int, platform: int, *, pause: Callable[[], None]) -> Outcome:
    times = each_alone(port, _some(links, alone), platform, pause=pause)
    pause()
    return Outcome(times, all_at_once(port, _some(links, AT_ONCE), platform))


def _breath() -> None:
    time.sleep(0.01)


def _pause() -> None:
    time.sleep(PAUSE_SECONDS)


def _until_still(data: Path) -> None:
    """Until the bookkeeping of the press before is done, as it is before a press that comes alone: nobody writes a file.

    How long that takes is the disk's affair: a fixed pause once timed the bookkeeping's syncs, and called them the press.
    """
    _pause()
    until, seen = time.monotonic() + STILL_WITHIN_SECONDS, _written(data)
    while time.monotonic() < until:
        time.sleep(STILL_SECONDS)
        before, seen = seen, _written(data)
        if seen == before:
            return
    raise TimeoutError(f"the bookkeeping was not done in {STILL_WITHIN_SECONDS:g} s")


def _written(data: Path) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in data.glob("*.sqlite3*") if path.exists()}


def _some(links: Iterator[Link], number: int) -> list[Link]:
    return list(islice(links, number))


def _told(when: str, ours: Outcome, bare: Outcome) -> list[Row]:
    """The goal in milliseconds is for the first request, which the journal's line precedes; the end waits for a look too."""
    first = f"press alone{when}: bytes at the edge -> first request on the wire, journal first"
    end = f"press alone{when}: -> end request on the wire, after a last look at who is there"
    most = f"{AT_ONCE} presses at once{when}: -> last end request on the wire"
    has_goal = not when
    return [
        _row(f"{first}, p50", at(ours.alone.first, 0.5), at(bare.alone.first, 0.5), GOAL_HALF_MS if has_goal else None),
        _row(
            f"{first}, p99", at(ours.alone.first, 0.99), at(bare.alone.first, 0.99), GOAL_MOST_MS if has_goal else None
        ),
        _row(f"{end}, p50", at(ours.alone.end, 0.5), at(bare.alone.end, 0.5), None),
        _row(f"{end}, p99", at(ours.alone.end, 0.99), at(bare.alone.end, 0.99), None),
        _row(most, ours.at_once.end[-1], bare.at_once.end[-1], GOAL_AT_ONCE_MS),
    ]


def _row(what: str, ours: float, bare: float, goal: float | None) -> Row:
    if goal is None:
        return Row(what, "ms", ours, bare)
    return Row(what, "ms", ours, bare, goal=f"at most {goal:g} ms", holds=ours <= goal)


def _pages(host: _stop_host.Host) -> list[Row]:
    return [
        Row("records written by a host meanwhile, with their forms", "pages", float(host.pages)),
        Row("of them refused because the database was busy", "pages", float(host.refused)),
    ]
