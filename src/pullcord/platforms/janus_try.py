"""The test of a connection to Janus: its admin secret reads, the room's own secret ends, and its key makes rooms."""

import os
from collections.abc import Mapping
from typing import Any

from pullcord.platforms import findings, janus
from pullcord.platforms.findings import Answered
from pullcord.platforms.janus_facts import MISSING, UNFIT, WRONG_SECRET
from pullcord.platforms.naming import unread
from pullcord.platforms.wire import Request, Wire, ask
from pullcord.words import Meeting, Over, PlatformError

PERMISSION = "The admin secret, and the room's own secret"
READS = "The server's admin secret"
ENDS = "The admin secret, and each room's own secret"
KEY = "The admin key for making rooms"
HANDLER = "the name and password of its event handler"


def try_out(meeting: Meeting, wire: Wire) -> findings.Findings:
    asked = findings.ask(janus.roster, janus.is_over, meeting, wire)
    does: tuple[findings.Answer, str] = ("unknown", findings.UNTRIED)
    if isinstance(asked.over, Over):
        does = _may_end(meeting, wire, asked.over)
    return findings.found(asked, permission=PERMISSION, does=does, hears=findings.hearing(meeting, HANDLER))


def _may_end(meeting: Meeting, wire: Wire, over: Over) -> tuple[findings.Answer, str]:
    """Janus answers something harmless to the right secret alone. Where there is no room, there is nobody to ask."""
    if over.evidence.startswith("426"):
        return "unknown", "The room is not there, so its secret could not be tried. Open it, and test again."
    try:
        opens = over.held is True or janus.opens_to(meeting, wire, meeting.secrets["room"])
    except PlatformError as error:
        return "unknown", error.sentence
    if opens:
        return "yes", "The room answered to its secret, which also ends, bars and removes."
    return "no", "The room has another secret. Enter the one with which it was made."


# A connection: the server, without any room.


def try_connection(connection: Meeting, wire: Wire) -> findings.Findings:
    """A room that nobody has is asked after, and one is asked for that Janus cannot make: nothing is changed."""
    nowhere = _nowhere(connection)
    asked = findings.ask(janus.roster, janus.is_over, nowhere, wire)
    hears = findings.hearing(connection, HANDLER)
    told = findings.found(asked, permission=READS, does=findings.BY_MEETING, hears=hears, to_do=ENDS)
    if told.evidence == UNFIT_ROOM:
        return findings.with_making(_of_other_names(told, connection), KEY, findings.BY_MEETING)
    if not isinstance(asked.over, Over):
        return findings.with_making(told, KEY, findings.BY_MEETING)
    with_key, without = _made(nowhere, wire), _made(nowhere._replace(secrets={**nowhere.secrets, "create": ""}), wire)
    made = findings.with_making(told, KEY, _may_make(with_key))
    return made._replace(answers=(*_itself(connection, wire), *_doors(without)))


UNFIT_ROOM = f"Janus refused ({UNFIT})."


def _nowhere(connection: Meeting) -> Meeting:
    number = int.from_bytes(os.urandom(6), "big")
    room = str(number) if connection.at.get("ids") == "numbers" else f"{number:x}"
    at, secrets = {**connection.at, "room": room}, {**connection.secrets, "room": os.urandom(16).hex()}
    return connection._replace(at=at, secrets=secrets)


def _of_other_names(told: findings.Findings, connection: Meeting) -> findings.Findings:
    names = "words" if connection.at.get("ids") == "numbers" else "numbers"
    why = f"This server names its rooms by {names}: choose that, and test again."
    return told._replace(evidence=why, features=tuple(one._replace(why=why) for one in told.features))


def _made(nowhere: Meeting, wire: Wire) -> int | None:
    """How Janus refuses to make a room whose list of the invited is none: after it looked at the key. None = not known.

    Read on Janus 1.1.2 (`create`): the key is looked at first, then the list, and then the room is made.
    """
    try:
        return janus._code(janus._create(nowhere, wire, allowed=[0], secret=nowhere.secrets["room"]))
    except PlatformError:
        return None


def _may_make(code: int | None) -> tuple[findings.Answer, str]:
    if code == UNFIT:
        return "yes", "It let our request for a room pass the key; what it was asked for it could not make, on purpose."
    if code in (MISSING, WRONG_SECRET):
        return "no", "The server asks for its admin key (admin_key), and ours is missing or another one."
    return "unknown", findings.UNTRIED


# What only a real server answers.


def _doors(code: int | None) -> tuple[Answered, ...]:
    question = "Can a stranger make rooms there, and so open an ended one again?"
    if code == UNFIT:
        return (Answered(question, "Yes. Set admin_key in janus.plugin.videoroom.jcfg, and enter it here."),)
    if code == MISSING:
        return (Answered(question, "No. It asks for a key."),)
    return (Answered(question, findings.NOT_FOUND_OUT),)


def _itself(connection: Meeting, wire: Wire) -> tuple[Answered, ...]:
    """Of what it tells of itself only numbers and yes or no are taken."""
    request = b'{"janus": "info", "transaction": "%s"}' % os.urandom(8).hex().encode()
    headers = {"Content-Type": "application/json"}
    try:
        told = ask("janus", "Janus", wire, Request("POST", connection.at["server"], headers, request))
    except PlatformError:
        told = None
    told = told if isinstance(told, dict) and told.get("janus") == "server_info" else {}
    return (
        Answered("Which Janus is it?", findings.version(told.get("version_string"), tried="1.1.2")),
        Answered("Does it report what happens in its rooms?", _reports(told)),
    )


def _reports(told: dict[str, Any]) -> str:
    handlers = told.get("events")
    if not told:
        return findings.NOT_FOUND_OUT
    return "Yes, to whatever address is set there." if handlers else "No event handler is loaded. We ask instead."


def room_of(told: str, at: Mapping[str, str]) -> str:
    """A page of one's own leads into it: of its link nothing can be read. Raises PlatformError."""
    if "://" in told:
        unread("janus")
    if at.get("ids") == "numbers" and not (told.isascii() and told.isdecimal()):
        raise PlatformError("janus-room-unread", "This server names its rooms by numbers.", retry=False)
    return told
