"""Prosody with our module (`mod_pullcord.lua`), as in a Jitsi Meet of one's own: asked over HTTP.

`Meeting.at`: `server` (https://HOST:5281, or http on loopback), `room` (the room's bare JID: tasting@conference.HOST),
`service`, `link` (what people open), `events` (the public name of the source of its reports); these three may be missing.
`Meeting.secrets`: `admin` (pullcord_secret), `events` (pullcord_events_secret; may be missing).
"""

import json
import re
from collections.abc import Mapping
from typing import Any, Final, NoReturn
from urllib.parse import quote

from pullcord.platforms.wire import Request, Wire, ask
from pullcord.words import (
    Event,
    Field,
    Heard,
    Held,
    Kicked,
    Limits,
    Meeting,
    Over,
    Person,
    PlatformError,
    Released,
    Stopped,
)

NAME: Final = "prosody"
LIMITS: Final = Limits(
    title="Jitsi Meet or Prosody, with Pullcord's module",
    end="sync",
    keep_ended="native",
    # Only of accounts and personal tokens: a guest comes back under another name.
    kick_is_ban=False,
    emails="self-declared",
    over_within_seconds=1.0,
    calls_per_second=None,
    over_proves=(
        "The server was asked who is in the room, and whether its door is barred. Pictures and sound of a Jitsi "
        "meeting end as its pages are put out of the room; breakout rooms are not on the list."
    ),
    recordings="end with the meeting",
    tells_of_tries=True,
    own_hands=(
        "In the meeting, press the red button for hanging up, and choose “End meeting for all”. Only moderators have it.",
        "If there is no such choice: press the shield (Security options), add a password and switch on the lobby.",
        "Then open the list of participants and remove them one by one: the three dots beside a name, “Kick out”.",
        "Whoever knows the link can open the meeting again. Tell everyone, by another way, not to use it any more.",
    ),
)

FIELDS: Final = (
    Field(
        "server",
        "Address of the module's doors",
        "For example https://meet.example.org:5281; without what follows the port.",
        "server",
    ),
    Field(
        "service",
        "Name of the room service",
        "For example conference.meet.example.org (in Docker: muc.meet.jitsi). So that a room is known by its link or short name.",
        names_rooms=True,
    ),
    Field(
        "room",
        "Room",
        "With its service, in small letters: tasting@conference.meet.example.org (in Docker: tasting@muc.meet.jitsi).",
        longest=1000,
        of_meeting=True,
    ),
    Field(
        "link",
        "The link people use to come in",
        "So that it is recognised when somebody pastes it. It is never opened by us.",
        required=False,
        is_rare=True,
        of_meeting=True,
    ),
    Field("admin", "Secret of the module (pullcord_secret)", kind="secret"),
    Field(
        "events_source",
        "Name of the source of its reports",
        "The last part of the address that is set as pullcord_events_url. Without it we ask instead.",
        required=False,
        is_rare=True,
        longest=100,
        key="events",
    ),
    Field(
        "events",
        "Secret of its reports (pullcord_events_secret)",
        kind="secret",
        required=False,
        is_rare=True,
    ),
)

SIGNATURE: Final = "x-pullcord-signature"
MINUTES_5: Final = 300
LAST_SECOND: Final = 1e11
KINDS: Final = ("started", "ended", "joined", "left", "refused")
UNWRITTEN: Final = "; not written down there, so a restart of Prosody would lose it"

_Told = dict[str, Any]


def roster(meeting: Meeting, wire: Wire) -> list[Person]:
    """`key` is the person's real address (JID); `invite` the user id of a personal token, where they came with one."""
    return [_person(person) for person in _people(_look(meeting, wire))]


def stop(meeting: Meeting, wire: Wire) -> Stopped:
    told = _post(meeting, wire, "end")
    put_out = told.get("put_out")
    if told.get("ended") is not True or not isinstance(put_out, int):
        _odd()
    return Stopped(f"ended, {put_out} put out", already=put_out == 0)


def hold(meeting: Meeting, wire: Wire) -> Held:
    """For as long as the module's `pullcord_hold_days` say (30), or until a release."""
    told = _post(meeting, wire, "hold")
    if told.get("held") is not True:
        _odd()
    return Held("held" if told.get("kept") is True else f"held{UNWRITTEN}")


def release(meeting: Meeting, wire: Wire) -> Released:
    told = _post(meeting, wire, "release")
    if told.get("held") is not False:
        _odd()
    return Released("released" if told.get("was_held") is True else "open already")


def is_over(meeting: Meeting, wire: Wire) -> Over:
    told = _look(meeting, wire)
    people, held, system = len(_people(told)), told.get("held"), told.get("system")
    held = held if isinstance(held, bool) else None
    door = "barred" if held else "open" if held is False else "unknown"
    beside = f" beside {system} of the system" if system else ""
    return Over(people == 0, held, f"{people} in it{beside}, door {door}", people, _tries(told))


def kick(meeting: Meeting, person: Person, wire: Wire) -> Kicked:
    """What refuses them afterwards depends on how they signed in, and is said in the evidence."""
    told = _post(meeting, wire, "kick", person=person.key, name=person.name)
    if told.get("kicked") is not True:
        _odd()
    done = "put out" if told.get("was_in") is True else "gone already"
    ban = "their account or token is refused" if told.get("lasting") is True else "a guest: only this name is refused"
    return Kicked(f"{done}; {ban}")


def hear(meeting: Meeting, headers: Mapping[str, str], raw: bytes, *, now: float) -> Heard:
    """Signed as `t=<unix>,n=<nonce>,v1=<HMAC-SHA256 of "t.nonce.body">`. The memory of nonces is the caller's."""
    signed_at, nonce = _verified(meeting, headers, raw)
    trusted = abs(now - signed_at) <= MINUTES_5
    told = _parsed(raw)
    events = tuple(_event(entry, trusted=trusted) for entry in told if entry.get("type") in KINDS)
    others = tuple(str(entry.get("type")) for entry in told if entry.get("type") not in KINDS)
    return Heard(events, signed_at, nonce, others)


# The way to the module.


def about(connection: Meeting, wire: Wire) -> Mapping[str, object]:
    """What the module tells of its server, in its own keys; a module of before 2026-12 has no such door. Raises PlatformError."""
    return _ask(connection, wire, "GET", "about")


def _look(meeting: Meeting, wire: Wire) -> _Told:
    told = _ask(meeting, wire, "GET", f"rooms/{quote(meeting.at['room'], safe='@')}")
    if not isinstance(told.get("exists"), bool):
        _odd()
    return told


def _post(meeting: Meeting, wire: Wire, verb: str, **what: object) -> _Told:
    return _ask(meeting, wire, "POST", verb, json.dumps({"room": meeting.at["room"], **what}).encode())


def _ask(meeting: Meeting, wire: Wire, method: str, path: str, body: bytes = b"") -> _Told:
    headers = {"Authorization": f"Bearer {meeting.secrets['admin']}", "Content-Type": "application/json"}
    url = f"{meeting.at['server'].rstrip('/')}/pullcord/{path}"
    told = ask(NAME, "Prosody", wire, Request(method, url, headers, body))
    return told if isinstance(told, dict) else _odd()


def _odd() -> NoReturn:
    raise PlatformError("prosody-odd", "Prosody answered in a way we do not understand.", retry=False)


# What it tells.


def _people(told: _Told) -> list[_Told]:
    people = told.get("people")
    if not isinstance(people, list) or not all(isinstance(person, dict) for person in people):
        _odd()
    return people


def _tries(told: _Told) -> int | None:
    """In Jitsi a try may end at Jicofo, which opens the room for whoever asks: then only its own try is seen."""
    counted = [tries for name in ("tries", "system_tries") if isinstance(tries := told.get(name), int)]
    return max(counted) if counted else None


def _person(told: _Told) -> Person:
    key = told.get("key")
    if not isinstance(key, str) or not key:
        _odd()
    name, invite, email = (_text(told.get(part)) for part in ("name", "invite", "email"))
    return Person(key, name, invite, email, since=_seconds(told.get("since")))


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _seconds(told: object) -> float | None:
    """JSON as Python reads it has NaN and infinity too, and neither is a time."""
    return float(told) if isinstance(told, int | float) and abs(told) < LAST_SECOND else None


def _event(told: _Told, *, trusted: bool) -> Event:
    room, person = told.get("room"), told.get("person")
    if not isinstance(room, str):
        _odd()
    who = _person(person) if isinstance(person, dict) else None
    return Event(told["type"], room, _seconds(told.get("at")), who, trusted=trusted)


def _parsed(raw: bytes) -> list[_Told]:
    try:
        told = json.loads(raw)
    except (ValueError, RecursionError):
        _odd()
    events = told.get("events") if isinstance(told, dict) else None
    if not isinstance(events, list) or not all(isinstance(event, dict) for event in events):
        _odd()
    return events


def _verified(meeting: Meeting, headers: Mapping[str, str], raw: bytes) -> tuple[int, str]:
    """When it was signed, by the sender's clock, and its nonce. Raises PlatformError where its server did not sign it."""
    import hashlib  # here, because a cold stop hears nothing and should not pay for it
    import hmac

    parts = _signature(headers)
    signed = f"{parts.get('t', '')}.{parts.get('n', '')}.".encode() + raw
    agreed = meeting.secrets.get("events", "")
    expected = hmac.new(agreed.encode(), signed, hashlib.sha256).hexdigest()
    # A nonce with a dot in it could lend bytes to the body under the same signature.
    is_fit = agreed and re.fullmatch(r"[0-9]{1,12} [A-Za-z0-9_-]{8,64}", f"{parts.get('t')} {parts.get('n')}")
    if not hmac.compare_digest(expected.encode(), parts.get("v1", "").encode()) or not is_fit:
        raise PlatformError("prosody-unsigned", "A report was not signed by the Prosody we know.", retry=False)
    return int(parts["t"]), parts["n"]


def _signature(headers: Mapping[str, str]) -> dict[str, str]:
    """The parts of the signature header. A part that is there twice makes all of it void."""
    text = next((value for name, value in headers.items() if name.lower() == SIGNATURE), "")
    pairs = [part.partition("=")[::2] for part in text.split(",")]
    parts = {name.strip(): value.strip() for name, value in pairs}
    return parts if len(parts) == len(pairs) else {}
