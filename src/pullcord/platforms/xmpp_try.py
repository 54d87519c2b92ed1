"""The test of a connection by plain XMPP: an administrator of the room service may do everything, and shows it by reading a room's form."""

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from pullcord.platforms import findings, xmpp
from pullcord.platforms.findings import Answered
from pullcord.platforms.naming import jid_of
from pullcord.platforms.wire import Wire
from pullcord.platforms.xmpp_room import ITEMS, VERSION
from pullcord.words import Meeting, Over, PlatformError

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

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
    answers = _itself(connection, wire) if isinstance(asked.over, Over) else ()
    return findings.with_making(told, "", MAKES)._replace(answers=answers)


# What only a real server answers.


WHICH = "Which server is it?"
LISTS = "Which rooms does it list to whoever asks?"
KNOWN = {"prosody": ("Prosody", "0.12.3"), "ejabberd": ("ejabberd", ""), "openfire": ("Openfire", "")}
"""What a server calls itself -> its name here, and the version that Pullcord was tried with; empty = it was not."""


def _itself(connection: Meeting, wire: Wire) -> tuple[Answered, ...]:
    """Of what it tells, only names that we know, numbers and a count are taken."""
    try:
        version, listed = xmpp.about(connection, wire)
    except PlatformError:
        return (Answered(WHICH, findings.NOT_FOUND_OUT), Answered(LISTS, findings.NOT_FOUND_OUT))
    return (Answered(WHICH, _version(version)), Answered(LISTS, _listed(listed)))


def _version(told: "Element | None") -> str:
    name = None if told is None else told.findtext(f".//{{{VERSION}}}name")
    if told is None or not name:
        return "It does not say."
    title, tried = KNOWN.get(name.lower(), ("", ""))
    if not title:
        return "One that Pullcord was not tried with. Try it on a quiet day."
    if not tried:
        return f"{title}. Pullcord was not tried with it: try it on a quiet day."
    return f"{title} {findings.version(told.findtext(f'.//{{{VERSION}}}version'), tried=tried)}"


def _listed(told: "Element | None") -> str:
    if told is None:
        return "It lists none."
    count = len(told.findall(f".//{{{ITEMS}}}item"))
    if not count:
        return "It lists none just now."
    return f"{count} to our account. A stranger may see the same: hide a room in its configuration where its name leads people in."


def room_of(told: str, at: Mapping[str, str]) -> str:
    """Its address, from its name, its address or its link. Raises PlatformError."""
    return jid_of(told, at["service"], platform="xmpp")
