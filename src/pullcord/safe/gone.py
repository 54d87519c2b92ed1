"""What must not come back with a backup: who was erased, and what was revoked or removed. Opaque ids only.

One line each, `erased person ID`, appended and synced before the act is shown as done. A line may be ahead of the store,
where the commit after it failed: a restore then does what was asked for and did not happen.
"""

import os
from collections.abc import Iterable
from hashlib import sha256
from typing import NamedTuple

from pullcord.safe.files import sync_folder
from pullcord.safe.keys import Keys

FILE = "erased"
PURPOSE = "erased"
KINDS = frozenset(
    {
        "erased person",
        "erased handle",
        "revoked cord",
        "revoked token",
        "put-away meeting",
        "ended membership",
        "closed invitation",
        "used link",
        "removed connection",
    }
)
LONGEST_ID = 64
LONGEST_HANDLE = 200
"""As the store cuts it."""


class Line(NamedTuple):
    kind: str
    id: str


class Gone:
    """The list at its place. It is only ever added to."""

    def __init__(self, path: str) -> None:
        self.path = path

    def add(self, *lines: Line) -> None:
        """Raises OSError; then nothing may be shown as done."""
        is_new = not os.path.exists(self.path)
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            # A line begins with an empty one: what a full disk tore before it stands alone.
            _write_all(descriptor, b"\n" + _text(lines))
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if is_new:
            sync_folder(os.path.dirname(self.path))

    def read(self) -> frozenset[Line]:
        """Empty where there is no file. Raises OSError where there is one and it cannot be read."""
        try:
            with open(self.path, "rb") as file:
                return parsed(file.read())
        except FileNotFoundError:
            return frozenset()


def parsed(content: bytes) -> frozenset[Line]:
    """What is no line of ours, or was torn, is passed over."""
    found = set()
    for text in content.decode("ascii", "replace").splitlines():
        kind, _, identity = text.rpartition(" ")
        if kind in KINDS and identity.isalnum() and len(identity) <= LONGEST_ID:
            found.add(Line(kind, identity))
    return frozenset(found)


def person(key: bytes) -> str:
    """Of somebody's own random key, which is dropped with them: it says nothing, and finds them in an older copy."""
    return sha256(b"erased " + key).hexdigest()


def membership(organisation_id: str, user: int, since: str) -> str:
    """Of somebody's time in one role: whoever is taken in again, or given another role, begins a new one."""
    return sha256(f"membership {organisation_id} {user} {since}".encode()).hexdigest()


def handle(keys: Keys, incident_id: str, handle: str) -> str:
    """Of somebody whom the store may not have taken in yet: there they have no key of their own."""
    return keys.mark(PURPOSE, _content(incident_id, handle))


def handles(keys: Keys, incident_id: str, handle: str) -> list[str]:
    """What may be on the list of them, by whichever of the keys."""
    return keys.marks(PURPOSE, _content(incident_id, handle))


def _content(incident_id: str, handle: str) -> bytes:
    return f"{incident_id}\n{handle[:LONGEST_HANDLE]}".encode("utf-8", "surrogatepass")


def _text(lines: Iterable[Line]) -> bytes:
    return "".join(f"{line.kind} {line.id}\n" for line in lines).encode()


def _write_all(descriptor: int, content: bytes) -> None:
    while content:
        content = content[os.write(descriptor, content) :]
