"""Meetings that are told in words and numbers: "Meeting ID ... Passcode ...", a number to dial, an address for room systems."""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from pullcord.core.links import labels
from pullcord.core.links.found import Found
from pullcord.core.links.hosts import PLATFORMS
from pullcord.core.links.look import Seen

Has = Callable[[str], bool]
"""Whether a sign stands anywhere in the text. One sign is found much quicker than a pattern that needs it."""

NEAR_BEFORE: Final = 2500
NEAR_AFTER: Final = 1000
CODE_AFTER: Final = 1500
CODE_BEFORE: Final = 160

_SKIPPED: Final = r"(?:[\s*_\u200e\u200f\u202a-\u202e\u2066-\u2069]|<[^<>]{0,120}>|&nbsp;){0,8}"
_DIGITS: Final = r"\d(?:[ \u00a0\u2009\u202f.-]?\d){8,15}(?!\d)"
# After a colon: part of the one pass over all colons, and only looked at. Without one: where the words stand in English.
NUMBER_COMES: Final = f"(?={_SKIPPED}{_DIGITS})"
NUMBER: Final = f"(?={_SKIPPED}(?P<number>{_DIGITS}))"
_WIDE_COLON: Final = re.compile("：" + NUMBER)
# A pattern is found as quickly as its first letters are rare: a g is rarer than an e.
_NO_COLON: Final = re.compile(rf"g (?<=eeting )(?:ID|id)(?:\s(?:is|was|=|#|no\.?))?{NUMBER}")
_DIALLED: Final = re.compile(r",,(\d{9,11})#(#?)(,+\*?\d)?")
_ROOM_SYSTEM: Final = re.compile(r"@(?:[A-Za-z0-9-]{1,63}\.){0,3}(webex\.com|zoomcrc\.com)(?![\w-])")
_BEFORE_AT: Final = re.compile(r"(?<![\w.])(\d{8,12})(?:\.(\d{1,10}))?\Z")
_CODES: Final = tuple((colon, re.compile(rf"{colon}{_SKIPPED}(?=[^\s</]{{3}})")) for colon in ":：")
_CODE_NO_COLON: Final = re.compile(r"\b(?:passcode|password|kenncode|passwort|pwd)\s+(?:is\s+)?(?=[^\s:]*\d)[^\s:]{4}")


def told(text: str, colons: Sequence[re.Match[str]], links: Sequence[Found], has: Has) -> list[Found]:
    """All meetings that are told. `colons`: the numbers after a colon, found already; `links`: what the text links to."""
    numbers = [*colons, *_WIDE_COLON.finditer(text)] if has("：") else colons
    found = [one for match in numbers if (one := _announced(text, match, links)) is not None]
    found += [_named(text, match, "", links) for match in _NO_COLON.finditer(text)]
    if has("#"):
        found += [_dialled(text, match, links) for match in _DIALLED.finditer(text)]
    return found + list(_room_systems(text) if has("@") else ())


def with_codes(text: str, found: list[Found]) -> list[Found]:
    """Says of each meeting whether its passcode stands below it in the text; of the first one, also above."""
    ordered = sorted(found, key=lambda one: one.places)
    ends = [_start(one) for one in ordered[1:]] + [len(text)] * bool(ordered)
    said: list[Found] = []
    for one, end in zip(ordered, ends, strict=True):
        start, stop = one.places[0]
        above = "" if said else text[max(0, start - CODE_BEFORE) : start]
        below = text[stop : max(stop, min(end, stop + CODE_AFTER))]
        if one.is_join and (_tells_code(above) or _tells_code(below)):
            one = one._replace(flags=tuple(sorted({*one.flags, "PASS_IN_TEXT"})))
        said.append(one)
    return said


def _tells_code(words: str) -> bool:
    low = words.lower()
    if any(code in low for code in ("pass", "pwd", "kenncode")) and _CODE_NO_COLON.search(low):
        return True
    colons = (colon for sign, code in _CODES if sign in words for colon in code.finditer(words))
    return any(labels.names_code(_label(words, colon.start())) for colon in colons)


def _label(text: str, end: int) -> str:
    """The words of the line that end here."""
    before = text[max(0, end - labels.LONGEST) : end]
    return before[before.rfind("\n") + 1 :]


def _announced(text: str, match: re.Match[str], links: Sequence[Found]) -> Found | None:
    whose = labels.names_meeting(_label(text, match.start()))
    return None if whose is None else _named(text, match, whose, links)


def _named(text: str, match: re.Match[str], whose: str, links: Sequence[Found]) -> Found:
    digits = _digits(match["number"])
    start, end = match.span("number")
    beside = _beside(links, start, digits)
    if beside is not None and not (beside.platform == "zoom" and digits not in beside.key and not whose):
        return beside._replace(places=((start, end),))
    return _by_number(digits, whose).at(start, end)


def _beside(links: Sequence[Found], at: int, digits: str) -> Found | None:
    """The link of the same invitation: one that holds the number, else the nearest one above, else below."""
    first = bisect_left(links, at - NEAR_BEFORE, key=_start)
    last = bisect_left(links, at + NEAR_AFTER, key=_start)
    near = [one for one in links[first:last] if one.is_join]
    same = [one for one in near if one.key.endswith(f":{digits}")]
    above = [one for one in near if _start(one) <= at]
    return next(iter(same or above[-1:] or near), None)


def _start(one: Found) -> int:
    return one.places[0][0]


def _by_number(digits: str, whose: str) -> Seen:
    if whose == "webex":
        return Seen("webex", "join", f"webex-num:{digits}", (), PLATFORMS["webex"].playbook)
    if whose == "teams":
        return Seen("teams", "join", f"teams-phone:{digits}", (), PLATFORMS["teams"].playbook)
    if len(digits) >= 12:
        return Seen("teams", "join", f"teams-meet:{digits}", (), PLATFORMS["teams"].playbook)
    flags = ("PMI_LIKELY",) if len(digits) == 10 else ()
    return Seen("zoom", "join", f"zoom:{digits}", flags, PLATFORMS["zoom"].playbook)


def _digits(number: str) -> str:
    """In ASCII, whatever script they were written in."""
    return "".join(str(unicodedata.digit(sign)) for sign in number if sign.isdigit())


def _dialled(text: str, match: re.Match[str], links: Sequence[Found]) -> Found:
    """One-tap numbers: `+15550100101,,76890111901#,,,,*759014#`; Webex has two #, and Teams nine digits."""
    digits, start, end = match[1], *match.span()
    beside = _beside(links, start, digits)
    if beside is not None and beside.platform != "zoom":
        return beside._replace(places=((start, end),))
    seen = _by_number(digits, "webex" if match[2] else _nine_digits(text, digits, start))
    flags = (*seen.flags, "PASS_IN_TEXT") if match[3] else seen.flags
    return seen._replace(flags=tuple(sorted(flags))).at(start, end)


def _nine_digits(text: str, digits: str, at: int) -> str:
    """Nine may be an old number of Zoom's or one of Teams: then the words above it tell."""
    return "teams" if len(digits) == 9 and "teams" in text[max(0, at - 500) : at].lower() else ""


def _room_systems(text: str) -> Iterator[Found]:
    for match in _ROOM_SYSTEM.finditer(text):
        before = _BEFORE_AT.search(text, max(0, match.start() - 24), match.start())
        if before is None:
            continue
        name = "webex" if match[1] == "webex.com" else "zoom"
        key = f"webex-num:{before[1]}" if name == "webex" else f"zoom:{before[1]}"
        flags = ("PASS_EMBEDDED",) if before[2] else ()
        yield Seen(name, "join", key, flags, PLATFORMS[name].playbook).at(before.start(), match.end())
