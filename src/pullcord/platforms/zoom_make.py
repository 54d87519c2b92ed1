"""A new meeting of a new number, made the safe way and read back before it is given out."""

import json
import os
import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from urllib.parse import quote

from pullcord.platforms import zoom_token
from pullcord.platforms.wire import Wire
from pullcord.platforms.zoom_api import account, expect, odd, say
from pullcord.platforms.zoom_door import NAMES, NEEDED, Judged, flat, judge, known_door, passcode, told
from pullcord.platforms.zoom_facts import INVITE, LONGEST_LINK_SECONDS, SAFE_SETTINGS
from pullcord.platforms.zoom_meeting import about, path, room
from pullcord.words import Meeting, PlatformError

BY_REGISTRATION, WITHOUT = 0, 2
"""`approval_type`: whoever registers is let in; nobody need register."""


def renew(meeting: Meeting, wire: Wire) -> Meeting:
    """With a link of its own for each invitation; where the app may not make such links, by registration, which gives each one."""
    scopes = zoom_token.token(meeting, wire).scopes
    has_links = scopes is None or INVITE.meeting in scopes
    asked = {**SAFE_SETTINGS, "approval_type": WITHOUT if has_links else BY_REGISTRATION}
    code = passcode(os.urandom(10))
    new, link = _made(meeting, wire, {"password": code, "settings": asked})
    read = flat(about(new, wire))
    _refuse_unsafe(new, wire, judge({**asked, "password": code}, read, refused={}))
    secrets = {**meeting.secrets, "passcode": code, "settings": json.dumps(known_door(read, "meeting"))}
    if "invitations" in meeting.secrets:
        numbers = [*told(meeting, "invitations")]
        links = _links(new, wire, numbers, link) if has_links else dict.fromkeys(numbers, link)
        secrets["invitations"] = json.dumps(links)
    return new._replace(secrets=secrets)


def _made(meeting: Meeting, wire: Wire, asked: Mapping[str, object]) -> tuple[Meeting, str]:
    """The meeting, and the link by which people come to it or register for it. Raises PlatformError."""
    body = {
        "topic": meeting.name or "Meeting",
        "type": 2,
        "start_time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "duration": 60,
        **asked,
    }
    host = quote(meeting.at.get("host") or "me", safe="")
    account(meeting).count_change(f"new {host}", time.time())
    made = expect(say(meeting, wire, "POST", f"/users/{host}/meetings", body, turn="bar", label="medium"), 201).body
    number, link = made.get("id"), made.get("registration_url") or made.get("join_url")
    if not isinstance(number, int) or isinstance(number, bool) or not isinstance(link, str):
        odd()
    at = {name: value for name, value in meeting.at.items() if name not in ("link", "kind")}
    return meeting._replace(at={**at, "room": str(number), "link": link.partition("?")[0]}), link


def _refuse_unsafe(new: Meeting, wire: Wire, found: Judged) -> None:
    """One that Zoom made otherwise than asked is not left behind: nobody has its number yet. Raises PlatformError."""
    lacks = [name for name in found.ignored if name in ("password", "use_pmi", *NEEDED["meeting"])]
    if not lacks:
        return
    with suppress(PlatformError):
        say(new, wire, "DELETE", path(new, "meeting"), turn="bar")
    sentence = (
        f"Zoom made a meeting without what keeps it safe, so it is not used: {', '.join(NAMES[one] for one in lacks)}."
    )
    raise PlatformError("zoom-ignored", f"{sentence} Look at the settings of the account.", retry=False)


def _links(new: Meeting, wire: Wire, numbers: list[str], link: str) -> dict[str, str]:
    """Of their own, without an e-mail address; where Zoom refuses that after all, the meeting's own for all."""
    body = {"attendees": [{"name": f"Guest {number}"} for number in numbers], "ttl": LONGEST_LINK_SECONDS}
    if not numbers:
        return {}
    try:
        said = expect(say(new, wire, "POST", f"/meetings/{room(new)}/invite_links", body, turn="bar"), 201)
    except PlatformError as error:
        if error.code not in ("zoom-scope-missing", "zoom-refused", "zoom-denied"):
            raise
        return dict.fromkeys(numbers, link)
    made = said.body.get("attendees")
    told = [one.get("join_url") for one in made if isinstance(one, Mapping)] if isinstance(made, list) else []
    links = [one for one in told if isinstance(one, str) and one]
    if len(links) != len(numbers):
        odd()
    return dict(zip(numbers, links, strict=True))
