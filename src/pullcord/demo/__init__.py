"""`pullcord demo`: a practice meeting with a practice intrusion, on this machine, without an account or a camera."""

import argparse
import signal
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple, NoReturn

from pullcord.demo import check, story
from pullcord.demo.evening import show
from pullcord.demo.place import CannotDemo, config_for, listening
from pullcord.demo.stages import janus_stage, practice_stage
from pullcord.practice import janus_server
from pullcord.practice.reporting import Reporter
from pullcord.practice.rooms import Rooms

MISSING = 3
"""The exit code where something that the demo needs is not on this machine."""


class Asked(NamedTuple):
    platform: str
    lan: bool
    port: int | None
    check: bool


def main(words: list[str]) -> int:
    signal.signal(signal.SIGTERM, _as_if_pressed)
    try:
        return _demo(_read(words))
    except (check.CannotCheck, janus_server.JanusError) as missing:
        print(missing, file=sys.stderr)
        return MISSING
    except CannotDemo as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nThe demo is over. Nothing of it is left on this machine.")
        return 0


def _read(words: list[str]) -> Asked:
    read = argparse.ArgumentParser(prog="pullcord demo", description=__doc__)
    read.add_argument("--platform", choices=("practice", "janus"), default="practice", help="where the meeting runs")
    read.add_argument("--lan", action="store_true", help="open it to your own network, for a real phone")
    read.add_argument("--port", type=int, help="where to listen; otherwise 8400 if that is free")
    read.add_argument("--check", action="store_true", help="play all of it unattended in a browser without a window")
    return Asked(**vars(read.parse_args(words)))


def _demo(asked: Asked) -> int:
    if asked.check:
        check.refuse_without_browser()
    with ExitStack() as until_the_end:
        folder = until_the_end.enter_context(tempfile.TemporaryDirectory(prefix="pullcord-demo-"))
        port = until_the_end.enter_context(listening(lan=asked.lan, port=asked.port))
        config = config_for(folder, port)
        if asked.platform == "janus":
            stage = until_the_end.enter_context(janus_stage(config))
        else:
            folder_of_rooms = Path(config.path("practice-demo"))
            stage = practice_stage(config, Rooms(folder_of_rooms, on_event=Reporter(folder_of_rooms, config.address)))
        return show(config, stage, port, check.play if asked.check else story.tell(with_code=asked.lan))


def _as_if_pressed(*_: object) -> NoReturn:
    """Told to end is like Ctrl-C: everything is put away first."""
    raise KeyboardInterrupt
