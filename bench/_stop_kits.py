"""Meetings to be stopped: their sealed kits, as the server would have written them."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from bench._stop_press import Link
from pullcord.config import read_config
from pullcord.jobs.desk import open_desk
from pullcord.safe.keys import digest
from pullcord.safe.kit import Cord, Kit
from pullcord.words import Meeting

FAR: Final = 4_000_000_000.0
HOUR: Final = 3600.0


def write_kits(data: Path, links: Sequence[Link], platform: int) -> None:
    """One meeting a link, on the platform at this port. They ended hours ago: a link still works, and nobody else looks."""
    desk = open_desk(read_config(str(data), environment={}), new=True)
    now = time.time()
    for number, link in enumerate(links):
        where = {"server": f"http://127.0.0.1:{platform}", "room": link.room}
        meeting = Meeting(f"m{number}", f"Class {number}", "practice", where, {"admin": "x", "events": "x"})
        cord = Cord(f"c{number}", digest(link.token), "Anna", FAR)
        desk.kits.write(Kit(meeting, now - 10 * HOUR, now - 9 * HOUR, HOUR, (cord,)))
