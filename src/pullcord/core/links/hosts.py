"""Whose a host is: a platform's, nobody's we know, or made to be taken for a platform's."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Final, NamedTuple

from pullcord.core.links import others, table
from pullcord.core.links.shapes import Platform, Shape
from pullcord.core.links.wrappers import is_wrapper

PLATFORMS: Final[Mapping[str, Platform]] = {**table.PLATFORMS, **others.PLATFORMS}
SCHEMES: Final = {scheme: name for name, platform in PLATFORMS.items() for scheme in platform.schemes}

_OWNERS: Final = {host: name for name, platform in PLATFORMS.items() for host in platform.hosts}
_COPIED: Final = tuple(host for host, name in _OWNERS.items() if PLATFORMS[name].is_copied and len(host) > 6)
# zoom, webex, teams.live, meet.google, ...: what a host must hold to be worth a closer look.
_STEMS: Final = tuple(sorted({host.rpartition(".")[0].removesuffix(".com") for host in _COPIED}))
_ON_ANY_HOST: Final = tuple((name, shape) for name, platform in PLATFORMS.items() for shape in platform.anywhere)

# Letters of other scripts, and signs, that are read as Latin ones.
_SEEN_AS: Final = str.maketrans(
    {
        "а": "a", "е": "e", "о": "o", "р": "p", "с": "c", "у": "y", "х": "x", "і": "i", "ј": "j", "ѕ": "s", "ԛ": "q", "ԝ": "w",
        "һ": "h", "м": "m", "т": "t", "в": "b", "н": "h", "к": "k", "ԁ": "d", "ѵ": "v", "ь": "b", "г": "r", "п": "n", "ғ": "f",
        "α": "a", "ε": "e", "ο": "o", "ρ": "p", "τ": "t", "υ": "u", "ν": "v", "κ": "k", "ι": "i", "ω": "w", "χ": "x", "η": "n",
        "ɡ": "g", "ı": "i", "ɩ": "i", "ℓ": "l", "ⲟ": "o", "օ": "o", "ᴏ": "o", "০": "o", "੦": "o", "ơ": "o", "ø": "o",
        "ƶ": "z", "ʐ": "z", "ᴢ": "z", "ԍ": "g", "ł": "l", "đ": "d", "ß": "b", "ⅿ": "m", "ⅰ": "i", "ⅼ": "l", "ẉ": "w", "ʟ": "l",
    }
)  # fmt: skip
_SIGNS_AS: Final = (("0", "o"), ("1", "l"), ("5", "s"), ("rn", "m"), ("vv", "w"))


_TELLING: Final = ("xn--", *_STEMS, *(sign for sign, _ in _SIGNS_AS))


class Owner(NamedTuple):
    platform: str
    is_real: bool
    """False = it is made to look like one of the platform's."""


@lru_cache(maxsize=16384)
def owner(host: str) -> Owner | None:
    """Whose this host is, written in small letters and without a dot at its end."""
    name = _real_owner(host)
    if name is not None:
        return Owner(name, is_real=True)
    copied = _copied(host)
    return Owner(copied, is_real=False) if copied is not None else None


def belongs(host: str, name: str) -> str | None:
    """Which of a platform's own hosts this is, or is below."""
    return next((own for own in _endings(host) if _OWNERS.get(own) == name), None)


@lru_cache(maxsize=16384)
def shapes_of_any(host: str) -> tuple[tuple[str, Shape], ...]:
    """The forms that may stand on this host though it is nobody's we know."""
    return tuple((name, shape) for name, shape in _ON_ANY_HOST if not shape.host or re.search(shape.host, host))


@lru_cache(maxsize=65536)
def names_somebody(written: str) -> bool:
    """Whether the name of the host alone makes a link worth a look. Asked of every host of a text, so it is remembered."""
    host = written.lower().rstrip(".")
    if owner(host) is not None or is_wrapper(host):
        return True
    return any(shape.host and not shape.hint and re.search(shape.host, host) for _, shape in _ON_ANY_HOST)


def hints() -> str:
    """A pattern of how paths of interest begin on anybody's host."""
    return "|".join(shape.hint for _, shape in _ON_ANY_HOST if shape.hint)


def bare() -> str:
    """A pattern of the last dot of a host of the table, before a slash; by the letters on its left, to be quick."""
    lefts = {host.rpartition(".")[0] for host in _OWNERS}
    long = "|".join(sorted({left[-3:] for left in lefts if len(left) > 2}))
    short = "".join(sorted({left[-1] for left in lefts if len(left) <= 2}))
    return rf"\.(?=[a-z]{{2,9}}/)(?:(?<=(?:{long})\.)|(?<=[{short}]\.))[a-z]+"


def _real_owner(host: str) -> str | None:
    return next((_OWNERS[ending] for ending in _endings(host) if ending in _OWNERS), None)


def _endings(host: str) -> Iterator[str]:
    """The host and what it is below, the longest first, six labels at most."""
    labels = host.split(".")[-6:]
    for start in range(len(labels)):
        yield ".".join(labels[start:])


def _copied(host: str) -> str | None:
    """The platform for which this host is made to be taken: its name inside another, or spelled with other letters."""
    if host.isascii() and not any(sign in host for sign in _TELLING):
        return None
    seen = _reading(host)
    name = _real_owner(seen) or _inside(seen)
    return name if name is not None and PLATFORMS[name].is_copied else None


def _reading(host: str) -> str:
    """The host as an eye in a hurry may read it."""
    shown = ".".join(_decoded(label) for label in host.split("."))
    folded = unicodedata.normalize("NFKD", shown.casefold()).translate(_SEEN_AS)
    read = "".join(sign for sign in folded if not unicodedata.combining(sign))
    for sign, letter in _SIGNS_AS:
        read = read.replace(sign, letter)
    return read


def _decoded(label: str) -> str:
    if not label.startswith("xn--") or len(label) > 63:
        return label
    try:
        return label[4:].encode("ascii", "replace").decode("punycode")
    except (UnicodeError, ValueError):
        return label


def _inside(host: str) -> str | None:
    """The platform whose whole address stands inside this one: `zoom.us.example.org`, `zoom-us.example.org`."""
    around = f".{host.replace('-', '.')}."
    return next((_OWNERS[own] for own in _COPIED if f".{own.replace('-', '.')}." in around), None)
