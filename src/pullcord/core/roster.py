"""Who was there: folds doubled, late, reordered and missing reports, and what was seen by asking, into presence.

What counts is when a thing happened, not when we heard of it. A hint, which nobody signed, can put somebody on the roster
and takes nobody off: that is left to the platform's own list.
"""

from collections.abc import Iterable, Mapping
from typing import Final, Literal, NamedTuple

from pullcord.words import Event, Person

MOST_SIGNS: Final = 64
"""Of one presence. What is dropped then is from the middle: when they first came, and what they did last, stays."""
MOST_PRESENCES: Final = 10_000
"""Of one meeting: whoever comes back a thousand times under a new name must not fill the memory."""
AHEAD_SECONDS: Final = 300.0
"""A time later than this is nobody's: then it happened when we heard of it."""

Kind = Literal["left", "absent", "came", "seen"]
RANK: Final[Mapping[Kind, int]] = {"left": 0, "absent": 0, "came": 1, "seen": 1}
"""At the very same time, whoever is here has come back."""


class Sign(NamedTuple):
    """What is known of somebody at one time."""

    at: float
    kind: Kind

    @property
    def is_in(self) -> bool:
        return self.kind in ("came", "seen")


class Span(NamedTuple):
    """From when to when somebody was in. Seconds since 1970, UTC."""

    since: float | None
    """None = before the first that we heard of them."""
    until: float | None
    """None = they are in, as far as we know."""


class Presence(NamedTuple):
    person: Person
    spans: tuple[Span, ...]

    @property
    def is_in(self) -> bool:
        return any(span.until is None for span in self.spans)


class _Known(NamedTuple):
    person: Person
    signs: tuple[Sign, ...]


class Roster:
    """Of one meeting. Every report and every look may be given twice, and in any order."""

    def __init__(self) -> None:
        self._known: dict[str, _Known] = {}
        self._looked: tuple[float, frozenset[str]] | None = None
        self._ended: float | None = None

    def report(self, event: Event, *, received_at: float) -> None:
        at = _time(event, received_at)
        if event.kind == "ended" and event.trusted:
            self._ended = max(at, self._ended or at)
        elif event.person is not None and event.kind in ("joined", "left") and self._has_room_for(event.person):
            known = self._known.get(event.person.key)
            person = event.person if known is None else _merged(known.person, event.person)
            self._know(person, _sign_of(event, at))

    def look(self, people: Iterable[Person], *, at: float) -> None:
        """The platform was asked, and these were in: then nobody else was."""
        listed = {person.key: person for person in people}
        for key, person in listed.items():
            came = (person.since,) if person.since is not None and person.since < at else ()
            known = self._known.get(key)
            # The invitation as an event tells it stays: what a list says may be the participant's own word (Janus).
            proven = None if known is None else known.person.invite
            told = person if known is None else _merged(known.person, person)._replace(invite=proven or person.invite)
            self._know(told, *(Sign(time, "came") for time in came), Sign(at, "seen"))
        for key in self._known.keys() - listed.keys():
            self._miss(key, at)
        if self._looked is None or at >= self._looked[0]:
            self._looked = at, frozenset(listed)

    def presences(self) -> list[Presence]:
        """Everyone who was there, in the order in which we heard of them. One invitation is one person."""
        found: dict[str, Presence] = {}
        for key, known in self._known.items():
            now = Presence(known.person, _spans(self._all_signs(key, known.signs)))
            who = f"invite {known.person.invite}" if known.person.invite else f"presence {key}"
            found[who] = _joined(found[who], now) if who in found else now
        return [_since_first(presence) for presence in found.values()]

    def _has_room_for(self, person: Person) -> bool:
        return person.key in self._known or len(self._known) < MOST_PRESENCES

    def _know(self, person: Person, *signs: Sign | None) -> None:
        known = self._known.get(person.key)
        self._known[person.key] = _Known(person, () if known is None else known.signs)
        for sign in signs:
            if sign is not None:
                self._add(person.key, sign)

    def _add(self, key: str, sign: Sign) -> None:
        known = self._known[key]
        if sign not in known.signs:
            signs = _needed(sorted({*known.signs, sign}, key=_order))
            self._known[key] = known._replace(signs=signs)

    def _miss(self, key: str, at: float) -> None:
        """Not among those listed. Of one who had gone before, that is no news."""
        signs = self._known[key].signs
        if signs and (signs[-1].is_in or signs[-1].at > at):
            self._add(key, Sign(at, "absent"))

    def _all_signs(self, key: str, signs: tuple[Sign, ...]) -> list[Sign]:
        """With what was said of everybody, which whoever is heard of late has missed."""
        more = [] if self._ended is None else [Sign(self._ended, "absent")]
        if self._looked is not None and key not in self._looked[1]:
            more.append(Sign(self._looked[0], "absent"))
        return sorted([*signs, *more], key=_order)


def _time(event: Event, received_at: float) -> float:
    if not event.trusted or event.at is None or event.at > received_at + AHEAD_SECONDS:
        return received_at
    return event.at


def _order(sign: Sign) -> tuple[float, int]:
    return sign.at, RANK[sign.kind]


def _needed(signs: list[Sign]) -> tuple[Sign, ...]:
    """Without the looks that say nothing new: in between two others, or out after they were out."""
    kept = [
        sign for n, sign in enumerate(signs) if not _says_nothing_new(signs[max(0, n - 1) : n], sign, signs[n + 1 :])
    ]
    return tuple(kept[:1] + kept[1:][1 - MOST_SIGNS :])


def _says_nothing_new(before: list[Sign], sign: Sign, after: list[Sign]) -> bool:
    if sign.kind == "absent":
        return bool(before) and not before[0].is_in
    return sign.kind == "seen" and bool(before and after) and before[0].is_in and after[0].is_in


def _spans(signs: list[Sign]) -> tuple[Span, ...]:
    spans: list[Span] = []
    since: float | None = None
    for sign in signs:
        if sign.is_in:
            since = sign.at if since is None else since
        elif since is not None:
            spans.append(Span(since, sign.at))
            since = None
        elif sign.kind == "left" and not spans:
            spans.append(Span(None, sign.at))  # that they came was lost on the way
    return tuple(spans) if since is None else (*spans, Span(since, None))


def _sign_of(event: Event, at: float) -> Sign | None:
    """None = somebody unsigned says that they have left: that they were there is all we take from it."""
    if event.kind == "joined":
        return Sign(at, "came")
    return Sign(at, "left") if event.trusted else None


def _merged(before: Person, now: Person) -> Person:
    """What is told now, and of what is not told, what was told before."""
    return now._replace(**{field: old for field, old in before._asdict().items() if getattr(now, field) is None})


def _joined(before: Presence, now: Presence) -> Presence:
    spans = sorted({*before.spans, *now.spans}, key=lambda span: span.since or 0.0)
    return Presence(_merged(before.person, now.person), tuple(spans))


def _since_first(presence: Presence) -> Presence:
    """With the time at which they first came, where we know it."""
    if not presence.spans or presence.spans[0].since is None:
        return presence
    return presence._replace(person=presence.person._replace(since=presence.spans[0].since))
