"""What was found when a connection was tested: asked, written down, and read again. Knows no database: doctor asks without one.

A place is a server and a credential. What was found of it is kept under a mark that only holders of the key can make: of
another place, or of another credential, it says nothing.
"""

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from email.utils import parsedate_to_datetime
from typing import Any, Literal, NamedTuple

from pullcord.jobs.desk import Desk
from pullcord.platforms import platform
from pullcord.platforms.findings import Answered, Finding, Findings
from pullcord.platforms.wire import Reply, Request, Wire
from pullcord.safe.files import make_private_folder, remove, replace_whole
from pullcord.safe.kit import Kit
from pullcord.words import Field, Meeting, PlatformError

How = Literal["well", "unknown", "broken"]
FOLDER = "looks"
EVERY_SECONDS = 24 * 3600.0
CLOCKS_AGREE_SECONDS = 5.0
"""A Date header has whole seconds, and the answer was under way."""


class Look(NamedTuple):
    """What one test found."""

    at: float
    how: How
    why: str
    features: tuple[Finding, ...] = ()
    answers: tuple[Answered, ...] = ()
    well_at: float | None = None
    """When it last did well, this time included; None = never yet, and every page says so."""
    ahead_seconds: float | None = None
    """By how much the platform's clock is ahead of ours; None = it does not tell."""

    @property
    def clocks_differ(self) -> bool:
        return self.ahead_seconds is not None and abs(self.ahead_seconds) > CLOCKS_AGREE_SECONDS


def place_in(meeting: Meeting) -> Meeting | None:
    """The connection that this meeting is reached by: its server and credential, without the room.

    None = it has none: this server makes such meetings itself, or it has a credential of its own, which is tried with its room.
    """
    fields = platform(meeting.platform).of_connection
    at, secrets = part(fields, meeting.at, are_secret=False), part(fields, meeting.secrets, are_secret=True)
    asked = {field.key or field.name for field in fields if field.required and not field.choices}
    return Meeting("", "", meeting.platform, at, secrets) if fields and asked <= at.keys() | secrets.keys() else None


def part(fields: Iterable[Field], told: Mapping[str, str], *, are_secret: bool) -> dict[str, str]:
    keys = {field.key or field.name for field in fields if (field.kind == "secret") is are_secret}
    return {key: value for key, value in told.items() if key in keys}


def mark_of(desk: Desk, place: Meeting) -> str:
    """Without the name of the source of its reports, which we may have made up ourselves."""
    at = sorted((key, value) for key, value in place.at.items() if key != "events")
    told = [place.platform, at, sorted(place.secrets.items())]
    return desk.keys.mark("connection", json.dumps(told).encode())


def places_of(desk: Desk, others: Iterable[Meeting] = ()) -> dict[str, Meeting]:
    """By mark: every place that a kit leads to, and `others`, which no meeting is on yet."""
    found = {mark_of(desk, place): place for place in others}
    for kit in desk.kits.all():
        place = _place_of(kit) if isinstance(kit, Kit) else None
        if place is not None:
            found[mark_of(desk, place)] = place
    return found


def _place_of(kit: Kit) -> Meeting | None:
    try:
        return place_in(kit.meeting)
    except PlatformError:
        return None


# -- asking ------------------------------------------------------------------------------------------------------------


class Timed:
    """The same line, which notes what time it is at the other end."""

    def __init__(self, wire: Wire, desk: Desk) -> None:
        self._wire, self._clock = wire, desk.means.clock
        self.reach = wire.reach
        self.ahead_seconds: float | None = None

    def send(self, request: Request) -> Reply:
        began = self._clock()
        reply = self._wire.send(request)
        theirs = _seconds(reply.headers.get("date"))
        if theirs is not None:
            # Its whole second may be half a second old, and it was written somewhere on the way.
            self.ahead_seconds = round(theirs + 0.5 - (began + self._clock()) / 2, 1)
        return reply


def _seconds(date: str | None) -> float | None:
    try:
        return None if date is None else parsedate_to_datetime(date).timestamp()
    except (ValueError, OverflowError):
        return None


def ask(desk: Desk, place: Meeting) -> tuple[Look, Findings]:
    """Test it now. Writes nothing down. Raises PlatformError where it cannot be tested at all."""
    wire = Timed(desk.means.wire(place.platform), desk)
    findings = platform(place.platform).try_connection(place, wire)
    how, now = _how(findings), desk.means.clock()
    before = read(desk, mark_of(desk, place))
    well_at = now if how == "well" else before.well_at if before else None
    seen = findings.features, findings.answers
    return Look(now, how, findings.evidence, *seen, well_at, wire.ahead_seconds), findings


def _how(findings: Findings) -> How:
    """Well: the server took the credential. What that does not buy stands beside it."""
    reads = findings.of("read-back")
    if reads is not None and reads.answer == "yes" and findings.can_end != "no":
        return "well"
    denied = findings.can_end == "no" or findings.reached is False
    return "broken" if denied else "unknown"


def look_at(desk: Desk, place: Meeting) -> Look:
    """Test it and write down what was found. Raises PlatformError; OSError where it cannot be written."""
    look, _ = ask(desk, place)
    keep(desk, mark_of(desk, place), look)
    return look


# -- written down ------------------------------------------------------------------------------------------------------


def keep(desk: Desk, mark: str, look: Look) -> None:
    """Raises OSError."""
    make_private_folder(desk.config.path(FOLDER))
    replace_whole(_path(desk, mark), json.dumps(plain(look)).encode())


def plain(look: Look) -> dict[str, Any]:
    """As JSON takes it."""
    features, answers = [one._asdict() for one in look.features], [one._asdict() for one in look.answers]
    return look._asdict() | {"features": features, "answers": answers}


def parsed(told: dict[str, Any]) -> Look:
    """Raises ValueError, TypeError, KeyError, AttributeError where it is none."""
    features = tuple(Finding(**one) for one in told["features"])
    answers = tuple(Answered(**one) for one in told["answers"])
    return Look(**{**told, "features": features, "answers": answers})


def read(desk: Desk, mark: str) -> Look | None:
    """None = it was never tested, or what was found cannot be read."""
    try:
        with open(_path(desk, mark), "rb") as file:
            return parsed(json.loads(file.read()))
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def forget_others(desk: Desk, marks: Iterable[str]) -> None:
    """What was found of places that nobody is connected to any more. One just entered may not be among `marks` yet. Raises OSError."""
    known = set(marks)
    for mark in list(_kept(desk)):
        if mark not in known and is_old(desk, read(desk, mark)):
            remove(_path(desk, mark))


def is_old(desk: Desk, look: Look | None) -> bool:
    """It is time for another one. A clock that was set back makes it so too."""
    return look is None or not 0 <= desk.means.clock() - look.at < EVERY_SECONDS


def _kept(desk: Desk) -> Iterator[str]:
    try:
        yield from (name for name in os.listdir(desk.config.path(FOLDER)) if name.isalnum())
    except FileNotFoundError:
        return


def _path(desk: Desk, mark: str) -> str:
    return desk.config.path(FOLDER, mark)
