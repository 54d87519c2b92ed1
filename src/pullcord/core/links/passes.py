"""The passes over a text: each looks for one rare sign, and only there is looked closer."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from functools import cache
from typing import Final

from pullcord.core.links import colons, hosts, spoken
from pullcord.core.links.address import Cut, cuts, decoded
from pullcord.core.links.found import Found
from pullcord.core.links.look import Seen, look
from pullcord.core.links.spoken import Has
from pullcord.core.links.wrappers import is_wrapper

Span = tuple[int, int]

_ADDRESS: Final = re.compile(r":(?:(?:=\r?\n)?\\?/(?:=\r?\n)?\\?/(?P<host>[A-Za-z0-9.-]*)|/l/meetup-join/)")
# Links of mail filters hold a whole link and much beside it; any other says in its first part what it is.
LONGEST_WRAPPED: Final = 3072
LONGEST: Final = 1024
_ENCODED: Final = re.compile(r"%(?:25)?3[aA](?:%(?:25)?2[fF]){2}(?P<host>[A-Za-z0-9.-]+)")
_BARE: Final = re.compile(hosts.bare())
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{1,15}\Z")
_HOST_BEFORE: Final = re.compile(r"(?:.*[^A-Za-z0-9.-])?", re.DOTALL)
_HOST_GOES_ON: Final = re.compile(r"=?\r?\n(?:[ \t]|(?:[ \t]*>)+[ \t]*)?([A-Za-z0-9.-]+)")
_WIDER_HOST: Final = re.compile(r"[\w.-]*")
_CALENDAR: Final = (
    "BEGIN:VCALENDAR",
    "DESCRIPTION:",
    "DESCRIPTION;",
    "X-ALT-DESC",
    "LOCATION:",
    "LOCATION;",
    "URL;VALUE",
)

Calendar = Callable[[], bool]


def sweep(text: str, telling: frozenset[str] | None) -> list[Found]:
    """Every link and every told meeting of a plain text, in no order; the same one as often as it stands there.

    `telling` is what `colons.telling` says of it; None = no short cut is to be taken.
    """
    has: Has = (lambda _: True) if telling is None else text.__contains__
    # Asked only where a line is broken as in a calendar file, and then once.
    is_calendar = cache(lambda: any(sign in text for sign in _CALENDAR))
    openings = colons.every_opening(text) if telling is None else colons.openings(text, telling)
    links = list(_with_scheme(text, openings.addresses, is_calendar))
    spans = [one.places[0] for one in links]
    links += _encoded(text, spans) if has("%") else ()
    links += _bare(text, spans, is_calendar)
    links.sort(key=lambda one: one.places)
    return spoken.with_codes(text, links + spoken.told(text, openings.numbers, links, has))


def _with_scheme(text: str, openings: list[int], is_calendar: Calendar) -> Iterator[Found]:
    done = 0
    for colon in openings:
        address = _ADDRESS.match(text, colon) if colon >= done else None
        if address is None or not _is_of_interest(text, address["host"], address.end()):
            continue
        scheme = _SCHEME.search(text, max(0, colon - 16), colon)
        seen, end = _best(text, colon, scheme[0] if scheme else "https", is_calendar, host=address["host"] or "")
        if seen is not None:
            yield seen.at(scheme.start() if scheme else colon, end)
        if seen is not None or is_wrapper(address["host"] or ""):
            done = end


def _is_of_interest(text: str, host: str | None, end: int) -> bool:
    """`host` is None where an app is addressed."""
    if host is None or hosts.names_somebody(host) or colons.goes_on_tellingly(text, end):
        return True
    after = text[end : end + 1]
    if after in ("=", "\r", "\n"):
        on = _HOST_GOES_ON.match(text, end)
        return on is not None and hosts.names_somebody(host + on[1])
    if after > "\x7f":
        wider = _WIDER_HOST.match(text, end, end + 64)
        return wider is not None and hosts.owner((host + wider[0]).lower()) is not None
    return after in ("@", "%") and "@" in text[end : end + 80]


def _best(text: str, start: int, before: str, is_calendar: Calendar, *, host: str) -> tuple[Seen | None, int]:
    """What the address is as it stands, and its end; only where that is no meeting, what it is if it goes on after the
    line's end.
    """
    longest = LONGEST_WRAPPED if is_wrapper(host.lower()) else LONGEST
    first: tuple[Seen | None, int] = None, start
    for cut in cuts(text, start, start + longest, is_calendar=is_calendar):
        seen = look(before + cut.text)
        if seen is not None and seen.kind != "other" and _may_be_broken(seen, cut):
            return seen, cut.end
        if cut.is_sure:
            first = seen, cut.end
    return first


def _may_be_broken(seen: Seen, cut: Cut) -> bool:
    known = hosts.PLATFORMS.get(seen.platform)
    return cut.is_sure or (known is not None and not known.is_loose)


def _encoded(text: str, spans: list[Span]) -> Iterator[Found]:
    """Links inside the links of wrappers that we do not know."""
    done = 0
    for match in _ENCODED.finditer(text):
        if match.start() >= done and hosts.names_somebody(match["host"]) and not _covered(match.start(), spans):
            scheme = _SCHEME.search(text, max(0, match.start() - 16), match.start())
            cut = next(cuts(text, match.start(), match.start() + LONGEST, is_calendar=lambda: False))
            seen = look((scheme[0] if scheme else "https") + decoded(cut.text.partition("&")[0]))
            done = cut.end
            if seen is not None:
                yield seen.at(scheme.start() if scheme else match.start(), cut.end)


def _bare(text: str, spans: list[Span], is_calendar: Calendar) -> Iterator[Found]:
    """Links without their https://, of which only those into a meeting are said."""
    for match in _BARE.finditer(text):
        end = match.end()
        if _covered(end, spans):
            continue
        before = _HOST_BEFORE.match(text, max(0, end - 80), end)
        start = before.end() if before else end
        if (text[start - 1 : start] in ("@", "/", "\\") and start) or not hosts.names_somebody(text[start:end]):
            continue
        seen, stop = _best(text, start, "https://", is_calendar, host="")
        if seen is not None and seen.kind in ("join", "organiser", "closed"):
            yield seen.at(start, stop)


def _covered(place: int, spans: list[Span]) -> bool:
    before = bisect_right(spans, (place, len(spans) and spans[-1][1])) - 1
    return before >= 0 and spans[before][0] <= place < spans[before][1]
