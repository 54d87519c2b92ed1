"""What may be said over a practice meeting's socket, both ways: descriptions and candidates of pictures, nothing else.

This is a door of the house, so it is narrow: no field that we did not name, no data channel, no sound, no text
to others but the display name.
"""

import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any, Final, Literal, NamedTuple

LARGEST_MESSAGE_BYTES: Final = 64_000
LONGEST_NAME: Final = 60

ENDED: Final = "The host has ended this meeting for everyone"
CLOSED: Final = "This meeting is closed. Nobody can come in."
DEAD: Final = "This invitation no longer works."
KICKED: Final = "You were taken out of this meeting. Your invitation no longer works."
ELSEWHERE: Final = "You came in from another place with the same invitation."


Fields = Mapping[str, Callable[[str], bool]]
"""By name, whether a text may stand in it."""


class Unfit(Exception):
    """A message outside the schema. Whoever sent it is hung up on."""


class Join(NamedTuple):
    name: str | None
    """The name that the others are to see, as typed; None = the invitation's."""


class Leave(NamedTuple):
    pass


class Relay(NamedTuple):
    """Something for one other person: an offer, an answer or a candidate."""

    kind: Literal["offer", "answer", "candidate"]
    to: str
    """A public number."""
    fields: Mapping[str, str | None]


def read(text: str) -> Join | Leave | Relay:
    """One message from a page. Raises Unfit."""
    if len(text.encode("utf-8", "replace")) > LARGEST_MESSAGE_BYTES:
        raise Unfit("too large")
    message = _parsed(text)
    kind = message.pop("kind", None)
    if not isinstance(kind, str) or kind not in _MUST:
        raise Unfit("unknown kind")
    _check(message, must=_MUST[kind], may=_MAY.get(kind, {}))
    if kind == "join":
        return Join(message.get("name"))
    if kind == "leave":
        return Leave()
    return Relay(kind, message.pop("to"), message)  # type: ignore[arg-type]  # the keys of _MUST are the kinds of Relay


def clean_name(name: str) -> str:
    """A display name without control, direction, zero-width and half characters; at most 60. May come out empty."""
    kept = "".join(c for c in name if unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
    return " ".join(kept.split())[:LONGEST_NAME]


def _parsed(text: str) -> dict[str, Any]:
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        raise Unfit("not JSON") from None
    if not isinstance(message, dict):
        raise Unfit("not an object")
    return message


def _check(message: Mapping[str, Any], *, must: Fields, may: Fields) -> None:
    if not must.keys() <= message.keys() <= must.keys() | may.keys():
        raise Unfit("wrong fields")
    for field, value in message.items():
        fits = must.get(field) or may[field]
        if not isinstance(value, str) or not fits(value):
            raise Unfit(f"unfit {field}")


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[1-9][0-9]{0,3}", text, re.ASCII) is not None


def _is_description(text: str) -> bool:
    """A session description of pictures alone: `m=application` would be a data channel, `m=audio` a microphone."""
    lines = [line for line in re.split(r"[\r\n]+", text) if line]
    if re.fullmatch(r"[\x20-\x7e\r\n]+", text) is None or lines[:1] != ["v=0"]:
        return False
    return all(re.match(r"[a-z]=", line) for line in lines) and all(
        line.startswith("m=video ") for line in lines if line.startswith("m=")
    )


def _is_candidate(text: str) -> bool:
    """Empty = that was the last one."""
    return text == "" or (len(text) <= 1_000 and re.fullmatch(r"candidate:[\x20-\x7e]+", text) is not None)


def _is_section(text: str) -> bool:
    return re.fullmatch(r"[A-Za-z0-9._-]{1,32}", text) is not None


def _is_name(text: str) -> bool:
    return len(text) <= 200


_MUST: Final[Mapping[str, Fields]] = {
    "join": {},
    "leave": {},
    "offer": {"to": _is_number, "sdp": _is_description},
    "answer": {"to": _is_number, "sdp": _is_description},
    "candidate": {"to": _is_number, "candidate": _is_candidate},
}
_MAY: Final[Mapping[str, Fields]] = {
    "join": {"name": _is_name},
    "candidate": {"mid": _is_section},
}
