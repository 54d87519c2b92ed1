"""`python -m tests.e2e.broken_demo VERB`: the demo's check on a practice meeting that claims to do VERB, and does not."""

import sys
import tempfile
from pathlib import Path

from pullcord.demo import check
from pullcord.demo.evening import show
from pullcord.demo.place import config_for, listening
from pullcord.demo.stages import practice_stage
from pullcord.practice.rooms import Rooms


class EndsNothing(Rooms):
    """Says that it put everyone out, and then that nobody is in."""

    def end(self, room_id: str, *, now: float) -> int | None:
        return 5

    def state(self, room_id: str):
        state = super().state(room_id)
        return state and state._replace(people=[])


class BarsNothing(Rooms):
    """Says that the door is barred, and lets everybody in."""

    def hold(self, room_id: str) -> bool:
        return True

    def state(self, room_id: str):
        state = super().state(room_id)
        return state and state._replace(held=True)


BROKEN = {"end": EndsNothing, "hold": BarsNothing}


def main(verb: str) -> int:
    with tempfile.TemporaryDirectory() as folder, listening(lan=False, port=None) as port:
        config = config_for(folder, port)
        rooms = BROKEN[verb](Path(config.path("practice-demo")))
        return show(config, practice_stage(config, rooms), port, check.play)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
