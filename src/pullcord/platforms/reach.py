"""Where a connection may lead: a name is resolved once, its addresses are looked at, and one of just these is connected to.

Looked at in the moment of connecting, so that a name which answers otherwise tomorrow leads no further than it did when it
was entered. Nothing here is loaded that a stop from nothing would not load anyway.
"""

import socket
import time
from collections.abc import Callable, Iterable
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final

Resolve = Callable[[str, int], list[str]]
"""The addresses of a name. Raises OSError, UnicodeError."""
TRANSLATED: Final = "64:ff9b::/96"
"""Addresses that a network's own gateway turns into the IPv4 address in their last 32 bits."""


OF_THE_HOUSE: Final = frozenset({"168.63.129.16"})
"""Public by their number, and yet answered by the data centre around a machine: on Azure, with its settings and keys."""


class OutOfReach(Exception):
    """This address may not be connected to; nothing was sent."""


def resolve(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_rest, address in found))


class Reach:
    """Public addresses, and what the operator named as `host:port`. `everywhere`: no form had a say in where we go."""

    def __init__(self, named: Iterable[str] = (), *, everywhere: bool = False, resolve: Resolve = resolve) -> None:
        self._named = frozenset(_plain(name) for name in named)
        self._everywhere = everywhere
        self._resolve = resolve

    def is_named(self, host: str, port: int) -> bool:
        return self._everywhere or _plain(f"{host}:{port}") in self._named

    def addresses(self, host: str, port: int) -> list[str]:
        """All of a name, or none of it: one private address among them makes it a trap. Raises OutOfReach, OSError, UnicodeError."""
        found = self._resolve(host, port)
        if not self.is_named(host, port) and not all(is_public(address) for address in found):
            raise OutOfReach
        return found

    def at(self, addresses: list[str]) -> "Reach":
        """The same reach over a name that was resolved already, and was found to be within it."""
        return Reach(everywhere=True, resolve=lambda _host, _port: addresses)

    def connect(self, host: str, port: int, wait_seconds: float) -> socket.socket:
        """Raises OutOfReach, OSError, UnicodeError."""
        until = time.monotonic() + wait_seconds
        failed: OSError = OSError("the name has no address")
        for address in self.addresses(host, port):
            left = until - time.monotonic()
            if left <= 0:
                raise TimeoutError
            try:
                return socket.create_connection((address, port), timeout=left)
            except OSError as error:
                failed = error
        raise failed


EVERYWHERE: Final = Reach(everywhere=True)


def is_public(address: str) -> bool:
    """A number, never a name. This machine's own public address is none: behind it are its own ports."""
    read = ip_address(address.partition("%")[0])
    within = _within(read)
    if within is not None and not _is_outside(within):
        return False
    return _is_outside(read if within is None else within) and not _is_ours(address)


def _is_outside(read: IPv4Address | IPv6Address) -> bool:
    if str(read) in OF_THE_HOUSE:
        return False
    return read.is_global and not (read.is_multicast or read.is_reserved or read.is_loopback or read.is_link_local)


def _within(read: IPv4Address | IPv6Address) -> IPv4Address | None:
    """The IPv4 address that an IPv6 address is only another spelling of."""
    if isinstance(read, IPv4Address):
        return None
    if read in IPv6Network(TRANSLATED):
        return IPv4Address(int(read) & 0xFFFFFFFF)
    return read.ipv4_mapped or read.sixtofour


def _is_ours(address: str) -> bool:
    """Nobody can listen at an address that is not his own."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as ours:
            ours.bind((address, 0))
    except OSError:
        return False
    return True


def _plain(name: str) -> str:
    return name.strip().lower().replace("[", "").replace("]", "")
