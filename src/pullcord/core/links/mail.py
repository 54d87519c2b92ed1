"""The parts of a mail that are text, decoded. What is attached is not opened, and what is not text is not looked at."""

import binascii
import quopri
import re
from collections.abc import Iterator
from typing import Final, NamedTuple

MOST_HEADER: Final = 8192

# Found more quickly than a whole header, and in hardly any text but a mail.
_SIGN: Final = re.compile(r"-(?i:transfer-encoding|disposition)[ \t]*:(?!//)")
# What every such colon fits, and few others: asked where the colons of a text are gone over anyway.
HEADER_COLON: Final = r"(?<=[ \t]:)|(?i:(?<=-encoding:)|(?<=-disposition:))"
# Both say what is to be done with the part below them. The line's end first: it is found quickly.
_HEADER: Final = re.compile(r"\n(?i:content-(?:transfer-encoding|disposition))[ \t]*:(?!//)")
_FIRST: Final = re.compile(r"(?i:content-(?:transfer-encoding|disposition|type))[ \t]*:")
_BLANK: Final = re.compile(r"\n\r?\n")
_BOUNDARY: Final = re.compile(r"\n--(?=\S{1,70}\r?(?:\n|\Z))(?=[^\n]*\w)")
_LINE: Final = re.compile(r"(?:[\w-]+[ \t]*:|[ \t]|From )")
_FOLDED: Final = re.compile(r"\r?\n[ \t]+")
_NOT_BASE64: Final = re.compile(r"[^A-Za-z0-9+/]+")
_CHARSET: Final = re.compile(r"charset\s*=\s*\"?([\w.:-]+)")


class Part(NamedTuple):
    text: str
    start: int
    end: int
    is_decoded: bool
    """What is found in it has no place of its own in the mail as it was written."""


def parts(text: str) -> Iterator[Part]:
    """The text in the order in which it stands; the whole of it where it is no mail."""
    done = 0
    if _SIGN.search(text) is None:
        yield Part(text, 0, len(text), is_decoded=False)
        return
    while (below := _next(text, done)) is not None:
        start, end, headers = below
        if start > done:
            yield Part(text[done:start], done, start, is_decoded=False)
        said = _decoded(text[start:end], headers)
        if said is not None:
            yield Part(said, start, end, is_decoded=True)
        done = end
    yield Part(text[done:] if done else text, done, len(text), is_decoded=False)


def _next(text: str, done: int) -> tuple[int, int, str] | None:
    """Start and end of the next part that is not to be read as it stands, and its headers."""
    place = done
    first = _FIRST.match(text) if done == 0 else None
    while True:
        if first is not None:
            at, first = 0, None
        elif (found := _HEADER.search(text, place)) is not None:
            at = found.start() + 1
        else:
            return None
        top, bottom = _block(text, at, done)
        headers = _FOLDED.sub(" ", text[top:bottom]).lower()
        if _is_block(headers) and not _reads_as_it_stands(headers):
            blank = _BLANK.match(text, bottom)
            start = blank.end() if blank else bottom
            boundary = _BOUNDARY.search(text, start - 1)
            return start, boundary.start() + 1 if boundary else len(text), headers
        place = max(at, bottom - 1, place + 1)


def _block(text: str, at: int, done: int) -> tuple[int, int]:
    lowest = max(done, at - MOST_HEADER)
    blanks = [place + len(blank) for blank in ("\n\n", "\n\r\n") if (place := text.rfind(blank, lowest, at)) >= 0]
    top = max(lowest, *blanks, _after_boundary(text, lowest, at))
    blank = _BLANK.search(text, at, at + MOST_HEADER)
    return top, blank.start() if blank else min(len(text), at + MOST_HEADER)


def _after_boundary(text: str, lowest: int, at: int) -> int:
    """Where the line after the last `--...` begins; a first part may follow its boundary without a blank line."""
    line = text.rfind("\n--", lowest, at)
    return -1 if line < 0 else text.find("\n", line + 1) + 1


def _is_block(headers: str) -> bool:
    lines = headers.splitlines()
    return any(line.startswith("content-type") for line in lines) and all(_LINE.match(line) for line in lines if line)


def _kind(headers: str) -> str:
    found = re.search(r"^content-type[ \t]*:[ \t]*([\w/.+-]+)", headers, re.MULTILINE)
    return found[1] if found else "text/plain"


def _encoding(headers: str) -> str:
    found = re.search(r"^content-transfer-encoding[ \t]*:[ \t]*\"?([\w-]+)", headers, re.MULTILINE)
    return found[1] if found else ""


def _is_attached(headers: str) -> bool:
    return re.search(r"^content-disposition[ \t]*:[ \t]*attachment", headers, re.MULTILINE) is not None


def _reads_as_it_stands(headers: str) -> bool:
    if _kind(headers).startswith(("multipart/", "message/")):
        return True
    is_encoded = _encoding(headers) in ("base64", "quoted-printable")
    return _kind(headers).startswith("text/") and not is_encoded and not _is_attached(headers)


def _decoded(body: str, headers: str) -> str | None:
    """None = it is attached, or no text: it stays closed."""
    if _is_attached(headers) or not _kind(headers).startswith("text/"):
        return None
    if _encoding(headers) == "base64":
        letters = _NOT_BASE64.sub("", body)
        raw = binascii.a2b_base64(letters[: len(letters) // 4 * 4] + _last(letters))
    else:
        raw = quopri.decodestring(body.encode("utf-8", "replace"))
    charset = _CHARSET.search(headers)
    try:
        return raw.decode(charset[1] if charset else "utf-8", "replace")
    except (LookupError, UnicodeError):
        return raw.decode("utf-8", "replace")


def _last(letters: str) -> str:
    """The unfinished group at the end, filled up."""
    rest = letters[len(letters) // 4 * 4 :]
    return "" if len(rest) < 2 else rest + "=" * (4 - len(rest))
