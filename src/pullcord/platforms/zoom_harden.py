"""What Zoom recommends for a meeting whose link was seen in public: done where its interface can, said as taps where it cannot."""

from collections.abc import Mapping
from typing import Any, Final

from pullcord.core.saying import noted
from pullcord.platforms.wire import Wire
from pullcord.platforms.zoom_api import account, expect, say
from pullcord.platforms.zoom_door import EVERYONE_WAITS, NAMES, body_of, flat, judge
from pullcord.platforms.zoom_meeting import about, memory, path, room
from pullcord.words import Hardened, Meeting

ALWAYS: Final[Mapping[str, Any]] = {"join_before_host": False}
"""Whatever is recommended: nobody meets the strangers alone."""
DOES: Final[Mapping[str, Mapping[str, Any]]] = {
    "enableWaitingRoom": {"waiting_room": True, "waiting_room_options": EVERYONE_WAITS},
    "enableOnlyAuthenticated": {"meeting_authentication": True},
    "enableRegistration": {"approval_type": 0},
}
SHARING: Final = noted("On zoom.us: Settings, In Meeting (Basic), Screen sharing, “Host only”.")
BY_HAND: Final[Mapping[str, str]] = {
    "enableScreenShareHostOnly": SHARING,
    "enableScreenShareLock": SHARING,
    "not enableScreenShare": SHARING,
    "not enableMultipleShare": SHARING,
    "enableSpecifiedDomain": noted(
        "On zoom.us: the meeting, “Require authentication to join”, and there your own domain."
    ),
    "not enableAnnotation": noted("On zoom.us: Settings, In Meeting (Basic), “Annotation”: off."),
    "not enableMeetingChat": noted("On zoom.us: Settings, In Meeting (Basic), “Meeting chat”: off."),
}
"""Settings of the host's account, and of no one meeting."""
NO_PASSCODE: Final = noted("It has no passcode. Make a new way in: that has one.")
NOT_KNOWN: Final = noted("Zoom recommends something that we do not know. Look at the meeting on zoom.us.")


def harden(meeting: Meeting, recommends: tuple[str, ...], wire: Wire) -> Hardened:
    """Only ever tighter. A 204 is a claim: what stands is read back. Raises PlatformError."""
    kind = memory.kind(meeting)
    asked = dict(ALWAYS) if kind == "meeting" else {}
    for one in recommends:
        asked |= DOES.get(one, {})
    if asked:
        import time

        account(meeting).count_change(room(meeting), time.time())
        expect(say(meeting, wire, "PATCH", path(meeting, kind), body_of(asked), turn="bar"), 204)
    read = flat(about(meeting, wire))
    found = judge(asked, read, refused={})
    return Hardened(_named(found.applied), _named((*found.ignored, *found.untold)), _by_hand(recommends, read))


def _named(codes: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(NAMES.get(one, one) for one in codes)


def _by_hand(recommends: tuple[str, ...], read: Mapping[str, Any]) -> tuple[str, ...]:
    """Each once, in their order."""
    told = [BY_HAND.get(one, NOT_KNOWN) for one in recommends if one not in DOES and one != "enablePassword"]
    if "enablePassword" in recommends and not read.get("password"):
        told.append(NO_PASSCODE)
    return tuple(dict.fromkeys(told))
