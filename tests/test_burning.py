"""The burning house: whatever is broken, every press ends its meeting once, and no right that was taken away works."""

import os
from pathlib import Path

import pytest

from tests.burning.fires import FIRES, end_all, house_for, why_not
from tests.burning.house import not_written_down, rights_that_still_work, what_the_kit_did_not_keep
from tests.burning.platform import counting

pytestmark = pytest.mark.servers

STOPS = 200
GUESTS = 10


def leave_out_unless_all(reason: str | None) -> None:
    if reason is None:
        return
    if os.environ.get("PULLCORD_TEST_ALL") == "1":
        pytest.fail(f"{reason} PULLCORD_TEST_ALL=1 leaves nothing out.", pytrace=False)
    pytest.skip(reason)


@pytest.mark.timeout(120)
@pytest.mark.parametrize("name", FIRES)
def test_every_press_ends_its_meeting_once_and_no_dead_link_does_although(name: str, tmp_path: Path):
    leave_out_unless_all(why_not(FIRES[name]))
    with counting(tmp_path) as ground, house_for(name, tmp_path, ground, meetings=STOPS, guests=GUESTS) as now:
        with FIRES[name].during(now):
            result = end_all(now, name)
            assert (result.stops, result.failed, result.doubled) == (STOPS, [], [])
            assert not FIRES[name].is_served or rights_that_still_work(now) == []
            assert what_the_kit_did_not_keep(now, is_served=FIRES[name].is_served) == []
        assert not_written_down(now) == [], "once the fire is out, every stop is in the journal"
