"""Drills: a practice meeting that stands for a real one, on a link of one's own; kept apart from what happened."""

from datetime import UTC, datetime

import pytest

from pullcord.core.drill import Times
from pullcord.jobs import drills, meetings, own_time, press
from pullcord.jobs.desk import Desk
from pullcord.jobs.meetings import NewCord, Refused
from pullcord.store import NotFound, incidents, organisations, users
from pullcord.store import drills as kept
from pullcord.store import meetings as rows
from pullcord.store.models import Drill, Membership, User
from tests.desk import IN_FILE, Clock
from tests.pages import add, open_room


def practise(desk: Desk, clock: Clock, link: NewCord, *, after: float = 14.0) -> str:
    """They begin, and press on the real page's way; the id of the practice meeting."""
    kit = desk.kits.read(link.cord.meeting_id)
    assert kit is not None
    own_time.start(desk.means, kit.meeting.id, by=link.cord.id)
    clock.now += after
    press.press_cord(kit, kit.cords[0], desk.means)
    return kit.meeting.id


def test_a_host_practises_on_a_meeting_made_for_it_and_hears_their_own_time(desk: Desk, room, clock, owner: User):
    real = add(desk, owner)
    practice = practise(desk, clock, drills.begin(desk, owner, real.id, open_room=open_room))
    (mine,) = drills.past(desk, owner, real.id)
    assert mine.said == "You ended it in 14 seconds. It was over less than a second later."
    assert desk.means.book.latest(real.id) is None, "the real meeting was not touched"
    found = desk.means.book.latest(practice)
    assert found is not None
    assert found.drill


def test_a_watcher_practises_on_a_link_of_their_own_and_the_host_sees_no_time(desk: Desk, room, clock, owner: User):
    real = add(desk, owner)
    cord = meetings.give_cord(desk, owner, real.id, who="Ruth").cord
    link = drills.invite(desk, owner, real.id, cord.id, open_room=open_room)
    practise(desk, clock, link)
    (theirs,) = drills.past(desk, owner, real.id)
    assert (theirs.drill.who, theirs.said) == ("Ruth", "They ended it.")
    assert own_time.of(desk.means, link.cord.meeting_id, by=[link.cord.id]).until_press == 14.0
    assert [one.id for one in rows.cords(owner, real.id)] == [cord.id]


@IN_FILE
def test_a_practice_meeting_stands_in_no_list_of_meetings(desk: Desk, room, owner: User):
    real = add(desk, owner)
    drills.begin(desk, owner, real.id, open_room=open_room)
    assert [one.id for one in rows.all_of(owner)] == [real.id]


@IN_FILE
def test_nobody_begins_for_anothers_meeting_nor_from_a_practice_meeting_nor_without_end(desk: Desk, room, owner, other):
    real = add(desk, owner)
    with pytest.raises(NotFound):
        drills.begin(desk, other, real.id, open_room=open_room)
    links = [drills.begin(desk, owner, real.id, open_room=open_room) for _ in range(drills.MOST_OPEN)]
    with pytest.raises(Refused, match="Too many"):
        drills.begin(desk, owner, real.id, open_room=open_room)
    with pytest.raises(Refused, match="itself"):
        drills.begin(desk, owner, links[0].cord.meeting_id, open_room=open_room)
    with pytest.raises(NotFound):
        drills.past(desk, other, real.id)


def test_what_was_practised_is_put_away_after_an_hour_and_its_time_is_kept(desk: Desk, room, clock, owner: User):
    real = add(desk, owner)
    practice = practise(desk, clock, drills.begin(desk, owner, real.id, open_room=open_room))
    forgotten: list[str] = []
    drills.put_away_due(desk, forgotten.append)
    assert not forgotten
    clock.now += 3600
    drills.put_away_due(desk, forgotten.append)
    drills.put_away_due(desk, forgotten.append)
    assert forgotten == [practice], "once"
    assert desk.kits.read(practice) is None
    incident = desk.means.book.latest(practice)
    assert incident is not None
    assert incident.is_done, "nobody is kept out of anything any more"
    (one,) = drills.past(desk, owner, real.id)
    assert one.said.startswith("You ended it in 14 seconds.")
    assert kept.times_of(Drill.objects.get()) == one.times
    assert not kept.open_of(real)


@IN_FILE
def test_one_that_nobody_used_is_put_away_after_a_day(desk: Desk, room, clock, owner: User):
    real = add(desk, owner)
    drills.begin(desk, owner, real.id, open_room=open_room)
    clock.now += 86_400
    drills.put_away_due(desk, lambda _: None)
    (one,) = drills.past(desk, owner, real.id)
    assert (one.times, one.said) == (Times(), "You have not begun. There is no hurry.")


@IN_FILE
def test_a_lead_reads_what_happened_and_not_what_somebody_practised(desk: Desk, room, clock, owner: User):
    lead = users.add("lea", "a long password")
    Membership.objects.create(
        organisation=organisations.home_of(owner), user=lead, role="lead", since=datetime.now(UTC)
    )
    real = add(desk, owner)
    practice = practise(desk, clock, drills.begin(desk, owner, real.id, open_room=open_room))
    incidents.open_by_hand(owner, incidents.Told("Real", meeting_id=real.id), at=datetime.now(UTC))
    incidents.open_by_hand(owner, incidents.Told("Practised", meeting_id=practice), at=datetime.now(UTC))
    assert {one.title for one in incidents.all_of(owner)} == {"Real", "Practised"}
    assert {one.title for one in incidents.all_of(lead)} == {"Real"}


@IN_FILE
def test_the_next_day_is_suggested_from_the_last_time_and_stands_in_a_calendar_file(desk, room, clock, owner: User):
    real = add(desk, owner)
    practise(desk, clock, drills.begin(desk, owner, real.id, open_room=open_room))
    day = drills.next_date(desk, real, drills.past(desk, owner, real.id))
    assert 85 < (day - datetime.fromtimestamp(clock.now, UTC)).days < 97
    file = drills.calendar(desk, real.id, day)
    assert f"DTSTART:{day.astimezone(UTC):%Y%m%dT%H%M%SZ}".encode() in file
    assert b"Choir" not in file
    assert real.id.encode() not in file
