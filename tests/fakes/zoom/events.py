"""Events as the vendor's schemas have them, signed as its documentation says."""

import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.fakes.zoom.account import Account, Meeting, Person

TIMES = {
    "participant_joined": "join_time",
    "participant_left": "leave_time",
    "participant_joined_waiting_room": "date_time",
}


def object_of(
    account: "Account", meeting: "Meeting", kind: str, person: "Person | None", **more: Any
) -> dict[str, Any]:
    """`payload.object`: numbers of meetings as text, save in a risk alert."""
    session, now = meeting.sessions[-1] if meeting.sessions else None, account.iso(account.clock())
    told: dict[str, Any] = {
        "id": str(meeting.id),
        "uuid": session.uuid if session else account.new_uuid(),
        "host_id": meeting.host_id,
        "topic": meeting.topic,
        "type": meeting.type,
        "start_time": account.iso(session.began_at) if session else now,
        "timezone": "UTC",
        "duration": 60,
    }
    if kind == "ended":
        return told | {"end_time": now}
    if kind == "risk_alert":
        del told["duration"]
        return told | {"id": meeting.id, "host_email": account.users[meeting.host_id], "armn_details": more}
    return told if person is None else told | {"participant": _participant(person, kind, now, more)}


def _participant(person: "Person", kind: str, now: str, more: dict[str, Any]) -> dict[str, Any]:
    """Of a guest without a sign-in the vendor leaves `id` empty, and the address as well."""
    told = {
        "user_id": person.user_id,
        "user_name": person.name,
        "id": "",
        "participant_uuid": person.uuid,
        "email": person.email,
        TIMES[kind]: now,
    }
    return told | ({"registrant_id": person.registrant_id} if person.registrant_id else {}) | more


def body_of(account: "Account", name: str, told: dict[str, Any], at: float) -> bytes:
    whole = {"event": name, "event_ts": int(at * 1000), "payload": {"account_id": account.id, "object": told}}
    return json.dumps(whole, separators=(",", ":")).encode()


def headers_for(secret: str, body: bytes, at: float) -> dict[str, str]:
    """`v0=` and the HMAC-SHA256 over `v0:` the time `:` the raw body."""
    seconds = str(int(at))
    signed = hmac.new(secret.encode(), b"v0:" + seconds.encode() + b":" + body, hashlib.sha256).hexdigest()
    return {
        "Content-Type": "application/json",
        "x-zm-request-timestamp": seconds,
        "x-zm-signature": f"v0={signed}",
    }
