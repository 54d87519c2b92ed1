"""A real Janus, real tabs: from our end request on the wire until everyone is out, against the bare call of the Admin API."""

import http.client
import json
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from playwright.sync_api import Browser

from bench._rows import Row
from pullcord.config import read_config
from pullcord.jobs.desk import Desk, open_desk
from pullcord.jobs.stop import stop
from pullcord.platforms.warm import WarmWire
from pullcord.platforms.wire import Reply, Request, Wire
from pullcord.practice.janus_server import Janus, is_here, running
from pullcord.safe.kit import Kit
from pullcord.words import Meeting
from tests.e2e.janus_room import Tab, chromium, come_in, page_server
from tests.janus_server import open_room

RUNS: Final = 10
NAMES: Final = ("Ann", "Bob", "Mallory")
HOSTILE: Final = "Mallory"
GOAL_RATIO: Final = 1.5

# The tab itself says when its peer connection was closed, by its own clock; the page of the tests keeps only Janus' word.
WATCH = """() => {
  const close = RTCPeerConnection.prototype.close;
  RTCPeerConnection.prototype.close = function () { room.closed_at ??= performance.timeOrigin + performance.now(); close.call(this); };
}"""


class Run(NamedTuple):
    """Milliseconds of one end."""

    normal: float
    """Our end on the wire -> the last normal tab's connections closed."""
    hostile: float
    """-> Janus hung up on the tab that ignores what it is told."""
    press: float
    """The press -> proven over. For the bare call: until its answer."""


class StampedWire:
    """The server's own line, which notes when an end went out."""

    def __init__(self) -> None:
        self._warm = WarmWire()
        self.reach = self._warm.reach
        self.end_at = 0.0

    def send(self, request: Request) -> Reply:
        if b'"destroy"' in request.body and not self.end_at:
            self.end_at = time.time()
        return self._warm.send(request)

    def close(self) -> None:
        self._warm.close()


def rows() -> list[Row]:
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None or not is_here():
        print("Left out: the end on a real Janus. It needs janus and chromium on this machine.")
        return []
    with running(media_on="lo") as janus, chromium(program) as browser, page_server() as page:
        pairs = [(_once(janus, browser, page, _by_us), _once(janus, browser, page, _bare)) for _ in range(RUNS)]
    ours, bare = [one for one, _ in pairs], [other for _, other in pairs]
    return _told(ours, bare)


def _told(ours: list[Run], bare: list[Run]) -> list[Row]:
    """Medians; the two took turns."""
    normal, limit = (statistics.median(one.normal for one in runs) for runs in (ours, bare))
    hostile, bare_hostile = (statistics.median(one.hostile for one in runs) for runs in (ours, bare))
    press, answer = (statistics.median(one.press for one in runs) for runs in (ours, bare))
    told = "Janus, 3 tabs: end request on the wire -> last normal tab's connection closed; bare: Admin API destroy"
    goal = f"at most {GOAL_RATIO:g} x bare, at the median of {RUNS}"
    return [
        Row(told, "ms", normal, limit, goal=goal, holds=normal <= GOAL_RATIO * limit),
        Row("-> Janus hung up on the hostile tab", "ms", hostile, bare_hostile),
        Row("press -> proven over and held; bare: call -> answer", "ms", press, answer),
    ]


End = Callable[[Meeting], tuple[float, float]]
"""Ends the meeting; when the end went on the wire, and how many milliseconds the whole took."""


def _once(janus: Janus, browser: Browser, page: str, end: End) -> Run:
    meeting, tokens = open_room(janus, invitations=len(NAMES))
    tabs = {
        name: come_in(browser, page, janus.socket, meeting, token, name, hostile=name == HOSTILE)
        for name, token in zip(NAMES, tokens, strict=True)
    }
    for tab in tabs.values():
        tab.until_it_sees(len(NAMES) - 1)
        tab.page.evaluate(WATCH)
    at, took = end(meeting)
    normal = max(_out_at(tab) for name, tab in tabs.items() if name != HOSTILE)
    tabs[HOSTILE].until("() => room.hangup_at")
    hostile = tabs[HOSTILE].seen().hung_up_at
    assert hostile is not None
    for tab in tabs.values():
        tab.page.context.close()
    return Run((normal - at) * 1000, (hostile - at) * 1000, took)


def _out_at(tab: Tab) -> float:
    tab.until("() => room.closed_at")
    closed: float = tab.page.evaluate("room.closed_at")
    return closed / 1000


def _by_us(meeting: Meeting) -> tuple[float, float]:
    """As the server does it: kit at hand, journal first, hold and end together, proof."""
    wire = StampedWire()
    with _desk(wire) as desk:
        began = time.perf_counter()
        pressed = stop(Kit(meeting, None, None, 3600.0), desk.means, by="bench", door="api")
        took = (time.perf_counter() - began) * 1000
    wire.close()
    assert pressed.incident.is_over, pressed
    assert pressed.incident.is_held(time.time()), pressed
    return wire.end_at, took


@contextmanager
def _desk(wire: Wire) -> Iterator[Desk]:
    with tempfile.TemporaryDirectory() as folder:
        desk = open_desk(read_config(str(Path(folder) / "data"), environment={}), new=True, wire=lambda _: wire)
        yield desk
        desk.means.journal.close()


def _bare(meeting: Meeting) -> tuple[float, float]:
    """One `destroy`, on a line that is open already."""
    host, _, path = meeting.at["server"].removeprefix("http://").partition("/")
    request = {"request": "destroy", "room": meeting.at["room"], "secret": meeting.secrets["room"], "permanent": False}
    wrapped = {"janus": "message_plugin", "plugin": "janus.plugin.videoroom", "transaction": "bare", "request": request}
    body = json.dumps({**wrapped, "admin_secret": meeting.secrets["admin"]})
    line = http.client.HTTPConnection(host, timeout=5)
    line.connect()
    at, began = time.time(), time.perf_counter()
    line.request("POST", f"/{path}", body, {"Content-Type": "application/json"})
    said = json.loads(line.getresponse().read())
    took = (time.perf_counter() - began) * 1000
    line.close()
    assert said["response"]["videoroom"] == "destroyed", said
    return at, took
