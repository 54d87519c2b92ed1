"""The test of a connection to Prosody with our module: one secret buys everything that the module does."""

import os
from collections.abc import Mapping

from pullcord.platforms import findings, prosody
from pullcord.platforms.naming import jid_of
from pullcord.platforms.wire import Wire
from pullcord.words import Meeting

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
    return findings.with_making(told, "", MAKES)


NOT_FOUND = "Prosody refused (404)."


def _of_another_service(told: findings.Findings, service: str) -> findings.Findings:
    why = f"Prosody is there, but its module does not stand at the room service {service}. Look at that name."
    return told._replace(evidence=why, features=tuple(one._replace(why=why) for one in told.features))


def room_of(told: str, at: Mapping[str, str]) -> str:
    """Its address, from its name, its address or its link. Raises PlatformError."""
    return jid_of(told, at["service"], platform="prosody")
