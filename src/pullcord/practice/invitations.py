"""The secrets of a practice room: personal links, the stage's, and the one that ends it. Only digests are kept."""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import Literal, NamedTuple

Role = Literal["host", "guest", "simulated", "intruder"]


class Link(NamedTuple):
    """One person's way in. Whoever has the token is that person."""

    number: str
    name: str
    role: Role
    token: str

    def __repr__(self) -> str:
        return f"Link({self.number!r}, role={self.role!r})"


class NewRoom(NamedTuple):
    """A room just made, with every secret of it; they are shown here once and kept nowhere."""

    room: str
    admin: str
    stage: str
    """Token of the page that plays the simulated people."""
    links: list[Link]

    def __repr__(self) -> str:
        return f"NewRoom({self.room!r})"


@dataclass
class Invitation:
    digest: str
    number: str
    name: str
    role: Role
    dead: bool = False


def room_of(admin: str) -> str:
    """The room that this admin secret is for.

    The room's id *is* the digest of its secret. So a server that has lost a room can still tell the holder of its
    secret that it is gone, while a stranger gets the same answer for every room, there or not.
    """
    return hashlib.sha256(b"practice room " + admin.encode()).hexdigest()[:32]


def is_admin(admin: str, room_id: str) -> bool:
    return hmac.compare_digest(room_of(admin), room_id)


def digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def new_token() -> str:
    return secrets.token_urlsafe(16)


def link(number: str, name: str, role: Role, stage: str) -> Link:
    """A simulated person's token is derived from the stage's, so that the stage can play them and nothing is stored."""
    if role != "simulated":
        return Link(number, name, role, new_token())
    derived = hmac.digest(stage.encode(), f"simulated {number}".encode(), "sha256")[:16]
    return Link(number, name, role, base64.urlsafe_b64encode(derived).rstrip(b"=").decode())
