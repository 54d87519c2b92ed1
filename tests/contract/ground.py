"""What the contract suite needs of a platform's test ground: a real server, and participants on it.

Each platform brings one file, `ground_<platform>.py`, with a `ground()` context manager that yields a `Ground`.
"""

from typing import Protocol

from pullcord.words import Meeting


class Refused(Exception):
    """The platform did not let this participant in. The text is the platform's own."""


class Away(Exception):
    """The platform is not there: nobody let this participant in, and nobody refused him."""


class Joined(Protocol):
    """One participant, as the platform sees him: at signalling level, without media."""

    def is_out(self, *, within_seconds: float) -> bool:
        """Whether the platform has thrown this participant out by then. Waits no longer than needed."""
        ...

    def leave(self) -> None: ...


class Ground(Protocol):
    platform: str

    def open_meeting(self, *, invitations: int) -> tuple[Meeting, list[str]]:
        """A new running meeting, and so many personal invitations to it."""
        ...

    def join(self, meeting: Meeting, invitation: str, *, name: str) -> Joined:
        """Raises Refused."""
        ...

    def lose(self, meeting: Meeting) -> None:
        """The platform loses the meeting without our doing: a restart, another's hand."""
        ...

    def with_wrong_credential(self, meeting: Meeting) -> Meeting: ...

    def pointed_at(self, meeting: Meeting, address: str) -> Meeting:
        """The same meeting with the server's address (`http://127.0.0.1:PORT`) replaced."""
        ...
