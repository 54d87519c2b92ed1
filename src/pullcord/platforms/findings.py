"""What the test of a connection finds: which permission buys which feature, and how to give what is missing. A stop loads none of it."""

from collections.abc import Callable
from typing import Literal, NamedTuple

from pullcord.platforms.wire import Wire
from pullcord.words import Meeting, Over, Person, PlatformError

Feature = Literal["roster", "stop", "hold", "read-back", "kick", "hear", "make"]
"""`make` = a room for a new meeting: asked of a connection, not of a meeting."""
Answer = Literal["yes", "no", "unknown"]
"""`yes` = proven just now; `unknown` = what it takes cannot be tried without doing it."""

READS: tuple[Feature, ...] = ("roster", "read-back")
DOES: tuple[Feature, ...] = ("stop", "hold", "kick")
UNTRIED = "This cannot be tried without doing it."
NOWHERE = "It was asked after a room that nobody has, and answered."
BY_MEETING: tuple[Answer, str] = (
    "unknown",
    "Each room has a right of its own. It is tried when a meeting is added, and once a day.",
)


class Finding(NamedTuple):
    feature: Feature
    answer: Answer
    permission: str
    """What buys it, in words for people; empty = the platform has no such thing."""
    why: str
    """What was seen, or what is missing and how to give it."""
    code: str = ""
    """Of the error that came; empty = none did."""


class Answered(NamedTuple):
    """A question that only a real server can answer, and what this one said; in our own words."""

    question: str
    answer: str


NOT_FOUND_OUT = "It could not be found out."


def version(told: object, *, tried: str) -> str:
    """Of what a server says it is, numbers alone are taken. `tried`: the one that Pullcord was tried with."""
    said = told if isinstance(told, str) else ""
    if said and len(said) < 20 and said.replace(".", "").isdecimal() and said.isascii():
        return f"{said}. Pullcord was tried with {tried}."
    return "It does not say."


class Findings(NamedTuple):
    reached: bool | None
    """None = it was not found out."""
    evidence: str
    """What the platform answered, in our own words; never its own."""
    features: tuple[Finding, ...]
    answers: tuple[Answered, ...] = ()

    def of(self, feature: Feature) -> Finding | None:
        return next((one for one in self.features if one.feature == feature), None)

    @property
    def can_end(self) -> Answer:
        """One that is proven, or denied. Whoever can read and was not denied anything is not thereby able to end."""
        stop = self.of("stop")
        return "unknown" if stop is None else stop.answer


class Asked(NamedTuple):
    """Two questions that change nothing: who is in it, and whether it is over."""

    roster: PlatformError | None
    over: Over | PlatformError


def ask(
    roster: Callable[[Meeting, Wire], list[Person]],
    is_over: Callable[[Meeting, Wire], Over],
    meeting: Meeting,
    wire: Wire,
) -> Asked:
    try:
        roster(meeting, wire)
        refused = None
    except PlatformError as error:
        refused = error
    try:
        return Asked(refused, is_over(meeting, wire))
    except PlatformError as error:
        return Asked(refused, error)


NOT_REACHED = ("timeout", "unreachable", "barred", "untrusted", "unencrypted", "not-installed")


def found(
    asked: Asked, *, permission: str, does: tuple[Answer, str], hears: tuple[Answer, str], to_do: str = ""
) -> Findings:
    """`does`: whether it also ends, bars and removes, where the credential was taken; and how that is known.

    `to_do`: what buys that, where it is another permission than the one that reads.
    """
    error = asked.over if isinstance(asked.over, PlatformError) else asked.roster
    if error is not None and error.code.partition("-")[2] in NOT_REACHED:
        return _nothing(error, permission, reached=False)
    if error is not None:
        return _nothing(error, permission, reached=True if error.code.partition("-")[0] != "meeting" else None)
    evidence = asked.over.evidence if isinstance(asked.over, Over) else ""
    reads = [Finding(one, "yes", permission, evidence) for one in READS]
    acts = [Finding(one, does[0], to_do or permission, does[1]) for one in DOES]
    return Findings(True, evidence, (*reads, *acts, Finding("hear", hears[0], "", hears[1])))


def _nothing(error: PlatformError, permission: str, *, reached: bool | None) -> Findings:
    """Denied is an answer about the permission; anything else says nothing of what it could do."""
    answer: Answer = "no" if error.code.endswith("-denied") else "unknown"
    features = [Finding(one, answer, permission, error.sentence, error.code) for one in (*READS, *DOES)]
    return Findings(reached, error.sentence, (*features, Finding("hear", "unknown", "", error.sentence, error.code)))


def with_making(told: Findings, permission: str, makes: tuple[Answer, str]) -> Findings:
    """Of a connection: whether it makes rooms too. Of one that was not reached, or refused us, nothing more is known."""
    reads = told.of("roster")
    makes = makes if reads is not None and reads.answer == "yes" else ("unknown", told.evidence)
    features = (
        one._replace(why=NOWHERE) if one.feature in READS and one.answer == "yes" else one for one in told.features
    )
    return told._replace(features=(*features, Finding("make", makes[0], permission, makes[1])))


def hearing(meeting: Meeting, secret: str) -> tuple[Answer, str]:
    """Whether its reports are believed is known when the first one comes."""
    if not meeting.secrets.get("events"):
        return "no", f"Its reports are not taken: {secret} is not filled in. We ask instead."
    return "unknown", "Whether its reports arrive is known when the first one comes."
