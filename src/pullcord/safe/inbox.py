"""Platform events, written durably in groups before they are answered: one transaction for all that wait, one sync.

The table is made by a migration of the store; this is its only writer. A row says what we listen for and nothing else of
what came. A report that comes again has the nonce of the first, and is known by it also after a restart.
"""

import asyncio
import threading
from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext, suppress
from typing import Final, NamedTuple

from pullcord.safe.inbox_lines import Broken, FileLine, line_to

ANSWER_WITHIN_SECONDS: Final = 2.0
"""How long a sender waits for the disk. Then it is told to come again, which platforms do."""
MOST_AT_ONCE: Final = 500
MOST_WAITING: Final = 5_000
"""More than this wait only where the disk has stopped taking anything."""
CLOSE_WITHIN_SECONDS: Final = 3.0

UNFOLDED: Final = """
    SELECT id, received_at, body FROM store_inboxevent WHERE folded_at IS NULL ORDER BY id LIMIT ?
"""
SINCE: Final = """
    SELECT id, received_at, body FROM store_inboxevent WHERE id > ? AND received_at >= ? ORDER BY id LIMIT ?
"""


class Row(NamedTuple):
    """One report, verified."""

    platform: str
    source: str
    nonce: str | None
    signed_at: float | None
    received_at: float
    body: str
    """What we listen for in it, as JSON."""


class Taken(NamedTuple):
    """A row that is on disk."""

    id: int
    received_at: float
    body: str


class _Batch:
    """What is written together. All who wait for it wait in one event loop, which hears of it once."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.rows: list[Row] = []
        self.is_taken = False
        self.done = asyncio.Event()
        self.loop = loop
        self._late = loop.call_later(ANSWER_WITHIN_SECONDS, self._finish, False)

    def finish(self, *, taken: bool) -> None:
        """From any thread."""
        with suppress(RuntimeError):  # the loop has ended meanwhile, and nobody waits any more
            self.loop.call_soon_threadsafe(self._finish, taken)

    def _finish(self, taken: bool) -> None:
        self._late.cancel()
        if not self.done.is_set():
            self.is_taken = taken
            self.done.set()


class Inbox:
    """`place`: the product's database file, or the address of its PostgreSQL server."""

    def __init__(self, place: str) -> None:
        self.came = threading.Event()
        """Set whenever rows have come; whoever folds them clears it."""
        self._waiting: list[_Batch] = []
        self._how_many = 0
        self._is_ready = self._is_told = False
        """The writing thread will be told of what waits, or has been and is about to take it."""
        self._wake = threading.Condition()
        self._closed = False
        self._thread: threading.Thread | None = None
        self._writing = line_to(place)
        self._folding = line_to(place)
        self._fold_lock = threading.Lock()
        is_file = isinstance(self._writing, FileLine)
        self._turn: AbstractContextManager[object] = threading.Lock() if is_file else nullcontext()
        """To write to the file: who waits for SQLite's own lock sleeps for too long, and in steps."""

    # -- the door's side -----------------------------------------------------------------------------------------------

    async def write(self, row: Row) -> bool:
        """Whether it is on disk, now or since it came before. False = the store does not take it in time."""
        batch = self._put(row)
        if batch is None:
            return False
        await batch.done.wait()
        return batch.is_taken

    def close(self) -> None:
        with self._wake:
            self._closed = True
            self._wake.notify()
        if self._thread is not None:
            self._thread.join(CLOSE_WITHIN_SECONDS)
        with self._fold_lock:
            self._folding.close()

    def _put(self, row: Row) -> _Batch | None:
        with self._wake:
            if self._closed or self._how_many >= MOST_WAITING:
                return None
            if self._thread is None:
                self._thread = threading.Thread(target=self._write_for_ever, name="inbox", daemon=True)
                self._thread.start()
            if not self._waiting or len(self._waiting[-1].rows) >= MOST_AT_ONCE:
                self._waiting.append(_Batch(asyncio.get_running_loop()))
            batch = self._waiting[-1]
            batch.rows.append(row)
            self._how_many += 1
            if not self._is_told:
                # Not at once: the requests that were read together with this one are to be written together with it.
                self._is_told = True
                batch.loop.call_soon(self._tell)
            return batch

    def _tell(self) -> None:
        with self._wake:
            self._is_ready = True
            self._wake.notify()

    def _write_for_ever(self) -> None:
        while True:
            with self._wake:
                self._wake.wait_for(lambda: self._is_ready or self._closed)
                if not self._waiting:
                    return self._writing.close()
                batch = self._waiting.pop(0)
                self._how_many -= len(batch.rows)
                self._is_told = self._is_ready = bool(self._waiting)
            taken = self._commit(batch.rows)
            if taken:
                self.came.set()
            batch.finish(taken=taken)

    def _commit(self, rows: list[Row]) -> bool:
        try:
            with self._turn:
                self._writing.write(rows)
        except Broken:
            return False
        return True

    # -- the side of whoever folds them. Each raises Broken --------------------------------------------------------------

    def unfolded(self, *, most: int) -> list[Taken]:
        """The oldest that nobody has folded yet."""
        return self._rows(UNFOLDED, most)

    def since(self, received_at: float, *, after: int, most: int) -> list[Taken]:
        """Folded or not, those that have come since then; so many at a time, from the one after that id."""
        return self._rows(SINCE, after, received_at, most)

    def fold(self, ids: Iterable[int], *, at: float) -> None:
        """These have been taken in."""
        with self._fold_lock, self._turn:
            self._folding.fold([*ids], at)

    def sweep(self, *, folded_before: float) -> None:
        """Delete what was folded before then: the inbox is a roster too, and is not kept as one."""
        with self._fold_lock, self._turn:
            self._folding.sweep(folded_before)

    def _rows(self, sql: str, *values: float) -> list[Taken]:
        with self._fold_lock:
            return [Taken(*row) for row in self._folding.read(sql, values)]


__all__ = ["Broken", "Inbox", "Row", "Taken"]
