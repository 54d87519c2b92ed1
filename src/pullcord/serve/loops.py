"""The running server: the listener in the main thread, and beside it the loops that nobody waits for."""

import logging
import socket
import sys
import threading
import time
from collections.abc import Callable

import uvicorn

from pullcord.jobs.checked import Checks
from pullcord.jobs.seen import LOOK_EVERY_SECONDS, look_round
from pullcord.jobs.stop import finish
from pullcord.practice.app import LARGEST_FRAME_BYTES
from pullcord.safe.kit import KitUnreadable
from pullcord.serve import side_door
from pullcord.serve.afterwards import EVERY_SECONDS, Afterwards
from pullcord.serve.bookkeeper import Bookkeeper
from pullcord.serve.daily import PutAway
from pullcord.serve.house import House
from pullcord.serve.lines import Lines
from pullcord.serve.listener import Listener
from pullcord.serve.pages import Pages, connections_of

log = logging.getLogger("pullcord.serve")

HAND_OVER_EVERY_SECONDS = 0.1
LOOK_AFTER_EVERY_SECONDS = 5.0
LISTEN_EVERY_SECONDS = 0.05
LISTEN_AT_LEAST_EVERY_SECONDS = 1.0
CLOSE_WITHIN_SECONDS = 5.0
TURN_SECONDS = 1.0


def run(
    house: House,
    *,
    ready: Callable[[], None] = lambda: None,
    until: threading.Event | None = None,
    listening: socket.socket | None = None,
) -> None:
    """Serve until told to stop, by a signal or by `until`.

    `ready` is called once the people pages are there, or cannot be. `listening`: the port, where it is held already.
    """
    sys.setswitchinterval(0.001)  # a page being made must not keep a stop waiting for its turn
    stop, server = threading.Event(), uvicorn.Server(_settings(house))
    keeper = Bookkeeper(house)
    loops: list[Callable[[], None]] = [
        lambda: finish_open_ends(house),
        lambda: _look_after_pages(house, keeper, ready, stop),
        lambda: _hand_over(keeper, stop),
        lambda: _look_into_meetings(house, stop),
        lambda: _keep_ended(house, stop),
        lambda: _listen(house, stop),
        lambda: _keep_lines(house, stop),
        lambda: _answer_commands(house, stop),
        lambda: _check_daily(house, stop),
        lambda: _put_away_daily(house, stop),
        lambda: _ask_afterwards(house, stop),
    ]
    threads = [threading.Thread(target=guarded, args=(loop,), daemon=True) for loop in loops]
    for thread in threads:
        thread.start()
    if until is not None:
        threading.Thread(target=_stop_when, args=(until, server), daemon=True).start()
    try:
        server.run(sockets=None if listening is None else [listening])
    finally:
        stop.set()
        for thread in threads:
            thread.join(CLOSE_WITHIN_SECONDS)  # the store and the engine are put down before their folder may go
        house.desk.means.journal.close()
        house.inbox.close()


def _settings(house: House) -> uvicorn.Config:
    config = house.config
    return uvicorn.Config(
        house.app,
        host=config.listen[0],
        port=config.listen[1],
        access_log=False,
        log_level="warning",
        server_header=False,
        date_header=True,
        lifespan="off",
        timeout_graceful_shutdown=3,
        ws="websockets-sansio",
        ws_max_size=LARGEST_FRAME_BYTES,
        proxy_headers=bool(config.trusted_proxies),
        forwarded_allow_ips=list(config.trusted_proxies),
    )


def _stop_when(until: threading.Event, server: uvicorn.Server) -> None:
    until.wait()
    server.should_exit = True


def guarded(do: Callable[[], None]) -> None:
    """The outermost edge of a thread: what nobody foresaw is recorded, and the others go on."""
    try:
        do()
    except Exception as error:
        log.error("a part of the server stopped: %s", type(error).__name__, exc_info=error)


def finish_open_ends(house: House) -> None:
    """What a crash left open comes first. Each in a thread of its own: one slow platform keeps no other waiting."""
    aside = len(house.desk.means.journal.set_aside())
    if aside:
        log.error("%d lines of %s are torn or not ours. They were set aside.", aside, house.desk.means.journal.path)
    for incident in house.desk.means.book.unfinished():
        threading.Thread(target=guarded, args=(_finishing(house, incident.meeting),), daemon=True).start()


def _finishing(house: House, meeting_id: str) -> Callable[[], None]:
    def do() -> None:
        try:
            kit = house.desk.kits.read(meeting_id)
        except KitUnreadable as error:
            log.error("an open end could not be finished: %s", error)
            return
        if kit is not None:
            finish(kit, house.desk.means)

    return do


def _look_into_meetings(house: House, stop: threading.Event) -> None:
    """Who is in the running meetings; and the small things that want doing now and then."""
    while not stop.wait(LOOK_EVERY_SECONDS):
        guarded(lambda: look_round(house.desk, house.seen, pause=stop.wait))
        guarded(lambda: _tidy(house))


def _keep_ended(house: House, stop: threading.Event) -> None:
    """What is kept ended is looked after until the end; a turn that broke is followed by the next one, in a moment."""
    while not stop.is_set():
        began = time.monotonic()
        guarded(lambda: house.guard.turn(at_most=TURN_SECONDS))
        stop.wait(max(0.0, 0.01 - (time.monotonic() - began)))
    guarded(house.guard.write_down)


def _listen(house: House, stop: threading.Event) -> None:
    """What the platforms report is taken in as it comes, a handful at a time; each also after what nobody foresaw."""
    listener = Listener(house)
    while not stop.wait(LISTEN_EVERY_SECONDS):
        guarded(listener.turn)
        house.inbox.came.wait(LISTEN_AT_LEAST_EVERY_SECONDS)


def _keep_lines(house: House, stop: threading.Event) -> None:
    """To platforms that report over a line of ours."""
    lines = Lines(house)
    while not stop.wait(LOOK_AFTER_EVERY_SECONDS):
        guarded(lines.turn)
    lines.close()


def _answer_commands(house: House, stop: threading.Event) -> None:
    """The side door opens again after what nobody foresaw."""
    while not stop.is_set():
        guarded(lambda: side_door.keep(house.desk, stop))
        stop.wait(LOOK_AFTER_EVERY_SECONDS)


def _check_daily(house: House, stop: threading.Event) -> None:
    """Whether each meeting could be ended, and what each connection buys, one after the other: before the day, not on it."""
    checks = Checks(house.desk, others=lambda: connections_of(house))
    while not stop.wait(checks.pause_seconds):
        guarded(checks.turn)


def _put_away_daily(house: House, stop: threading.Event) -> None:
    """What was kept long enough, of every organisation."""
    daily = PutAway(house)
    while not stop.wait(daily.pause_seconds):
        guarded(daily.turn)


def _ask_afterwards(house: House, stop: threading.Event) -> None:
    """Who was in the meetings that were ended."""
    afterwards = Afterwards(house)
    while not stop.wait(EVERY_SECONDS):
        guarded(afterwards.turn)


def _tidy(house: House) -> None:
    house.desk.means.journal.keep_reserve()
    house.seen.tidy()
    house.rooms.tidy(now=time.time())


def _look_after_pages(house: House, keeper: Bookkeeper, ready: Callable[[], None], stop: threading.Event) -> None:
    """Load the people pages and the engine; what cannot start is said, and tried again every few seconds."""
    pages = Pages(house)
    guarded(pages.look_after)
    guarded(keeper.look_after)
    guarded(ready)
    while not stop.wait(LOOK_AFTER_EVERY_SECONDS):
        guarded(pages.look_after)
        guarded(keeper.look_after)
    guarded(keeper.close)


def _hand_over(keeper: Bookkeeper, stop: threading.Event) -> None:
    """In a thread of its own: where the engine's file is locked, the engine waits for it for ever."""
    while not stop.wait(HAND_OVER_EVERY_SECONDS):
        guarded(keeper.hand_over)
