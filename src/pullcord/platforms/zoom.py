"""Zoom meetings and webinars, over the REST interface of an account (Server-to-Server OAuth).

`Meeting.at`: `account`, `client`, `room` (digits), and maybe `kind` = "webinar", `plan`, `host`, `link`, `server`.
`Meeting.secrets`: `secret` (client secret); and maybe `passcode` and `settings` (JSON), by which a release gives back how the
meeting was, and `invitations` (JSON: public number -> link).

A 204 is a claim: every change is read back, and what was applied, ignored or refused stands in the evidence. An end is proven by
the meeting's own status. What this interface cannot do (lock, remove one person, stop a share) is left out.
"""

import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from pullcord.platforms import zoom_token
from pullcord.platforms.wire import Wire, open_ahead
from pullcord.platforms.zoom_after import stays_after as stays_after
from pullcord.platforms.zoom_api import Said, account, expect, odd, refuse, say
from pullcord.platforms.zoom_door import (
    NAMES,
    NEEDED,
    WISHED,
    Judged,
    body_of,
    flat,
    held_codes,
    is_held,
    judge,
    open_door,
)
from pullcord.platforms.zoom_events import hear as hear
from pullcord.platforms.zoom_facts import (
    ENDED_ALREADY,
    HOPELESS,
    IS_WEBINAR,
    LIVE_LIST,
    NOT_ON_PLAN,
    NOT_RUNNING,
)
from pullcord.platforms.zoom_facts import FIELDS as FIELDS
from pullcord.platforms.zoom_facts import LIMITS as LIMITS
from pullcord.platforms.zoom_facts import NEW_ROOM as NEW_ROOM
from pullcord.platforms.zoom_facts import PLAYBOOK as PLAYBOOK
from pullcord.platforms.zoom_harden import harden as harden
from pullcord.platforms.zoom_line import listen as listen
from pullcord.platforms.zoom_make import renew as renew
from pullcord.platforms.zoom_meeting import about, memory, of_its_kind, path, room, whole
from pullcord.words import Held, Meeting, Over, Person, PlatformError, Released, Stopped

PAGE: Final = 300
room_in_reports: Final = room


def ready(meeting: Meeting, wire: Wire) -> None:
    """A token that lasts, and an open line: so that a stop waits for neither. Of Zoom's calls it takes one in forty minutes."""
    zoom_token.renew(meeting, wire)
    open_ahead(wire, zoom_token.address(meeting))


def stop(meeting: Meeting, wire: Wire) -> Stopped:
    """End it for all. Where Zoom refuses that, a live stream and a cloud recording are stopped at least, and the refusal is told."""
    said = of_its_kind(meeting, lambda kind: _end(meeting, wire, kind))
    if said.is_unknown or said.code in (ENDED_ALREADY, NOT_RUNNING):
        return Stopped(f"{said.status}, {said.code}: Zoom knows no running meeting of this number", already=True)
    if said.code:
        _quieten(meeting, wire)
    expect(said, 204)
    return Stopped(f"204 {said.tracking}".strip())


def hold(meeting: Meeting, wire: Wire) -> Held:
    """A passcode that nobody has, nobody in without the host, and everyone else before a closed door; then it is read back."""
    if memory.was_barred(meeting):
        read, kind = flat(about(meeting, wire)), memory.kind(meeting)
        if is_held(meeting, kind, read):
            return Held(f"it stands: {judge(_everything(meeting, kind), read, refused={})}")
        if read.get("password") in held_codes(meeting):
            _ignored(judge(_everything(meeting, kind), read, refused={}), kind)
    asked, refused = _bar(meeting, wire)
    found = judge(asked, flat(about(meeting, wire)), refused=refused)
    kind = memory.kind(meeting)
    _ignored(found, kind)
    return Held(f"{found}{_today(meeting)}")


def release(meeting: Meeting, wire: Wire) -> Released:
    """The passcode and the settings that the kit knows. Where it knows none, the new passcode stays, and a new link is needed."""
    read, kind = flat(about(meeting, wire)), memory.kind(meeting)
    if read["password"] is not None and read["password"] not in held_codes(meeting):
        return Released("open already")
    asked = open_door(meeting, kind)
    said = _change(meeting, wire, kind, asked)
    expect(said, 204)
    memory.opened(meeting)
    found = judge(asked, flat(about(meeting, wire)), refused={})
    if "password" in found.ignored:
        raise PlatformError("zoom-ignored", "Zoom took the old passcode, and did not set it.", retry=False)
    stays = "" if "password" in asked else "; the passcode stays the new one: send the new link"
    return Released(f"{found}{stays}")


def is_over(meeting: Meeting, wire: Wire) -> Over:
    """Of a webinar Zoom tells its state on Business and above alone: elsewhere it is not known whether it is over."""
    said = of_its_kind(meeting, lambda kind: say(meeting, wire, "GET", path(meeting, kind)))
    kind = memory.kind(meeting)
    if said.is_unknown:
        return Over(True, None, "404, 3001: Zoom knows no meeting of this number in this account")
    about = whole(expect(said, 200), meeting)
    runs = _runs(about) if kind == "meeting" else _webinar_runs(meeting, wire)
    held = is_held(meeting, kind, flat(about))
    state = {True: "it runs", False: "it does not run", None: "Zoom does not tell whether it runs"}[runs]
    door = {True: "its door stands as our hold left it", False: "it is not barred by us", None: "its door is not told"}
    return Over(None if runs is None else not runs, held, f"Zoom: {state}; {door[held]}")


def roster(meeting: Meeting, wire: Wire) -> list[Person]:
    """Zoom's dashboard: Business and above. Elsewhere refused by name, without a call: events tell it, and the report afterwards."""
    kind = memory.kind(meeting)
    scopes = zoom_token.token(meeting, wire).scopes
    if scopes is not None and LIVE_LIST.of(kind) not in scopes:
        sentence = f"Who is in a running meeting Zoom tells on Business and above, to apps with {LIVE_LIST.of(kind)}."
        raise PlatformError("zoom-no-live-list", sentence, retry=False)
    found: dict[str, Person] = {}
    page = ""
    while True:
        asked = {"type": "live", "page_size": PAGE, **({"next_page_token": page} if page else {})}
        path = f"/metrics/{kind}s/{room(meeting)}/participants?{urlencode(asked)}"
        said = say(meeting, wire, "GET", path, label="heavy")
        if said.is_unknown:
            return []
        body = expect(said, 200).body
        found |= {person.key: person for person in _people(body)}
        page = body.get("next_page_token") or ""
        if not page:
            return [*found.values()]


# -- ending ------------------------------------------------------------------------------------------------------------


def _end(meeting: Meeting, wire: Wire, kind: str) -> Said:
    return say(meeting, wire, "PUT", f"{path(meeting, kind)}/status", {"action": "end"}, turn="end")


def _quieten(meeting: Meeting, wire: Wire) -> None:
    """Of a meeting that Zoom does not end for us: what it sends out and records. It is a help, and no failure of it is told."""
    kind = memory.kind(meeting)
    with suppress(PlatformError):
        say(meeting, wire, "PATCH", f"{path(meeting, kind)}/livestream/status", {"action": "stop"}, turn="bar")
    with suppress(PlatformError):
        say(meeting, wire, "PATCH", f"/live_meetings/{room(meeting)}/events", {"method": "recording.stop"}, turn="bar")


def _runs(about: Mapping[str, Any]) -> bool | None:
    return {"started": True, "waiting": False}.get(about.get("status", ""))


def _webinar_runs(meeting: Meeting, wire: Wire) -> bool | None:
    scopes = zoom_token.token(meeting, wire).scopes
    if scopes is not None and LIVE_LIST.of("webinar") not in scopes:
        return None
    path = f"/metrics/webinars/{room(meeting)}/participants?type=live&page_size=1"
    said = say(meeting, wire, "GET", path, label="heavy")
    if said.is_unknown:
        return False
    return None if said.code == NOT_ON_PLAN or said.status != 200 else True


# -- the door ----------------------------------------------------------------------------------------------------------


def _bar(meeting: Meeting, wire: Wire) -> tuple[dict[str, Any], dict[str, Any]]:
    """What Zoom took, and what it refused: first all, then what is needed, then with a passcode of digits. Raises PlatformError."""
    kind = memory.kind(meeting)
    for sought in (_everything, _needed, _digits):
        asked = sought(meeting, kind)
        said = _change(meeting, wire, kind, asked)
        if said.code == IS_WEBINAR:  # a webinar has other settings: nothing of it was done
            about(meeting, wire)
            kind = memory.kind(meeting)
            asked = sought(meeting, kind)
            said = _change(meeting, wire, kind, asked)
        memory.barred(meeting)
        if not said.code:
            expect(said, 204)
            left = {name: told for name, told in _everything(meeting, kind).items() if name not in asked}
            return asked, left
        if said.is_unknown or said.code in HOPELESS:
            break
    refuse(said)


def _everything(meeting: Meeting, kind: str) -> dict[str, Any]:
    return {"password": held_codes(meeting)[0], **NEEDED[kind], **WISHED[kind]}


def _needed(meeting: Meeting, kind: str) -> dict[str, Any]:
    return {"password": held_codes(meeting)[0], **NEEDED[kind]}


def _digits(meeting: Meeting, kind: str) -> dict[str, Any]:
    return {"password": held_codes(meeting)[1], **NEEDED[kind]}


def _ignored(found: Judged, kind: str) -> None:
    """Raises PlatformError where what a hold needs does not stand."""
    lacks = [NAMES[name] for name in found.ignored if name == "password" or name in NEEDED[kind]]
    if lacks:
        sentence = f"Zoom took the change and did not make it: {', '.join(lacks)}."
        raise PlatformError(
            "zoom-ignored", f"{sentence} An administrator of the account may have locked it.", retry=False
        )


def _change(meeting: Meeting, wire: Wire, kind: str, asked: Mapping[str, Any]) -> Said:
    account(meeting).count_change(room(meeting), time.time())
    return say(meeting, wire, "PATCH", path(meeting, kind), body_of(asked), turn="bar")


def _today(meeting: Meeting) -> str:
    known, now = account(meeting), time.time()
    if not known.are_changes_low(now):
        return ""
    return f"; {known.changes(now)} changes of meetings today, and Zoom takes 100 of each host"


# -- who is there ---------------------------------------------------------------------------


def _people(body: Mapping[str, Any]) -> list[Person]:
    entries = body.get("participants")
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        odd()
    here = [entry for entry in entries if not entry.get("leave_time") and entry.get("status") != "in_waiting_room"]
    return [_person(entry) for entry in here]


def _person(entry: Mapping[str, Any]) -> Person:
    """`participant_uuid` is one presence; `id` and `participant_user_id` are empty for guests since 2023."""
    key = entry.get("participant_uuid") or entry.get("user_id")
    if not isinstance(key, str):
        odd()
    return Person(
        key, _text(entry.get("user_name")), email=_text(entry.get("email")), since=_time(entry.get("join_time"))
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _time(value: object) -> float | None:
    try:
        return datetime.fromisoformat(str(value).replace("Z", "+00:00")).timestamp() if value else None
    except ValueError:
        return None
