"""When somebody began a drill, pressed, and was shown that it was over: written to and read from the journal alone.

No database: a watcher's page is served without one, in a drill as on a real evening.
"""

from collections.abc import Collection
from typing import Final

from pullcord.core import drill
from pullcord.core.drill import Times
from pullcord.jobs.stop import PRACTICE, Means
from pullcord.safe.kit import Kit

MARK: Final = "drill"
"""In `Meeting.at` of a practice meeting that stands for another one."""


def is_drill(kit: Kit) -> bool:
    return kit.meeting.platform == PRACTICE and MARK in kit.meeting.at


def start(means: Means, meeting_id: str, *, by: str) -> None:
    """From now on their time counts. Once; and not after their press."""
    times = of(means, meeting_id, by=(by,))
    if times.begun_at is None and times.pressed_at is None:
        means.journal.append(drill.BEGUN, meeting=meeting_id, by=by)


def of(means: Means, meeting_id: str, *, by: Collection[str]) -> Times:
    about = (line for line in means.book.told() if line.fields.get("meeting") == meeting_id)
    return drill.read((drill.Line(one.kind, one.at, str(one.fields.get("by", ""))) for one in about), by)
