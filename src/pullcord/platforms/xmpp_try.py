"""The test of a connection by plain XMPP: an administrator of the room service may do everything, and shows it by reading a room's form."""

from pullcord.platforms import findings, xmpp
from pullcord.platforms.wire import Wire
from pullcord.words import Meeting, Over

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
        permission="An administrator of the room service",
        does=MAY if is_there else NO_ROOM,
        hears=("no", "An XMPP server reports nothing by itself. We ask instead."),
    )
