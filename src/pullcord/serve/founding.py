"""`pullcord organisations`: which there are on this installation, and the beginning of another one.

Whoever runs the installation learns their names and how many belong to each, and nobody's name.
"""

import os
import sys
from collections.abc import Mapping
from typing import Any

from pullcord.config import Config, read_config
from pullcord.jobs.desk import open_desk
from pullcord.serve import refuse_root, side_door
from pullcord.serve.archive import USAGE, NotDone, explained, options
from pullcord.serve.archive import the_one as one

USAGE_TEXT = "pullcord organisations [--new NAME] [--data FOLDER]"
FILE = "invitation-link"


def main(words: list[str]) -> int:
    """0 done, 2 not understood or not possible now."""
    return explained(lambda: _main(words))


def _main(words: list[str]) -> int:
    told = options(words, ("--new", "--data"), USAGE_TEXT)
    if told[""]:
        raise NotDone(USAGE, USAGE_TEXT)
    config = read_config(one(told["--data"], USAGE_TEXT) if told["--data"] else None)
    refuse_root()
    desk = open_desk(config)
    if told["--new"]:
        done = side_door.do("new-organisation", desk, {"name": one(told["--new"], USAGE_TEXT)})
        _hand_out(config, done["name"], done["link"])
    else:
        _show(side_door.do("organisations", desk, {})["organisations"])
    return 0


def _show(found: list[Mapping[str, Any]]) -> None:
    for row in found:
        people = f"{row['members']} belong to it" if row["members"] else "nobody belongs to it yet"
        print(f"{row['name']}: since {row['since']}, {people}, {row['meetings']} meetings.")
    if not found:
        print("There is no organisation yet. Whoever opens the first sign-in link founds one.")


def _hand_out(config: Config, name: str, link: str) -> None:
    """To the terminal; where there is none, to a file that only this user can read, never to a log."""
    said = f"“{name}” is there, and nobody belongs to it. Its first owner comes in by a link, once, within 14 days"
    if sys.stdout.isatty():
        print(f"{said}: {link}")
        return
    path = config.path(FILE)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(link + "\n")
    print(f"{said}. The link lies in {path}: pass it on, and delete the file.")
