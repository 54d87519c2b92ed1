"""One process: the fast door in front, the people pages behind it, the engine and the loops beside. Knows them all.

The fast door opens first, before Django or the engine are even loaded; whatever of the rest cannot start leaves a server
that still ends meetings, and says so.
"""

import fcntl
import os
import sys
import time
from contextlib import suppress

from pullcord.config import Config, ConfigError, read_config, zone_of
from pullcord.jobs.desk import open_desk
from pullcord.safe.files import TooOpen
from pullcord.safe.keys import KeysMissing
from pullcord.serve.house import House, build
from pullcord.serve.loops import run

__all__ = ["CannotServe", "House", "build", "main", "print_signin_link", "run"]

USAGE = 2
TRIES = 5


class CannotServe(Exception):
    """Why this server does not start, in one sentence for the operator."""


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
    from pullcord.web import first

    try:
        config = read_config(_data(words, "signin-link"))
        desk = open_desk(config)
    except (ConfigError, CannotServe, KeysMissing) as error:
        print(error, file=sys.stderr)
        return USAGE
    _hand_out(config, first.issue(desk, again=True))
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


class locked:
    """The data folder is ours alone while this runs. A second server on it is refused."""

    def __init__(self, config: Config) -> None:
        self._config = config

    def __enter__(self) -> None:
        try:
            os.makedirs(self._config.data, mode=0o700, exist_ok=True)
            self._file = open(self._config.path("lock"), "w")  # held for as long as the server runs
            self._take()
        except BlockingIOError:
            self._file.close()
            raise CannotServe(f"Another Pullcord server is using {self._config.data}. Stop it first.") from None
        except OSError as error:
            raise CannotServe(f"The data folder {self._config.data} cannot be used: {error.strerror}.") from None

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def _take(self) -> None:
        """Raises BlockingIOError. A command that looks whether a server runs has the lock for a moment; no server lets go of it."""
        for _ in range(TRIES):
            with suppress(BlockingIOError):
                return fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            time.sleep(0.02)
        fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)


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
