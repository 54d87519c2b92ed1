"""One stop, or one recovery, in a process that kills itself at the step it is told: `DATA stop|finish WRITES STEP`.

A step is a moment that has a name: `before POST end`, `sent POST end`, `half of POST end's answer`, `after POST end`;
`before pressed`, `half of pressed`, `after pressed` for a line of the journal; the same for the roster's file. The n-th
of a name ends with ` #n`. Every step that is reached is written down, so that the test knows what there was to die at.

WRITES: `in step` = each line is on disk before the next thing happens; `pressed only` = the disk takes the press and
nothing after it, as slow disks may; then only what went over the wire happened.
"""

import os
import signal
import sys
import threading
from collections import Counter
from http.client import HTTPConnection
from urllib.parse import urlsplit

from pullcord.config import read_config
from pullcord.jobs.desk import open_desk
from pullcord.jobs.stop import Means, finish, stop
from pullcord.platforms.reach import EVERYWHERE
from pullcord.platforms.wire import Reply, Request
from pullcord.safe.book import Book
from pullcord.safe.journal import Journal, Line
from pullcord.safe.kit import Kit
from pullcord.words import Person


class Steps:
    def __init__(self, folder: str, last: str) -> None:
        self._last = last
        self._counts: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._file = os.open(os.path.join(folder, "steps"), os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def reach(self, name: str) -> None:
        with self._lock:
            self._counts[name] += 1
            step = f"{name} #{self._counts[name]}"
            os.write(self._file, f"{step}\n".encode())
            if step == self._last:
                os.kill(os.getpid(), signal.SIGKILL)


class DyingWire:
    reach = EVERYWHERE

    def __init__(self, steps: Steps) -> None:
        self._steps = steps

    def send(self, request: Request) -> Reply:
        parts = urlsplit(request.url)
        what = f"{request.method} {parts.path.split('/')[5] if parts.path.count('/') > 4 else 'room'}"
        connection = HTTPConnection(parts.hostname or "", parts.port, timeout=request.wait_seconds)
        self._steps.reach(f"before {what}")
        connection.request(request.method, parts.path, request.body or None, dict(request.headers))
        self._steps.reach(f"sent {what}")
        answer = connection.getresponse()
        self._steps.reach(f"half of {what}'s answer")
        body = answer.read()
        connection.close()
        self._steps.reach(f"after {what}")
        return Reply(answer.status, {name.lower(): value for name, value in answer.getheaders()}, body)


class DyingJournal(Journal):
    def __init__(self, folder: str, inner: Journal, steps: Steps, *, in_step: bool) -> None:
        super().__init__(folder, inner._keys)
        self._steps = steps
        self._in_step = in_step

    def note(self, kind: str, **fields: object) -> Line:
        line = super().note(kind, **fields)
        if self._in_step:
            self.flush(wait_seconds=5)
        return line

    def _append(self, data: bytes) -> None:
        if self._in_step:
            for raw in data.splitlines(keepends=True):
                self._one(raw)
        elif b'"kind":"pressed"' in data:
            super()._append(data)
        else:
            raise OSError

    def _one(self, raw: bytes) -> None:
        kind = raw.partition(b'{"kind":"')[2].partition(b'"')[0].decode()
        self._steps.reach(f"before {kind}")
        if self._steps._last.startswith(f"half of {kind} "):
            super()._append(raw[: len(raw) // 2])
        self._steps.reach(f"half of {kind}")
        super()._append(raw)
        self._steps.reach(f"after {kind}")


def main() -> None:
    folder, what, writes, last = sys.argv[1:]
    desk = open_desk(read_config(folder, environment={}))
    (kit,) = [kit for kit in desk.kits.all() if isinstance(kit, Kit)]
    steps = Steps(folder, last)
    journal = DyingJournal(desk.config.path("stop"), desk.means.journal, steps, in_step=writes == "in step")

    def keep(incident: str, meeting: str, people: list[Person] | None) -> None:
        steps.reach("before the roster")
        desk.rosters.keep(incident, meeting, people)
        steps.reach("after the roster")
        kept.set()

    def watch(event: str, given: tuple[object, ...]) -> None:
        if event == "os.rename" and str(given[1]).endswith(".roster"):
            steps.reach("half of the roster")

    sys.addaudithook(watch)
    kept = threading.Event()
    wire = DyingWire(steps)
    means: Means = desk.means._replace(journal=journal, book=Book(journal), wire=lambda _: wire, keep_roster=keep)
    if what == "finish":
        finish(kit, means)
    else:
        stop(kit, means, by="anna", door="cord")
    kept.wait(1 if what == "finish" else 5)  # a recovery that finds it over looks at no roster
    journal.close()


if __name__ == "__main__":
    main()
