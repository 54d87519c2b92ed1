"""The test of a connection by plain XMPP: an administrator of the room service may do everything, and shows it by reading a room's form."""

import os
from collections.abc import Mapping

from pullcord.platforms import findings, xmpp
from pullcord.platforms.naming import jid_of
from pullcord.platforms.wire import Wire
from pullcord.words import Meeting, Over

PERMISSION = "An administrator of the room service"
SIGNS_IN = "The account, and its password"
HEARS: tuple[findings.Answer, str] = ("no", "An XMPP server reports nothing by itself. We ask instead.")
MAKES: tuple[findings.Answer, str] = (
    "no",
    "The first who comes opens a room, and owns it. Open it yourself, and add it here.",
)
MAY: tuple[findings.Answer, str] = (
    "yes",
    "The service showed our account the room's configuration, which only those who may end it see.",
)
NO_ROOM: tuple[findings.Answer, str] = (
    "unknown",
    "Nobody has opened the room, so our account's right in it could not be seen. Open it, and test again.",
)


def try_out(meeting: Meeting, wire: Wire) -> findings.Findings:
    asked = findings.ask(xmpp.roster, xmpp.is_over, meeting, wire)
    is_there = (
        isinstance(asked.over, Over) and asked.over.held is not None and asked.over.evidence.startswith("the room")
    )
    return findings.found(
        asked,
        permission=PERMISSION,
        does=MAY if is_there else NO_ROOM,
        hears=HEARS,
    )


def try_connection(connection: Meeting, wire: Wire) -> findings.Findings:
    """Signs in, and asks the room service after a room that nobody has. What our account may do is seen on a room."""
    room = f"{os.urandom(8).hex()}@{connection.at['service']}"
    asked = findings.ask(xmpp.roster, xmpp.is_over, connection._replace(at={**connection.at, "room": room}), wire)
    told = findings.found(asked, permission=SIGNS_IN, does=findings.BY_MEETING, hears=HEARS, to_do=PERMISSION)
    return findings.with_making(told, "", MAKES)


def room_of(told: str, at: Mapping[str, str]) -> str:
    """Its address, from its name, its address or its link. Raises PlatformError."""
    return jid_of(told, at["service"], platform="xmpp")
