"""`pullcord stop`: ends a meeting from a cold start, whether the server is up or not. Read from the kit, written to the journal.

Imported by nothing else, and imports as little as it can: someone is waiting.
"""

import json
import sys
from typing import NamedTuple

from pullcord.config import Config, ConfigError, read_config, without_settings
from pullcord.jobs.desk import Desk, open_desk
from pullcord.jobs.stop import Pressed, own_hands, stop
from pullcord.platforms.wire import ColdWire
from pullcord.safe.book import Book
from pullcord.safe.files import is_locked
from pullcord.safe.keys import KeysMissing
from pullcord.safe.kit import Kit, KitUnreadable, named

OVER, USAGE, NOT_PROVEN, FAILED, UNKNOWN, UNREADABLE = 0, 2, 3, 4, 5, 6
"""The exit codes, as the command's page lists them. 1 is left to what nobody foresaw."""

USAGE_TEXT = """pullcord stop MEETING [--wait | --no-wait] [--json] [--data FOLDER]

Ends MEETING for everyone and keeps it ended. MEETING is its name or its id; `-` reads its name, id or join link from
standard input, where no other user of this machine can see it.

Where the platform itself keeps nobody out and no Pullcord server runs here, the command stays and ends the meeting again
whenever it is started again; Ctrl-C leaves. --no-wait: never stay. --wait: always, until the time is over or a server runs."""


class Asked(NamedTuple):
    meeting: str
    as_json: bool
    data: str | None
    wait: bool | None = None
    """Whether to stay and keep it ended; None = where nothing else does, and a person asked."""


def stop_from_terminal(words: list[str]) -> int:
    asked = _read(words)
    if asked is None:
        print(USAGE_TEXT, file=sys.stderr)
        return USAGE
    try:
        # To wherever the sealed kit says: a form was held to the operator's list when it was written, and a shell that does not
        # know that list (it may stand in the server's own environment) must not cost a stop.
        desk = open_desk(_config(asked), wire=lambda _: ColdWire())
    except KeysMissing as error:
        return _say(asked, UNREADABLE, "cannot-start", f"{error} Nothing was ended.", hands=own_hands(""))
    return _stop(asked, desk)


def _config(asked: Asked) -> Config:
    """A setting that cannot be meant keeps a server from starting; it keeps no stop from going out."""
    try:
        return read_config(asked.data)
    except ConfigError as error:
        print(f"{error} A stop does not need it, and goes on.", file=sys.stderr)
        return without_settings(asked.data)


def _read(words: list[str]) -> Asked | None:
    """What was asked; None where it cannot be meant. By hand: argparse costs a tenth of the whole command."""
    meeting, as_json, data, wait = None, False, None, None
    rest = iter(words)
    for word in rest:
        if word == "--json":
            as_json = True
        elif word in ("--wait", "--no-wait"):
            wait = word == "--wait"
        elif word == "--data":
            data = next(rest, "")
            if not data:
                return None
        elif meeting is None and (word == "-" or not word.startswith("-")):
            meeting = word
        else:
            return None
    if meeting == "-":
        meeting = sys.stdin.readline().strip()
    elif meeting is not None and "://" in meeting:
        print(
            "Other users of this machine can see this link while the command runs. Better: pullcord stop -",
            file=sys.stderr,
        )
    return Asked(meeting, as_json, data, wait) if meeting else None


def _stop(asked: Asked, desk: Desk) -> int:
    found, unreadable = _find(asked.meeting, desk)
    if len(found) > 1:
        names = ", ".join(kit.meeting.id for kit in found)
        return _say(
            asked, USAGE, "which-meeting", f"Several meetings have that name. Say which id: {names}. Nothing was ended."
        )
    if not found and unreadable:
        error = unreadable[0]
        return _say(asked, UNREADABLE, "kit-unreadable", f"{error} Nothing was ended.", hands=own_hands(error.platform))
    if not found:
        return _say(
            asked,
            UNKNOWN,
            "unknown-meeting",
            "No meeting of that name or id is known here. Nothing was ended.",
            hands=own_hands(""),
        )
    # Only this meeting's lines: a journal of years is read in a few milliseconds then.
    means = desk.means._replace(book=Book(desk.means.journal, about=found[0].meeting.id))
    pressed = stop(found[0], means, by="terminal", door="command line")
    waits = _waits(asked, pressed, desk)
    exit_code = _tell(asked, found[0], pressed, desk, waits=waits)
    if waits:
        from pullcord.jobs.wait import keep_watch

        keep_watch(desk, found[0], pressed.incident)
    desk.means.journal.close()  # which may wait for a disk that hangs: whoever pressed has been told by then
    return exit_code


def _waits(asked: Asked, pressed: Pressed, desk: Desk) -> bool:
    """Whether this command stays and keeps it ended. A server that runs here does that by itself."""
    is_needed = pressed.incident.is_over and not pressed.incident.is_held(desk.means.clock())
    wanted = is_needed and not asked.as_json if asked.wait is None else asked.wait
    return wanted and not is_locked(desk.config.path("lock"))


def _find(asked: str, desk: Desk) -> tuple[list[Kit], list[KitUnreadable]]:
    """The kits that may be meant. One that is asked for by its id is not looked for among the others."""
    unreadable = []
    if asked.isalnum():
        try:
            kit = desk.kits.read(asked)
        except KitUnreadable as error:
            return [], [error]
        if kit is not None:
            return [kit], []
    kits = list(desk.kits.all())
    unreadable = [kit for kit in kits if isinstance(kit, KitUnreadable)]
    return named(kits, asked), unreadable


def _tell(asked: Asked, kit: Kit, pressed: Pressed, desk: Desk, *, waits: bool) -> int:
    incident, name = pressed.incident, kit.meeting.name
    held = incident.is_held(desk.means.clock())
    if incident.is_over:
        code, sentence = "over", f"“{name}” is over. {incident.over_proof}"
        sentence += "" if held else _kept_by_whom(desk, waits=waits)
    elif pressed.error is not None:
        code, sentence = pressed.error.code, f"“{name}” may still be running. {pressed.error.sentence}"
    else:
        code, sentence = "asked", f"“{name}”: the platform was asked and has not confirmed yet."
    if not pressed.written:
        sentence += " This machine's disk did not take the record of it in time."
    exit_code = OVER if incident.is_over else FAILED if pressed.error else NOT_PROVEN
    told = {
        "incident": incident.id,
        "over": incident.is_over,
        "held_until": incident.held_until if held else None,
        "seconds": incident.seconds_until_over(),
        "written": pressed.written,
        "waits": waits,
    }
    return _say(asked, exit_code, code, sentence, hands=pressed.hands, **told)


def _kept_by_whom(desk: Desk, *, waits: bool) -> str:
    """What is said where the platform itself bars nobody."""
    if waits:
        return ""  # whoever stays says so
    if is_locked(desk.config.path("lock")):
        return " The platform bars nobody, but the server that runs here ends it again whenever it is started."
    return " We could not make sure that nobody comes back in: do not use its link again."


def _say(asked: Asked, exit_code: int, code: str, sentence: str, *, hands: tuple[str, ...] = (), **told: object) -> int:
    if asked.as_json:
        print(json.dumps({"code": code, "sentence": sentence, **told, "own_hands": list(hands)}))
        return exit_code
    print(sentence, file=sys.stdout if exit_code == OVER else sys.stderr)
    for number, step in enumerate(hands, start=1):
        print(f"  {number}. {step}", file=sys.stderr)
    return exit_code
