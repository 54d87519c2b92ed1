"""Append-only and fsynced: every stop is written here first, and acted on from here.

A line is `MARK JSON\\n`. The mark is keyed, so that a line from another hand, or a torn one, is set aside and never
executed. One thread writes, and joins whatever waits into one write and one sync; several processes may append to the
same file (O_APPEND), and the order of the lines in it is the order of events for all of them. Every write begins with an
empty line: what a full disk tore in any process's hand stands alone, and takes no whole line with it.
"""

import errno
import json
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from itertools import islice
from typing import Any, NamedTuple

from pullcord.safe import disk
from pullcord.safe.files import make_private_folder
from pullcord.safe.keys import Keys

PATIENCE_SECONDS = 0.05
"""How long a stop waits for its line to be written before it acts all the same."""
SYNC_PATIENCE_SECONDS = 0.008
"""How long it waits for the sync of a line that is written: that one outlives our death already, a power cut not yet."""
RESERVE_BYTES = 256 * 1024
SYNC_WITHIN_SECONDS = 0.1
"""How long a line that nobody waits for may be written and not yet synced: our death it outlives, a power cut it may not."""
MOST_AT_ONCE = 256
BEGINNING_BYTES = 34
"""An empty line, and the mark of the first one: no other file begins so."""
PURPOSE = "journal"


class Line(NamedTuple):
    kind: str
    at: float
    """Seconds since 1970, UTC, by our clock."""
    fields: Mapping[str, Any]
    mark: str = ""
    """The line's own keyed mark. A line that a failing disk took twice has the same one: whoever keeps lines, keeps it once."""


class Place(NamedTuple):
    """Where a reader stands. The file is known by its beginning: its number may be given anew to the next one."""

    beginning: bytes = b""
    offset: int = 0
    stamp: tuple[int, int, int] | None = None
    """The file's number, size and time when it was read: while they are the same there is nothing new in it."""


START = Place()


class _Waiting:
    """A line on its way to the disk. Without a line: only a question whether all before it has arrived."""

    def __init__(self, line: Line | None, data: bytes, *, urgent: bool) -> None:
        self.line = line
        self.data = data
        self.urgent = urgent
        """Somebody waits for it to be on disk. What nobody waits for is written at once and synced with the next."""
        self.written = False
        self.since = time.monotonic()
        self.done = threading.Event()
        self.durable = False

    def is_late(self, now: float) -> bool:
        if self.written:
            return now - self.since >= SYNC_WITHIN_SECONDS + PATIENCE_SECONDS
        return now - self.since >= PATIENCE_SECONDS or self.done.is_set()


class Written:
    """A line that was handed over, and what the disk has said of it until now."""

    def __init__(self, line: Line, waiting: _Waiting) -> None:
        self.line = line
        self._waiting = waiting

    @property
    def durable(self) -> bool:
        """Synced. False = the stop went on without; the line is synced, or written at all, as soon as the disk takes it."""
        return self._waiting.durable


class Journal:
    def __init__(self, folder: str, keys: Keys, *, clock: Callable[[], float] = time.time) -> None:
        self.path = os.path.join(folder, "journal")
        self._folder = folder
        self._keys = keys
        self._clock = clock
        self._waiting: list[_Waiting] = []
        self._unsure: list[_Waiting] = []
        self._late: list[_Waiting] = []
        self._wake = threading.Condition()
        self._closed = False
        self._file: int | None = None
        self._thread: threading.Thread | None = None

    # -- writing -----------------------------------------------------------------------------------------------------

    def append(self, kind: str, **fields: Any) -> Written:
        """Write a line and wait for the disk: 8 ms for the sync, 50 ms to have it written. Never raises for what it does."""
        line, waiting = self._hand_over(kind, fields, urgent=True)
        if not waiting.done.wait(SYNC_PATIENCE_SECONDS) and not waiting.written:
            waiting.done.wait(PATIENCE_SECONDS - SYNC_PATIENCE_SECONDS)
        return Written(line, waiting)

    def note(self, kind: str, **fields: Any) -> Line:
        """Write a line without waiting for the disk."""
        return self._hand_over(kind, fields, urgent=False)[0]

    def flush(self, *, wait_seconds: float) -> bool:
        """Wait until nothing is on its way; whether all of it is on disk."""
        waiting = _Waiting(None, b"", urgent=True)
        self._put(waiting)
        waiting.done.wait(wait_seconds)
        return waiting.durable

    def settle(self, *, wait_seconds: float) -> None:
        """Wait until all so far is written, so that everybody can read it. Synced is another question."""
        waiting = _Waiting(None, b"", urgent=False)
        self._put(waiting)
        waiting.done.wait(wait_seconds)

    def late(self) -> list[Line]:
        """The lines that the disk has not taken in 50 ms: they count, and are written as soon as it does."""
        with self._wake:
            # Kept apart once they are: on a disk that is gone there may be thousands, and everybody asks all the time.
            now = time.monotonic()
            self._late += [waiting for waiting in self._unsure if waiting.is_late(now)]
            self._unsure = [waiting for waiting in self._unsure if not waiting.is_late(now)]
            return [waiting.line for waiting in self._late if waiting.line is not None]

    def close(self) -> None:
        with self._wake:
            self._closed = True
            self._wake.notify()
        if self._thread is not None:
            self._thread.join(timeout=2)

    def _hand_over(self, kind: str, fields: Mapping[str, Any], *, urgent: bool) -> tuple[Line, _Waiting]:
        at = self._clock()
        content = json.dumps({"kind": kind, "at": at, **fields}, separators=(",", ":")).encode()
        mark = self._keys.mark(PURPOSE, content)
        line = Line(kind, at, fields, mark)
        waiting = _Waiting(line, mark.encode() + b" " + content + b"\n", urgent=urgent)
        self._put(waiting)
        return line, waiting

    def _put(self, waiting: _Waiting) -> None:
        with self._wake:
            if self._thread is None:
                self._thread = threading.Thread(target=self._write_for_ever, name="journal", daemon=True)
                self._thread.start()
            self._waiting.append(waiting)
            if waiting.line is not None:
                self._unsure.append(waiting)
            self._wake.notify()

    def _write_for_ever(self) -> None:
        owed: deque[_Waiting] = deque()
        unsynced: list[_Waiting] = []
        while True:
            with self._wake:
                # A second's sleep while lines are owed: the disk may have room again.
                pause = 1.0 if owed else SYNC_WITHIN_SECONDS if unsynced else None
                woken = self._wake.wait_for(lambda: self._waiting or self._closed, timeout=pause)
                new, self._waiting = self._waiting, []
                closed = self._closed
            owed.extend(new)
            while owed and (batch := self._write_oldest(owed)):
                unsynced += batch
            if closed or not woken or any(waiting.urgent for waiting in new):
                owed.extendleft(reversed(self._sync_all(unsynced)))
                unsynced = []
            with self._wake:
                for waiting in new:
                    waiting.done.set()  # what the disk did not take keeps nobody waiting
            if closed:
                return self._close_file()

    def _write_oldest(self, owed: deque[_Waiting]) -> list[_Waiting]:
        """Write the first of these, and take them off; those that the disk took."""
        batch = list(islice(owed, MOST_AT_ONCE))
        if not self._to_disk(b"".join(waiting.data for waiting in batch)):
            return []
        for waiting in batch:
            waiting.written = True
            owed.popleft()
        return batch

    def _sync_all(self, unsynced: list[_Waiting]) -> list[_Waiting]:
        """Have what is written on disk for good. What is not comes back: it is written once more, and known by its mark."""
        try:
            if unsynced:
                self._sync()
        except OSError:
            self._close_file()
            for waiting in unsynced:
                waiting.written = False
            return unsynced
        with self._wake:
            for waiting in unsynced:
                waiting.durable = True
                waiting.done.set()
            self._unsure = [waiting for waiting in self._unsure if not waiting.durable]
            self._late = [waiting for waiting in self._late if not waiting.durable]
        return []

    def _to_disk(self, data: bytes) -> bool:
        if not data:
            return True
        try:
            self._append(data)
        except OSError as error:
            self._close_file()
            if error.errno not in (errno.ENOSPC, errno.EDQUOT) or not self._give_up_reserve():
                return False
            return self._second_try(data)
        return True

    def _second_try(self, data: bytes) -> bool:
        try:
            self._append(data)
        except OSError:
            self._close_file()
            return False
        return True

    def _append(self, data: bytes) -> None:
        file, apart = self._open_file(), b"\n" + data
        if os.write(file, apart) != len(apart):
            raise OSError(errno.ENOSPC, "the journal took a part only")

    def _sync(self) -> None:
        if self._file is None:
            return  # nothing was written: only a question was asked
        if not _same_file(self._file, self.path):
            raise OSError(errno.ESTALE, "the journal was taken away between writing and syncing")
        os.fdatasync(self._file)

    def _open_file(self) -> int:
        """The journal under its name: a file deleted or replaced while open would keep 'succeeding' unseen."""
        if self._file is not None and _same_file(self._file, self.path):
            return self._file
        self._close_file()
        make_private_folder(self._folder)
        # Not blocking: what is no file but a pipe would keep the writer for ever, also when it is gone.
        self._file = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NONBLOCK, 0o600)
        return self._file

    def _close_file(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            with suppress(OSError):  # a network disk tells here, too, that it is broken: the next opening will
                os.close(file)

    # -- the reserve -------------------------------------------------------------------------------------------------

    @property
    def _reserve(self) -> str:
        return os.path.join(self._folder, "journal.reserve")

    def keep_reserve(self) -> bool:
        """Set disk space aside for the day the disk is full; whether it stands. Called at start, and after a stop."""
        try:
            file = os.open(self._reserve, os.O_WRONLY | os.O_CREAT, 0o600)
            try:
                os.posix_fallocate(file, 0, RESERVE_BYTES)
            finally:
                os.close(file)
        except OSError:
            return False
        return True

    def _give_up_reserve(self) -> bool:
        try:
            os.unlink(self._reserve)
        except OSError:
            return False
        return True

    # -- reading -----------------------------------------------------------------------------------------------------

    def read(self, since: Place = START, *, about: str = "") -> tuple[list[Line], Place]:
        """The whole lines from there on, and where the next reading begins. Lines that are not ours are left out.

        Of another file than was read before, all lines: whoever keeps them knows them by their marks.
        `about`: only lines in which this text stands; the others are not even checked, which a cold start cannot afford.
        """
        try:
            stamp = _stamp_of(self.path)  # before the reading: what comes meanwhile is then read twice, not missed
            if stamp == since.stamp:
                return [], since
            with disk.opened(self.path) as file:
                beginning = disk.read(file, 0, BEGINNING_BYTES)
                start = since.offset if beginning == since.beginning else 0
                data = disk.read(file, start)
        except FileNotFoundError:
            return [], START
        except OSError:
            return [], since
        whole = data[: data.rfind(b"\n") + 1]
        found = [line for raw in _lines(whole, about.encode()) if (line := _decode(self._keys, raw)) is not None]
        return found, Place(beginning, start + len(whole), stamp)

    def set_aside(self) -> list[bytes]:
        """The lines that are torn or not ours, as they stand: shown to the operator, never executed."""
        try:
            with disk.opened(self.path) as file:
                data = disk.read(file)
        except OSError:
            return []
        return [raw for raw in data.splitlines() if raw.strip() and _decode(self._keys, raw) is None]


def _lines(whole: bytes, about: bytes) -> Iterator[bytes]:
    """Those in which this text stands, looked for in the whole: a journal of years is not taken apart for a few lines."""
    if not about:
        yield from (raw for raw in whole.splitlines() if raw)
    at = whole.find(about) if about else -1
    while at >= 0:
        end = whole.index(b"\n", at)
        yield whole[whole.rfind(b"\n", 0, at) + 1 : end]
        at = whole.find(about, end)


def _stamp_of(path: str) -> tuple[int, int, int]:
    """Raises OSError."""
    found = os.stat(path)
    return found.st_ino, found.st_size, found.st_mtime_ns


def _same_file(file: int, path: str) -> bool:
    try:
        named, opened = os.stat(path), os.fstat(file)
    except OSError:
        return False
    return (named.st_ino, named.st_dev) == (opened.st_ino, opened.st_dev)


def _decode(keys: Keys, raw: bytes) -> Line | None:
    front, _, content = raw.partition(b" ")
    mark = front.decode("ascii", "replace")
    if not mark.isascii() or not keys.is_ours(PURPOSE, content, mark):
        return None
    fields = json.loads(content)
    return Line(fields.pop("kind"), fields.pop("at"), fields, mark)
