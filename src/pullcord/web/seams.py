"""What only `serve` can do for the people pages, handed in before the first request."""

from collections.abc import Callable

MakePractice = Callable[[str], str]
"""Makes a practice meeting hosted by this account (its primary key, as text), and returns the new meeting's id. Raises PlatformError."""

make_practice_meeting: MakePractice | None = None
"""None = this server has no practice meeting, and the pages do not offer one."""
