"""Janus, over the Admin API of its VideoRoom plugin: one stateless POST per call.

`Meeting.at`: `server` (http://HOST:PORT/admin), `room`, and `ids` = "numbers" where the server numbers its rooms.
`Meeting.secrets`: `admin` (admin_secret), `room` (the room's secret), `create` (admin_key; may be empty), `invitations`
(JSON: public number -> token; absent = the room asks for none), `settings` (JSON: options of the create request),
`events` ("user:password" of the event handler).

A held room answers to a secret of the hold's own, made from the room's secret, and asks for a pin that nobody knows.
So the three states can be told apart by asking, without a memory of ours: absent; open = the room's secret opens it;
held = the hold's secret opens it, and no other does. Read on Janus 1.1.2; tests/contract and tests/e2e lean on it.
"""

import base64
import hmac
import json
import os
from collections.abc import Mapping
from typing import Any, Final, NoReturn

from pullcord.platforms.janus_facts import FIELDS as FIELDS
from pullcord.platforms.janus_facts import LIMITS as LIMITS
from pullcord.platforms.janus_facts import MISSING, NO_ROOM, NOBODY_OF_THAT_ID, ROOM_EXISTS, WRONG_SECRET
from pullcord.platforms.janus_facts import NEW_ROOM as NEW_ROOM
from pullcord.platforms.wire import Request, Wire, ask
from pullcord.words import (
    Event,
    Heard,
    Held,
    Kicked,
    Meeting,
    Over,
    Person,
    PlatformError,
    Released,
    Stopped,
)

Answer = Mapping[str, Any]


def roster(meeting: Meeting, wire: Wire) -> list[Person]:
    """`invite` is what the participant's own page says of itself (metadata, or an id `NUMBER.anything`), never a proof.

    `hear` tells the proven one: Janus reports the token that it let in.
    """
    known = _invitations(meeting)
    return [_person(entry, known) for entry in _listed(_say(meeting, wire, "listparticipants"))]


def stop(meeting: Meeting, wire: Wire) -> Stopped:
    """Destroy the room. Where a hold came first, its locked shell is put back in the room's place."""
    said = _say(meeting, wire, "destroy", secret=_secret(meeting), permanent=False)
    if _code(said) == WRONG_SECRET:
        return _stop_held(meeting, wire)
    if _code(said) == NO_ROOM:
        return Stopped("426 No such room", already=True)
    _expect(said, "destroyed")
    return Stopped("destroyed")


def hold(meeting: Meeting, wire: Wire) -> Held:
    """Lock the room as it runs, or stand a locked empty one in its place, so that nobody can open it anew.

    Each is one atomic call; in between a stop may come and go, hence the second look.
    """
    return _lock(meeting, wire) or _shell(meeting, wire) or _lock(meeting, wire) or _taken()


def release(meeting: Meeting, wire: Wire) -> Released:
    """Take the locked room away and open one for the invited. Whoever was still in it is out then.

    Not by `edit`: Janus sets a pin and never takes it away again.
    """
    said = _say(meeting, wire, "destroy", secret=_held_secret(meeting), permanent=False)
    if _code(said) == WRONG_SECRET and opens_to(meeting, wire, _secret(meeting)):
        return Released("open already")
    if _code(said) != NO_ROOM:
        _expect(said, "destroyed")
    opened = _create(meeting, wire, **_settings(meeting), **_door(meeting), secret=_secret(meeting))
    if _code(opened) == ROOM_EXISTS:
        _taken()
    _expect(opened, "created")
    return Released("created")


def is_over(meeting: Meeting, wire: Wire) -> Over:
    """The lock is read first: who is not in a locked room afterwards does not get in either."""
    held = _is_held(meeting, wire)
    said = _say(meeting, wire, "listparticipants")
    if _code(said) == NO_ROOM:
        return Over(True, False, "426 No such room", people=0)
    people = len(_listed(said))
    door = "it opens to the hold's secret only" if held else "it is not locked by us"
    return Over(people == 0, held, f"the room lists {people}; {door}", people=people)


def kick(meeting: Meeting, person: Person, wire: Wire) -> Kicked:
    """Void the invitation, then remove. A later release needs `without(meeting, person.invite)`, or lets them in again.

    Raises `janus-kick-is-no-ban`, with the person removed, where the invitation they came with is not known.
    """
    token = _invitations(meeting).get(person.invite or "")
    if token is not None:
        _bar(meeting, wire, token)
    who = int(person.key) if meeting.at.get("ids") == "numbers" else person.key
    said = _say_by_right(meeting, wire, "kick", id=who)
    if _code(said) not in (NO_ROOM, NOBODY_OF_THAT_ID):
        _expect(said, "success")
    if token is None:
        sentence = "They were removed, but can come back: Janus does not tell which invitation they came with."
        raise PlatformError("janus-kick-is-no-ban", sentence, retry=False)
    return Kicked("gone already" if _code(said) else "kicked, invitation void")


def renew(meeting: Meeting, wire: Wire) -> Meeting:
    """A new room of a new name, with a secret and invitations of its own. Where the old one asked for none, its name is all."""
    new = _elsewhere(meeting)
    opened = _create(new, wire, **_settings(new), **_door(new), secret=_secret(new))
    if _code(opened) == ROOM_EXISTS:
        _taken()
    _expect(opened, "created")
    return new


def hear(meeting: Meeting, headers: Mapping[str, str], raw: bytes, *, now: float) -> Heard:
    """What Janus' event handler posts, singly or in groups. Basic credentials prove nothing of the body: no trust.

    Which invitation was used is told for this meeting's own room: the tokens of other rooms are in other kits.
    """
    _believe(meeting, headers)
    try:
        told = json.loads(raw)
    except (ValueError, RecursionError):
        raise PlatformError("janus-event-odd", "What came is no event of Janus.", retry=False) from None
    entries = told if isinstance(told, list) else [told]
    known = meeting.at["room"], {token: number for number, token in _invitations(meeting).items()}
    read = [_event(entry, *known) for entry in entries]
    events = tuple(event for event in read if isinstance(event, Event))
    return Heard(events, None, None, others=tuple(other for other in read if isinstance(other, str)))


def without(meeting: Meeting, invite: str | None) -> Meeting:
    """The same meeting, whose release no longer lets in who came with this invitation (its public number)."""
    kept = {number: token for number, token in _invitations(meeting).items() if number != invite}
    if "invitations" not in meeting.secrets:
        return meeting
    return meeting._replace(secrets={**meeting.secrets, "invitations": json.dumps(kept)})


# The way to Janus.


def _say(meeting: Meeting, wire: Wire, verb: str, **what: object) -> Answer:
    """One request to the plugin. Its own refusals come back as an answer with `error_code`."""
    request = {"request": verb, "room": _room(meeting), **what}
    body = {
        "janus": "message_plugin",
        "plugin": "janus.plugin.videoroom",
        "transaction": os.urandom(8).hex(),
        "admin_secret": meeting.secrets["admin"],
        "request": request,
    }
    headers = {"Content-Type": "application/json"}
    answer = ask("janus", "Janus", wire, Request("POST", meeting.at["server"], headers, json.dumps(body).encode()))
    return _unwrapped(answer)


def _unwrapped(answer: object) -> Answer:
    """The plugin's part. Janus refuses a wrong admin secret with HTTP 200 and a 403 in the body."""
    if not isinstance(answer, dict):
        _odd()
    if answer.get("janus") == "error":
        error = answer.get("error")
        if isinstance(error, dict) and error.get("code") == 403:
            raise PlatformError("janus-denied", "Janus did not accept our credential.", retry=False)
        raise PlatformError("janus-refused", "Janus refused, or has no VideoRoom.", retry=False)
    response = answer.get("response")
    if answer.get("janus") != "success" or not isinstance(response, dict):
        _odd()
    return response


def _say_by_right(meeting: Meeting, wire: Wire, verb: str, **what: object) -> Answer:
    """With the secret of the open room, or else with that of the held one."""
    said = _say(meeting, wire, verb, secret=_secret(meeting), **what)
    return said if _code(said) != WRONG_SECRET else _say(meeting, wire, verb, secret=_held_secret(meeting), **what)


def _code(said: Answer) -> int:
    """VideoRoom's error number; 0 = it did as asked."""
    code = said.get("error_code", 0)
    return code if isinstance(code, int) else _odd()


def _expect(said: Answer, word: str) -> None:
    code = _code(said)
    if code in (MISSING, WRONG_SECRET):
        raise PlatformError("janus-denied", "Janus did not accept the room's secret or its key.", retry=False)
    if code:
        raise PlatformError("janus-refused", f"Janus refused ({code}).", retry=False)
    if said.get("videoroom") != word:
        _odd()


def _odd() -> NoReturn:
    raise PlatformError("janus-odd", "Janus answered in a way we do not understand.", retry=False)


def _taken() -> NoReturn:
    raise PlatformError("janus-taken", "Somebody else opened the room in the same moment.", retry=True)


# The hold.


def _lock(meeting: Meeting, wire: Wire) -> Held | None:
    """A new pin and the hold's secret, at once, for the room as it stands. None = there is no room."""
    said = _say_by_right(meeting, wire, "edit", new_secret=_held_secret(meeting), new_pin=_nobodys(), permanent=False)
    if _code(said) == NO_ROOM:
        return None
    _expect(said, "edited")
    return Held("edited: a pin nobody knows")


def _shell(meeting: Meeting, wire: Wire) -> Held | None:
    """An empty room of the same id that lets nobody in. None = there is a room."""
    barred = {"allowed": [_nobodys()], "pin": _nobodys(), "is_private": True, "publishers": 1}
    said = _create(meeting, wire, **barred, secret=_held_secret(meeting))
    if _code(said) == ROOM_EXISTS:
        return None
    _expect(said, "created")
    return Held("created: an empty room that lets nobody in")


def _stop_held(meeting: Meeting, wire: Wire) -> Stopped:
    """The hold came first. An empty shell is a stop done; else everyone is thrown out, and the shell put up again."""
    if not _listed(_say(meeting, wire, "listparticipants")) and _is_held(meeting, wire):
        return Stopped("held, and nobody in it", already=True)
    said = _say(meeting, wire, "destroy", secret=_held_secret(meeting), permanent=False)
    if _code(said) != NO_ROOM:
        _expect(said, "destroyed")
    try:
        _shell(meeting, wire)
    except PlatformError:  # the end was taken; that it is not barred, `is_over` tells
        return Stopped("destroyed, no longer held")
    return Stopped("destroyed, and held")


def _is_held(meeting: Meeting, wire: Wire) -> bool:
    """Whether the hold's secret opens the room. A room without a secret opens to every one: hence a wrong one too."""
    return opens_to(meeting, wire, _held_secret(meeting)) and not opens_to(meeting, wire, _nobodys())


def opens_to(meeting: Meeting, wire: Wire, secret: str) -> bool:
    """Ask something harmless that needs the room's secret."""
    said = _say(meeting, wire, "listforwarders", secret=secret)
    if _code(said) in (NO_ROOM, WRONG_SECRET):
        return False
    _expect(said, "forwarders")
    return True


def _create(meeting: Meeting, wire: Wire, **options: object) -> Answer:
    key = {"admin_key": meeting.secrets["create"]} if meeting.secrets.get("create") else {}
    return _say(meeting, wire, "create", **options, **key)


def _bar(meeting: Meeting, wire: Wire, token: str) -> None:
    said = _say_by_right(meeting, wire, "allowed", action="remove", allowed=[token])
    if _code(said) != NO_ROOM:
        _expect(said, "success")


# What the kit holds.


def _room(meeting: Meeting) -> str | int:
    return int(meeting.at["room"]) if meeting.at.get("ids") == "numbers" else meeting.at["room"]


def _secret(meeting: Meeting) -> str:
    return meeting.secrets["room"]


def _held_secret(meeting: Meeting) -> str:
    """Made from the room's own, so that a kit from before the hold can undo it; a new admin_secret changes nothing."""
    return hmac.digest(_secret(meeting).encode(), f"pullcord hold {meeting.at['room']}".encode(), "sha256").hex()


def _nobodys() -> str:
    """A secret, pin or invitation that nobody has, we neither."""
    return os.urandom(16).hex()


def _invitations(meeting: Meeting) -> Mapping[str, str]:
    """Public number -> token."""
    return {str(number): str(token) for number, token in _told(meeting, "invitations").items()}


def _elsewhere(meeting: Meeting) -> Meeting:
    """The same meeting at a place that nobody knows yet; the link to the old one is not in it."""
    number = int.from_bytes(os.urandom(6), "big")
    at = {name: told for name, told in meeting.at.items() if name != "link"}
    at["room"] = str(number) if meeting.at.get("ids") == "numbers" else f"{number:x}"
    secrets = {**meeting.secrets, "room": _nobodys()}
    if "invitations" in meeting.secrets:
        secrets["invitations"] = json.dumps({name: _nobodys() for name in _invitations(meeting)})
    return meeting._replace(at=at, secrets=secrets)


def _settings(meeting: Meeting) -> dict[str, object]:
    ours = ("request", "room", "secret", "allowed", "admin_key")
    return {name: value for name, value in _told(meeting, "settings").items() if name not in ours}


def _told(meeting: Meeting, name: str) -> dict[str, object]:
    """What the kit keeps as JSON. Nothing is nothing; what is no JSON object is not taken for nothing."""
    try:
        told = json.loads(meeting.secrets.get(name) or "{}")
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise PlatformError(
            "meeting-incomplete", f"What is known here of this meeting's {name} cannot be read.", retry=False
        )
    return told


def _door(meeting: Meeting) -> dict[str, object]:
    """Whom the room lets in. A kit without a list is a room that never had one; an empty list would let everyone in."""
    if "invitations" not in meeting.secrets:
        return {}
    return {"allowed": [*_invitations(meeting).values()] or [_nobodys()]}


# What Janus tells.


def _listed(said: Answer) -> list[Mapping[str, Any]]:
    if _code(said) == NO_ROOM:
        return []
    _expect(said, "participants")
    entries = said.get("participants")
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        _odd()
    return entries


def _person(entry: Mapping[str, Any], known: Mapping[str, str]) -> Person:
    key = str(entry.get("id"))
    metadata = entry.get("metadata")
    said = metadata.get("invite") if isinstance(metadata, dict) else key.partition(".")[0]
    return Person(key, _text(entry.get("display")), invite=said if isinstance(said, str) and said in known else None)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


LAST_MICROSECOND: Final = 1e17
KINDS: Final[Mapping[str, Any]] = {
    "created": "started",
    "destroyed": "ended",
    "joined": "joined",
    "leaving": "left",
    "kicked": "left",
}


def _event(entry: object, room: str, tokens: Mapping[str, str]) -> Event | str:
    """What happened; or the type of what we do not listen to."""
    data = _data(entry)
    named, where = data.get("event"), str(data.get("room"))
    kind = KINDS.get(named) if isinstance(named, str) else None
    if kind is None:
        return named if isinstance(named, str) else "unknown"
    at = entry.get("timestamp") if isinstance(entry, dict) else None  # in microseconds
    seconds = at / 1e6 if isinstance(at, int | float) and 0 <= at < LAST_MICROSECOND else None
    person = None
    if "id" in data:
        invite = tokens.get(str(data.get("token"))) if where == room else None
        person = Person(str(data["id"]), _text(data.get("display")), invite=invite)
    return Event(kind, where, seconds, person)


def _data(entry: object) -> Mapping[str, Any]:
    event = entry.get("event") if isinstance(entry, dict) else None
    is_ours = isinstance(event, dict) and event.get("plugin") == "janus.plugin.videoroom"
    data = event.get("data") if isinstance(event, dict) and is_ours else None
    return data if isinstance(data, dict) else {}


def _believe(meeting: Meeting, headers: Mapping[str, str]) -> None:
    """Raises `janus-event-denied`; a meeting for which no credential was agreed believes nobody."""
    agreed = meeting.secrets.get("events", "")
    expected = b"Basic " + base64.b64encode(agreed.encode())
    given = next((value for name, value in headers.items() if name.lower() == "authorization"), "")
    if not agreed or not hmac.compare_digest(expected, given.encode()):
        raise PlatformError("janus-event-denied", "An event came without the agreed credential.", retry=False)
