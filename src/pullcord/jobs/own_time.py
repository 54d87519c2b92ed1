"""When somebody began a drill, pressed, and was shown that it was over: written to and read from the journal alone.

No database: a watcher's page is served without one, in a drill as on a real evening.
"""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Final

from pullcord.config import zone_of
from pullcord.core import calendar_file, drill
from pullcord.core.drill import Times
from pullcord.jobs.stop import PRACTICE, Means
from pullcord.safe.keys import Keys
from pullcord.safe.kit import Kit

MARK: Final = "drill"
"""In `Meeting.at` of a practice meeting that stands for another one."""
MINUTES: Final = 10
SUMMARY: Final = "A few minutes of practice"
"""In a calendar that others may see: it names neither the group nor the meeting."""
AS_FILE: Final = {"Content-Disposition": 'attachment; filename="practice.ics"'}


def is_drill(kit: Kit) -> bool:
    return kit.meeting.platform == PRACTICE and MARK in kit.meeting.at


def start(means: Means, meeting_id: str, *, by: str) -> None:
    """From now on their time counts. Once; and not after their press."""
    times = of(means, meeting_id, by=(by,))
    if times.begun_at is None and times.pressed_at is None:
        means.journal.append(drill.BEGUN, meeting=meeting_id, by=by)


def next_day(kit: Kit, times: Times, *, now: float, time_zone: str) -> datetime:
    """A suggestion for this person; the practice meeting stands at no hours of its own."""
    last = None if times.pressed_at is None else datetime.fromtimestamp(times.pressed_at, UTC)
    starts = None if kit.starts is None else datetime.fromtimestamp(kit.starts, UTC)
    return drill.next_date(now=datetime.fromtimestamp(now, UTC), last=last, starts=starts, zone=zone_of(time_zone))


def calendar(keys: Keys, meeting_id: str, at: datetime, *, now: float) -> bytes:
    """The next practice as a calendar file. Its id says nothing to whoever does not hold the key."""
    uid = keys.mark("calendar", meeting_id.encode())[:32]
    made_at = datetime.fromtimestamp(now, UTC)
    return calendar_file.appointment(uid=uid, starts=at, minutes=MINUTES, summary=SUMMARY, now=made_at)


def of(means: Means, meeting_id: str, *, by: Collection[str]) -> Times:
    about = (line for line in means.book.told() if line.fields.get("meeting") == meeting_id)
    return drill.read((drill.Line(one.kind, one.at, str(one.fields.get("by", ""))) for one in about), by)
