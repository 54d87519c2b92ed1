"""One process: the fast door in front, the people pages behind it, the engine and the loops beside. Knows them all.

The fast door opens first, before Django or the engine are even loaded; whatever of the rest cannot start leaves a server
that still ends meetings, and says so.
"""

import os
import sys

from pullcord.config import Config, ConfigError, read_config, zone_of
from pullcord.jobs.desk import open_desk
from pullcord.safe.files import TooOpen
from pullcord.safe.keys import KeysMissing
from pullcord.serve import side_door
from pullcord.serve.house import House, build
from pullcord.serve.lock import CannotServe, locked
from pullcord.serve.loops import run

__all__ = ["CannotServe", "House", "build", "locked", "main", "print_signin_link", "run"]

USAGE = 2


def main(words: list[str]) -> int:
    try:
        config = read_config(_data(words, "serve"))
        refuse_unreadable_database(config)
        zone_of(config.time_zone)
        refuse_root()
        os.umask(0o077)  # nothing this server writes is for other users of the machine
        with locked(config):
            house = build(config)
            run(house, ready=lambda: _say_ready(house))
    except (ConfigError, CannotServe, KeysMissing, TooOpen) as error:
        print(error, file=sys.stderr)
        return USAGE
    return 0


def print_signin_link(words: list[str]) -> int:
    """`pullcord signin-link`: on the machine itself, and only there."""
    name = words[0] if words and not words[0].startswith("-") else ""
    try:
        config = read_config(_data(words[1:] if name else words, "signin-link [NAME]"))
        refuse_root()  # what it would write, the server could not read
        link = side_door.do("signin-link", open_desk(config), {"name": name} if name else {})["link"]
    except (ConfigError, CannotServe, KeysMissing) as error:
        print(error, file=sys.stderr)
        return USAGE
    _hand_out(config, link)
    return 0


def _data(words: list[str], command: str) -> str | None:
    """The data folder that was asked for. Anything else on the line was meant for something, and is not passed over."""
    if not words:
        return None
    if len(words) == 2 and words[0] == "--data":
        return words[1]
    raise CannotServe(f"pullcord {command} [--data FOLDER]: “{' '.join(words)}” is not understood.")


def refuse_unreadable_database(config: Config) -> None:
    """Now, and not when the pages come up. Raises ConfigError."""
    if config.database:
        from pullcord.safe.postgres import means_of

        means_of(config.database)


def refuse_root() -> None:
    if os.geteuid() == 0:
        raise CannotServe("Pullcord does not run as root. Make a user for it: adduser --system --group pullcord")


def _say_ready(house: House) -> None:
    """The last line says that it listens: whoever waits for it finds everything else said."""
    from pullcord.store import users
    from pullcord.web import first

    trouble = house.troubles.sentence()
    if trouble:
        print(f"Only ending a meeting works now. {trouble}")
    elif not users.has_any():
        _hand_out(house.config, first.issue(house.desk))
    print(f"Pullcord listens at {house.config.address}", flush=True)


def _hand_out(config: Config, link: str) -> None:
    """To the terminal; where there is none, to a file that only this user can read, never to a log."""
    if sys.stdout.isatty():
        print(f"Sign in within 30 minutes, once: {link}", flush=True)
        return
    path = config.path("signin-link")
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(link + "\n")
    print(f"A link to sign in once lies in {path} for 30 minutes.", flush=True)
