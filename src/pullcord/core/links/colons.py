"""The colons of a text: before an address, before a number, and after the name of a mail's header.

A text has many addresses and few hosts that matter. These are picked in one pass, and only they are looked for.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from pullcord.core.links import hosts, mail, spoken

MOST_NAMED: Final = 8
HEADER: Final = ":"
"""What is said of a colon with neither an address nor a number after it: it may end the name of a header."""

# How a link goes on after the name of its host where that is anybody's; and a name before an @.
_HINT: Final = rf"(?::\d{{1,5}})?(?:\\?/)?(?:{hosts.hints()})"
_USER: Final = r":[^/\s]{0,80}@"
# An address of which more than the name of its host may be telling: it is broken, in another script, or on anybody's host.
_ODD: Final = rf"{_HINT}|[=@%\r\n\x80-\U0010ffff]|{_USER}"
# An address that is escaped, or of an app.
_APP: Final = r"=\r?\n|/=\r?\n|/?\\/|/l/meetup-join/"
_HOST: Final = r"[A-Za-z0-9.-]*+"

# Without groups, to be quick: one more sign than the host is taken where the address is odd, and after a colon before a number.
_QUICK: Final = re.compile(
    rf":(?://{_HOST}(?:(?={_ODD})[\s\S])?|{_APP}|{spoken.NUMBER_COMES}[\s\S]|{mail.HEADER_COLON})"
)
# What comes after is only looked at: another link may stand in it.
_COLONS: Final = re.compile(rf":(?:(?P<app>{_APP})|//(?P<host>{_HOST})(?=(?P<odd>{_ODD})?)|{spoken.NUMBER})")
_ONLY_HOST: Final = re.compile(rf"://{_HOST}")
_ANY: Final = re.compile(":")
_ANY_NUMBER: Final = re.compile(f":{spoken.NUMBER}")
_ON_ANY_HOST: Final = re.compile(_HINT)
_WITH_USER: Final = re.compile(_USER)
# Settings after a #, which only Jitsi has, on whatever host.
_SETTINGS: Final = re.compile(r"#[^\s#:<>]{0,300}?(?:onfig|userInfo)\.")
_WITH_SETTINGS: Final = re.compile(
    rf"(?::\d{{1,5}})?(?:\\?/[^\s?#:<>]{{0,120}})?(?:\?[^\s#:<>]{{0,600}}+)?{_SETTINGS.pattern}"
)


class Openings(NamedTuple):
    addresses: list[int]
    """The colons of all addresses worth a look, in order."""
    numbers: list[re.Match[str]]
    """The colons before a number, each with its group `number`."""


def telling(text: str) -> frozenset[str]:
    """What the colons of a text say that is worth more than one look; in most texts nothing."""
    return frozenset(filter(_is_telling, _QUICK.findall(text)))


@lru_cache(maxsize=65536)
def _is_telling(said: str) -> bool:
    """Asked of every colon of a text, so it is remembered."""
    return hosts.names_somebody(said[3:]) if _ONLY_HOST.fullmatch(said) else True


def may_be_mail(telling: frozenset[str]) -> bool:
    return any(not said.startswith("://") for said in telling)


def openings(text: str, telling: frozenset[str]) -> Openings:
    """Few hosts are looked for by their names, which is quicker than to go over all colons again."""
    named = {said for said in telling if _ONLY_HOST.fullmatch(said)}
    is_known = len(named) <= MOST_NAMED and not ("#" in text and _SETTINGS.search(text))
    found = {place for said in named for place in _places(text, said)} if is_known else set()
    if is_known and telling <= named | {HEADER}:
        return Openings(sorted(found), [])
    numbers = []
    for colon in _COLONS.finditer(text):
        if colon["number"]:
            numbers.append(colon)
        elif colon["app"] or colon["odd"] or not is_known:
            found.add(colon.start())
    return Openings(sorted(found), numbers)


def every_opening(text: str) -> Openings:
    """The same without choosing: every colon, and the numbers after them."""
    return Openings([colon.start() for colon in _ANY.finditer(text)], [*_ANY_NUMBER.finditer(text)])


def _places(text: str, sought: str) -> Iterator[int]:
    place = text.find(sought)
    while place >= 0:
        yield place
        place = text.find(sought, place + 1)


def goes_on_tellingly(text: str, end: int) -> bool:
    """Whether what follows a host, whosever it is, makes a link worth a look."""
    return any(sign.match(text, end) for sign in (_ON_ANY_HOST, _WITH_SETTINGS, _WITH_USER))
