"""What a hold changes of a meeting and a release gives back, and what Zoom really did of it. Thinks, and asks nobody.

Zoom answers a change with 204 and drops what an account does not allow: so each is looked for in what it says afterwards.
"""

import hmac
import json
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from pullcord.words import Meeting, PlatformError

Settings = Mapping[str, Any]
LETTERS: Final = ("ABCDEFGHJKLMNPQRSTUVWXYZ", "abcdefghijkmnopqrstuvwxyz", "23456789", "@-_*")
"""All that accounts may ask of a passcode: one of each. Without the signs that are taken for others."""
EVERYONE_WAITS: Final = {"mode": "custom", "who_goes_to_waiting_room": "everyone"}

NEEDED: Final[Mapping[str, Settings]] = {
    "meeting": {"join_before_host": False, "waiting_room": True},
    "webinar": {},
}
"""Without these, and the passcode, it is not held."""
WISHED: Final[Mapping[str, Settings]] = {
    "meeting": {
        "waiting_room_options": EVERYONE_WAITS,
        "meeting_authentication": True,
        "close_registration": True,
        "auto_recording": "none",
        "auto_start_meeting_summary": False,
        "auto_start_ai_companion_questions": False,
    },
    "webinar": {
        "practice_session": True,
        "meeting_authentication": True,
        "close_registration": True,
        "auto_recording": "none",
    },
}
"""What an account may not allow, and what keeps it more firmly shut, or quieter, where it does."""
UNTOLD: Final[Settings] = {"meeting_authentication": False, "close_registration": False, "practice_session": False}
"""What a release gives back where nobody knows how it was: without these the invited do not come in. The waiting room stays."""

NAMES: Final[Mapping[str, str]] = {
    "password": "a new passcode",
    "join_before_host": "no start without the host",
    "waiting_room": "waiting room",
    "waiting_room_options": "everyone waits there",
    "meeting_authentication": "only for people who are signed in",
    "close_registration": "registration closed",
    "auto_recording": "no recording by itself",
    "auto_start_meeting_summary": "no AI summary by itself",
    "auto_start_ai_companion_questions": "no AI questions by themselves",
    "practice_session": "the audience waits",
    "use_pmi": "not the personal meeting room",
    "approval_type": "only for those who registered",
}


class Judged(NamedTuple):
    """Of what was asked: what stands, what does not though it was taken, what was refused, and what Zoom does not tell."""

    applied: tuple[str, ...]
    ignored: tuple[str, ...]
    refused: tuple[str, ...]
    untold: tuple[str, ...]

    def __str__(self) -> str:
        told = {
            "applied": self.applied,
            "ignored by Zoom": self.ignored,
            "refused by Zoom": self.refused,
            "not told by Zoom": self.untold,
        }
        return "; ".join(
            f"{how}: {', '.join(NAMES.get(one, one) for one in ones)}" for how, ones in told.items() if ones
        )


def judge(asked: Settings, read: Settings, *, refused: Settings) -> Judged:
    """`asked`, `read`: settings, and `password` among them."""
    told = [name for name in asked if read.get(name) is not None]
    applied = tuple(name for name in told if is_so(asked[name], read[name]))
    ignored = tuple(name for name in told if name not in applied)
    return Judged(applied, ignored, tuple(refused), tuple(name for name in asked if name not in told))


def is_so(asked: object, read: object) -> bool:
    """What we did not ask of a setting of several parts is Zoom's to fill in."""
    if isinstance(asked, Mapping) and isinstance(read, Mapping):
        return all(read.get(name) == value for name, value in asked.items())
    return asked == read


def flat(told: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of a meeting as Zoom tells it, with its passcode among them."""
    settings = told.get("settings")
    password = told.get("password")
    return {**(settings if isinstance(settings, Mapping) else {}), "password": password}


def body_of(asked: Settings) -> dict[str, Any]:
    """As Zoom takes it."""
    settings = {name: value for name, value in asked.items() if name != "password"}
    told: dict[str, Any] = {"settings": settings} if settings else {}
    return {**told, "password": asked["password"]} if "password" in asked else told


def is_held(meeting: Meeting, kind: str, read: Settings) -> bool | None:
    """Whether the door stands as a hold of ours leaves it. None = Zoom does not tell enough."""
    told = [read.get("password"), *(read.get(name) for name in NEEDED[kind])]
    if read.get("password") is not None and read["password"] not in held_codes(meeting):
        return False
    if any(read.get(name) is not None and read[name] != value for name, value in NEEDED[kind].items()):
        return False
    return None if None in told else True


def held_codes(meeting: Meeting) -> tuple[str, str]:
    """The passcode of a hold: of all signs, and of digits for an account that takes no others.

    Made from the credential, so that whoever holds the kit knows a hold of ours by it, without a memory.
    """
    made = hmac.digest(meeting.secrets["secret"].encode(), f"pullcord hold {meeting.at['room']}".encode(), "sha512")
    return passcode(made), "".join(str(byte % 10) for byte in made[32:42])


def passcode(made: bytes) -> str:
    """Ten signs, of at least so many bytes of chance."""
    signs = "".join(LETTERS[:3])
    first = [letters[made[at] % len(letters)] for at, letters in enumerate(LETTERS)]
    return "".join([*first, *(signs[byte % len(signs)] for byte in made[4:10])])


def known_door(read: Settings, kind: str) -> dict[str, Any]:
    """What a release gives back, of a meeting that is as its host wants it."""
    names = [*NEEDED[kind], *WISHED[kind]]
    return {name: read[name] for name in names if read.get(name) is not None}


def open_door(meeting: Meeting, kind: str) -> dict[str, Any]:
    """What a release asks for. Where the passcode is not known, the new one stays. Raises PlatformError `meeting-incomplete`."""
    known = told(meeting, "settings")
    names = [*NEEDED[kind], *WISHED[kind]]
    asked = {name: known.get(name, UNTOLD.get(name)) for name in names}
    asked = {name: value for name, value in asked.items() if value is not None}
    code = meeting.secrets.get("passcode")
    return {**asked, "password": code} if code else asked


def told(meeting: Meeting, name: str) -> dict[str, Any]:
    """What the kit keeps as JSON. Nothing is nothing; what is no JSON object is not taken for nothing."""
    try:
        read = json.loads(meeting.secrets.get(name) or "{}")
    except ValueError:
        read = None
    if not isinstance(read, dict):
        sentence = f"What is known here of this meeting's {name} cannot be read."
        raise PlatformError("meeting-incomplete", sentence, retry=False)
    return read
