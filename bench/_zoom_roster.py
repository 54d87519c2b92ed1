"""Who was there, over a thousand evenings of the stand-in: reports that come twice, late and in any order; and some that never come."""

from typing import Final, NamedTuple

from bench._rows import Row
from tests.fakes.zoom.deliver import Weather
from tests.zoom_evenings import folded

EVENINGS: Final = 1_000
PEOPLE: Final = 20
BAD: Final = Weather(twice=0.05, late=0.2)
LOSING: Final = Weather(twice=0.05, late=0.2, lost=0.01)


class Counted(NamedTuple):
    came: int
    listed: int
    made_up: int


def rows() -> list[Row]:
    bad, losing = _over(BAD), _over(LOSING)
    goal = "100 % of those who joined, and nobody else"
    return [
        Row(
            f"who was there, {EVENINGS:,} meetings, 5 % twice, 20 % late and out of order",
            "%",
            _share(bad),
            goal=goal,
            holds=bad.listed == bad.came and not bad.made_up,
        ),
        Row("  people who joined", "people", float(bad.came)),
        Row(
            "  listed, and never there",
            "people",
            float(bad.made_up + losing.made_up),
            goal="none",
            holds=not losing.made_up,
        ),
        Row("  the same where 1 % of the reports never come, by reports alone", "%", _share(losing)),
    ]


def _over(weather: Weather) -> Counted:
    evenings = [folded(seed, weather, people=PEOPLE) for seed in range(EVENINGS)]
    came = sum(len(came) for came, _ in evenings)
    listed = sum(len(came & listed) for came, listed in evenings)
    return Counted(came, listed, sum(len(listed - came) for came, listed in evenings))


def _share(counted: Counted) -> float:
    return 100 * counted.listed / counted.came
