"""The vocabulary: the frozen values that every room speaks, and the error of the edge to the platforms.

Named tuples, not dataclasses: the cold `pullcord stop` reads this module, and `dataclasses` alone would cost it a fifth
of its time.
"""

from collections.abc import Mapping
from typing import Literal, NamedTuple

End = Literal["sync", "async", "linear", "freeze", "none"]
KeepEnded = Literal["native", "recipe", "guard", "none"]
Emails = Literal["verified", "self-declared", "none"]
Recordings = Literal["end with the meeting", "separately", "none"]
Door = Literal["cord", "command line", "api", "host page", "recovery", "guard"]


class PlatformError(Exception):
    """A platform did not do as asked. `code` for programs, `sentence` for people; neither holds a secret."""

    def __init__(self, code: str, sentence: str, *, retry: bool, wait_seconds: float | None = None) -> None:
        super().__init__(f"{code}: {sentence}")
        self.code = code
        self.sentence = sentence
        self.retry = retry
        self.wait_seconds = wait_seconds
        """How long the platform asked us to wait; None = it did not say."""


class Known(dict[str, str]):
    """What we know of a meeting. What is missing is said in words, not with a traceback in the middle of a stop."""

    def __missing__(self, name: str) -> str:
        raise PlatformError(
            "meeting-incomplete", f"What is known here of this meeting lacks its “{name}”.", retry=False
        )


class Meeting(NamedTuple):
    """One meeting as an adapter needs it: which platform, where on it, and with what right."""

    id: str
    name: str
    platform: str
    at: Mapping[str, str]
    """Where it is: server address, room id. The adapter's own keys, all text."""
    secrets: Mapping[str, str]
    """The credential and what a release needs. Never printed, logged or sent anywhere but to the platform."""

    def __repr__(self) -> str:
        return f"Meeting({self.id!r}, platform={self.platform!r})"


class Field(NamedTuple):
    """One thing that we must be told to reach a meeting on a platform: one line of the form, one key of the adapter."""

    name: str
    """In the form; and the adapter's own key, in `Meeting.secrets` where it is secret, else in `Meeting.at`."""
    label: str
    help: str = ""
    kind: Literal["text", "server", "host", "secret"] = "text"
    """`server` (https://...) and `host` (HOST:PORT) = an address that we shall ask: it is looked at before it is kept."""
    required: bool = True
    is_rare: bool = False
    """Most servers do not need it: it waits behind "More"."""
    choices: tuple[tuple[str, str], ...] = ()
    """What is kept, and how it is called. The first is proposed; empty = any text."""
    longest: int = 500
    is_json: bool = False
    """Taken only where it is a JSON object."""
    key: str | None = None
    """The adapter's own key, where another field has this name already."""
    of_meeting: bool = False
    """It belongs to one meeting; else to the connection, which the meetings of an organisation share."""
    names_rooms: bool = False
    """Only a connection needs it: a meeting with a credential of its own has it in its room's address."""


class Person(NamedTuple):
    """Somebody in a meeting, as the platform tells it. What it does not tell is None."""

    key: str
    """The platform's handle for this presence: what `kick` takes."""
    name: str | None
    invite: str | None = None
    """Our public number of the invitation they came with; never the invitation itself."""
    email: str | None = None
    since: float | None = None
    """Seconds since 1970, UTC."""


class Limits(NamedTuple):
    """What a platform can and cannot do, as data: shown to users as it is, and proven by the contract suite."""

    title: str
    end: End
    keep_ended: KeepEnded
    kick_is_ban: bool
    emails: Emails
    over_within_seconds: float
    """How long after its answer the last person is out, at most."""
    calls_per_second: float | None
    """The platform's own limit; None = it has none that we know of."""
    over_proves: str
    """What `is_over` really read, in words for people."""
    recordings: Recordings
    tells_of_tries: bool
    """Whether it can tell that somebody tried to come in while held."""
    own_hands: tuple[str, ...]
    """The platform's own buttons, in order, for a host whose software failed."""
    stand_in: str | None = None
    """If set: what is simulated, in a sentence every user of it is shown."""
    bars_after_end: bool = False
    """The bar is sent once the end was answered: sent together, the one makes the other slower."""
    puts_out_seconds: float = 0.0
    """How long after its answer it is left to put people out: what it is asked meanwhile makes that slower."""
    calls_per_day: int | None = None
    """How many calls the platform takes of us in a day; None = it has no such limit that we know of."""
    looks_beside: bool = False
    """It is far away, or tells who was there afterwards too: the end goes out with the last look, and does not wait for it."""


class Stopped(NamedTuple):
    """The platform took our end. A claim, until `Over` says so."""

    evidence: str
    already: bool = False
    """It answered that the meeting was over before we asked."""


class Held(NamedTuple):
    """The platform took our bar on the way back. A claim, until `Over` says so."""

    evidence: str


class Released(NamedTuple):
    evidence: str


class Kicked(NamedTuple):
    evidence: str


class Over(NamedTuple):
    """What the platform said when asked: nobody in it, and nobody can get in. None = it could not be told."""

    over: bool | None
    held: bool | None
    evidence: str
    people: int | None = None
    tries: int | None = None
    """How many were refused at the door since the hold began; None = the platform does not tell."""


class Event(NamedTuple):
    """Something a platform reported, translated. A hint: what it says is asked again before anything is done."""

    kind: Literal["started", "ended", "joined", "left", "refused"]
    room: str
    at: float | None
    person: Person | None = None
    trusted: bool = False
    """The signature over the raw bytes was verified and its time is within five minutes of ours."""


class Alarm(NamedTuple):
    """The platform warns of a meeting: its link was seen where strangers read it."""

    room: str
    at: float | None
    recommends: tuple[str, ...]
    """What the platform would change, in its own codes; its adapter knows them."""


class Hardened(NamedTuple):
    """What became of what was recommended, in sentences for people."""

    applied: tuple[str, ...]
    """Read back, and so."""
    ignored: tuple[str, ...]
    """The platform took it, and did not do it."""
    by_hand: tuple[str, ...]
    """What nobody can do from outside."""


class Heard(NamedTuple):
    """One report of a platform, believed by its credential, and translated."""

    events: tuple[Event, ...]
    """Of whatever rooms of that server; whose they are is the caller's to find."""
    signed_at: float | None
    """By the sender's clock, seconds since 1970, UTC; None = it is not signed, and all of it is a hint."""
    nonce: str | None
    """What a report is known by if it comes again."""
    others: tuple[str, ...] = ()
    """The types it carried that we do not listen to; of these, nothing else is kept."""
    reply: Mapping[str, str] | None = None
    """What the sender wants to be answered, where that is more than that it was taken."""
    alarms: tuple[Alarm, ...] = ()
