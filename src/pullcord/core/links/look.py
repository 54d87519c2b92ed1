"""What one address is: unwrapped, its host looked up, compared with the shapes of the table."""

import re
from functools import cache
from typing import Final, NamedTuple

from pullcord.core.links import hosts
from pullcord.core.links.address import Address, decoded, split
from pullcord.core.links.found import Found, Kind
from pullcord.core.links.shapes import Platform, Shape
from pullcord.core.links.wrappers import unwrapped

MOST_WRAPPINGS: Final = 5
WRAP: Final = "wrap"


class Seen(NamedTuple):
    platform: str
    kind: Kind
    key: str = ""
    flags: tuple[str, ...] = ()
    playbook: str | None = None

    def at(self, start: int, end: int) -> Found:
        known = hosts.PLATFORMS.get(self.platform)
        title = known.title if known else "another address"
        return Found(self.platform, self.kind, self.key, self.flags, ((start, end),), title, self.playbook)


def look(written: str, *, wrappings: int = MOST_WRAPPINGS) -> Seen | None:
    """None = it has nothing to do with meetings, as far as can be told."""
    address = split(written)
    if address is None:
        return None
    owner = hosts.owner(address.host)
    inner = unwrapped(address) if wrappings else None
    if inner:
        return look(inner, wrappings=wrappings - 1)
    if inner is not None and owner is None:
        return Seen(WRAP, "wrapped", "", ("OPAQUE_WRAPPER",))
    disguise = _disguise(address)
    if disguise is not None and (owner is None or owner.platform != disguise):
        return _lookalike(disguise)
    if owner is None:
        return _by_scheme(address) or _on_any_host(address)
    return _of(owner.platform, address) if owner.is_real else _lookalike(owner.platform)


def _lookalike(platform: str) -> Seen:
    return Seen(platform, "lookalike", "", ("LOOKALIKE",), hosts.PLATFORMS[platform].playbook)


def _disguise(address: Address) -> str | None:
    """The platform that stands before an @, where nobody looks for what comes after it."""
    if not address.user:
        return None
    shown = re.split(r"[/:@\\?#]", decoded(address.user).lower())
    owners = (hosts.owner(part) for part in shown if "." in part)
    return next((owner.platform for owner in owners if owner is not None), None)


def _of(name: str, address: Address) -> Seen | None:
    platform = hosts.PLATFORMS[name]
    target = address.target
    for shape in platform.shapes:
        fits = _fits(shape, address.host, target, re.IGNORECASE)
        if fits is not None:
            return _said(name, platform, shape, fits, address)
    if platform.is_quiet or platform.is_closed:
        return None
    return Seen(name, "other", "", ("NOT_A_JOIN_LINK",), platform.playbook)


def _on_any_host(address: Address) -> Seen | None:
    target = address.target
    for name, shape in hosts.shapes_of_any(address.host):
        fits = _fits(shape, address.host, target, 0)
        if fits is not None:
            return _said(name, hosts.PLATFORMS[name], shape, fits, address)
    return None


def _by_scheme(address: Address) -> Seen | None:
    """An address for an app: `msteams:/l/meetup-join/...`, `zoommtg://...`; its host may be anything, or missing."""
    name = hosts.SCHEMES.get(address.scheme)
    if name is None:
        return None
    seen = _of(name, address)
    if (seen is None or seen.kind == "other") and address.host:
        seen = _of(name, address._replace(host="", path=f"/{address.host}{address.path}"))
    return seen


def _fits(shape: Shape, host: str, target: str, flags: int) -> re.Match[str] | None:
    if shape.host and not re.search(shape.host, host):
        return None
    return _compiled(shape.form, flags).match(target)


@cache
def _compiled(form: str, flags: int = 0) -> re.Pattern[str]:
    # Of its own and without a limit: there are more shapes than the cache of `re` holds.
    return re.compile(form, flags)


def _said(name: str, platform: Platform, shape: Shape, fits: re.Match[str], address: Address) -> Seen:
    opened = (flag for pattern, flag in platform.secrets if _compiled(pattern).search(address.rest))
    flags = tuple(sorted({*shape.flags, *opened}))
    return Seen(
        name, shape.kind, _key(name, platform, shape, fits, address.host), flags, shape.playbook or platform.playbook
    )


def _key(name: str, platform: Platform, shape: Shape, fits: re.Match[str], host: str) -> str:
    own = hosts.belongs(host, name)
    meeting = next((value for value in fits.groupdict().values() if value), "")
    if platform.ignores_case:
        meeting = meeting.lower()
    return shape.key.format(
        platform=platform.keyed.get(own or "", name),
        id=meeting.strip("/").replace(" ", ""),
        host=host,
        site=host.partition(".")[0],
    )
