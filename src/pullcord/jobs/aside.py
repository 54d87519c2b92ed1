"""Do one thing beside another: a thread whose failure is a value, never a traceback on someone's screen."""

import _thread
import threading
from collections.abc import Callable
from typing import Any

from pullcord.words import PlatformError


class Aside:
    """Starts at once. What it raised of a platform is in `error`."""

    def __init__(self, do: Callable[..., Any], *given: Any) -> None:
        self.error: PlatformError | None = None
        self._done = threading.Event()
        # `Thread.start` waits until the new thread runs; under load that is a turn of every other thread.
        _thread.start_new_thread(self._run, (do, given))

    @property
    def is_done(self) -> bool:
        return self._done.is_set()

    def wait(self, seconds: float) -> bool:
        """Whether it is done by then."""
        return self._done.wait(seconds)

    def _run(self, do: Callable[..., Any], given: tuple[Any, ...]) -> None:
        try:
            do(*given)
        except PlatformError as error:
            self.error = error
        finally:
            self._done.set()
