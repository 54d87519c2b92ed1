"""What the server counts of itself, for whoever watches over it. Of people and meetings: how many, never which."""

import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final, Protocol

from pullcord.edge.metrics import Count
from pullcord.jobs import checked
from pullcord.jobs.desk import Desk
from pullcord.jobs.guard import Guard
from pullcord.safe.inbox import Broken, Inbox
from pullcord.safe.kit import Kit

MOST_UNFOLDED = 1000


class Trouble(Protocol):
    """What is broken now."""

    def of(self, part: str) -> str | None: ...

    def sentence(self) -> str | None:
        """What `/health` and the banner go by: None = nothing is."""


class Sources:
    """Where the figures come from."""

    def __init__(self, desk: Desk, guard: Guard, inbox: Inbox, trouble: Trouble) -> None:
        self.desk, self.guard, self.inbox, self.trouble = desk, guard, inbox, trouble


Figure = Callable[[Sources], Iterable[Count]]


def _one(name: str, figure: Callable[[Sources], float]) -> Figure:
    return lambda sources: [Count(name, figure(sources))]


def _meetings(sources: Sources) -> Iterator[Count]:
    kits = list(sources.desk.kits.all())
    for platform, many in sorted(Counter(kit.meeting.platform for kit in kits if isinstance(kit, Kit)).items()):
        yield Count("pullcord_meetings", many, {"platform": platform})


def _presses(sources: Sources) -> float:
    return sum(line.kind == "pressed" for line in sources.desk.means.book.told())


def _holds(sources: Sources) -> float:
    now = sources.desk.means.clock()
    return sum(one.is_held(now) for one in sources.desk.means.book.all())


def _checked(sources: Sources) -> Iterator[Count]:
    for how, many in sorted(checked.counts(sources.desk).items()):
        yield Count("pullcord_checked", many, {"result": how})


def _unfolded(sources: Sources) -> Iterator[Count]:
    """No figure, rather than a wrong one, where the inbox cannot be asked."""
    try:
        yield Count("pullcord_inbox_waiting", len(sources.inbox.unfolded(most=MOST_UNFOLDED)))
    except Broken:
        return


FIGURES: Final[Mapping[str, Figure]] = {
    "pullcord_full": lambda s: [Count("pullcord_full", s.trouble.sentence() is None)],
    "pullcord_engine_runs": _one("pullcord_engine_runs", lambda s: s.trouble.of("engine") is None),
    "pullcord_meetings": _meetings,
    "pullcord_kits_unreadable": _one(
        "pullcord_kits_unreadable", lambda s: sum(not isinstance(kit, Kit) for kit in s.desk.kits.all())
    ),
    "pullcord_presses": _one("pullcord_presses", _presses),
    "pullcord_holds": _one("pullcord_holds", _holds),
    "pullcord_guard_turn_age_seconds": _one("pullcord_guard_turn_age_seconds", lambda s: s.guard.turn_age_seconds()),
    "pullcord_journal_lines_late": _one("pullcord_journal_lines_late", lambda s: len(s.desk.means.journal.late())),
    "pullcord_inbox_waiting": _unfolded,
    "pullcord_checked": _checked,
    "pullcord_disk_free_bytes": _one("pullcord_disk_free_bytes", lambda s: shutil.disk_usage(s.desk.config.data).free),
}
"""By name; each has its line in the reference."""


def counts(sources: Sources) -> Iterator[Count]:
    for figure in FIGURES.values():
        yield from figure(sources)
