"""What the practice meeting reports, and how a report is signed: over its time, a nonce and the raw bytes."""

import hashlib
import hmac
import json
from typing import Final, Literal, NamedTuple

SIGNATURE: Final = "X-Pullcord-Signature"

Kind = Literal["started", "ended", "joined", "left", "refused"]


class Happened(NamedTuple):
    """Something that happened in a room."""

    kind: Kind
    room: str
    at: float
    """Seconds since 1970, UTC."""
    number: str | None = None
    """The public number of whom it happened to; never the invitation."""
    name: str | None = None


def body(happened: Happened) -> bytes:
    person = None if happened.number is None else {"number": happened.number, "name": happened.name}
    told = {"type": happened.kind, "room": happened.room, "at": happened.at, "person": person}
    return json.dumps(told, separators=(",", ":")).encode()


def signature(raw: bytes, *, secret: str, now: float, nonce: str) -> str:
    """The value of `X-Pullcord-Signature`. `nonce`: 8 to 64 letters, digits, `-` and `_`, never used twice."""
    signed = f"{int(now)}.{nonce}.".encode() + raw
    return f"t={int(now)},n={nonce},v1={hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()}"


def signed(happened: Happened, *, secret: str, now: float, nonce: str) -> tuple[dict[str, str], bytes]:
    """Headers and body of the request that reports it."""
    raw = body(happened)
    return {"Content-Type": "application/json", SIGNATURE: signature(raw, secret=secret, now=now, nonce=nonce)}, raw
