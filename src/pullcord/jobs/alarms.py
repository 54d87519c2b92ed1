"""A meeting that its platform warned of: seen by its host, and what is recommended done in one press."""

from pullcord.jobs.connections import known_of
from pullcord.jobs.desk import Desk
from pullcord.jobs.kits import Refused, opened
from pullcord.jobs.meetings import claimed, is_kept_ended
from pullcord.jobs.sealing import seal
from pullcord.platforms import platform as on_platform
from pullcord.safe import alarms
from pullcord.safe.alarms import Warned
from pullcord.safe.kit import Kit
from pullcord.store import meetings
from pullcord.store.models import User
from pullcord.words import Hardened, PlatformError


def see(desk: Desk, user: User, meeting_id: str) -> None:
    """Whoever has the meeting has seen it. Raises NotFound."""
    meetings.find(user, meeting_id)
    alarms.drop(desk.config.data, meeting_id)


def apply(desk: Desk, user: User, meeting_id: str) -> Hardened:
    """What the platform recommends, and nobody comes in before the host. Raises NotFound, Refused.

    What a release gives back is read anew: letting people back in one day must not loosen it again.
    """
    row, warned = meetings.find(user, meeting_id), alarms.read(desk.config.data, meeting_id)
    if warned is None:
        raise Refused("no-warning", "There is no warning of this meeting any more. Nothing was changed.")
    if is_kept_ended(desk, meeting_id):
        raise Refused("kept-ended", "It is kept ended, which is safer than this. Nothing was changed.")
    kit = desk.kits.read(meeting_id)
    if kit is None:
        raise Refused("no-kit", "What is needed to reach it is missing. Tell whoever runs this server.")
    done = _harden(desk, kit, warned)
    with claimed(desk, user, meeting_id) as meeting:
        own = {**opened(desk, meeting), **known_of(desk, kit.meeting, given={})}
        meetings.change(meeting, {"sealed": seal(desk, row.organisation_id, own)})
    if not done.ignored and not done.by_hand:
        alarms.drop(desk.config.data, meeting_id)
    return done


def _harden(desk: Desk, kit: Kit, warned: Warned) -> Hardened:
    """Raises Refused."""
    try:
        adapter = on_platform(kit.meeting.platform)
        return adapter.harden(kit.meeting, warned.recommends, desk.means.wire(adapter.name))
    except PlatformError as error:
        raise Refused(error.code, error.sentence) from None
