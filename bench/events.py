"""`./run bench events [file|server] [--json]`: signed platform events that are on disk when they are answered, per second.

One process of ours against a bare Starlette with the same group commit, in turns in the same run: on the product's own
file, and on PostgreSQL. The whole server is measured too, with everything else that it does beside.
"""

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from bench import _events_server, _rows
from bench._events_load import CONNECTIONS, MEETINGS, SECRET, SOURCE, Outcome, as_many_as_are_answered, at_a_pace, room
from bench._rows import Row
from pullcord.config import Config, read_config
from pullcord.jobs.desk import open_desk
from pullcord.safe.keys import new_token
from pullcord.words import Meeting
from tests import postgres_server
from tests.serving import for_the_server, free_port, give_away, serving
from tests.stopping import kit_of

ROUNDS: Final = 5
WARM_UP: Final = 2_000
IN_A_ROUND: Final = 12_000
PACE: Final = 500
AT_A_PACE: Final = 4_000
KITS_SETTLE_SECONDS: Final = 1.2
"""Kits that were written this very second are opened at every event, in case they are written again."""
GOAL: Final = 0.85


def main(words: list[str]) -> int:
    asked = [word for word in words if word in PLACES] or list(PLACES)
    return _rows.finish("events", [row for name in asked for row in PLACES[name]()], words)


def on_file() -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        data = for_the_server(Path(folder))
        config = read_config(str(data), environment={})
        return _measured("SQLite", config, config.path("product.sqlite3"))


def on_server() -> list[Row]:
    with tempfile.TemporaryDirectory() as folder, postgres_server.running(is_synced=True) as server:
        address = server.new_database()
        data = for_the_server(Path(folder))
        return _measured("PostgreSQL", read_config(str(data), environment={"PULLCORD_DATABASE": address}), address)


PLACES: Final[dict[str, Callable[[], list[Row]]]] = {"file": on_file, "server": on_server}


def _measured(title: str, config: Config, place: str) -> list[Row]:
    _make_ready(config)
    time.sleep(KITS_SETTLE_SECONDS)
    with (
        _events_server.running("ours", config.data, place) as ours,
        _events_server.running("bare", config.data, place) as bare,
    ):
        as_many_as_are_answered(ours, WARM_UP)
        as_many_as_are_answered(bare, WARM_UP)
        rounds = [
            (as_many_as_are_answered(ours, IN_A_ROUND), as_many_as_are_answered(bare, IN_A_ROUND))
            for _ in range(ROUNDS)
        ]
        paced = at_a_pace(ours, AT_A_PACE, a_second=PACE), at_a_pace(bare, AT_A_PACE, a_second=PACE)
    with _whole(config) as port:
        whole_paced = at_a_pace(port, AT_A_PACE, a_second=PACE)
        whole = as_many_as_are_answered(port, IN_A_ROUND)
    return [*_told(title, rounds, paced), *_told_of_whole(title, whole, whole_paced)]


def _make_ready(config: Config) -> None:
    """The store's tables, and the kits of the meetings that listen."""
    from pullcord.web import settings

    settings.configure(config, "s" * 40)
    from django.db import connections

    from pullcord.store import ground

    ground.prepare()
    connections.close_all()
    desk = open_desk(config, new=True)
    for number in range(MEETINGS):
        at = {"server": "http://127.0.0.1:1", "room": room(number), "events": SOURCE}
        meeting = Meeting(f"m{number}", room(number), "practice", at, {"admin": "x", "events": SECRET})
        desk.kits.write(kit_of(meeting, link=new_token(), token=new_token()))


@contextmanager
def _whole(config: Config) -> Iterator[int]:
    """The port of a real `pullcord serve`, which folds what it takes."""
    give_away(Path(config.data))
    port = free_port()
    with serving(Path(config.data), port=port, PULLCORD_DATABASE=config.database):
        yield port


def _told(title: str, rounds: list[tuple[Outcome, Outcome]], paced: tuple[Outcome, Outcome]) -> list[Row]:
    """The round in the middle, by its ratio: what the machine does beside touches both sides of a round alike."""
    ours, bare = sorted(rounds, key=lambda one: one[0].a_second / one[1].a_second)[len(rounds) // 2]
    holds = ours.a_second / bare.a_second >= GOAL
    goal = f"at least {GOAL} x bare, in the middle one of {ROUNDS} rounds"
    what = f"{title}: signed events taken, {CONNECTIONS} connections"
    return [
        Row(what, "a second", ours.a_second, bare.a_second, goal=goal, holds=holds),
        Row(f"{title}: the same, answer after, p99", "ms", ours.at(0.99), bare.at(0.99)),
        Row(f"{title}: at {PACE} a second, answer after, p50", "ms", paced[0].at(0.5), paced[1].at(0.5)),
        Row(f"{title}: at {PACE} a second, answer after, p99", "ms", paced[0].at(0.99), paced[1].at(0.99)),
    ]


def _told_of_whole(title: str, whole: Outcome, paced: Outcome) -> list[Row]:
    return [
        Row(f"{title}: the whole server, which folds them too", "a second", whole.a_second),
        Row(f"{title}: the whole server at {PACE} a second, p99", "ms", paced.at(0.99)),
    ]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
