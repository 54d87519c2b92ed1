"""The data folder belongs to one process at a time: a server, or a command that changes what lies in it."""

import fcntl
import os
import time
from contextlib import suppress

from pullcord.config import Config

TRIES = 5


class CannotServe(Exception):
    """Why this server or command does not start, in one sentence for the operator."""


class Held(CannotServe):
    """Another process has the folder."""


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
            raise Held(f"Another Pullcord server is using {self._config.data}. Stop it first.") from None
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
