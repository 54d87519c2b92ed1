"""The test of a connection to Zoom: its token names what the app may do, and what is missing is named as Zoom names it."""

import json
import re
import time
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote, unquote, urlsplit

from pullcord.platforms import findings, zoom_token
from pullcord.platforms.findings import Answer, Answered, Feature, Finding, Findings
from pullcord.platforms.naming import unread
from pullcord.platforms.wire import Wire
from pullcord.platforms.zoom_api import Said, account, expect, say
from pullcord.platforms.zoom_door import flat, held_codes, known_door
from pullcord.platforms.zoom_facts import (
    BAR,
    CHANGES_PER_HOST_AND_DAY,
    END,
    INVITE,
    IS_WEBINAR,
    LIVE_LIST,
    MAKE,
    NOT_ON_PLAN,
    READ,
    Scope,
)
from pullcord.platforms.zoom_meeting import about, memory, path, room
from pullcord.words import Meeting, PlatformError

BUYS: Final[Mapping[Feature, Scope]] = {
    "roster": LIVE_LIST,
    "read-back": READ,
    "stop": END,
    "hold": BAR,
    "make": MAKE,
}
NO_KICK: Final = Finding(
    "kick", "no", "", "From outside Zoom removes nobody: “Participants”, point at the name, “More”, “Remove”."
)
NOBODYS: Final = "1"
"""A number that no meeting has: theirs have nine to eleven digits."""
NOT_FOUND_OUT: Final = "It could not be found out."
USER: Final = Scope("user:read:user:admin")
SETTINGS: Final = Scope("user:read:settings:admin")


def try_out(meeting: Meeting, wire: Wire) -> Findings:
    try:
        scopes = zoom_token.token(meeting, wire).scopes
        said = say(meeting, wire, "GET", path(meeting, memory.kind(meeting)))
    except PlatformError as error:
        return _failed(error)
    if said.code:
        return _not_there(said, scopes)
    kind = memory.kind(meeting)
    features = [_may(one, BUYS[one].of(kind), scopes) for one in BUYS if one != "make"]
    features = [_live_list(meeting, wire, kind, one) if one.feature == "roster" else one for one in features]
    return Findings(True, "Zoom told of this meeting.", (*features, NO_KICK, _hears(meeting)))


def try_connection(connection: Meeting, wire: Wire) -> Findings:
    """The token says what it buys. Of a number that nobody has the dashboard is asked: that tells whether the plan has one."""
    nowhere = connection._replace(at={**connection.at, "room": NOBODYS})
    try:
        scopes = zoom_token.token(connection, wire).scopes
        say(nowhere, wire, "GET", f"/meetings/{NOBODYS}")
    except PlatformError as error:
        if error.code != "zoom-scope-missing":
            return _failed(error, with_making=True)
    features = [_may(one, BUYS[one].meeting, scopes) for one in BUYS]
    features = [_live_list(nowhere, wire, "meeting", one) if one.feature == "roster" else one for one in features]
    told = Findings(True, "Zoom gave a token for this account.", (*features, NO_KICK, _hears(connection)))
    return told._replace(answers=_itself(connection, wire, scopes))


def _may(feature: Feature, scope: str, scopes: frozenset[str] | None) -> Finding:
    if scopes is None:
        return Finding(feature, "unknown", scope, "Zoom did not say what this app may do.")
    if scope in scopes:
        return Finding(feature, "yes", scope, f"Zoom names {scope} among what this app may do.")
    why = f"The app lacks {scope}. Add it on marketplace.zoom.us, under “Scopes”, and activate the app again."
    return Finding(feature, "no", scope, why, "zoom-scope-missing")


def _live_list(meeting: Meeting, wire: Wire, kind: str, found: Finding) -> Finding:
    """The scope can be chosen on every plan; the list is there on Business and above alone."""
    if found.answer != "yes":
        return found
    path = f"/metrics/{kind}s/{room(meeting)}/participants?type=live&page_size=1"
    try:
        said = say(meeting, wire, "GET", path, label="heavy")
    except PlatformError as error:
        return found._replace(answer="unknown", why=error.sentence, code=error.code)
    if said.status == 200 or said.is_unknown:
        return found._replace(why="Zoom answered who is in it, or that nobody is.")
    answer: Answer = "no" if said.code == NOT_ON_PLAN else "unknown"
    why = "Zoom tells who is in a running meeting on Business and above. Elsewhere there is a report afterwards."
    return found._replace(answer=answer, why=why, code="zoom-refused")


def _failed(error: PlatformError, *, with_making: bool = False) -> Findings:
    """Nothing is known but the error; a right that was denied is an answer about the right."""
    asked = findings.Asked(error, error)
    told = findings.found(
        asked, permission="The app’s account ID, client ID and secret", does=("unknown", ""), hears=("unknown", "")
    )
    told = told._replace(
        features=tuple(NO_KICK if one.feature == "kick" and told.reached else one for one in told.features)
    )
    if not with_making:
        return told
    makes = Finding("make", "unknown", MAKE.meeting, error.sentence, error.code)
    return told._replace(features=(*told.features, makes))


def _hears(meeting: Meeting) -> Finding:
    if meeting.at.get("subscription"):
        why = "Its reports come over a line that this server opens. Whether they arrive is known when the first one comes."
        return Finding("hear", "unknown", "", why)
    answer, why = findings.hearing(meeting, "the Subscription ID or the Secret Token of its events")
    return Finding("hear", answer, "", why)


def _not_there(said: Said, scopes: frozenset[str] | None) -> Findings:
    """The account answered, and has no such meeting: of another account's meetings it would say the same."""
    why = (
        f"Zoom does not know this meeting ({said.status}, {said.code}). Look at its number, and whose account it is in."
    )
    if said.code == IS_WEBINAR:
        why = "This number is of the other kind: choose “A webinar” where it says “A meeting”, or the other way round."
    if said.is_unknown:
        why = "This account has no meeting of that number. It may be in another account, or be deleted."
    features = [Finding(one, "no", scope.meeting, why, "zoom-gone") for one, scope in BUYS.items() if one != "make"]
    unheard = Finding("hear", "unknown", "", why)
    return Findings(True, why, (*features, NO_KICK, unheard))


# -- what only a real account answers ------------------------------------------------------------------------------------


def _itself(connection: Meeting, wire: Wire, scopes: frozenset[str] | None) -> tuple[Answered, ...]:
    host = quote(connection.at.get("host") or "me", safe="")
    user = _told(connection, wire, f"/users/{host}", USER, scopes)
    settings = _told(connection, wire, f"/users/{host}/settings", SETTINGS, scopes)
    in_meeting = settings.get("in_meeting") if isinstance(settings, dict) else None
    return (
        Answered("Which licence has whoever hosts new meetings?", _licence(user)),
        Answered("Who can share a screen in their meetings?", _sharing(in_meeting, settings)),
        Answered("Does each invited person get a link of their own?", _own_links(scopes)),
        Answered("How much does Zoom still take today?", _left(connection)),
    )


def _told(
    connection: Meeting, wire: Wire, path: str, scope: Scope, scopes: frozenset[str] | None
) -> Mapping[str, Any] | str:
    """Or why not, in our own words."""
    if scopes is not None and scope.meeting not in scopes:
        return f"Not known: the app lacks {scope.meeting}."
    try:
        return expect(say(connection, wire, "GET", path, label="medium"), 200).body
    except PlatformError:
        return NOT_FOUND_OUT


def _licence(user: Mapping[str, Any] | str) -> str:
    if isinstance(user, str):
        return user
    kinds = {
        1: "Basic. Zoom may refuse registration and reports, and ends such a meeting itself after 40 minutes.",
        2: "Licensed.",
        4: "None was assigned: they cannot host a meeting.",
        99: "None: they cannot host a meeting.",
    }
    kind = user.get("type")
    return kinds.get(kind, NOT_FOUND_OUT) if isinstance(kind, int) else NOT_FOUND_OUT


def _sharing(in_meeting: object, settings: Mapping[str, Any] | str) -> str:
    if isinstance(settings, str):
        return settings
    who = in_meeting.get("who_can_share_screen") if isinstance(in_meeting, Mapping) else None
    if who == "host":
        return "Only the host."
    if who == "all":
        return "Everybody. On zoom.us: “Settings”, “In Meeting (Basic)”, “Screen sharing”: choose “Host only”."
    return NOT_FOUND_OUT


def _own_links(scopes: frozenset[str] | None) -> str:
    if scopes is None:
        return NOT_FOUND_OUT
    return "Yes." if INVITE.meeting in scopes else f"No: the app lacks {INVITE.meeting}. All get the same link."


def _left(connection: Meeting) -> str:
    known, now = account(connection), time.time()
    told = [f"{day.left} of {day.most} {label} calls" for label, day in known.days.items()]
    low = " That is little: ends still go out, everything else is asked less." if _is_low(connection) else ""
    changes = (
        f"{CHANGES_PER_HOST_AND_DAY - known.changes(now)} of {CHANGES_PER_HOST_AND_DAY} changes of a host’s meetings"
    )
    return f"As far as we know: {', '.join([*told, changes])}.{low}"


def _is_low(connection: Meeting) -> bool:
    known = account(connection)
    return any(day.is_low for day in known.days.values()) or known.are_changes_low(time.time())


# -- a meeting that is there already -------------------------------------------------------------------------------------


def known_of(meeting: Meeting, wire: Wire) -> Mapping[str, str]:
    """The passcode and the settings to be given back by a release, while the meeting is as its host wants it. Raises PlatformError."""
    read, kind = flat(about(meeting, wire)), memory.kind(meeting)
    code = read.get("password")
    if isinstance(code, str) and code in held_codes(meeting):
        return {}  # it is held already: how it was before, nobody can read any more
    told = {"settings": json.dumps(known_door(read, kind))}
    return {**told, "passcode": code} if isinstance(code, str) and code else told


def as_entered(at: Mapping[str, str]) -> Mapping[str, str]:
    """The number, and a pasted link beside it without what opens it. Raises PlatformError."""
    told = at.get("room", "").strip()
    link = {"link": re.split("[?#]", told)[0]} if "://" in told else {}
    return {**link, **at, "room": room_of(told, at)}


def room_of(told: str, at: Mapping[str, str]) -> str:
    """The number, also from an invitation's link: /j/, /w/ and /wc/ lead to one; a name of one's own does not. Raises PlatformError."""
    text = told.strip()
    if "://" in text:
        text = _number_in(text)
    digits = re.sub(r"[\s-]", "", text)
    return digits if re.fullmatch(r"[0-9]{9,11}", digits) else unread("zoom")


def _number_in(link: str) -> str:
    try:
        parts = [part for part in unquote(urlsplit(link).path).split("/") if part]
    except ValueError:
        unread("zoom")
    at = next((at for at, part in enumerate(parts) if part in ("j", "w", "s", "wc", "meeting", "webinar")), None)
    if at is None:
        unread("zoom")
    return next((part for part in parts[at + 1 :] if part.isdecimal()), "")
