"""A press at a door: whether this link or token may stop now, and then the stop; taking back one's own press; letting people in."""

from typing import NamedTuple

from pullcord.core.cords import may_press, may_take_back
from pullcord.core.incident import Incident
from pullcord.jobs.stop import Means, Pressed, stop
from pullcord.platforms import Platform, platform
from pullcord.safe.kit import Cord, Kit
from pullcord.words import Door, Over, PlatformError, Released


class Refusal(NamedTuple):
    """Nothing was stopped. `code` for programs, `sentence` for people."""

    code: str
    sentence: str


EXPIRED = Refusal("link-expired", "This link has expired. It stops nothing any more.")
SUSPENDED = Refusal(
    "link-suspended", "The host has put this link to rest. It stops nothing until the host says otherwise."
)
NOT_RUNNING = Refusal(
    "not-running",
    "This meeting is not running now, so there was nothing to end. The host sees that you pressed, and when.",
)


def press_cord(kit: Kit, cord: Cord, means: Means) -> Pressed | Refusal:
    """A watcher's press. Outside the meeting's hours the platform is asked; where it cannot be asked, the press stops."""
    now, incident = means.clock(), means.book.latest(kit.meeting.id)
    held = incident is not None and incident.is_held(now)
    answer = may_press(
        now=now, starts=kit.starts, ends=kit.ends, expires=cord.expires, suspended=cord.suspended, held=held
    )
    if answer == "expired":
        return EXPIRED
    if answer == "suspended":
        return SUSPENDED
    if answer == "stop if live" and _is_surely_over(kit, means):
        means.journal.append("pressed in vain", meeting=kit.meeting.id, by=cord.id, door="cord")
        return NOT_RUNNING
    return stop(kit, means, by=cord.id, door="cord")


def stop_if_running(kit: Kit, means: Means, *, by: str, door: Door) -> Pressed | None:
    """One of many meetings that a host ends at once: those that the platform says are not running are left alone."""
    return None if _is_surely_over(kit, means) else stop(kit, means, by=by, door=door)


def _is_surely_over(kit: Kit, means: Means) -> bool:
    try:
        return _read(kit, means).over is True
    except PlatformError:
        return False


def _read(kit: Kit, means: Means) -> Over:
    adapter = platform(kit.meeting.platform)
    return adapter.is_over(kit.meeting, means.wire(adapter.name))


def why_not_take_back(kit: Kit, cord_id: str, means: Means) -> str | None:
    """None = this link's own press can be taken back now; else why only the host can let people back in."""
    incident = means.book.latest(kit.meeting.id)
    if incident is None or incident.is_released or incident.presses[0].by != cord_id:
        return "There is nothing of yours to take back."
    try:
        tries = _read(kit, means).tries
    except PlatformError:
        tries = None
    pressers = len({press.by for press in incident.presses})
    return may_take_back(now=means.clock(), pressed_at=incident.presses[-1].at, pressers=pressers, tries=tries)


def take_back(kit: Kit, cord_id: str, means: Means) -> Incident | Refusal:
    """Raises PlatformError where the platform would not let people back in."""
    reason = why_not_take_back(kit, cord_id, means)
    if reason is not None:
        return Refusal("not-taken-back", reason + " The host can let people back in after signing in.")
    return let_back_in(kit, means, by=cord_id, door="cord")


def let_back_in(kit: Kit, means: Means, *, by: str, door: Door) -> Incident:
    """Release the bar. Only for the signed-in host, or for one's own press within a minute. Raises PlatformError."""
    incident = means.book.latest(kit.meeting.id)
    if incident is None:
        raise PlatformError("nothing-to-release", "This meeting was not stopped, so nothing bars the way.", retry=False)
    adapter = platform(kit.meeting.platform)
    told = {"meeting": kit.meeting.id, "incident": incident.id, "by": by, "door": door}
    means.journal.append("releasing", **told)
    released = _open(adapter, kit, means)
    means.journal.append("released", proof=released.evidence, **told)
    after = means.book.latest(kit.meeting.id)
    return incident if after is None else after


def _open(adapter: Platform, kit: Kit, means: Means) -> Released:
    """Where the platform has no bar, that nobody is put out any more is all there is to do."""
    if not adapter.can("release"):
        return Released("it is not watched any more")
    return adapter.release(kit.meeting, means.wire(adapter.name))
