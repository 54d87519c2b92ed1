"""`pullcord doctor`: whether each meeting could be ended from its stop kit now, and whether this machine is fit for it.

Changes nothing, but for writing down what was found of each connection.
"""

import json
import os
import shutil
import sys
from collections.abc import Iterator
from typing import NamedTuple

from pullcord.config import ConfigError, read_config
from pullcord.jobs import looks
from pullcord.jobs.desk import Desk, open_desk, refuse_open_folders
from pullcord.jobs.looks import How as How
from pullcord.jobs.looks import Look
from pullcord.platforms import platform
from pullcord.platforms.findings import Findings
from pullcord.safe.files import TooOpen
from pullcord.safe.keys import KeysMissing
from pullcord.safe.kit import Kit, KitUnreadable
from pullcord.words import Meeting, PlatformError

WELL, USAGE, UNKNOWN, BROKEN = 0, 2, 3, 4
USAGE_TEXT = "pullcord doctor [--json] [--data FOLDER]"
LEAST_FREE_BYTES = 100_000_000

EXITS: dict[How, int] = {"well": WELL, "unknown": UNKNOWN, "broken": BROKEN}


class Told(NamedTuple):
    how: How
    code: str
    sentence: str
    meeting: str = ""
    """Its id; empty = it is about this machine."""
    findings: Findings | None = None
    why: str = ""
    """What was seen of a meeting, without its name."""
    look: Look | None = None
    """Of a connection."""


def look(desk: Desk) -> list[Told]:
    """All that there is to say, this machine first."""
    return [_rights(desk), _room(desk), _journal(desk), *_connections(desk), *_meetings(desk)]


def _connections(desk: Desk) -> Iterator[Told]:
    """Each once, however many meetings are on it."""
    for place in looks.places_of(desk).values():
        server = place.at.get("server")
        where = platform(place.platform).limits.title + (f" at {server}" if server else "")
        try:
            found, _ = looks.ask(desk, place)
        except PlatformError as error:
            yield Told("unknown", error.code, f"{where}: {error.sentence}")
            continue
        _write_down(desk, place, found)
        says = {"well": "took our credential.", "unknown": "could not be tested.", "broken": "cannot be used now."}
        sentence = f"{where} {says[found.how]}" if found.how == "well" else f"{where} {says[found.how]} {found.why}"
        yield Told(found.how, f"connection-{found.how}", sentence, look=found)


def _write_down(desk: Desk, place: Meeting, found: Look) -> None:
    """Not by another account than the server's: that could not change such a file again. Nor does a full disk spoil the answer."""
    try:
        if os.stat(desk.config.data).st_uid == os.geteuid():
            looks.keep(desk, looks.mark_of(desk, place), found)
    except OSError as error:
        print(f"What was found could not be written down: {error.strerror}", file=sys.stderr)


def _rights(desk: Desk) -> Told:
    try:
        refuse_open_folders(desk.config)
    except TooOpen as error:
        return Told("broken", "too-open", str(error))
    return Told("well", "private", "Nobody else on this machine can read the key, the journal or the kits.")


def _room(desk: Desk) -> Told:
    try:
        free = shutil.disk_usage(desk.config.data).free
    except OSError:
        return Told("unknown", "disk-unknown", "How much room the disk has could not be read.")
    if free < LEAST_FREE_BYTES:
        return Told(
            "broken", "disk-full", f"The disk has {free // 1_000_000} MB left. Make room: a stop wants to be written."
        )
    return Told("well", "disk-room", f"The disk has {free // 1_000_000} MB left.")


def _journal(desk: Desk) -> Told:
    try:
        aside = len(desk.means.journal.set_aside())
    except OSError:
        return Told("broken", "journal-unreadable", f"The journal {desk.means.journal.path} cannot be read.")
    if aside:
        sentence = f"{aside} lines of {desk.means.journal.path} are torn or not ours. They are never acted on."
        return Told("broken", "journal-aside", sentence)
    return Told("well", "journal-whole", "Every line of the journal is whole, and ours.")


def _meetings(desk: Desk) -> Iterator[Told]:
    found = list(desk.kits.all())
    if not found:
        yield Told("unknown", "no-meetings", "No meeting is known here, so no connection was tested.")
    for kit in found:
        yield _unreadable(kit) if isinstance(kit, KitUnreadable) else tested(desk, kit)


def _unreadable(error: KitUnreadable) -> Told:
    return Told("broken", "kit-unreadable", str(error))


def tested(desk: Desk, kit: Kit) -> Told:
    """From the kit, as a stop would: what the pages know besides does not count."""
    name, known = kit.meeting.name, kit.meeting.id
    try:
        adapter = platform(kit.meeting.platform)
        findings = adapter.try_out(kit.meeting, desk.means.wire(adapter.name))
    except PlatformError as error:
        return Told("unknown", error.code, f"“{name}”: {error.sentence}", known, None, error.sentence)
    end = next(one for one in findings.features if one.feature == "stop")
    code = end.code or {"yes": "can-end", "no": "cannot-end", "unknown": "not-known"}[end.answer]
    if end.answer == "yes":
        return Told("well", code, f"“{name}” can be ended. {end.why}", known, findings, end.why)
    if end.answer == "no" or findings.reached is False:
        return Told("broken", code, f"“{name}” cannot be ended now. {end.why}", known, findings, end.why)
    return Told("unknown", code, f"Whether “{name}” can be ended is not known. {end.why}", known, findings, end.why)


def exit_code(told: list[Told]) -> int:
    return max(EXITS[one.how] for one in told)


# The terminal's door.


def doctor_in_terminal(words: list[str]) -> int:
    rest, as_json, data = list(words), False, None
    while rest:
        word = rest.pop(0)
        if word == "--json":
            as_json = True
        elif word == "--data" and rest:
            data = rest.pop(0)
        else:
            print(USAGE_TEXT, file=sys.stderr)
            return USAGE
    try:
        desk = open_desk(read_config(data))
    except (ConfigError, KeysMissing) as error:
        return _cannot(str(error), as_json=as_json)
    told = look(desk)
    print(_as_json(told) if as_json else "\n".join(f"{MARKS[one.how]}  {line}" for one in told for line in _lines(one)))
    return exit_code(told)


MARKS: dict[How, str] = {"well": "well   ", "unknown": "unknown", "broken": "BROKEN "}


def _cannot(sentence: str, *, as_json: bool) -> int:
    told = Told("broken", "cannot-start", f"{sentence} Nothing was tested.")
    print(_as_json([told]) if as_json else told.sentence, file=sys.stdout if as_json else sys.stderr)
    return BROKEN


def _lines(told: Told) -> Iterator[str]:
    yield told.sentence
    if told.look is not None:
        yield from (f"    {line}" for line in _of_connection(told.look))
    for one in told.findings.features if told.findings else ():
        if one.feature != "stop" and one.answer != "yes" and one.why not in told.sentence:
            yield f"    {one.feature}: {'no' if one.answer == 'no' else 'not known'}. {one.why}"


def _of_connection(found: Look) -> Iterator[str]:
    for one in found.features:
        if one.answer != "yes" and one.why != found.why:
            bought = f" It takes: {one.permission}." if one.permission else ""
            yield f"{one.feature}: {'no' if one.answer == 'no' else 'not known'}. {one.why}{bought}"
    for asked in found.answers:
        yield f"{asked.question} {asked.answer}"
    if found.clocks_differ and found.ahead_seconds is not None:
        ahead = "ahead of" if found.ahead_seconds > 0 else "behind"
        yield f"Its clock is {abs(found.ahead_seconds):.0f} seconds {ahead} ours. Set the one that is wrong."


def _as_json(told: list[Told]) -> str:
    return json.dumps({"exit_code": exit_code(told), "told": [_plain(one) for one in told]})


def _plain(told: Told) -> dict[str, object]:
    plain: dict[str, object] = {**told._asdict(), "findings": None}
    plain["look"] = None if told.look is None else looks.plain(told.look)
    if told.findings is not None:
        features = [one._asdict() for one in told.findings.features]
        plain["findings"] = {**told.findings._asdict(), "features": features}
    return plain
