"""What an incident and a platform are, in the words of a page. It decides nothing: it reads what is written down."""

from collections.abc import Mapping
from math import ceil
from typing import Literal, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext

from pullcord.core.incident import Again, Incident, Press
from pullcord.jobs.desk import Desk
from pullcord.jobs.stop import own_hands
from pullcord.platforms import KNOWN, platform
from pullcord.safe.kit import Kit, KitUnreadable
from pullcord.words import Limits, PlatformError

Stage = Literal["asking", "by hand", "barred", "watched", "opening", "hold ended", "open door", "back in"]
MOST_TOLD = 5

DOORS = {
    "cord": lazy("by their own link"),
    "command line": lazy("from the server's command line"),
    "api": lazy("by a program"),
    "host page": lazy("from their page"),
    "recovery": lazy("after a restart of the server"),
    "guard": lazy("by this server, which keeps it ended"),
}


class Who(NamedTuple):
    name: str
    door: str
    at: float
    link: str | None
    """The id of the watcher's link that was pressed; None = another door."""


def stage(incident: Incident, now: float) -> Stage:
    """Where it stands. It is never called over before the platform was asked and said so."""
    if incident.is_released:
        return "back in"
    if incident.hold_ended_at is not None:
        return "hold ended"
    if not incident.is_over:
        return "by hand" if incident.by_hand else "asking"
    if incident.is_held(now):
        return "barred"
    if incident.is_watched(now):
        return "watched"
    return "open door" if incident.held_until is None else "opening"


class Back(NamedTuple):
    """The meeting was started again, and ended again."""

    at: float
    people: int | None
    seconds: int | None
    """Within how many whole seconds it was over again; None = it is not."""


def came_back(incident: Incident) -> list[Back]:
    """The last times, newest first."""
    return [_back(again) for again in reversed(incident.again[-MOST_TOLD:])]


def _back(again: Again) -> Back:
    return Back(again.at, again.people, None if again.over_at is None else max(1, ceil(again.over_at - again.at)))


def practice_pages(kit: Kit | None) -> Mapping[str, str]:
    """Where its owner finds the practice room's pages: `host`, `simulated`, `intruder`. Empty for a real meeting."""
    known = kit.meeting.secrets if kit is not None and kit.meeting.platform == "practice" else {}
    if not {"stage", "way in host", "way in intruder"} <= known.keys():
        return {}
    return {
        "host": f"/practice/r/{known['way in host']}",
        "simulated": f"/practice/stage/{known['stage']}",
        "intruder": f"/practice/r/{known['way in intruder']}",
    }


def limits_of(name: str) -> Limits | None:
    try:
        return platform(name).limits
    except PlatformError:
        return None


def title_of(name: str) -> str:
    limits = limits_of(name)
    return name if limits is None else limits.title


def hands_of(name: str | None) -> tuple[str, ...]:
    return own_hands(name or "")


def known() -> list[tuple[str, Limits]]:
    return [(name, limits) for name in KNOWN if (limits := limits_of(name)) is not None]


def kit_of(desk: Desk, meeting_id: str) -> Kit | None:
    """None also where the kit cannot be read: the page says less, it does not break."""
    try:
        return desk.kits.read(meeting_id)
    except (KitUnreadable, FileNotFoundError):
        return None


def pressers(incident: Incident, kit: Kit | None, names: Mapping[str, str]) -> list[Who]:
    """Everybody who pressed, once each, in their order. `names`: of accounts, by `user:<id>`."""
    first = {press.by: press for press in reversed(incident.presses)}
    return [_who(press, kit, names) for press in sorted(first.values(), key=lambda press: press.at)]


def names_in(kit: Kit | None) -> dict[str, str]:
    """Of those who hold a link or a token, by its id."""
    if kit is None:
        return {}
    return {token.id: token.name for token in kit.tokens} | {cord.id: cord.who for cord in kit.cords}


def _who(press: Press, kit: Kit | None, names: Mapping[str, str]) -> Who:
    links = {cord.id for cord in kit.cords} if kit else set()
    known = names_in(kit).get(press.by) or names.get(press.by)
    name = known or (_("Somebody") if press.door == "command line" else _("Somebody whose link or account is gone"))
    return Who(name, str(DOORS.get(press.door, press.door)), press.at, press.by if press.by in links else None)


def can_and_cannot(limits: Limits) -> tuple[list[str], list[str]]:
    """The platform's limits as sentences: what it can do, and what it cannot."""
    can: list[str] = []
    cannot: list[str] = []
    for holds, yes, no in _sentences(limits):
        (can if holds else cannot).append(yes if holds else no)
    return can, cannot


def _sentences(limits: Limits) -> list[tuple[bool, str, str]]:
    return [
        (limits.end in ("sync", "async", "linear"), _end(limits), _end(limits)),
        (limits.keep_ended != "none", _keep(limits), _keep(limits)),
        (
            limits.kick_is_ban,
            _("Somebody who is removed does not get in again with the same invitation."),
            _("Somebody who is removed can come in again with the same invitation."),
        ),
        (
            limits.tells_of_tries,
            _("It says whether somebody tried to come back in."),
            _("It does not say whether somebody tried to come back in."),
        ),
        (
            limits.emails == "verified",
            _("It tells the checked e-mail addresses of those who were there."),
            _emails(limits),
        ),
        (limits.recordings != "separately", _recordings(limits), _recordings(limits)),
    ]


def _end(limits: Limits) -> str:
    seconds = ceil(limits.over_within_seconds)
    return {
        "sync": ngettext(
            "One press ends the meeting for everyone, within a second.",
            "One press ends the meeting for everyone, within %(n)s seconds.",
            seconds,
        )
        % {"n": seconds},
        "async": ngettext(
            "One press ends the meeting for everyone; it can take a second.",
            "One press ends the meeting for everyone; it can take %(n)s seconds.",
            seconds,
        )
        % {"n": seconds},
        "linear": _("One press removes people one after the other; with many people it takes longer."),
        "freeze": _("It cannot end a meeting from outside. It can only be silenced; you end it yourself."),
        "none": _("It cannot end a meeting from outside. You end it yourself, with its own buttons."),
    }[limits.end]


def _keep(limits: Limits) -> str:
    return {
        "native": _("It keeps everybody out until you let them back in."),
        "recipe": _("It keeps everybody out by several settings that are changed together."),
        "guard": _("It cannot bar the way back. A meeting that is started again is ended again."),
        "none": _("It cannot bar the way back. Do not use the old link again."),
    }[limits.keep_ended]


def _emails(limits: Limits) -> str:
    if limits.emails == "self-declared":
        return _("E-mail addresses are what people typed themselves. They prove nothing.")
    return _("It tells no e-mail addresses of those who were there.")


def _recordings(limits: Limits) -> str:
    return {
        "end with the meeting": _("Recordings and streams end with the meeting."),
        "separately": _("Recordings and streams go on by themselves: stop them separately."),
        "none": _("It makes no recordings."),
    }[limits.recordings]
