"""`POST /events/PLATFORM/SOURCE`: a platform reports what happened. Believed over the raw bytes, on disk, then answered.

One 401 for every sender that is not believed: whether there is such a source, nobody learns here. Nothing of what was not
believed is written down; it is counted.
"""

import asyncio
import json
from collections.abc import Iterator, Mapping
from ipaddress import ip_address
from typing import Final, NamedTuple

from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from pullcord.edge.ears import Party, rooms_of
from pullcord.edge.parts import Edge
from pullcord.safe import alarms
from pullcord.safe.inbox import Row
from pullcord.safe.keys import digest
from pullcord.safe.kit import Source
from pullcord.words import Event, Heard, Person, PlatformError

LONGEST_TEXT: Final = 320
LARGE_BYTES: Final = 8 * 1024
"""To read more than this takes long enough that others would wait: it is read by a thread."""

TAKEN: Final = JSONResponse({"code": "taken"})
NOT_BELIEVED: Final = JSONResponse(
    {"error": {"code": "not-believed", "sentence": "This report was not believed."}}, 401, {"Cache-Control": "no-store"}
)
COME_AGAIN: Final = JSONResponse(
    {"error": {"code": "not-taken", "sentence": "This report could not be kept. Send it again."}},
    503,
    {"Retry-After": "5"},
)
TOO_LARGE: Final = JSONResponse(
    {"error": {"code": "too-large", "sentence": "That is too large for this door."}}, status_code=413
)

AS_JSON: Final = json.JSONEncoder(separators=(",", ":")).encode
COMES_IN: Final = ("started", "joined")
"""What the guard of a meeting that is kept ended wants to hear of at once."""


class Report(NamedTuple):
    """One request, not yet believed."""

    source: Source
    headers: Mapping[str, str]
    raw: bytes
    now: float
    caller: str
    """The address from which it comes."""


class Told(NamedTuple):
    """One event, and whose it is."""

    meeting: str
    event: Event


class Door:
    """Without the framework's request and response: of all doors this one is used most, and a stop should not wait for it."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        edge: Edge = scope["app"].state.edge
        raw = await _body(receive)
        answer = TOO_LARGE if raw is None else await _answer(edge, _report(edge, scope, raw))
        await answer(scope, receive, send)


async def _body(receive: Receive) -> bytes | None:
    """None = the sender hung up, or is not listened to any longer."""
    raw, is_whole = b"", False
    while not is_whole:
        message = await receive()
        if message["type"] != "http.request":
            return None
        raw = raw + message["body"] if raw else message["body"]
        is_whole = not message.get("more_body", False)
    return raw


def _report(edge: Edge, scope: Scope, raw: bytes) -> Report:
    path, client = scope["path_params"], scope.get("client")
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    source = path["platform"], path["source"]
    return Report(source, headers, raw, edge.desk.means.clock(), client[0] if client else "")


async def _answer(edge: Edge, report: Report) -> Response:
    if len(report.raw) <= LARGE_BYTES:
        believed = _believed(edge, report)
    else:
        believed = await asyncio.get_running_loop().run_in_executor(edge.stops, _believed, edge, report)
    if believed is None:
        return NOT_BELIEVED
    heard, told = believed
    if heard.reply is not None:
        return JSONResponse(dict(heard.reply), headers={"Cache-Control": "no-store"})
    if heard.alarms and not await asyncio.get_running_loop().run_in_executor(edge.stops, _warned, edge, report, heard):
        return COME_AGAIN
    if not told:
        return TAKEN
    for one in told:
        if one.event.kind in COMES_IN:
            edge.ears.wake(one.meeting)
    nonce = None if heard.nonce is None else digest(heard.nonce)  # whatever it is made of, it fits its column
    row = Row(*report.source, nonce, heard.signed_at, report.now, body_of(told))
    if edge.ears.inbox is not None and await edge.ears.inbox.write(row):
        return TAKEN
    edge.ears.unwritten(row)
    return COME_AGAIN


def _believed(edge: Edge, report: Report) -> tuple[Heard, list[Told]] | None:
    """What was reported, and of it what is about our meetings. None = nobody here believes this sender."""
    kits = edge.desk.kits.hearing(*report.source)
    try:
        parties = edge.ears.parties(kits, report.source)
    except PlatformError:
        parties = ()
    for party in parties:
        try:
            heard = party.hear(party.asked, report.headers, report.raw, now=report.now)
            if heard.signed_at is None and not _is_listed(report.caller, edge):
                break
            for other in heard.others:
                edge.ears.counts.count(f"type {other}")
            return heard, _told(party, heard, report)
        except PlatformError as error:
            edge.ears.counts.count(error.code)
    edge.ears.counts.count("not believed")
    return None


def _warned(edge: Edge, report: Report, heard: Heard) -> bool:
    """Whether each warning of a meeting of ours is on disk."""
    rooms = rooms_of(edge.desk.kits.hearing(*report.source))
    try:
        for alarm in heard.alarms:
            for kit in rooms.get(alarm.room, ()):
                alarms.keep(edge.desk.config.data, kit.meeting.id, alarm, now=report.now)
    except OSError:
        return False
    return True


def _told(party: Party, heard: Heard, report: Report) -> list[Told]:
    """Of other people's meetings on that server nothing is kept."""
    if heard.signed_at is not None:
        return [Told(kit.meeting.id, event) for event in heard.events for kit in party.rooms.get(event.room, ())]
    return [*_told_by_each(party, heard, report)]


def _told_by_each(party: Party, heard: Heard, report: Report) -> Iterator[Told]:
    """What nobody signed (Janus) is read again with the kit of its room, which alone knows whose invitation was used."""
    for room in {event.room: None for event in heard.events}:
        for kit in party.rooms.get(room, ()):
            is_asked = kit.meeting is party.asked
            read = heard if is_asked else party.hear(kit.meeting, report.headers, report.raw, now=report.now)
            yield from (Told(kit.meeting.id, event) for event in read.events if event.room == room)


def _is_listed(caller: str, edge: Edge) -> bool:
    """Whether it is an address from which the operator takes unsigned reports."""
    try:
        address = ip_address(caller)
    except ValueError:
        return False
    return str(getattr(address, "ipv4_mapped", None) or address) in edge.desk.config.event_senders


def body_of(told: list[Told]) -> str:
    """What is kept of a report: of each event its meeting, kind, time, whether that is trusted, and who; no other field."""
    return AS_JSON([(meeting, event.kind, event.at, event.trusted, _person(event.person)) for meeting, event in told])


def _person(person: Person | None) -> Person | None:
    if person is None or max(len(person.key), len(person.name or ""), len(person.email or "")) <= LONGEST_TEXT:
        return person
    key, name, invite, email, since = person
    return Person(key[:LONGEST_TEXT], _cut(name), _cut(invite), _cut(email), since)


def _cut(text: str | None) -> str | None:
    return None if text is None else text[:LONGEST_TEXT]
