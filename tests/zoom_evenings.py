"""An evening on the stand-in for Zoom: people come and go, it is ended, and what was reported of it is folded, whatever the weather."""

from collections.abc import Mapping
from typing import Final

from pullcord.core.roster import Roster
from pullcord.platforms.zoom_events import hear
from pullcord.words import Meeting
from tests.desk import Clock
from tests.fakes.zoom.account import Account
from tests.fakes.zoom.deliver import Delivery, Weather

HERE: Final = Meeting("m", "Tasting", "zoom", {"account": "a", "client": "c", "room": "85746065432"}, {})


def folded(seed: int, weather: Weather, *, people: int = 12) -> tuple[set[str], set[str]]:
    """Who came in one meeting, and who is on the roster once everything was delivered that ever is."""
    clock, roster = Clock(), Roster()
    account = Account(clock=clock, seed=seed)
    here = HERE._replace(secrets={"events": account.event_secret})

    def post(headers: Mapping[str, str], body: bytes) -> int:
        for event in hear(here, headers, body, now=clock.now).events:
            roster.report(event, received_at=clock.now)
        return 204

    delivery = Delivery(account, post, types=None, weather=weather, seed=seed)
    meeting = account.schedule()
    inside = []
    for number in range(people):
        inside.append(account.join(meeting, f"Guest {number}", password=meeting.password))
        clock.now += 7
        if number % 3 == 2:
            account.leave(meeting, inside[number - 1])
        delivery.run()
    account.end(meeting)
    clock.now += 200
    delivery.run()
    return {one.uuid for one in inside}, {one.person.key for one in roster.presences()}
