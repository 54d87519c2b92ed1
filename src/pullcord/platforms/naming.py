"""A room as people tell it - by its name, its address or its link - in the words of a room service (XMPP)."""

import re
from typing import NoReturn
from urllib.parse import unquote, urlsplit

from pullcord.words import PlatformError


def jid_of(told: str, service: str, *, platform: str) -> str:
    """Raises PlatformError `<platform>-room-unread` where the name cannot be read from it."""
    text = told.strip()
    if text.lower().startswith("xmpp:"):
        text = unquote(text[5:].partition("?")[0])
    elif "://" in text:
        text = _last_of(text, platform)
    text = text.lower()
    if not re.fullmatch(r"[^\s/@]+(@[^\s/@]+)?", text):
        unread(platform)
    return text if "@" in text else f"{text}@{service}"


def _last_of(link: str, platform: str) -> str:
    """The name at the end of a link that has nothing before it: behind a longer path it is not known what is the room."""
    try:
        parts = urlsplit(link)
    except ValueError:
        unread(platform)
    path = unquote(parts.path).strip("/")
    return path if path and "/" not in path and parts.hostname else unread(platform)


def unread(platform: str) -> NoReturn:
    sentence = "The room’s name cannot be read from this. Enter it as your meeting server names the room."
    raise PlatformError(f"{platform}-room-unread", sentence, retry=False)
