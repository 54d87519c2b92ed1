"""What the journal's lines mean for a meeting: one incident, folded from its lines in their order.

Whoever's `pressed` line stands first leads: he ends the meeting. All others join the same incident with their names.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple


class Press(NamedTuple):
    id: str
    at: float
    door: str
    by: str
    """Opaque: the id of the link, token or account. Names are looked up where they are kept."""


class Again(NamedTuple):
    """The meeting was found running while it was kept ended."""

    at: float
    people: int | None
    """How many were in it; None = the platform did not tell."""
    over_at: float | None = None
    """When the platform said that it was over again; None = it has not."""


class Incident(NamedTuple):
    id: str
    meeting: str
    presses: tuple[Press, ...]
    sent_at: float | None = None
    """When our end went out."""
    end_failed: str | None = None
    """The code of what went wrong with the end, where it did."""
    over_at: float | None = None
    over_proof: str = ""
    held_at: float | None = None
    held_until: float | None = None
    held_proof: str = ""
    released_at: float | None = None
    by_hand: bool = False
    """No rung of ours worked: the person was shown the platform's own buttons."""
    people_out: int | None = None
    drill: bool = False
    first_over_at: float | None = None
    """When it was over for the first time. It may have been started, and ended, again since."""
    releasing_at: float | None = None
    """When somebody last set out to let people back in."""
    watched_until: float | None = None
    """Until when we look, and end it again, where the platform itself keeps nobody out."""
    again: tuple[Again, ...] = ()
    """The last times that it was found running again, each written down for itself."""
    times_again: int = 0
    """How often in all, those included that came one right after the other and were only counted."""
    last_again_at: float | None = None
    unseen_since: float | None = None
    """Since when the platform cannot be asked; None = it can."""
    unseen_code: str = ""
    kept_longer: bool = False
    """The bar's day was put off, because somebody had come in shortly before."""
    hold_ended_at: float | None = None
    """When the bar was lifted because its time was over, as announced."""
    hold_not_ended: str | None = None
    """The code of why the platform did not lift the bar when its time was over."""

    @property
    def pressed_at(self) -> float:
        return self.presses[0].at

    @property
    def is_over(self) -> bool:
        return self.over_at is not None

    @property
    def is_released(self) -> bool:
        return self.released_at is not None

    def is_held(self, now: float) -> bool:
        return self.held_until is not None and not self.is_released and now < self.held_until

    def is_watched(self, now: float) -> bool:
        return self.watched_until is not None and not self.is_done and now < self.watched_until

    @property
    def is_done(self) -> bool:
        """Nothing keeps people out any more, by the host's hand or because the time was over."""
        return self.is_released or self.hold_ended_at is not None

    @property
    def kept_until(self) -> float | None:
        """When its time is over; None = neither barred nor watched."""
        return self.watched_until if self.held_until is None else self.held_until

    def takes_presses(self, now: float) -> bool:
        """Whether a further press on the meeting belongs to this incident: until people are let back in, or the bar's day ends."""
        if self.is_done:
            return False
        return now < (self.kept_until or self.pressed_at + NO_HOLD_SECONDS)

    def seconds_until_over(self) -> float | None:
        """From the press until it was over for the first time."""
        return None if self.first_over_at is None else self.first_over_at - self.pressed_at


NO_HOLD_SECONDS = 24 * 60 * 60.0
"""How long presses join one incident where no bar stands: the day that a bar would have stood."""
MOST_AGAIN = 20


def fold(open_incident: Incident | None, kind: str, at: float, fields: Mapping[str, Any]) -> Incident | None:
    """The incident after this line. A line of another incident, or one that nothing was pressed for, changes nothing."""
    if kind == "pressed":
        return _pressed(open_incident, at, fields)
    if open_incident is None or fields.get("incident") != open_incident.id:
        return open_incident
    change = _CHANGES.get(kind)
    return open_incident if change is None else change(open_incident, at, fields)


def _pressed(incident: Incident | None, at: float, fields: Mapping[str, Any]) -> Incident:
    press = Press(fields["press"], at, fields["door"], fields["by"])
    if incident is not None and incident.takes_presses(at):
        known = any(press.id == earlier.id for earlier in incident.presses)
        return incident if known else incident._replace(presses=(*incident.presses, press))
    return Incident(fields["incident"], fields["meeting"], (press,), drill=fields.get("drill", False))


def _sent(incident: Incident, at: float, _: Mapping[str, Any]) -> Incident:
    # Another end after a meeting was found running again opens the question anew: is it over?
    return incident._replace(sent_at=at, over_at=None, end_failed=None)


def _end_failed(incident: Incident, _: float, fields: Mapping[str, Any]) -> Incident:
    return incident._replace(end_failed=fields["code"])


def _over(incident: Incident, at: float, fields: Mapping[str, Any]) -> Incident:
    first = at if incident.first_over_at is None else incident.first_over_at
    return incident._replace(over_at=at, over_proof=fields["proof"], first_over_at=first, again=_closed(incident, at))


def _closed(incident: Incident, at: float) -> tuple[Again, ...]:
    """What it was found running at last, with the time at which it was over again."""
    if not incident.again or incident.again[-1].over_at is not None:
        return incident.again
    return (*incident.again[:-1], incident.again[-1]._replace(over_at=at))


def _held(incident: Incident, at: float, fields: Mapping[str, Any]) -> Incident:
    return incident._replace(held_at=at, held_until=fields["until"], held_proof=fields["proof"])


def _released(incident: Incident, at: float, _: Mapping[str, Any]) -> Incident:
    return incident._replace(released_at=at)


def _by_hand(incident: Incident, _: float, __: Mapping[str, Any]) -> Incident:
    return incident._replace(by_hand=True)


def _counted(incident: Incident, _: float, fields: Mapping[str, Any]) -> Incident:
    return incident._replace(people_out=fields["people"])


def _releasing(incident: Incident, at: float, _: Mapping[str, Any]) -> Incident:
    return incident._replace(releasing_at=at)


# What the guard saw.


def _watched(incident: Incident, _: float, fields: Mapping[str, Any]) -> Incident:
    return incident._replace(watched_until=fields["until"])


def _again(incident: Incident, at: float, fields: Mapping[str, Any]) -> Incident:
    seen = (*incident.again, Again(at, fields["people"]))[-MOST_AGAIN:]
    times = incident.times_again + 1
    return incident._replace(over_at=None, by_hand=False, again=seen, times_again=times, last_again_at=at)


def _again_and_again(incident: Incident, at: float, fields: Mapping[str, Any]) -> Incident:
    return incident._replace(times_again=incident.times_again + fields["times"], last_again_at=at)


def _not_asked(incident: Incident, at: float, fields: Mapping[str, Any]) -> Incident:
    since = at if incident.unseen_since is None else incident.unseen_since
    return incident._replace(unseen_since=since, unseen_code=fields["code"])


def _asked_again(incident: Incident, _: float, __: Mapping[str, Any]) -> Incident:
    return incident._replace(unseen_since=None, unseen_code="")


def _held_longer(incident: Incident, _: float, fields: Mapping[str, Any]) -> Incident:
    until = fields["until"]
    if incident.held_until is None:
        return incident._replace(watched_until=until, kept_longer=True)
    return incident._replace(held_until=until, kept_longer=True)


def _hold_ended(incident: Incident, at: float, _: Mapping[str, Any]) -> Incident:
    return incident._replace(hold_ended_at=at, hold_not_ended=None)


def _hold_not_ended(incident: Incident, _: float, fields: Mapping[str, Any]) -> Incident:
    return incident._replace(hold_not_ended=fields["code"])


_CHANGES = {
    "sent": _sent,
    "end failed": _end_failed,
    "over": _over,
    "held": _held,
    "releasing": _releasing,
    "released": _released,
    "by hand": _by_hand,
    "counted": _counted,
    "watched": _watched,
    "again": _again,
    "again and again": _again_and_again,
    "not asked": _not_asked,
    "asked again": _asked_again,
    "held longer": _held_longer,
    "hold ended": _hold_ended,
    "hold not ended": _hold_not_ended,
}
