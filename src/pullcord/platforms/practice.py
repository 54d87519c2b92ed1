"""The practice meeting, from our side: a platform like any other, asked over HTTP."""

import json
import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

from pullcord.platforms.wire import Request, Wire, ask
from pullcord.words import Event, Heard, Held, Kicked, Limits, Meeting, Over, Person, PlatformError, Released, Stopped

NAME: Final = "practice"
LIMITS: Final = Limits(
    title="Practice meeting",
    end="sync",
    keep_ended="native",
    kick_is_ban=True,
    emails="none",
    over_within_seconds=1.0,
    calls_per_second=None,
    over_proves="The practice server counts its open connections and says whether its door is barred.",
    recordings="none",
    tells_of_tries=True,
    own_hands=(
        "Close the browser tab of the practice meeting.",
        "In the window in which Pullcord runs, press Ctrl and C: the practice meeting ends with it.",
    ),
    stand_in=(
        "This is a practice meeting on your own server: the people are simulated and the pages draw their pictures. "
        "Its pages hang up by themselves when the meeting is ended; a real meeting's server cuts the pictures off."
    ),
)

SIGNATURE: Final = "x-pullcord-signature"
SIGNED: Final = r"t=([0-9]{1,12}),n=([A-Za-z0-9_-]{8,64}),v1=([0-9a-f]{64})"
"""No dot in a nonce: it could lend bytes to the body under the same signature."""
MINUTES_5: Final = 300
LAST_SECOND: Final = 1e11
KINDS: Final = ("started", "ended", "joined", "left", "refused")

_Told = dict[str, Any]


def roster(meeting: Meeting, wire: Wire) -> list[Person]:
    told = _ask(meeting, wire, "GET")
    return [] if _is_gone(told) else [_person(p) for p in _list(told, "people")]


def stop(meeting: Meeting, wire: Wire) -> Stopped:
    told = _ask(meeting, wire, "POST", "/end")
    if _is_gone(told):
        return Stopped("the practice server no longer has this meeting", already=True)
    put_out = told.get("put_out")
    if told.get("ended") is not True or not isinstance(put_out, int):
        raise _odd()
    return Stopped(f"ended, {put_out} put out", already=put_out == 0)


def hold(meeting: Meeting, wire: Wire) -> Held:
    """A meeting that the server has lost is held for good: its invitations are gone, and it cannot be made again."""
    told = _ask(meeting, wire, "POST", "/hold")
    if _is_gone(told):
        return Held("the practice server no longer has this meeting, nor any invitation to it")
    if told.get("held") is not True:
        raise _odd()
    return Held("held")


def release(meeting: Meeting, wire: Wire) -> Released:
    told = _ask(meeting, wire, "DELETE", "/hold")
    if _is_gone(told):
        raise _gone()
    if told.get("held") is not False:
        raise _odd()
    return Released("released")


def is_over(meeting: Meeting, wire: Wire) -> Over:
    told = _ask(meeting, wire, "GET")
    if _is_gone(told):
        return Over(True, True, "the practice server no longer has this meeting, nor any invitation to it", people=0)
    people, held, tries = len(_list(told, "people")), told.get("held"), told.get("tries")
    held = held if isinstance(held, bool) else None
    evidence = f"{people} in it, door {'barred' if held else 'open' if held is False else 'unknown'}"
    return Over(people == 0, held, evidence, people, tries if isinstance(tries, int) else None)


def kick(meeting: Meeting, person: Person, wire: Wire) -> Kicked:
    told = _ask(meeting, wire, "POST", "/kick", {"number": person.key})
    if _is_gone(told):
        return Kicked("the practice server no longer has this meeting")
    if told.get("kicked") is not True:
        raise _odd()
    return Kicked(f"put out, invitation {person.key} is dead")


def renew(meeting: Meeting, wire: Wire) -> Meeting:
    told = _ask(meeting, wire, "POST", "/renew")
    if _is_gone(told):
        raise _gone()
    links, new = _list(told, "links"), [told.get(name) for name in ("room", "admin", "stage")]
    if not all(isinstance(text, str) for text in new) or not all(isinstance(link, dict) for link in links):
        raise _odd()
    room, admin, stage = (str(text) for text in new)
    theirs = [link for link in links if link.get("role") != "simulated"]
    ways_in = {f"way in {link.get('role')}": str(link.get("token")) for link in theirs}
    invitations = json.dumps({str(link.get("number")): str(link.get("token")) for link in theirs})
    secrets = {**meeting.secrets, "admin": admin, "stage": stage, **ways_in, "invitations": invitations}
    return meeting._replace(at={**meeting.at, "room": room}, secrets=secrets)


def hear(meeting: Meeting, headers: Mapping[str, str], raw: bytes, *, now: float) -> Heard:
    """Signed as `t=<unix>,n=<nonce>,v1=<HMAC-SHA256 of "t.nonce.body">`. The memory of nonces is the caller's."""
    signed_at, nonce = _verified(meeting, headers, raw)
    told = _parsed(raw)
    kind, room, person = told.get("type"), told.get("room"), told.get("person")
    if kind not in KINDS:
        return Heard((), signed_at, nonce, others=(str(kind),))
    if not isinstance(room, str):
        raise _odd()
    who = _person(person) if isinstance(person, dict) else None
    event = Event(kind, room, _seconds(told.get("at")), who, trusted=abs(now - signed_at) <= MINUTES_5)
    return Heard((event,), signed_at, nonce)


def _ask(meeting: Meeting, wire: Wire, method: str, verb: str = "", said: Mapping[str, str] | None = None) -> _Told:
    url = f"{meeting.at['server'].rstrip('/')}/practice/api/rooms/{quote(meeting.at['room'], safe='')}{verb}"
    headers = {"Authorization": f"Bearer {meeting.secrets['admin']}", "Accept": "application/json"}
    body = b"" if said is None else json.dumps(said).encode()
    told = ask(NAME, LIMITS.title, wire, Request(method, url, headers, body))
    if not isinstance(told, dict):
        raise _odd()
    return told


def _is_gone(told: Mapping[str, Any]) -> bool:
    if not isinstance(told.get("exists"), bool):
        raise _odd()
    return told["exists"] is False


def _list(told: Mapping[str, Any], name: str) -> list[Any]:
    found = told.get(name)
    if not isinstance(found, list):
        raise _odd()
    return found


def _person(told: Any) -> Person:
    number = told.get("number") if isinstance(told, dict) else None
    if not isinstance(number, str):
        raise _odd()
    name = told.get("name")
    return Person(number, name if isinstance(name, str) else None, invite=number, since=_seconds(told.get("since")))


def _seconds(told: object) -> float | None:
    """JSON as Python reads it has NaN and infinity too, and neither is a time."""
    return float(told) if isinstance(told, int | float) and 0 <= told < LAST_SECOND else None


def _verified(meeting: Meeting, headers: Mapping[str, str], raw: bytes) -> tuple[int, str]:
    """When it was signed, by the sender's clock, and its nonce. Raises PlatformError where its server did not sign it."""
    import hmac  # here, because a cold stop hears nothing and should not pay for it

    told = re.fullmatch(SIGNED, _signature(headers))
    at, nonce, mark = ("", "", "") if told is None else told.groups()
    expected = hmac.digest(meeting.secrets["events"].encode(), f"{at}.{nonce}.".encode() + raw, "sha256").hex()
    if told is None or not hmac.compare_digest(expected, mark):
        raise PlatformError("practice-unsigned", "A report of the practice meeting was not signed by it.", retry=False)
    return int(at), nonce


def _signature(headers: Mapping[str, str]) -> str:
    told = headers.get(SIGNATURE)
    return told or next((value for name, value in headers.items() if name.lower() == SIGNATURE), "")


def _parsed(raw: bytes) -> dict[str, Any]:
    try:
        told = json.loads(raw.decode())
    except (ValueError, RecursionError):
        raise _odd() from None
    if not isinstance(told, dict):
        raise _odd()
    return told


def _gone() -> PlatformError:
    return PlatformError("practice-gone", "The practice server has lost this meeting. Make a new one.", retry=False)


def _odd() -> PlatformError:
    return PlatformError("practice-odd", "The practice meeting answered in a way we do not understand.", retry=False)
