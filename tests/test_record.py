"""Taking in what the journal brings: once, whole, and whatever is known or not known here."""

import threading
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from pullcord.core.timeline import head_of, verify
from pullcord.jobs import meetings, press, record
from pullcord.jobs.desk import Desk
from pullcord.jobs.stop import stop
from pullcord.platforms.wire import Reply
from pullcord.safe.kit import Kit
from pullcord.store import NotFound, incidents, people
from pullcord.store import meetings as kept
from pullcord.words import Person

PLACE: dict[str, Any] = {"at": {"server": "http://127.0.0.1:1", "room": "r1"}, "secrets": {"admin": "k" * 32}}


def kit_of(desk: Desk, meeting) -> Kit:
    kit = desk.kits.read(meeting.id)
    assert kit is not None
    return kit


def end(desk: Desk, kit: Kit, *, by: str) -> str:
    """End it as the first to press, and wait for all that goes on beside the answer. The incident's id."""
    there = threading.Event()

    def keep(incident: str, meeting: str, people: list[Person] | None) -> None:
        desk.rosters.keep(incident, meeting, people)
        there.set()

    told = stop(kit, desk.means._replace(keep_roster=keep), by=by, door="cord")
    assert told.error is None
    assert there.wait(5)
    assert desk.means.journal.flush(wait_seconds=5)
    return told.incident.id


@pytest.fixture
def meeting(desk, owner, room):
    return meetings.add(desk, owner, name="Choir", platform="practice", **PLACE)


@pytest.fixture
def cord(desk, owner, meeting):
    return meetings.give_cord(desk, owner, meeting.id, who="Carla").cord


@pytest.fixture
def pressed(desk, meeting, cord) -> str:
    """The id of an incident: Carla pressed, it is over and barred, nothing is taken in yet."""
    return end(desk, kit_of(desk, meeting), by=cord.id)


def test_an_incident_is_taken_in_with_its_times_its_presser_and_every_line_in_order(desk, owner, meeting, pressed):
    assert record.untaken(desk) == [pressed]
    record.take_in(desk, pressed)
    assert record.untaken(desk) == []
    incident = incidents.find(owner, pressed)
    assert incident.meeting == meeting
    assert incident.pressed_at is not None
    assert incident.over_at is not None
    assert incident.held_until is not None
    assert incident.seconds_until_over == 0.0
    assert incident.people_out == 2
    assert (incident.released_at, incident.by_hand) == (None, False)
    assert incident.drill, "what happens in a practice meeting is a drill"
    assert [(one.name, one.door) for one in incidents.presses(owner, pressed)] == [("Carla", "cord")]
    kinds = [entry.kind for entry in incidents.entries(owner, pressed)]
    assert kinds[0] == "pressed"
    assert {"sent", "answered", "held", "over", "counted", "roster"} <= set(kinds)


def test_taken_in_twice_is_once(desk, owner, pressed):
    record.take_in(desk, pressed)
    before = incidents.entries(owner, pressed), incidents.presses(owner, pressed), people.of_incident(owner, pressed)
    record.take_in(desk, pressed)
    assert record.take_in_all(desk) == []
    after = incidents.entries(owner, pressed), incidents.presses(owner, pressed), people.of_incident(owner, pressed)
    assert after == before


def test_taken_in_by_two_at_once_is_once(desk, owner, pressed):
    def work() -> None:
        record.take_in(desk, pressed)
        connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(incidents.presses(owner, pressed)) == 1
    entries = incidents.entries(owner, pressed)
    assert verify(entries) is None
    assert len({entry.mark for entry in entries if entry.mark}) == len([entry for entry in entries if entry.mark])


def test_a_line_that_a_failing_disk_took_twice_is_one_entry(desk, owner, pressed):
    journal = Path(desk.means.journal.path)
    journal.write_bytes(journal.read_bytes() * 2)
    record.take_in(desk, pressed)
    entries = incidents.entries(owner, pressed)
    assert len([entry for entry in entries if entry.kind == "pressed"]) == 1
    assert record.untaken(desk) == []


def test_what_comes_later_is_added_to_the_same_chain(desk, owner, meeting, pressed):
    record.take_in(desk, pressed)
    head = head_of(incidents.entries(owner, pressed))
    meetings.let_back_in(desk, owner, meeting.id)
    assert record.untaken(desk) == [pressed]
    record.take_in(desk, pressed)
    entries = incidents.entries(owner, pressed)
    assert verify(entries, head) is None
    assert [entry.kind for entry in entries[head.length :]] == ["releasing", "released"]
    assert entries[-1].fields["by"] == incidents.name_of(owner)
    assert incidents.find(owner, pressed).released_at is not None


def test_the_roster_is_taken_and_then_the_file_is_dropped(desk, owner, pressed):
    assert desk.rosters.waiting() == [pressed]
    record.take_in(desk, pressed)
    assert desk.rosters.waiting() == []
    assert [person.name for person in people.of_incident(owner, pressed)] == ["Ann", "Ben"]
    roster = next(entry for entry in incidents.entries(owner, pressed) if entry.kind == "roster")
    assert roster.fields["people"] == 2
    assert all(people.is_in_the_chain(person, roster.fields["who"]) for person in people.of_incident(owner, pressed))
    assert "Ann" not in str(incidents.entries(owner, pressed))


def test_a_roster_that_comes_late_or_again_adds_only_who_is_not_there_yet(desk, owner, pressed):
    record.take_in(desk, pressed)
    desk.rosters.keep(pressed, "", [Person("p2", "Ben"), Person("p3", None)])
    assert record.untaken(desk) == [pressed]
    record.take_in(desk, pressed)
    assert sorted(person.handle for person in people.of_incident(owner, pressed)) == ["p1", "p2", "p3"]
    rosters = [entry for entry in incidents.entries(owner, pressed) if entry.kind == "roster"]
    assert [entry.fields["people"] for entry in rosters] == [2, 1]


def test_a_crash_between_the_store_and_the_file_keeps_everyone_once(desk, owner, pressed):
    roster = desk.rosters.read(pressed)
    assert roster is not None
    record.take_in(desk, pressed)
    desk.rosters.keep(pressed, "", roster)
    record.take_in(desk, pressed)
    assert len(people.of_incident(owner, pressed)) == 2
    assert len([entry for entry in incidents.entries(owner, pressed) if entry.kind == "roster"]) == 1


def test_what_no_database_can_keep_keeps_nothing_else_from_being_taken_in(desk, owner, meeting, pressed):
    nul, half = chr(0), chr(0xD83D)
    desk.rosters.keep(
        pressed, "", [Person(f"p9{nul}", f"Zo{half}e{nul}", email=f"z{nul}@example.org", invite="i" * 99)]
    )
    proof = f"204 {nul}{half}"
    desk.means.journal.append("held", meeting=meeting.id, incident=pressed, until=1_800_000_900.0, proof=proof)
    desk.means.journal.append("counted", meeting=meeting.id, incident=pressed, people=10**12)
    desk.means.journal.append("pressed in vain", meeting=meeting.id, by=f"x{nul}" * 99, door="cord")
    record.take_in_all(desk)
    assert record.untaken(desk) == []
    assert desk.rosters.waiting() == []
    assert ("Zo\ufffde\ufffd", "z\ufffd@example.org") in [
        (one.name, one.email) for one in people.of_incident(owner, pressed)
    ]
    entries = incidents.entries(owner, pressed)
    assert verify(entries) is None
    assert "204 \ufffd\ufffd" in [entry.fields.get("proof") for entry in entries]
    assert incidents.find(owner, pressed).people_out is None, "nobody can have counted so many"
    assert len(kept.pressed_in_vain(owner, meeting.id)) == 1


def test_an_unreadable_roster_is_left_where_it_is_and_keeps_nobody_busy(desk, pressed):
    record.take_in(desk, pressed)
    Path(desk.config.path("stop", "rosters", f"{pressed}.roster")).write_bytes(b"x")
    assert record.untaken(desk) == []
    record.take_in(desk, pressed)
    assert desk.rosters.waiting() == [pressed]


def test_three_presses_at_once_are_one_incident_with_three_names(desk, owner, meeting, pressed):
    token = meetings.give_token(desk, owner, meeting.id, name="The red button").token
    for by, door in ((token.id, "api"), (incidents.name_of(owner), "host page"), ("nobody we know", "command line")):
        stop(kit_of(desk, meeting), desk.means, by=by, door=door)  # type: ignore[arg-type]  # each is a door
    desk.means.journal.flush(wait_seconds=2)
    assert record.untaken(desk) == [pressed]
    record.take_in(desk, pressed)
    assert [one.name for one in incidents.presses(owner, pressed)] == ["Carla", "The red button", "Anna Owner", None]


def test_a_press_after_people_were_let_in_is_another_incident(desk, owner, meeting, pressed):
    meetings.let_back_in(desk, owner, meeting.id)
    second = end(desk, kit_of(desk, meeting), by="x")
    assert record.take_in_all(desk) == [pressed, second]
    assert {one.id for one in incidents.of_meeting(owner, meeting.id)} == {pressed, second}
    assert incidents.find(owner, pressed).released_at is not None
    assert incidents.find(owner, second).released_at is None


def test_a_late_line_of_an_earlier_incident_belongs_to_it(desk, owner, meeting, pressed):
    meetings.let_back_in(desk, owner, meeting.id)
    second = end(desk, kit_of(desk, meeting), by="x")
    desk.means.journal.append("counted", meeting=meeting.id, incident=pressed, people=7)
    record.take_in_all(desk)
    assert incidents.find(owner, pressed).people_out == 7
    assert incidents.find(owner, second).people_out != 7


def test_an_incident_of_a_meeting_that_nobody_here_has_is_recorded_and_follows_the_meeting(
    desk, owner, other, answers, room
):
    meeting = meetings.add(desk, owner, name="Choir", platform="practice", **PLACE)
    kit = kit_of(desk, meeting)
    told = end(desk, kit._replace(meeting=kit.meeting._replace(id="unknown1")), by="a-lost-cord")
    record.take_in(desk, told)
    assert record.untaken(desk) == []
    for user in (owner, other):
        with pytest.raises(NotFound):
            incidents.find(user, told)
    meetings.add(desk, owner, name="Found again", platform="practice", meeting_id="unknown1", **PLACE)
    assert [one.name for one in incidents.presses(owner, told)] == [None]
    assert verify(incidents.entries(owner, told)) is None
    with pytest.raises(NotFound):
        incidents.find(other, told)


def test_a_presser_whom_only_the_kit_knows_has_the_name_of_the_kit(desk, owner, meeting):
    kit = kit_of(desk, meeting)
    cord = meetings.give_cord(desk, owner, meeting.id, who="Carla").cord
    desk.kits.write(kit._replace(cords=(kit_of(desk, meeting).cords[0]._replace(id="kit-only", who="Dora"),)))
    told = end(desk, kit, by="kit-only")
    record.take_in(desk, told)
    assert [one.name for one in incidents.presses(owner, told)] == ["Dora"]
    assert cord.who == "Carla"


def test_an_incident_is_recorded_though_its_kit_is_gone(desk, owner, meeting, pressed):
    desk.kits.forget(meeting.id)
    record.take_in(desk, pressed)
    assert incidents.find(owner, pressed).over_at is not None
    assert record.verify_later(desk, pressed) is None
    assert incidents.entries(owner, pressed)[-1].fields == {"code": "no-kit"}


def test_an_incident_that_the_journal_does_not_tell_of_is_not_made_up(desk, owner):
    record.take_in(desk, "0123456789abcdef")
    assert incidents.all_of(owner) == []
    with pytest.raises(NotFound):
        record.verify_later(desk, "0123456789abcdef")


def test_asked_again_later_what_the_platform_says_is_an_entry(desk, owner, answers, room, pressed):
    record.take_in(desk, pressed)
    assert record.verify_later(desk, pressed) is not None
    room.people = {"p9": "Back again"}
    record.verify_later(desk, pressed)
    answers.say = lambda _: Reply(500, {}, b"")
    record.verify_later(desk, pressed)
    entries = incidents.entries(owner, pressed)
    assert [entry.kind for entry in entries[-3:]] == ["seen over", "seen running", "not seen"]
    assert entries[-3].fields["held"] is True
    assert verify(entries) is None


def test_a_press_in_vain_is_told_to_the_host_and_opens_no_incident(desk, owner, other, meeting, cord):
    desk.means.journal.append("pressed in vain", meeting=meeting.id, by=cord.id, door="cord")
    desk.means.journal.append("no kit", meeting=meeting.id, by=incidents.name_of(owner), door="host page")
    for _ in range(2):
        assert record.take_in_all(desk) == []
    told = [(one.name, one.in_vain) for one in kept.pressed_in_vain(owner, meeting.id)]
    assert told == [("Anna Owner", "no kit"), ("Carla", "pressed in vain")]
    assert incidents.all_of(owner) == []
    with pytest.raises(NotFound):
        kept.pressed_in_vain(other, meeting.id)


def test_a_link_that_took_back_its_own_press_twice_is_put_to_rest(desk, owner, meeting, cord):
    for _ in range(2):
        told = end(desk, kit_of(desk, meeting), by=cord.id)
        press.take_back(kit_of(desk, meeting), cord.id, desk.means)
        assert not kit_of(desk, meeting).cords[0].suspended
        for _ in range(2):
            record.take_in(desk, told)
    assert kit_of(desk, meeting).cords[0].suspended
    meetings.resume_cord(desk, owner, meeting.id, cord.id)
    record.take_in(desk, told)
    assert not kit_of(desk, meeting).cords[0].suspended


def test_the_chain_takes_no_fraction_and_no_person(desk, owner, pressed):
    record.take_in(desk, pressed)
    held = next(entry for entry in incidents.entries(owner, pressed) if entry.kind == "held")
    assert held.fields["until"].endswith("+00:00")
    assert "Carla" not in str(incidents.entries(owner, pressed))
