"""An address in a text: where it ends, how it goes on after a line's end, and what it is made of."""

import re
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple
from urllib.parse import unquote

MOST_BREAKS: Final = 6

_UNSEEN: Final = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
# What an address is written with; escapes of JSON, calendar files and Markdown; letters that are not shown.
_WRITTEN: Final = re.compile(rf"(?:[!#-&(-;=?-Z_a-z~\w]+|\\(?:/|u00[0-9a-fA-F]{{2}}|[,;_~?&=#.-])|[{_UNSEEN}]|<wbr>)+")
# A break that whoever broke the line meant to be taken out again: quoted-printable, and a folded calendar line.
_SOFT_EQUALS: Final = re.compile(r"\r?\n")
_FOLD: Final = re.compile(r"\r?\n[ \t](?=\S)")
# A break that may as well be the end: a new line, with the marks of a quoted reply before it.
_NEW_LINE: Final = re.compile(r"[ \t]*\r?\n(?:[ \t]*>)*[ \t]*(?=[\w/?&=#%.~-])(?!https?:)")
_ESCAPES: Final = re.compile(r"\\(?:u00([0-9a-fA-F]{2})|(.))", re.DOTALL)
_ENTITY: Final = re.compile(r"&(?:amp|#0*(\d{1,3})|#[xX]0*([0-9a-fA-F]{1,2})|(quot|lt|gt|nbsp|apos));")
_BRACKET: Final = re.compile(r"[()]")
_AFTER: Final = re.compile(r"[\s<>\"'`{}|^\\]")
_PARTS: Final = re.compile(
    r"(?:(?P<scheme>[A-Za-z][A-Za-z0-9.+-]{0,30}):)?(?://?)?(?P<authority>[^/?#]*)"
    r"(?P<path>[^?#]*)(?P<query>(?:\?[^#]*)?)(?P<fragment>(?:#.*)?)",
    re.DOTALL,
)


class Address(NamedTuple):
    scheme: str
    user: str
    """What stands before an @ and is no part of the host; it is there to deceive, mostly."""
    host: str
    path: str
    query: str
    fragment: str

    @property
    def target(self) -> str:
        """What a shape is compared with: the path and the fragment decoded."""
        return f"{decoded(self.path) or '/'}{self.query}{decoded(self.fragment)}"

    @property
    def rest(self) -> str:
        return self.query + self.fragment


class Cut(NamedTuple):
    text: str
    end: int
    is_sure: bool
    """False = it was taken to go on after a line's end, which may have been its end."""


def cuts(text: str, start: int, limit: int, *, is_calendar: Callable[[], bool]) -> Iterator[Cut]:
    """The address that begins here: first as far as it surely goes, then over one more line's end each time."""
    whole, end = "", start
    is_sure = True
    for _ in range(MOST_BREAKS):
        piece, end = _over_meant_breaks(text, end, limit, is_calendar=is_calendar)
        whole += piece
        yield Cut(cleaned(whole), end, is_sure)
        is_sure = False
        broken = _NEW_LINE.match(text, end, end + 200)
        if broken is None or end >= limit:
            return
        end = broken.end()


def _over_meant_breaks(text: str, start: int, limit: int, *, is_calendar: Callable[[], bool]) -> tuple[str, int]:
    pieces, end = [], start
    while (written := _WRITTEN.match(text, end, limit)) is not None:
        piece, end = written[0], written.end()
        meant = _SOFT_EQUALS.match(text, end) if piece.endswith("=") else _FOLD.match(text, end)
        if meant is not None and not piece.endswith("=") and not is_calendar():
            meant = None
        pieces.append(piece.removesuffix("=") if meant and piece.endswith("=") else piece)
        if meant is None:
            break
        end = meant.end()
    return "".join(pieces), end


def cleaned(written: str) -> str:
    """The address itself: without escapes, invisible letters, and the marks of the sentence around it."""
    if "\\" in written:
        written = _ESCAPES.sub(lambda m: chr(int(m[1], 16)) if m[1] else m[2], written)
    if not written.isascii():
        written = written.translate(dict.fromkeys(map(ord, _UNSEEN)))
    if "&" in written:
        written = _ENTITY.sub(_entity, written)
    written = written.replace("<wbr>", "").replace("=3D", "=").replace("=3d", "=")
    ended = _AFTER.search(written)
    return _without_marks(written[: ended.start()] if ended else written)


def _entity(found: re.Match[str]) -> str:
    if found[1] or found[2]:
        return chr(int(found[1]) if found[1] else int(found[2], 16))
    return " " if found[3] else "&"


def _without_marks(written: str) -> str:
    depth = 0
    for bracket in _BRACKET.finditer(written):
        depth += 1 if bracket[0] == "(" else -1
        if depth < 0:
            written = written[: bracket.start()]
            break
    return written.rstrip(".,;:!?*)(")


def decoded(part: str) -> str:
    """With its %xx taken out, twice where they were put in twice."""
    if "%" not in part:
        return part
    once = unquote(part)
    return unquote(once) if "%" in once else once


def split(address: str) -> Address | None:
    """None = there is no host in it."""
    parts = _PARTS.match(address)
    if parts is None:
        return None
    user, _, place = parts["authority"].rpartition("@")
    host, _, port = place.partition(":")
    if port and not port.isdigit():
        return None
    return Address(
        (parts["scheme"] or "").lower(), user, host.lower().rstrip("."), *parts.group("path", "query", "fragment")
    )
