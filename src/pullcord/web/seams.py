"""What only `serve` can do for the people pages, handed in before the first request."""

from collections.abc import Callable

from pullcord.words import Meeting

MakePractice = Callable[[str], str]
"""Makes a practice meeting hosted by this account (its primary key, as text), and returns the new meeting's id. Raises PlatformError."""

make_practice_meeting: MakePractice | None = None
"""None = this server has no practice meeting, and the pages do not offer one."""

OpenRoom = Callable[[str], Meeting]
"""Makes a practice room of this name with simulated people in it, which no store knows yet. Raises OSError."""

open_practice_room: OpenRoom | None = None
"""None as above: nobody can rehearse a meeting."""
