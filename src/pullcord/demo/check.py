"""`pullcord demo --check`: the whole demo played unattended, each step with its time; it holds only if all of it held."""

import importlib.util
import os
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, NamedTuple

from pullcord.demo import steps
from pullcord.demo.evening import Evening
from pullcord.demo.steps import Failed, Play
from pullcord.demo.story import truth
from pullcord.demo.tabs import browser, find_chromium

if TYPE_CHECKING:
    from playwright.sync_api import Browser


class CannotCheck(Exception):
    """What is missing on this machine, and how to get it, in a sentence."""


class Step(NamedTuple):
    says: str
    take: Callable[[Play], str | None]
    """Raises Failed. What it returns was measured, and is shown."""


FIRST_STOP: Final = "the watcher's page says that it is over"
STEPS: Final = (
    Step("the pages open, and the host is signed in by one press", steps.open_pages),
    Step("people come in and see each other move, the intruder's card too", steps.come_in),
    Step("the watcher's page is armed", steps.arm),
    Step("the watcher presses", steps.press),
    Step("every tab is dark within a second of the press", steps.all_dark),
    Step("no further frame is decoded anywhere", steps.no_more_frames),
    Step(FIRST_STOP, steps.watcher_is_told),
    Step("the participant comes back: refused", steps.participant_is_refused),
    Step("the intruder comes back with the old invitation: refused", steps.intruder_is_refused),
    Step("the host's page says it is over, who was there, and one next step", steps.host_is_told),
    Step("the store has taken it in, and the timeline verifies", steps.store_has_it),
    Step("`pullcord stop` once more: over already, and no second end", steps.stop_again),
    Step("the host lets people back in", steps.let_back_in),
    Step("the invited come in again, and see each other move", steps.come_in_again),
)


def refuse_without_browser() -> None:
    """Raises CannotCheck."""
    if importlib.util.find_spec("playwright") is None:
        raise CannotCheck("The check needs Playwright, which only a checkout brings: run it as ./run demo --check.")
    if find_chromium() is None:
        raise CannotCheck("The check needs Chromium. On Debian or Ubuntu: apt-get install chromium.")


def play(evening: Evening) -> int:
    """The exit code. Prints as it goes."""
    program = find_chromium()
    assert program is not None, "refuse_without_browser looked"  # noqa: S101
    with browser(program, is_alone=evening.stage.is_alone) as opened:
        return play_in(opened, evening)


def play_in(opened: "Browser", evening: Evening) -> int:
    from playwright.sync_api import Error

    started, first_stop = process_started(), 0.0
    playing = Play(evening, opened)
    print(f"{truth(evening.stage)}\n\n since start  since press", flush=True)
    for step in STEPS:
        try:
            measured = step.take(playing)
        except (Failed, Error) as failure:
            print(f"\nThis did not hold: {step.says}.\n{failure}", flush=True)
            return 1
        now = time.time()
        first_stop = first_stop or (now - started if step.says == FIRST_STOP else 0.0)
        print(_line(step.says, measured, now - started, playing.pressed_at and now - playing.pressed_at), flush=True)
    print(f"\nAll of it held. Time to the first rehearsed stop: {first_stop:.1f} s", flush=True)
    return 0


def _line(says: str, measured: str | None, since_start: float, since_press: float | None) -> str:
    pressed = f"{since_press:9.2f} s" if since_press is not None else " " * 11
    return f"{since_start:10.2f} s  {pressed}  {says}" + (f" ({measured})" if measured else "")


def process_started() -> float:
    """When this process began, seconds since 1970: with `./run`, before it had installed anything."""
    try:
        with open("/proc/self/stat") as file:
            ticks = int(file.read().rpartition(")")[2].split()[19])
        with open("/proc/uptime") as file:
            up_seconds = float(file.read().split()[0])
    except (OSError, ValueError, IndexError):
        return time.time() - time.process_time()
    return time.time() - up_seconds + ticks / os.sysconf("SC_CLK_TCK")
