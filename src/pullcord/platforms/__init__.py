"""What a platform can be asked for, by interface; what it cannot is refused by name.

One platform is one module with a `LIMITS`, the `FIELDS` that a person fills in to add a meeting (none where we make it
ourselves), any of the functions below, and one line in `KNOWN`. An adapter translates; it never decides, waits or tries
again: concurrency and patience belong to the jobs.
"""

import importlib
from collections.abc import Callable, Generator, Mapping
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol

from pullcord.platforms.wire import Wire
from pullcord.words import (
    Field,
    Hardened,
    Heard,
    Held,
    Kicked,
    Limits,
    Meeting,
    Over,
    Person,
    PlatformError,
    Released,
    Stopped,
)

if TYPE_CHECKING:
    from pullcord.core.afterwards import Stay
    from pullcord.platforms.findings import Findings

KNOWN: Final[Mapping[str, str]] = {
    "practice": "pullcord.platforms.practice",
    "janus": "pullcord.platforms.janus",
    "prosody": "pullcord.platforms.prosody",
    "xmpp": "pullcord.platforms.xmpp",
    "zoom": "pullcord.platforms.zoom",
}

Verb = Literal[
    "roster", "stop", "hold", "release", "is_over", "kick", "hear", "renew", "ready", "listen", "harden", "stays_after"
]


class Roster(Protocol):
    """Who is in the meeting now. Empty = the platform said that nobody is."""

    def __call__(self, meeting: Meeting, wire: Wire) -> list[Person]: ...


class Stop(Protocol):
    """Throw everyone out. Says nothing of the way back. A meeting known to us and absent there is `already` stopped."""

    def __call__(self, meeting: Meeting, wire: Wire) -> Stopped: ...


class Hold(Protocol):
    """Bar the way back, for a running, an ended and an absent meeting alike; may be said again."""

    def __call__(self, meeting: Meeting, wire: Wire) -> Held: ...


class Release(Protocol):
    """Let the invited in again, and only them."""

    def __call__(self, meeting: Meeting, wire: Wire) -> Released: ...


class IsOver(Protocol):
    """Ask the platform, really, whether anybody is in and whether anybody can get in."""

    def __call__(self, meeting: Meeting, wire: Wire) -> Over: ...


class Kick(Protocol):
    """Remove one presence; where `kick_is_ban` is declared, the invitation they came with is dead afterwards."""

    def __call__(self, meeting: Meeting, person: Person, wire: Wire) -> Kicked: ...


class Hear(Protocol):
    """Verify a platform's report over its raw bytes and translate it. Raises PlatformError where it is not to be believed.

    `meeting`: any one whose kit holds the credential of this sender; the events may be of other rooms of that server.
    """

    def __call__(self, meeting: Meeting, headers: Mapping[str, str], raw: bytes, *, now: float) -> Heard: ...


class Renew(Protocol):
    """A safe new way in: another place on the same server, with new invitations. The old place stays as it is.

    The answer is the same meeting, as a kit must hold it from then on. What leads to the old place is not in it.
    """

    def __call__(self, meeting: Meeting, wire: Wire) -> Meeting: ...


class Ready(Protocol):
    """Said every few seconds of each meeting that could be stopped: what a stop would wait for is fetched ahead, if it is due."""

    def __call__(self, meeting: Meeting, wire: Wire) -> None: ...


class Listen(Protocol):
    """Open a line to the platform, on which it reports: each report as it comes, until the line breaks. Raises PlatformError.

    `meeting`: any one of that account. None = nothing came for a while, and the line stands: whoever listens looks whether to go on.
    """

    def __call__(self, meeting: Meeting, wire: Wire) -> Generator[Heard | None]: ...


class StaysAfter(Protocol):
    """Who was in it, by the platform's own report afterwards: of every time that it ran within the day before. Raises PlatformError."""

    def __call__(self, meeting: Meeting, wire: Wire, *, until: float) -> "list[Stay]": ...


class Harden(Protocol):
    """Do what the platform recommends for a meeting that it warned of. Only ever tighter, and read back. Raises PlatformError."""

    def __call__(self, meeting: Meeting, recommends: tuple[str, ...], wire: Wire) -> Hardened: ...


class TryOut(Protocol):
    """Test the connection and change nothing: what was reached, and which permission buys which feature. Raises nothing."""

    def __call__(self, meeting: Meeting, wire: Wire) -> "Findings": ...


class TryConnection(Protocol):
    """The same without a room: what the server's own credential buys, and what only a real server can answer."""

    def __call__(self, connection: Meeting, wire: Wire) -> "Findings": ...


class RoomOf(Protocol):
    """The room's name for the adapter, from what a person pasted. Raises PlatformError where it cannot be read from it."""

    def __call__(self, told: str, at: Mapping[str, str]) -> str: ...


class KnownOf(Protocol):
    """Of a meeting that is there already: what a release will have to give back, as the meeting's own secrets. Raises PlatformError."""

    def __call__(self, meeting: Meeting, wire: Wire) -> Mapping[str, str]: ...


class Platform:
    """An adapter, asked for what it can do. `can` looks; the verbs refuse by name what it cannot."""

    def __init__(self, name: str, module: object) -> None:
        self.name = name
        self._module = module
        self.limits: Limits = module.LIMITS  # type: ignore[attr-defined]  # every adapter declares it; the contract suite looks
        self.fields: tuple[Field, ...] = getattr(module, "FIELDS", ())
        self.of_connection = tuple(field for field in self.fields if not field.of_meeting)
        self.of_meeting = tuple(field for field in self.fields if field.of_meeting)
        self.of_lone_meeting = tuple(field for field in self.fields if not field.names_rooms)
        """What is asked of a meeting with a credential of its own."""
        self.new_room: Mapping[str, str] | None = getattr(module, "NEW_ROOM", None)
        """The secrets that a room is made with, where `renew` can make one from a connection alone; None = it cannot."""
        self.playbook: str | None = getattr(module, "PLAYBOOK", None)
        """Of what only the host's own hands can do in it: the key of its playbook, in `places`; None = there is nothing to tell."""
        self.speaks: str = getattr(module, "SPEAKS", "http")
        """`http` = over the wire it is handed; anything else = by a line of its own, that waits no longer than that wire."""

    def room_in_reports(self, meeting: Meeting) -> str:
        """How a report of the platform calls the meeting's room. Raises PlatformError."""
        found: Callable[[Meeting], str] | None = getattr(self._module, "room_in_reports", None)
        return meeting.at.get("room", "") if found is None else found(meeting)

    def can(self, verb: Verb) -> bool:
        return callable(getattr(self._module, verb, None))

    def _ask(self, verb: Verb) -> Callable[..., Any]:
        if not self.can(verb):
            raise PlatformError(
                f"{self.name}-cannot-{verb.replace('_', '-')}",
                f"{self.limits.title} offers no way to do this from outside.",
                retry=False,
            )
        return getattr(self._module, verb)  # type: ignore[no-any-return]  # typed by the properties below

    @property
    def roster(self) -> Roster:
        return self._ask("roster")

    @property
    def stop(self) -> Stop:
        return self._ask("stop")

    @property
    def hold(self) -> Hold:
        return self._ask("hold")

    @property
    def release(self) -> Release:
        return self._ask("release")

    @property
    def is_over(self) -> IsOver:
        return self._ask("is_over")

    @property
    def kick(self) -> Kick:
        return self._ask("kick")

    @property
    def hear(self) -> Hear:
        return self._ask("hear")

    @property
    def renew(self) -> Renew:
        return self._ask("renew")

    @property
    def ready(self) -> Ready:
        return self._ask("ready")

    @property
    def listen(self) -> Listen:
        return self._ask("listen")

    @property
    def stays_after(self) -> StaysAfter:
        return self._ask("stays_after")

    @property
    def harden(self) -> Harden:
        return self._ask("harden")

    @property
    def try_out(self) -> TryOut:
        return self._beside("try_out")

    @property
    def try_connection(self) -> TryConnection:
        return self._beside("try_connection")

    @property
    def room_of(self) -> RoomOf:
        return self._beside("room_of")

    @property
    def known_of(self) -> KnownOf | None:
        """None = it needs to know nothing for a release."""
        return self._found_beside("known_of")

    def as_entered(self, at: Mapping[str, str]) -> Mapping[str, str]:
        """Where it is, from what a person typed of a meeting without a connection. Raises PlatformError where it cannot be read."""
        read = self._found_beside("as_entered")
        return at if read is None else dict(read(at))

    def _found_beside(self, verb: str) -> Callable[..., Any] | None:
        """In a file of its own beside the adapter, `<name>_try.py`: a stop does not load it."""
        beside = f"{KNOWN.get(self.name, '')}_try"
        try:
            return getattr(importlib.import_module(beside), verb, None)
        except ModuleNotFoundError as missing:
            if missing.name != beside:
                raise
            return None

    def _beside(self, verb: str) -> Callable[..., Any]:
        found = self._found_beside(verb)
        if found is None:
            sentence = f"{self.limits.title} cannot be tested beforehand."
            raise PlatformError(f"{self.name}-cannot-try-out", sentence, retry=False)
        return found


def platform(name: str) -> Platform:
    """The adapter of that name, loaded on use. Raises PlatformError `unknown-platform`."""
    if name not in KNOWN:
        raise PlatformError(
            "unknown-platform", "This meeting is on a platform that Pullcord does not know.", retry=False
        )
    return Platform(name, importlib.import_module(KNOWN[name]))
