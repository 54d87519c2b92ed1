"""One appointment as a calendar file (RFC 5545): CRLF, lines of 75 octets at most, text escaped, all times in UTC."""

from datetime import UTC, datetime, timedelta
from typing import Final

LONGEST_OCTETS: Final = 75
MADE_BY: Final = "-//Pullcord//Pullcord//EN"


def appointment(*, uid: str, starts: datetime, minutes: int, summary: str, now: datetime) -> bytes:
    """`starts` and `now` are aware. The same `uid` again moves the appointment that is there."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{MADE_BY}",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        f"UID:{escaped(uid)}",
        f"DTSTAMP:{_utc(now)}",
        f"DTSTART:{_utc(starts)}",
        f"DTEND:{_utc(starts + timedelta(minutes=minutes))}",
        f"SUMMARY:{escaped(summary)}",
        "TRANSP:OPAQUE",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return b"".join(folded(line) for line in lines)


def escaped(text: str) -> str:
    """A value of type TEXT: nothing in it can end the line or begin another property."""
    plain = "".join(
        sign for sign in text.replace("\r\n", "\n").replace("\r", "\n") if sign == "\n" or sign.isprintable()
    )
    return plain.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def folded(line: str) -> bytes:
    """With its end; a long one goes on in lines that begin with a blank, and no sign is cut in two."""
    parts, current = [], b""
    for sign in line:
        octets = sign.encode("utf-8", "replace")
        if len(current) + len(octets) > LONGEST_OCTETS:
            parts.append(current)
            current = b" "
        current += octets
    return b"\r\n".join([*parts, current]) + b"\r\n"


def _utc(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
