"""Put away what was kept long enough, once a day, and write down what was done."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import NamedTuple

from pullcord.core.retention import is_allowed
from pullcord.jobs.desk import Desk
from pullcord.jobs.erase import lines_of
from pullcord.jobs.meetings import Refused
from pullcord.store import retention
from pullcord.store.models import Presence, User


class PutAway(NamedTuple):
    people: int
    incidents: int
    looks: int
    words: int
    """On how many records."""


def choose(desk: Desk, owner: User, *, people_days: int, looks_days: int, words_days: int) -> None:
    """Raises NotFound, Refused."""
    if not is_allowed(people_days, looks_days, words_days):
        raise Refused("bad-keeping", "Who looked is kept at least as long as the names. Choose again.")
    retention.choose(owner, people_days=people_days, looks_days=looks_days, words_days=words_days, at=now(desk))


def put_away(desk: Desk) -> PutAway:
    """All that is due. Raises OSError where the list of the erased cannot be written: of that incident all is kept."""

    def listed(people: Iterable[Presence]) -> None:
        desk.gone.add(*(line for person in people for line in lines_of(desk, person)))

    at, counts = now(desk), []
    for incident_id in retention.due(at):
        desk.means.turns.let_others_send()
        counts.append(retention.put_away_people(incident_id, at=at, listed=listed))
    looks, words = retention.put_away_looks(at), retention.put_away_words(at)
    done = PutAway(sum(counts), sum(1 for count in counts if count), looks, words)
    if any(done):
        retention.forget()
    return done


def now(desk: Desk) -> datetime:
    return datetime.fromtimestamp(desk.means.clock(), UTC)
