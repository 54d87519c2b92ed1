"""An organisation's connection to a platform: tested before it is kept, changed, tested again, removed; and meetings made on it.

What was typed waits between the test and the press of "Keep it" in this server's memory, sealed, for a quarter of an hour.
A changed credential is in the kit of every meeting on it before it is shown as done.
"""

import json
import logging
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any, Literal, NamedTuple

from django.db import transaction

from pullcord.jobs import looks, meetings
from pullcord.jobs.desk import Desk
from pullcord.jobs.kits import Refused, kit_of, opened, or_refuse, own_part
from pullcord.jobs.listening import address_of, is_fit, with_source
from pullcord.jobs.looks import Look, mark_of
from pullcord.jobs.meetings import NewWay, invitations_of, now_of, plain_name
from pullcord.jobs.sealing import seal
from pullcord.jobs.stop import new_id
from pullcord.platforms import platform as on_platform
from pullcord.platforms.findings import Answer, Finding, Findings
from pullcord.safe.gone import Line
from pullcord.safe.kit import Kit
from pullcord.store import connections, organisations
from pullcord.store.models import Connection, Meeting, User
from pullcord.words import Meeting as Place
from pullcord.words import PlatformError

log = logging.getLogger("pullcord.connections")

KEEP_SECONDS = 15 * 60.0
MAY_COME_BACK = ("timeout", "unreachable", "broken", "busy")
"""Ends of codes: what a server that is well tomorrow may answer today. Whatever else it answered is an answer."""

Keeps = Literal["tested", "untested", "no"]


class Tried(NamedTuple):
    """What is shown between the test and the keeping."""

    look: Look
    findings: Findings
    keeps: Keeps
    ticket: str
    """By which it is kept; empty = it is not."""


class Adopted(NamedTuple):
    meeting: Meeting
    is_proven: bool
    why: str
    """What the platform showed of this room, or what is not known."""


# -- a connection ------------------------------------------------------------------------------------------------------


def try_new(
    desk: Desk, owner: User, *, platform: str, name: str, at: Mapping[str, str], secrets: Mapping[str, str]
) -> Tried:
    """Keeps nothing. Raises Refused, and NotFound for whoever owns no organisation: nothing is asked for them."""
    organisations.owned_by(owner)
    named = plain_name(name, "Give the connection a name.")
    source = with_source(desk, platform, at, secrets)
    if source.get("events") and not is_fit(source["events"]):
        raise Refused("bad-source", "The end of the address for reports has letters, digits, dots and dashes only.")
    return _try(desk, owner, {"id": "", "platform": platform, "name": named, "at": source, "secrets": dict(secrets)})


def try_change(desk: Desk, owner: User, connection_id: str, *, name: str, secrets: Mapping[str, str]) -> Tried:
    """Another credential for the same server; what is not given stays as it is. Keeps nothing. Raises NotFound, Refused."""
    row = connections.find(owner, connection_id)
    named = plain_name(name, "Give the connection a name.")
    merged = {**opened(desk, row), **secrets}
    at = with_source(desk, row.platform, row.at, merged)
    return _try(desk, owner, {"id": row.pk, "platform": row.platform, "name": named, "at": at, "secrets": merged})


def keep(desk: Desk, owner: User, ticket: str) -> Connection:
    """What was tested. Raises NotFound, Refused."""
    organisations.owned_by(owner)
    held = desk.tickets.take("keep", ticket, by=_by(owner))
    if held is None:
        sentence = (
            "Nothing was kept: too much time has passed since the test, or this server was restarted. Enter it again."
        )
        raise Refused("test-forgotten", sentence)
    told = json.loads(desk.keys.open(held.about[0].encode()))
    kept = _change(desk, owner, told) if told["id"] else _add(desk, owner, told)
    _write_down(desk, place_of(desk, kept), looks.parsed(told["look"]))
    return kept


def try_again(desk: Desk, owner: User, connection_id: str) -> Look:
    """Raises NotFound, Refused, PlatformError."""
    place = place_of(desk, connections.find(owner, connection_id))
    look, _ = looks.ask(desk, place)
    _write_down(desk, place, look)
    return look


def remove(desk: Desk, owner: User, connection_id: str) -> None:
    """Raises NotFound; Refused while meetings use it."""
    with transaction.atomic():
        row = connections.claim(owner, connection_id)
        using = connections.claim_meetings_on(row)
        if using:
            names = ", ".join(f"“{meeting.name}”" for meeting in using)
            sentence = f"Without it these could not be ended from here: {names}. Put them away first."
            raise Refused("in-use", sentence)
        connections.remove(row)
        or_refuse(desk.gone.add, Line("removed connection", connection_id))


def place_of(desk: Desk, row: Connection) -> Place:
    """Raises Refused where the key file does not open it."""
    return Place("", "", row.platform, row.at, opened(desk, row))


def look_of(desk: Desk, row: Connection) -> Look | None:
    """What was found last; None = it was never tested, or that is not known."""
    try:
        return looks.read(desk, mark_of(desk, place_of(desk, row)))
    except Refused:
        return None


def reports_to(desk: Desk, row: Connection) -> str | None:
    """To where its server is to report; None = it is to be asked instead."""
    try:
        return address_of(desk.config, place_of(desk, row))
    except Refused:
        return None


def places(desk: Desk) -> Iterable[Place]:
    """Of everybody: for the daily look, and for no page."""
    for row in connections.all_of_everybody():
        with suppress(Refused):
            yield place_of(desk, row)


def _try(desk: Desk, owner: User, told: dict[str, Any]) -> Tried:
    try:
        place = Place("", "", told["platform"], told["at"], told["secrets"])
        look, findings = looks.ask(desk, place)
    except PlatformError as error:
        raise Refused(error.code, error.sentence) from None
    keeps = _keeps(look, findings)
    if keeps == "no":
        return Tried(look, findings, keeps, "")
    sealed = desk.keys.seal(json.dumps(told | {"look": looks.plain(look)}).encode()).decode()
    ticket = desk.tickets.issue("keep", by=_by(owner), about=(sealed,), seconds=KEEP_SECONDS)
    return Tried(look, findings, keeps, ticket)


def _keeps(look: Look, findings: Findings) -> Keeps:
    if look.how == "well":
        return "tested"
    reads = findings.of("read-back")
    code = "" if reads is None else reads.code.rpartition("-")[2]
    return "untested" if code in MAY_COME_BACK else "no"


def _by(owner: User) -> str:
    return f"user:{owner.pk}"


def _add(desk: Desk, owner: User, told: Mapping[str, Any]) -> Connection:
    columns = {name: told[name] for name in ("platform", "name", "at")}
    sealed = seal(desk, organisations.owned_by(owner).pk, told["secrets"])
    return connections.add(owner, new_id(), at_time=now_of(desk), sealed=sealed, **columns)


def _change(desk: Desk, owner: User, told: Mapping[str, Any]) -> Connection:
    """All kits are written as the last act; where the disk does not take one, those already written are set back."""
    with transaction.atomic():
        row = connections.claim(owner, told["id"])
        on = connections.claim_meetings_on(row)
        before = [kit_of(desk, meeting) for meeting in on]
        sealed = seal(desk, row.organisation_id, told["secrets"])
        connections.change(row, {"name": told["name"], "at": told["at"], "sealed": sealed})
        row.refresh_from_db()
        for meeting in on:
            meeting.at, meeting.connection = {**meeting.at, **told["at"]}, row
            connections.move_meeting(meeting, meeting.at)
        _write_all(desk, [kit_of(desk, meeting) for meeting in on], before)
    return row


def _write_all(desk: Desk, kits: list[Kit], before: list[Kit]) -> None:
    try:
        for kit in kits:
            or_refuse(desk.kits.write, kit)
    except Refused:
        for kit in before:
            with suppress(OSError):
                desk.kits.write(kit)
        raise


def _write_down(desk: Desk, place: Place, look: Look) -> None:
    """A disk that does not take it leaves the connection untested, which every page says."""
    try:
        looks.keep(desk, mark_of(desk, place), look)
    except OSError as error:
        log.error("what the test of a connection found could not be kept: %s", error.strerror)


# -- meetings on it ----------------------------------------------------------------------------------------------------


def adopt(
    desk: Desk, user: User, connection_id: str, *, at: Mapping[str, str], secrets: Mapping[str, str], **hours: Any
) -> Adopted:
    """A room that is there already. The platform is asked after it. Raises NotFound; Refused where it is denied.

    What could not be found out does not stand in the way: the room may be opened later, and it is asked once a day.
    """
    row = connections.find_usable(user, connection_id)
    own = own_part(row.platform, secrets)
    try:
        where = _read_room(row, at)
        place = Place("", "", row.platform, {**where, **row.at}, {**own, **opened(desk, row)})
        end = asked_after(desk, place)
    except PlatformError as error:
        raise Refused(error.code, error.sentence) from None
    if end is None or end.answer == "no":
        raise Refused("not-ours", end.why if end else "This platform cannot end a meeting from outside.")
    own = {**own, **known_of(desk, place, given=own)}
    meeting = meetings.add(desk, user, platform=row.platform, at=where, secrets=own, connection=row, **hours)
    return Adopted(meeting, end.answer == "yes", end.why)


def _read_room(row: Connection, at: Mapping[str, str]) -> dict[str, str]:
    """A pasted link leads to the room's name, and is kept beside it; without what follows it, which may be a right. Raises PlatformError."""
    told = at["room"].strip()
    room = on_platform(row.platform).room_of(told, row.at)
    link = {"link": re.split("[?#]", told)[0]} if "://" in told else {}
    return {**link, **at, "room": room}


def asked_after(desk: Desk, place: Place) -> Finding | None:
    """Raises PlatformError."""
    return on_platform(place.platform).try_out(place, desk.means.wire(place.platform)).of("stop")


def makes_rooms(desk: Desk, row: Connection) -> Answer | None:
    """Whether a room can be made on it, by the last test; None = nobody can make one there from outside."""
    if on_platform(row.platform).new_room is None:
        return None
    look = look_of(desk, row)
    return next((one.answer for one in look.features if one.feature == "make"), "unknown") if look else "unknown"


def known_of(desk: Desk, place: Place, *, given: Mapping[str, str]) -> Mapping[str, str]:
    """What a release will have to give back, of what was not typed. Where it cannot be read, a release says what it lacks."""
    known_of = on_platform(place.platform).known_of
    try:
        found = {} if known_of is None else known_of(place, desk.means.wire(place.platform))
    except PlatformError:
        return {}
    return {name: told for name, told in own_part(place.platform, found).items() if not given.get(name)}


def create(desk: Desk, user: User, connection_id: str, *, invitations: int, **hours: Any) -> NewWay:
    """A new room on the platform, with so many invitations. Raises NotFound, Refused, PlatformError."""
    row = connections.find_usable(user, connection_id)
    adapter = on_platform(row.platform)
    if adapter.new_room is None:
        sentence = f"{adapter.limits.title} lets nobody make a room from outside. Make it there, and add it here."
        raise Refused(f"{row.platform}-cannot-make", sentence)
    nobody = json.dumps({str(number): "" for number in range(1, invitations + 1)})
    asked = {**opened(desk, row), **adapter.new_room, "invitations": nobody}
    wire = desk.means.wire(row.platform)
    made = adapter.renew(Place("", "", row.platform, row.at, asked), wire)
    try:
        meeting = meetings.add(
            desk, user, platform=row.platform, at=made.at, secrets=made.secrets, connection=row, **hours
        )
    except Refused:
        with suppress(PlatformError):  # a room that nobody could end from here must not be left behind
            adapter.stop(made, wire)
        raise
    return NewWay(meeting, invitations_of(made))
