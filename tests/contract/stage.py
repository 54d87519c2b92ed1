"""Where the promises are played: one platform, its ground, and who was brought onto it in this test."""

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from pullcord.platforms import Platform
from pullcord.platforms.wire import Hurried, Reply, Request, Wire
from pullcord.words import Meeting, Over, Person, Stopped
from tests.contract.ground import Ground, Joined, Refused

# Longer than a platform on loopback ever needs; a promise of seconds is asked with the seconds promised.
SOON_SECONDS = 5.0


class Stage:
    """One adapter before its real server. `module` is the adapter itself, to plant a liar in its place."""

    def __init__(self, ground: Ground, adapter: Platform, module: object, wire: Wire) -> None:
        self.ground, self.adapter, self.module, self.wire = ground, adapter, module, wire
        self.opened: list[Meeting] = []
        self._brought: list[Joined] = []

    @property
    def within_seconds(self) -> float:
        return self.adapter.limits.over_within_seconds

    def playing(self, **other: object) -> "Stage":
        """The same stage with some verbs of the adapter played by another; None takes a verb away."""
        module = type("Planted", (), {})()
        for name, verb in {**vars(self.module), **other}.items():
            setattr(module, name, verb)
        planted = Stage(self.ground, Platform(self.adapter.name, module), module, self.wire)
        planted.opened, planted._brought = self.opened, self._brought
        return planted

    def meeting(self, *, people: int, invitations: int | None = None) -> tuple[Meeting, list[str], list[Joined]]:
        """A running meeting with so many in it, named `Person 0` and so on; invitations beyond them are unused."""
        meeting, tokens = self.ground.open_meeting(invitations=invitations or people)
        self.opened.append(meeting)
        return (
            meeting,
            tokens,
            [self.join(meeting, token, name=f"Person {n}") for n, token in enumerate(tokens[:people])],
        )

    def join(self, meeting: Meeting, invitation: str, *, name: str = "Another", email: str | None = None) -> Joined:
        """`email`: where the platform lets people tell one, and the ground can say it."""
        saying = {} if email is None else {"email": email}
        joined = self.ground.join(meeting, invitation, name=name, **saying)
        self._brought.append(joined)
        return joined

    def join_soon(self, meeting: Meeting, invitation: str) -> Joined:
        """Where the platform may refuse for a moment: between an end and the release that a test has put behind it."""
        until = time.monotonic() + SOON_SECONDS
        while True:
            try:
                return self.join(meeting, invitation)
            except Refused:
                if time.monotonic() > until:
                    raise

    def lets_in(self, meeting: Meeting, invitation: str) -> bool:
        """Really try."""
        try:
            self.join(meeting, invitation).leave()
        except Refused:
            return False
        return True

    def named(self, meeting: Meeting, name: str) -> Person:
        """The one of that name on the roster."""
        return next(person for person in self.adapter.roster(meeting, self.wire) if person.name == name)

    def after_kick(self, meeting: Meeting, person: Person) -> Meeting:
        """The kit as a job rewrites it after a kick, where the adapter says how."""
        without: Callable[[Meeting, str | None], Meeting] | None = getattr(self.module, "without", None)
        return without(meeting, person.invite) if without else meeting

    def is_over(self, meeting: Meeting) -> Over:
        return self.adapter.is_over(meeting, self.wire)

    def until_over(self, meeting: Meeting, *, within_seconds: float) -> Over:
        """Ask until the platform says so, or the seconds are gone."""
        until = time.monotonic() + within_seconds
        read = self.is_over(meeting)
        while not read.over and time.monotonic() < until:
            read = self.is_over(meeting)
        return read

    def all_leave(self) -> None:
        while self._brought:
            self._brought.pop().leave()


def without_hold(stage: Stage) -> Stage:
    """The same platform, as if it kept nobody out: after an end, the next one to come opens the meeting again."""

    def stops_and_opens_again(meeting: Meeting, wire: Wire) -> Stopped:
        stopped = stage.adapter.stop(meeting, wire)
        stage.adapter.release(meeting, wire)
        return stopped

    return stage.playing(stop=stops_and_opens_again, hold=None)


class Impatient(Hurried):
    """Waits a fifth of a second for an answer, and two for a line that is opened and signed in on: silence costs little."""

    def __init__(self, wire: Wire) -> None:
        super().__init__(wire, 2.0)

    def send(self, request: Request) -> Reply:
        return self._wire.send(request._replace(wait_seconds=0.2))


def everyone_is_out(people: Sequence[Joined], *, within_seconds: float) -> bool:
    """All watched from the same moment, each to the same deadline."""
    until = time.monotonic() + within_seconds
    return all(person.is_out(within_seconds=until - time.monotonic()) for person in people)


def at_once(*doings: Callable[[], object]) -> None:
    """Let all go at the same moment, and wait for all. What one raises is raised here."""
    gate, failures = threading.Barrier(len(doings)), list[BaseException]()

    def run(doing: Callable[[], object]) -> None:
        gate.wait()
        try:
            doing()
        except Exception as failure:  # noqa: BLE001  # raised below, in the test's own thread
            failures.append(failure)

    threads = [threading.Thread(target=run, args=(doing,)) for doing in doings]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for failure in failures:
        raise failure


def secrets_of(meeting: Meeting) -> set[str]:
    """Every secret value, also those within a value that is JSON. Numbers and words of a few letters are none."""
    return {text for value in meeting.secrets.values() for text in _texts(value) if len(text) >= 8}


def _texts(value: str) -> Iterator[str]:
    yield value
    try:
        inner: Any = json.loads(value)
    except ValueError:
        yield from value.split(":")
        return
    inner = [*inner.values()] if isinstance(inner, Mapping) else inner
    yield from (text for text in (inner if isinstance(inner, list) else []) if isinstance(text, str))
