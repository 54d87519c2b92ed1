"""Who was in a Zoom meeting, asked afterwards: each time that it ran, its participants, and the addresses of those who registered.

On every plan whose app may read past participants; else the report of paid plans, which has meetings with two people and more. Who
only waited is not listed. Keyed by the one time and Zoom's number of the stay: `id` is empty for guests.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote, urlencode

from pullcord.core.afterwards import Stay
from pullcord.platforms.wire import Wire
from pullcord.platforms.zoom_api import Said, expect, odd, say
from pullcord.platforms.zoom_facts import Label
from pullcord.platforms.zoom_meeting import memory, path, room
from pullcord.words import Meeting, Person, PlatformError

PAGE: Final = 300
MOST_PAGES: Final = 20
RAN_BEFORE_SECONDS: Final = 24 * 3600.0
"""A meeting that began longer than this before it was ended is another evening's."""
NOT_ALLOWED: Final = ("zoom-scope-missing", "zoom-refused")


def stays_after(meeting: Meeting, wire: Wire, *, until: float) -> list[Stay]:
    """Of every time that it ran within the day before `until`. Raises PlatformError."""
    kind = memory.kind(meeting)
    found = [stay for uuid in _times(meeting, wire, kind, until) for stay in _of_one(meeting, wire, kind, uuid)]
    if not any(not stay.person.email for stay in found):
        return found
    addresses = _registered(meeting, wire, kind)
    return [_with_address(stay, addresses) for stay in found]


def _times(meeting: Meeting, wire: Wire, kind: str, until: float) -> list[str]:
    said = say(meeting, wire, "GET", f"/past_{kind}s/{room(meeting)}/instances", label="medium")
    if said.is_unknown:
        return []
    told = expect(said, 200).body.get(f"{kind}s")
    ran = [(one.get("uuid"), _moment(one.get("start_time"))) for one in _dicts(told)]
    return [
        uuid
        for uuid, at in ran
        if isinstance(uuid, str) and at is not None and until - RAN_BEFORE_SECONDS <= at <= until
    ]


def _of_one(meeting: Meeting, wire: Wire, kind: str, uuid: str) -> list[Stay]:
    """A uuid with a slash in it is escaped twice, as Zoom's documentation asks."""
    name = quote(quote(uuid, safe=""), safe="")
    try:
        entries = [*_pages(meeting, wire, f"/past_{kind}s/{name}/participants", "participants", "medium")]
    except PlatformError as error:
        if error.code not in NOT_ALLOWED:
            raise
        entries = [*_pages(meeting, wire, f"/report/{kind}s/{name}/participants", "participants", "heavy")]
    inside = [one for one in entries if one.get("status") != "in_waiting_room"]
    return [_stay(uuid, number, one) for number, one in enumerate(inside)]


def _pages(
    meeting: Meeting, wire: Wire, asked: str, name: str, label: Label, **more: str
) -> Iterator[Mapping[str, Any]]:
    token = ""
    for _ in range(MOST_PAGES):
        query = urlencode({"page_size": PAGE, **more, **({"next_page_token": token} if token else {})})
        said: Said = say(meeting, wire, "GET", f"{asked}?{query}", label=label)
        if said.is_unknown:
            return
        body = expect(said, 200).body
        yield from _dicts(body.get(name))
        token = body.get("next_page_token") or ""
        if not token:
            return


def _registered(meeting: Meeting, wire: Wire, kind: str) -> Mapping[str, str]:
    """By the number of the registration; none where the app may not read them, or nobody registers."""
    try:
        told = _pages(meeting, wire, f"{path(meeting, kind)}/registrants", "registrants", "medium", status="approved")
        return {str(one["id"]): str(one["email"]) for one in told if one.get("id") and one.get("email")}
    except PlatformError as error:
        if error.code not in NOT_ALLOWED:
            raise
        return {}


def _stay(uuid: str, number: int, told: Mapping[str, Any]) -> Stay:
    since, until = _moment(told.get("join_time")), _moment(told.get("leave_time"))
    if since is None or until is None:
        odd()
    key = f"{uuid}:{told.get('user_id') or number}"
    person = Person(
        key, _text(told.get("name")), _text(told.get("registrant_id")), _text(told.get("user_email")), since
    )
    return Stay(person, since, until)


def _with_address(stay: Stay, addresses: Mapping[str, str]) -> Stay:
    """The registration's number was of use here alone: it is no invitation of ours."""
    person = stay.person
    email = person.email or addresses.get(person.invite or "")
    return stay._replace(person=person._replace(invite=None, email=email))


def _dicts(told: object) -> list[Mapping[str, Any]]:
    if not isinstance(told, list) or not all(isinstance(one, dict) for one in told):
        odd()
    return told


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _moment(value: object) -> float | None:
    try:
        read = datetime.fromisoformat(value.replace("Z", "+00:00")) if isinstance(value, str) else None
    except (ValueError, OverflowError):
        return None
    return None if read is None or read.tzinfo is None else read.timestamp()
