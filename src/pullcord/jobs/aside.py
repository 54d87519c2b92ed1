"""Do one thing beside another: a thread whose failure is a value, never a traceback on someone's screen."""

import _thread
import threading
from collections import deque
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any

from pullcord.words import PlatformError

Job = Callable[[], None]

_idle: deque["SimpleQueue[Job]"] = deque()
"""Threads that have done their job and wait for the next one: making a thread costs four times as much as waking one."""


class Aside:
    """Starts at once. What it raised of a platform is in `error`."""

    def __init__(self, do: Callable[..., Any], *given: Any) -> None:
        self.error: PlatformError | None = None
        self._done = threading.Event()
        self._do = do
        self._given = given
        _hand_over(self._run)

    @property
    def is_done(self) -> bool:
        return self._done.is_set()

    def wait(self, seconds: float) -> bool:
        """Whether it is done by then."""
        return self._done.wait(seconds)

    def _run(self) -> None:
        try:
            self._do(*self._given)
        except PlatformError as error:
            self.error = error
        finally:
            self._done.set()


def _hand_over(job: Job) -> None:
    try:
        _idle.pop().put(job)
    except IndexError:
        # `Thread.start` waits until the new thread runs; under load that is a turn of every other thread.
        _thread.start_new_thread(_work, (job,))


def _work(job: Job) -> None:
    mine: SimpleQueue[Job] = SimpleQueue()
    while True:
        job()  # where it breaks, this thread dies with it, and no further job is given to it
        _idle.append(mine)
        job = mine.get()
