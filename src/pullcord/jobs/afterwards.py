"""Who was in a meeting that was ended, asked of its platform afterwards: its report knows people of whom nobody told us while it ran.

Asked a few times within the first hours, for a report takes its time. Whoever was erased meanwhile must not come back by it: then it is
not asked any more.
"""

from collections.abc import MutableMapping
from datetime import UTC, datetime, timedelta
from typing import Final

from pullcord.core.afterwards import newcomers
from pullcord.jobs.desk import Desk
from pullcord.platforms import platform
from pullcord.safe.kit import Kit, KitUnreadable
from pullcord.store import intake
from pullcord.words import Person, PlatformError

AFTER_SECONDS: Final = (120.0, 40 * 60.0, 3 * 3600.0)
"""Since it was over. When a report is ready is nowhere written; half an hour is what people tell."""
NO_LONGER_SECONDS: Final = 24 * 3600.0


def ask_all(desk: Desk, asked: MutableMapping[str, int]) -> int:
    """`asked`: how often each incident was asked about, by this process. How many people were new."""
    now = datetime.fromtimestamp(desk.means.clock(), UTC)
    new = 0
    for incident_id, meeting_id, over_at in intake.over_since(now - timedelta(seconds=NO_LONGER_SECONDS)):
        due = sum((now - over_at).total_seconds() >= seconds for seconds in AFTER_SECONDS)
        if asked.get(incident_id, 0) < due:
            desk.means.turns.let_others_send()
            asked[incident_id] = due
            new += _ask(desk, incident_id, meeting_id, over_at, now)
    return new


def _ask(desk: Desk, incident_id: str, meeting_id: str, over_at: datetime, now: datetime) -> int:
    """What cannot be asked now is asked at the next of its times."""
    kit = _kit(desk, meeting_id)
    if kit is None or intake.was_erased_from(incident_id):
        return 0
    try:
        adapter = platform(kit.meeting.platform)
        if not adapter.can("stays_after"):
            return 0
        stays = adapter.stays_after(kit.meeting, desk.means.wire(adapter.name), until=over_at.timestamp())
    except PlatformError as error:
        intake.note(incident_id, "not asked afterwards", now, {"code": error.code})
        return 0
    with intake.together():
        if intake.was_erased_from(incident_id):
            return 0  # while the platform was asked
        known = [Person(handle, name) for handle, name in intake.names_in(incident_id)]
        new = newcomers(known, stays)
        if new:
            intake.add_people(incident_id, new, at=now)
    return len(new)


def _kit(desk: Desk, meeting_id: str) -> Kit | None:
    try:
        return desk.kits.read(meeting_id)
    except (KitUnreadable, FileNotFoundError):
        return None
