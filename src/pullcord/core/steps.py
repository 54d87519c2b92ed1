"""What the host can do now, in order, and what can wait until morning. One step at a time; nothing here is a must."""

from collections.abc import Iterable, Mapping
from typing import Final, Literal, NamedTuple

State = Literal["open", "done", "morning", "handed"]
STATES: Final[tuple[State, ...]] = ("open", "done", "morning", "handed")


class Step(NamedTuple):
    code: str
    sentence: str
    """What to do, as said to the host."""
    means: str
    """Why, and how, in a few words."""
    can_wait: bool
    """Whether it can wait until morning."""


STEPS: Final[tuple[Step, ...]] = (
    Step(
        "check it is over",
        "Check that the meeting is over for everyone.",
        "Look at it from a second device, or ask somebody who was there. If it still runs, use the meeting's own “End for all”; “Leave” is not enough.",
        can_wait=False,
    ),
    Step(
        "anyone in danger",
        "Is anyone in danger now? Call the emergency number first.",
        "Also if somebody may hurt themselves, or if what was shown may be happening live. Everything else on this page can wait for that call.",
        can_wait=False,
    ),
    Step(
        "look after those beside you",
        "Look after yourself and whoever is in the room with you.",
        "You do not have to do this alone. Ask one person you trust to take the next steps with you; any of them can be handed over.",
        can_wait=False,
    ),
    Step(
        "tell everyone",
        "Tell everyone who was there, in a few words, that the meeting is over and that you will be in touch.",
        "Use the way you usually reach them. Say nothing of what was shown, and ask them to keep, forward and search for nothing. If nothing happened: “The meeting was closed by mistake. Nothing happened.”",
        can_wait=False,
    ),
    Step(
        "write down",
        "Write down what you remember.",
        "When it began, how long it lasted, the names shown, what was said, who was there. Words only: do not record, photograph or screenshot anything that was shown, and keep nothing of it.",
        can_wait=False,
    ),
    Step(
        "keep what the platform has",
        "Delete nothing of the meeting.",
        "Leave the meeting, its recording, its chat and its list of people where they are, and do not open or share the recording. The police may ask for them. If others can see a recording or stream, close it to others without deleting it.",
        can_wait=False,
    ),
    Step(
        "report to the police",
        "Report it to the police, by phone or by their online form.",
        "They ask first: is anyone in danger, was it live, was a person or a place recognised. Then when it was (the times are on this page), and the meeting's number. A name that was shown does not show who did it. Mark this as done once you have confirmed that you reported it.",
        can_wait=True,
    ),
    Step(
        "new safe link",
        "Before you meet again, make a new link and give it only to those you know.",
        "Let people wait in a waiting room, and let nobody but the hosts share a screen. Do not use the old link again.",
        can_wait=True,
    ),
    Step(
        "report to the platform",
        "Report the meeting to the platform.",
        "With its number and the time, so that the accounts used can be closed. The police report comes first: the platform may delete what the police will ask for.",
        can_wait=True,
    ),
    Step(
        "ask after everyone",
        "Ask after everyone who was there.",
        "A few days later many are still thinking of it. One short question, no details, and a number to call.",
        can_wait=True,
    ),
    Step(
        "tell those responsible",
        "Tell those who are responsible in your organisation.",
        "Whoever looks after safeguarding, data protection and insurance. Who was there is for them to know only where they need it.",
        can_wait=True,
    ),
)  # fmt: skip

KNOWN: Final[Mapping[str, Step]] = {step.code: step for step in STEPS}


def next_step(states: Mapping[str, str]) -> str | None:
    """The code of the first step that is still open; None = none is. A step without a state is open."""
    return next((step.code for step in STEPS if states.get(step.code, "open") == "open"), None)


def morning(states: Mapping[str, str]) -> list[str]:
    """What was put off, and what is open and can wait: the list for tomorrow, in order."""
    return [step.code for step in STEPS if _waits(step, states.get(step.code, "open"))]


def _waits(step: Step, state: str) -> bool:
    return state == "morning" or (state == "open" and step.can_wait)


def unknown(codes: Iterable[str]) -> list[str]:
    """The codes that are no step of ours."""
    return [code for code in codes if code not in KNOWN]
