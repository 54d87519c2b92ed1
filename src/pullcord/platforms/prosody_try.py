"""The test of a connection to Prosody with our module: one secret buys everything that the module does."""

import os
from collections.abc import Mapping

from pullcord.platforms import findings, prosody
from pullcord.platforms.findings import Answered
from pullcord.platforms.naming import jid_of
from pullcord.platforms.wire import Wire
from pullcord.words import Meeting, PlatformError

PERMISSION = "The module's secret (pullcord_secret)"
MAKES: tuple[findings.Answer, str] = (
    "no",
    "The first who comes opens a room. Choose a name that nobody can guess, and add it here.",
)


def try_out(meeting: Meeting, wire: Wire) -> findings.Findings:
    return findings.found(
        findings.ask(prosody.roster, prosody.is_over, meeting, wire),
        permission=PERMISSION,
        does=("yes", "The module took the secret that also ends, bars and removes, in every room of that server."),
        hears=findings.hearing(meeting, "pullcord_events_secret"),
    )


def try_connection(connection: Meeting, wire: Wire) -> findings.Findings:
    """A room that nobody has is asked after: the module answers only to its secret, and only of its own service."""
    room = f"{os.urandom(8).hex()}@{connection.at['service']}"
    told = try_out(connection._replace(at={**connection.at, "room": room}), wire)
    told = _of_another_service(told, connection.at["service"]) if told.evidence == NOT_FOUND else told
    answers = _itself(connection, wire) if told.can_end == "yes" else ()
    return findings.with_making(told, "", MAKES)._replace(answers=answers)


# What only a real server answers.


def _itself(connection: Meeting, wire: Wire) -> tuple[Answered, ...]:
    """Of what it tells of itself only numbers and yes or no are taken."""
    try:
        told = prosody.about(connection, wire)
    except PlatformError as error:
        is_old = error.sentence == NOT_FOUND
        return (Answered(WHICH, OLD if is_old else findings.NOT_FOUND_OUT),)
    return (
        Answered(WHICH, findings.version(told.get("prosody"), tried="0.12.3")),
        _answered("Can whoever comes first open a room there?", told.get("first_opens"), OPENS),
        _answered("Do people come in without an account?", told.get("guests"), GUESTS),
        _answered("Does it report what happens in its rooms?", told.get("reports"), REPORTS),
    )


def _answered(question: str, told: object, says: Mapping[bool, str]) -> Answered:
    return Answered(question, says[told] if isinstance(told, bool) else findings.NOT_FOUND_OUT)


WHICH = "Which Prosody is it?"
OLD = "Its module is older than this Pullcord and does not say. Put the new file beside it, and reload it."
OPENS = {
    True: "Yes. What is held stays closed all the same. To allow it to administrators alone: restrict_room_creation = true.",
    False: "No. Only whom the server allows to.",
}
GUESTS = {
    True: "Yes. Somebody removed is kept out by the name they showed, and can come back under another one. End the meeting instead.",
    False: "No. Somebody removed is kept out by their account.",
}
REPORTS = {
    True: "Yes, to the address that is set there (pullcord_events_url).",
    False: "No address is set there (pullcord_events_url). We ask instead.",
}


NOT_FOUND = "Prosody refused (404)."


def _of_another_service(told: findings.Findings, service: str) -> findings.Findings:
    why = f"Prosody is there, but its module does not stand at the room service {service}. Look at that name."
    return told._replace(evidence=why, features=tuple(one._replace(why=why) for one in told.features))


def room_of(told: str, at: Mapping[str, str]) -> str:
    """Its address, from its name, its address or its link. Raises PlatformError."""
    return jid_of(told, at["service"], platform="prosody")
