"""Where the demo listens: loopback, or a private address of this machine. Nothing is sent to find it."""

import socket
from ipaddress import ip_address

from pullcord.config import Config

USUAL_PORT = 8400
LAST_PORT = 65535
LOOPBACK = "127.0.0.1"
# An address kept for documentation: connecting a datagram socket sends nothing, it only asks which way one would go.
NOWHERE = ("192.0.2.1", 9)


class CannotDemo(Exception):
    """Why the demo does not start, in a sentence."""


def listening(*, lan: bool, port: int | None) -> socket.socket:
    """The port, held from now on: nobody else gets it while the rest is made ready. Raises CannotDemo."""
    return take_port(private(own_address()) if lan else LOOPBACK, port)


def config_for(folder: str, listening: socket.socket) -> Config:
    address, port = listening.getsockname()
    return Config(folder, (address, port), f"http://{address}:{port}", (), ())


def own_address() -> str | None:
    """The address by which this machine would be reached from its network; None = it has none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        try:
            asking.connect(NOWHERE)
        except OSError:
            return None
        return str(asking.getsockname()[0])


def is_private(address: str) -> bool:
    """On a network of one's own: neither this machine alone, nor reachable from everywhere."""
    read = ip_address(address)
    return read.is_private and not (read.is_loopback or read.is_link_local or read.is_unspecified)


def private(address: str | None) -> str:
    """The address, if the demo may listen there. Raises CannotDemo."""
    if address is None or ip_address(address).is_loopback:
        raise CannotDemo("This machine is on no network, so a phone cannot reach it. Leave --lan out.")
    if not is_private(address):
        raise CannotDemo(
            f"This machine's address {address} is not a private one, so anybody could come to the demo. Leave --lan out."
        )
    return address


def take_port(address: str, asked: int | None) -> socket.socket:
    """The one asked for; otherwise the usual one, or any that is free. Raises CannotDemo."""
    for port in (USUAL_PORT, 0) if asked is None else (asked,):
        if not 0 <= port <= LAST_PORT:
            break
        try:
            door = socket.create_server((address, port))
            # asyncio does this only for sockets it made itself; without it each answer's second part waits 40 ms.
            door.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return door
        except OSError:
            continue
    raise CannotDemo(f"Port {asked} cannot be used on this machine. Leave --port out, or name another.")
