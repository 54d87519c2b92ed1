"""What Zoom reports of its meetings and webinars: believed by its signature over the raw bytes, and translated.

Signature (developers.zoom.us, verify with Zoom's header): `x-zm-signature` is `v0=` and the HMAC-SHA256, hex, over
`v0:<x-zm-request-timestamp>:<raw body>`, by the secret token of the app. Chat is never subscribed to, and dropped if it comes.
A report that nobody took comes again after 5, 20 and 60 minutes, with the same body: by that it is known.
"""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, NoReturn

from pullcord.words import Alarm, Event, Heard, Meeting, Person, PlatformError

KINDS: Final = {
    "started": "started",
    "ended": "ended",
    "participant_joined": "joined",
    "participant_admitted": "joined",
    "participant_joined_breakout_room": "joined",
    "participant_left": "left",
    "participant_put_in_waiting_room": "left",
}
"""After `meeting.` or `webinar.`. Who only waits in a waiting room saw nothing, and is not among those who were there; in a
breakout room they are in the meeting."""
TIMES: Final = ("join_time", "leave_time", "date_time")
RISK: Final = "meeting.risk_alert"
"""Zoom's notifier for meetings at risk: a link was seen in public. The post and who wrote it are not kept."""
MOST_CODES: Final = 20
VALIDATION: Final = "endpoint.url_validation"
PLAIN: Final = re.compile(r"[A-Za-z0-9_-]{1,128}")
"""Nothing with a colon is ever signed: `v0:<time>:<event>` would be the signature of an event of a stranger's making."""
WINDOW_SECONDS: Final = 300.0


def hear(meeting: Meeting, headers: Mapping[str, str], raw: bytes, *, now: float) -> Heard:
    """Raises PlatformError where its account did not sign it, or nobody can read it."""
    signed_at = _verified(meeting, headers, raw)
    told = _parsed(raw)
    if told.get("event") == VALIDATION:
        return Heard((), signed_at, None, (), _proof(meeting, told, is_now=abs(now - signed_at) <= WINDOW_SECONDS))
    return heard(told, raw, signed_at=signed_at, trusted=abs(now - signed_at) <= WINDOW_SECONDS)


def heard(told: Mapping[str, Any], raw: bytes, *, signed_at: float, trusted: bool) -> Heard:
    """One event that is believed, by its signature or by the line that it came on. Raises PlatformError."""
    import hashlib  # here, because a cold stop hears nothing and should not pay for it

    name, nonce = told.get("event"), hashlib.sha256(raw).hexdigest()
    if name == RISK:
        return Heard((), signed_at, nonce, alarms=(_alarm(told),))
    about, _, what = name.partition(".") if isinstance(name, str) else ("", "", "")
    if about not in ("meeting", "webinar") or what not in KINDS:
        return Heard((), signed_at, nonce, (str(name),))
    event = _event(KINDS[what], told, trusted=trusted)
    return Heard((), signed_at, nonce, (str(name),)) if event is None else Heard((event,), signed_at, nonce)


def _event(kind: Any, told: Mapping[str, Any], *, trusted: bool) -> Event | None:
    """None = it lacks what it would be about: in Zoom's own types even a meeting's number may be missing."""
    payload = told.get("payload")
    about = payload.get("object") if isinstance(payload, dict) else None
    if not isinstance(about, dict) or not _text(about.get("id")):
        return None
    who = about.get("participant")
    if kind in ("started", "ended"):
        return Event(kind, str(about["id"]), _stamp(told), None, trusted)
    if not isinstance(who, dict):
        return None
    at = next((moment for name in TIMES if (moment := _moment(who.get(name))) is not None), _stamp(told))
    person = _person(who, since=at if kind == "joined" else None)
    return None if person is None else Event(kind, str(about["id"]), at, person, trusted)


def _alarm(told: Mapping[str, Any]) -> Alarm:
    """`recommended_disable_settings` name what is to be off: here with a `not` before it."""
    payload = told.get("payload")
    about = payload.get("object") if isinstance(payload, dict) else None
    details = about.get("armn_details") if isinstance(about, dict) else None
    number = about.get("id") if isinstance(about, dict) else None
    if not isinstance(details, dict) or not isinstance(number, int | str) or isinstance(number, bool):
        _odd()
    on, off = (_codes(details.get(f"recommended_{how}_settings")) for how in ("enable", "disable"))
    return Alarm(str(number), _stamp(told), (*on, *(f"not {one}" for one in off)))


def _codes(told: object) -> tuple[str, ...]:
    words = told if isinstance(told, list) else []
    return tuple(one for one in words if isinstance(one, str) and re.fullmatch(r"[A-Za-z]{1,40}", one))[:MOST_CODES]


def _person(who: Mapping[str, Any], *, since: float | None) -> Person | None:
    """`id` is empty for guests since 2023: `participant_uuid` is one presence, and where it is missing `user_id`.

    The address is shown only of whoever registered, is of the account, or signed in by its own way.
    """
    key = _text(who.get("participant_uuid")) or _text(who.get("user_id"))
    if key is None:
        return None
    return Person(key, _text(who.get("user_name")), email=_text(who.get("email")), since=since)


def _proof(meeting: Meeting, told: Mapping[str, Any], *, is_now: bool) -> Mapping[str, str]:
    """That we know the secret, to Zoom alone: its question is signed as a report is, of now, and asks for no signature of one."""
    import hashlib
    import hmac

    payload = told.get("payload")
    plain = payload.get("plainToken") if isinstance(payload, dict) else None
    if not is_now or not isinstance(plain, str) or not PLAIN.fullmatch(plain):
        _odd()
    signed = hmac.new(meeting.secrets["events"].encode(), plain.encode(), hashlib.sha256).hexdigest()
    return {"plainToken": plain, "encryptedToken": signed}


def _verified(meeting: Meeting, headers: Mapping[str, str], raw: bytes) -> float:
    """When it was signed, by Zoom's clock. Raises PlatformError."""
    import hashlib
    import hmac

    given = {name.lower(): value for name, value in headers.items()}
    seconds, agreed = given.get("x-zm-request-timestamp", ""), meeting.secrets.get("events", "")
    is_fit = agreed and re.fullmatch(r"[0-9]{1,12}", seconds)
    expected = hmac.new(agreed.encode(), b"v0:" + seconds.encode() + b":" + raw, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(f"v0={expected}".encode(), given.get("x-zm-signature", "").encode()) or not is_fit:
        raise PlatformError("zoom-unsigned", "A report was not signed by the Zoom account we know.", retry=False)
    return float(seconds)


def _parsed(raw: bytes) -> Mapping[str, Any]:
    try:
        told = json.loads(raw)
    except (ValueError, RecursionError):
        _odd()
    return told if isinstance(told, dict) else _odd()


def _stamp(told: Mapping[str, Any]) -> float | None:
    """`event_ts` is in milliseconds."""
    at = told.get("event_ts")
    return at / 1000 if isinstance(at, int) and 0 < at < 1e14 else None


def _moment(value: object) -> float | None:
    try:
        read = datetime.fromisoformat(value.replace("Z", "+00:00")) if isinstance(value, str) else None
    except (ValueError, OverflowError):
        return None
    return None if read is None or read.tzinfo is None else read.timestamp()


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _odd() -> NoReturn:
    raise PlatformError("zoom-odd", "Zoom reported something in a way we do not understand.", retry=False)
