"""What the test of a connection found, in the words of a page. It decides nothing: it reads what was written down."""

from collections.abc import Iterable
from typing import Final, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from pullcord.jobs import connections as job
from pullcord.jobs.desk import Desk
from pullcord.jobs.looks import EVERY_SECONDS, Look
from pullcord.platforms.findings import Finding
from pullcord.store.models import Connection
from pullcord.web.present import title_of

FEATURES: Final = {
    "stop": lazy("End a meeting for everyone"),
    "hold": lazy("Keep everybody out afterwards"),
    "read-back": lazy("Know that it is really over"),
    "roster": lazy("Say who is in it"),
    "kick": lazy("Remove one person"),
    "hear": lazy("Hear at once who comes and goes"),
    "make": lazy("Make a room for a new meeting"),
}
"""In the order of a page."""
SIGNS: Final = {"yes": "✓", "no": "✗", "unknown": "?"}
ANSWERS: Final = {"yes": lazy("yes"), "no": lazy("no"), "unknown": lazy("not known")}


class Bought(NamedTuple):
    """One feature, and what stands between us and it."""

    feature: str
    sign: str
    answer: str
    permission: str
    why: str


class Row(NamedTuple):
    connection: Connection
    platform: str
    stands: str
    """`well`, `broken`, `unknown`, `old` = the last test was days ago; `never`."""
    look: Look | None

    @property
    def clock(self) -> str:
        return "" if self.look is None else clock_of(self.look)


def bought(features: Iterable[Finding]) -> list[Bought]:
    found = {one.feature: one for one in features}
    return [_bought(str(says), found[name]) for name, says in FEATURES.items() if name in found]


def _bought(says: str, one: Finding) -> Bought:
    return Bought(says, SIGNS[one.answer], str(ANSWERS[one.answer]), one.permission, one.why)


def row(desk: Desk, connection: Connection) -> Row:
    look = job.look_of(desk, connection)
    return Row(connection, title_of(connection.platform), _stands(desk, look), look)


def broken(desk: Desk, connections: Iterable[Connection]) -> list[Row]:
    """Those of which the last test said that they cannot be used."""
    rows = [row(desk, one) for one in connections]
    return [one for one in rows if one.stands == "broken"]


def _stands(desk: Desk, look: Look | None) -> str:
    if look is None:
        return "never"
    return look.how if 0 <= desk.means.clock() - look.at < 2 * EVERY_SECONDS else "old"


def clock_of(look: Look) -> str:
    """Empty where the two agree, or it is not known."""
    if look.ahead_seconds is None or not look.clocks_differ:
        return ""
    seconds = {"seconds": round(abs(look.ahead_seconds))}
    if look.ahead_seconds > 0:
        return (
            _("Its clock is %(seconds)s seconds ahead of this server’s. One of the two is wrong: have it set.")
            % seconds
        )
    return _("Its clock is %(seconds)s seconds behind this server’s. One of the two is wrong: have it set.") % seconds
