"""The steps of the check. Each looks for itself, at what a person would look at, and says what it found instead."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final, TypeVar

from pullcord.core import timeline
from pullcord.demo.evening import Evening
from pullcord.demo.stages import MEETING, PEOPLE
from pullcord.demo.tabs import Tab

if TYPE_CHECKING:
    from playwright.sync_api import Browser

OUT_WITHIN_SECONDS: Final = 1.0
ANSWER_WITHIN_SECONDS: Final = 5.0
LOOK_FOR_SECONDS: Final = 1.0
STORE_WITHIN_SECONDS: Final = 10.0
OTHERS: Final = len(PEOPLE) - 1
IN_THE_CHAIN: Final = {"pressed", "sent", "answered", "over", "held", "counted", "roster"}
COMMAND: Final = (sys.executable, "-I", "-c", "import sys; from pullcord.cli import main; sys.exit(main())")
EVERYONE_MOVES = """async (count) => {
  const frames = Object.values(await practice.frames());
  return frames.length === count && frames.every((decoded) => decoded > 3);
}"""

T = TypeVar("T")


class Failed(Exception):
    """What was found instead, in a sentence."""


class Play:
    """The pages that are open, and what is known so far."""

    host: Tab
    participant: Tab
    simulated: Tab
    intruder: Tab
    watcher: Tab
    incident: str
    decoded_before: list[int]

    def __init__(self, evening: Evening, browser: "Browser") -> None:
        self.evening = evening
        self.pressed_at: float | None = None
        self._browser = browser
        # Playwright keeps an event loop in its thread, in which Django refuses to read its store.
        self._aside = ThreadPoolExecutor(1)

    @property
    def guests(self) -> tuple[Tab, ...]:
        return self.participant, self.intruder, self.simulated

    def open(self, link: str) -> Tab:
        return Tab(self._browser, link)

    def aside(self, read: Callable[[], T]) -> T:
        return self._aside.submit(read).result()

    def ends_sent(self) -> int:
        """How often our end went out, by the journal."""
        lines = self.evening.house.desk.means.journal.read()[0]
        return sum(line.kind == "sent" for line in lines)


def holds(fact: object, otherwise: str) -> None:
    if not fact:
        raise Failed(otherwise)


def open_pages(play: Play) -> None:
    links = play.evening.links
    play.host = play.open(links.host)
    play.host.press("Sign in")
    holds(play.host.says(MEETING), "The host's page does not show the meeting.")
    holds(play.host.says("End this meeting"), "The host's page does not offer to end it.")
    play.participant, play.simulated = play.open(links.participant), play.open(links.simulated)
    play.intruder, play.watcher = play.open(links.intruder), play.open(links.watcher)
    holds(play.watcher.says("End this meeting"), "The watcher's page does not open.")
    holds(len(play.simulated.rooms) == _simulated(), "The page with the simulated people does not play them.")


def come_in(play: Play) -> None:
    holds(play.simulated.is_in_state("in"), "The simulated people did not come in.")
    for tab in (play.participant, play.intruder):
        tab.press("Come in")
        holds(tab.is_in_state("in"), f"Somebody could not come in: {tab.complaints}")
    _see_everyone(play)
    labels = play.participant.page.get_by_text("simulated", exact=True).count()
    holds(labels == _simulated(), f"{labels} people are labelled as simulated.")
    play.participant.picture("participant")


def arm(play: Play) -> None:
    play.watcher.picture("watcher")
    play.watcher.page.get_by_text("I need to end the meeting").click()
    button = play.watcher.page.get_by_role("button", name="End the meeting for everyone")
    holds(button.is_visible(), "The second act is not offered.")
    button.scroll_into_view_if_needed()
    play.watcher.picture("watcher-armed")


def press(play: Play) -> None:
    play.decoded_before = [tab.decoded() for tab in play.guests]
    holds(all(play.decoded_before), "A tab had no picture before the press, so that it goes dark would prove nothing.")
    play.pressed_at = play.watcher.press("End the meeting for everyone")


def all_dark(play: Play) -> str:
    for tab in play.guests:
        holds(tab.is_in_state("ended", within_seconds=ANSWER_WITHIN_SECONDS), "A tab did not go dark.")
    out = [at for tab in play.guests for at in tab.left_at()]
    holds(None not in out, "A tab still shows a picture.")
    slowest = max(at for at in out if at is not None) - (play.pressed_at or 0.0)
    holds(slowest < OUT_WITHIN_SECONDS, f"The last tab was dark {slowest:.2f} s after the press.")
    play.participant.picture("participant-dark")
    return f"the last one after {slowest:.2f} s"


def no_more_frames(play: Play) -> str:
    before = [tab.decoded() for tab in play.guests]
    play.participant.page.wait_for_timeout(LOOK_FOR_SECONDS * 1000)
    after = [tab.decoded() for tab in play.guests]
    holds(before == after, f"Frames were still decoded: {before}, then {after}.")
    return f"looked for {LOOK_FOR_SECONDS:.0f} s; {sum(play.decoded_before)} were decoded before the press"


def watcher_is_told(play: Play) -> None:
    holds(play.watcher.says("The meeting is over"), "The watcher's page does not say so.")
    play.watcher.picture("watcher-over")


def participant_is_refused(play: Play) -> None:
    _is_refused(play.participant)
    play.participant.picture("participant-refused")


def intruder_is_refused(play: Play) -> None:
    _is_refused(play.intruder)


def host_is_told(play: Play) -> None:
    host, evening = play.host, play.evening
    host.page.goto(f"{evening.house.config.address}/incidents/latest/{evening.stage.meeting_id}")
    play.incident = host.page.url.rpartition("/")[2]
    holds(host.says("The meeting is over"), "The host's page does not say that it is over.")
    host.picture("incident")
    holds(host.page.get_by_text("The next step").count() == 1, "There is not one next step.")
    holds(host.says(f"{len(PEOPLE)} people were there"), "It does not say how many were there.")
    host.page.get_by_text("Show the names").click()
    for name, _ in PEOPLE:
        holds(host.says(name, within_seconds=2), f"{name} was there, and is not listed.")
    host.page.get_by_role("heading", name="Who was there").scroll_into_view_if_needed()
    host.picture("incident-people")
    host.page.goto(f"{evening.house.config.address}/incidents/{play.incident}")


def store_has_it(play: Play) -> str:
    until = time.monotonic() + STORE_WITHIN_SECONDS
    while missing := IN_THE_CHAIN - {entry.kind for entry in play.aside(lambda: _entries(play))}:
        holds(time.monotonic() < until, f"The store has not taken in: {missing}.")
        play.host.page.wait_for_timeout(50)
    entries, people = play.aside(lambda: _entries(play)), play.aside(lambda: _people(play))
    broken = timeline.verify(entries)
    holds(broken is None, f"The timeline is broken: {broken}.")
    holds(people == sorted(name for name, _ in PEOPLE), f"The store says these were there: {people}.")
    return f"{len(entries)} entries"


def stop_again(play: Play) -> str:
    sent = play.ends_sent()
    words = ("stop", play.evening.stage.meeting_id, "--json", "--data", play.evening.house.config.data)
    told = subprocess.run([*COMMAND, *words], capture_output=True, text=True, timeout=30, check=False)
    holds(told.returncode == 0, f"It ended with {told.returncode}: {told.stderr.strip() or told.stdout.strip()}")
    answer = json.loads(told.stdout)
    holds(answer["code"] == "over" and answer["incident"] == play.incident, f"It said: {answer['sentence']}")
    holds(play.ends_sent() == sent == 1, f"{play.ends_sent()} ends were sent.")
    return "one end in all"


def let_back_in(play: Play) -> None:
    host = play.host
    host.page.goto(f"{play.evening.house.config.address}/incidents/{play.incident}")
    host.page.get_by_role("link", name="Let people back in").click()
    host.press("Let people back in")
    holds(host.says("People can come back in"), "The host's page does not say that people can come back in.")
    host.picture("incident-open-again")


def come_in_again(play: Play) -> None:
    play.simulated.page.reload()
    holds(play.simulated.is_in_state("in"), "The simulated people did not come in again.")
    for tab in (play.participant, play.intruder):
        tab.press("Try again")
        holds(tab.is_in_state("in"), f"Somebody who is invited could not come in again: {tab.complaints}")
    _see_everyone(play)


def _see_everyone(play: Play) -> None:
    for tab in (play.participant, play.intruder):
        seen = tab.page.evaluate("practice.frames()")
        holds(tab.holds(EVERYONE_MOVES, OTHERS), f"Not everyone's picture moves: {seen}, then {_frames(tab)}.")


def _frames(tab: Tab) -> object:
    return tab.page.evaluate("practice.frames()")


def _is_refused(tab: Tab) -> None:
    tab.press("Come back in")
    holds(tab.is_in_state("refused", within_seconds=ANSWER_WITHIN_SECONDS), "It was not refused.")
    holds(tab.says("This meeting is closed"), "It does not say why.")


def _simulated() -> int:
    return sum(role == "simulated" for _, role in PEOPLE)


def _entries(play: Play) -> list[timeline.Entry]:
    from pullcord.store import NotFound, ground, incidents

    try:
        return incidents.entries(play.evening.owner, play.incident)
    except NotFound:
        return []
    finally:
        ground.close()


def _people(play: Play) -> list[str]:
    from pullcord.store import ground, people

    try:
        return sorted(one.name or "" for one in people.of_incident(play.evening.owner, play.incident))
    finally:
        ground.close()
