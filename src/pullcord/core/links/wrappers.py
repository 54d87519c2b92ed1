"""Links inside links: what mail filters, calendars and social sites put around them. Unwrapped by reading, never by asking."""

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Final
from urllib.parse import unquote

from pullcord.core.links.address import Address, decoded

# What a wrapper made of its link: the link, "" = it cannot be read without opening it.
Reader = Callable[[Address], str]

_NAMED: Final = "url|u|q|to|target|a|uddg|redirectUrl|redirect_url|dest|destination|link|z|LinkURL|targetUrl"


def _parameter(address: Address, names: str = _NAMED) -> str:
    found = re.search(rf"[?&](?i:{names})=([^&#]+)", address.rest)
    return unquote(found[1]) if found else ""


def _proofpoint(address: Address) -> str:
    if address.path.startswith("/v3/"):
        return _proofpoint_3(address)
    written = re.search(r"[?&]u=([^&#]+)", address.rest)
    if written is None:
        return ""
    if address.path.startswith("/v2/"):
        return unquote(written[1].replace("-", "%").replace("_", "/"))
    return unquote(written[1])


_RUNS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def _proofpoint_3(address: Address) -> str:
    """`/v3/__LINK__;KEPT!!...`: each * in the link stands for the next kept sign, and **X for several of them."""
    found = re.match(r"/v3/__(.+?)__;([\w=+/-]*)!", f"{address.path}{address.rest}")
    if found is None:
        return ""
    kept, place = _from_base64(found[2]), 0

    def put_back(star: re.Match[str]) -> str:
        nonlocal place
        many = _RUNS.index(star[1]) + 2 if star[1] else 1
        place += many
        return kept[place - many : place]

    link = re.sub(r"\*(?:\*([\w-]))?", put_back, found[1]) if kept else found[1]
    return re.sub(r"^([a-z]+:/)(?=[^/])", r"\1/", link)


def _from_base64(written: str) -> str:
    padded = written.strip("=").replace("+", "-").replace("/", "_")
    try:
        return base64.urlsafe_b64decode(padded + "=" * (-len(padded) % 4)).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return ""


def _in_base64(address: Address) -> str:
    found = re.search(r"[?&](?:u|url)=(?:a1)?([\w+/=%-]+)", address.rest)
    return _from_base64(unquote(found[1])) if found else ""


def _tail(address: Address) -> str:
    """The whole link at the end of the wrapper's own path, encoded or not."""
    found = re.search(r"https?(?::|%3[aA])", whole := f"{address.path}{address.rest}")
    return decoded(whole[found.start() :]) if found else ""


def _teams_launcher(address: Address) -> str:
    inner = _parameter(address, "url|deeplink")
    return f"https://{address.host}{inner}" if inner.startswith("/") else inner


def _opaque(_: Address) -> str:
    return ""


_READERS: Final[Mapping[str, tuple[Reader, str]]] = {
    "proofpoint": (_proofpoint, "urldefense.com urldefense.proofpoint.com urldefense.us"),
    "named": (
        _parameter,
        "safelinks.protection.outlook.com statics.teams.cdn.office.net safelinks.protection.office365.us"
        " linkprotect.cudasvc.com slack-redir.net l.facebook.com lm.facebook.com l.instagram.com l.messenger.com"
        " l.threads.com l.workplace.com clicktime.symantec.com protect2.fireeye.com protect.fireeye.com"
        " scanmail.trustwave.com urlsand.esvalabs.com deref-gmx.net deref-web.de deref-mail.com away.vk.com"
        " out.reddit.com t.umblr.com href.li steamcommunity.com duckduckgo.com trendmicro.com"
        " linkedin.com vk.com disq.us mail.ru exactag.com",
    ),
    "base64": (_in_base64, "protection.sophos.com bing.com"),
    "tail": (_tail, "secure-web.cisco.com web.archive.org gravityzone.bitdefender.com nossl.cn"),
    "opaque": (
        _opaque,
        "mimecast.com mimecastprotect.com bit.ly tinyurl.com t.co ow.ly is.gd v.gd goo.gl rb.gy cutt.ly t.ly lnkd.in"
        " buff.ly shorturl.at tiny.cc rebrand.ly tiny.one atpscan.global.hornetsecurity.com kutt.it u.to surl.li",
    ),
}
_BY_HOST: Final = {host: reader for reader, hosts in _READERS.values() for host in hosts.split()}
# Sites of which only one page leads elsewhere.
_ONE_PAGE: Final = {"linkedin.com", "duckduckgo.com", "steamcommunity.com", "vk.com", "bing.com", "mail.ru"}
_GOOGLE: Final = re.compile(r"(?:www\.)?google(?:\.com?)?\.[a-z]{2,3}")


def is_wrapper(host: str) -> bool:
    return _reader(host) is not None


def unwrapped(address: Address) -> str | None:
    """The link inside; "" where it cannot be read offline; None where this is no wrapper."""
    if address.host.startswith("teams.") and "launch" in address.path:
        return _teams_launcher(address) or None
    reader = _reader(address.host)
    if reader is None:
        return None
    inner = reader(address)
    if inner or reader is _opaque:
        return inner if inner or len(address.path) > 2 else None
    return None if _is_a_site(address.host) or not address.rest else ""


def _is_a_site(host: str) -> bool:
    return bool(_GOOGLE.fullmatch(host)) or any(host == one or host.endswith(f".{one}") for one in _ONE_PAGE)


@lru_cache(maxsize=16384)
def _reader(host: str) -> Reader | None:
    if _GOOGLE.fullmatch(host):
        return _google
    labels = host.split(".")[-5:]
    endings = (".".join(labels[start:]) for start in range(len(labels) - 1))
    return next((_BY_HOST[ending] for ending in endings if ending in _BY_HOST), None)


def _google(address: Address) -> str:
    return _parameter(address, "q|url") if address.path == "/url" else ""
