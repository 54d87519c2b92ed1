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

    def takes_presses(self, now: float) -> bool:
        """Whether a further press on the meeting belongs to this incident: until people are let back in, or the bar's day ends."""
        if self.is_released:
            return False
        return now < (self.held_until or self.pressed_at + NO_HOLD_SECONDS)

    def seconds_until_over(self) -> float | None:
        return None if self.over_at is None else self.over_at - self.pressed_at


NO_HOLD_SECONDS = 24 * 60 * 60.0
"""How long presses join one incident where no bar stands: the day that a bar would have stood."""


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
    return incident._replace(over_at=at, over_proof=fields["proof"])


def _held(incident: Incident, at: float, fields: Mapping[str, Any]) -> Incident:
    return incident._replace(held_at=at, held_until=fields["until"], held_proof=fields["proof"])


def _released(incident: Incident, at: float, _: Mapping[str, Any]) -> Incident:
    return incident._replace(released_at=at)


def _by_hand(incident: Incident, _: float, __: Mapping[str, Any]) -> Incident:
    return incident._replace(by_hand=True)


def _counted(incident: Incident, _: float, fields: Mapping[str, Any]) -> Incident:
    return incident._replace(people_out=fields["people"])


_CHANGES = {
    "sent": _sent,
    "end failed": _end_failed,
    "over": _over,
    "held": _held,
    "released": _released,
    "by hand": _by_hand,
    "counted": _counted,
}
