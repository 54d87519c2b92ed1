"""From where a meeting takes reports: who shares a source, who does not, and what its owner is told."""

import re
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from pullcord.jobs import meetings
from pullcord.jobs.desk import Desk
from pullcord.jobs.meetings import Refused
from pullcord.practice.hosting import host_one
from pullcord.practice.reporting import SOURCE
from pullcord.practice.rooms import Rooms
from pullcord.safe.keys import Keys
from pullcord.safe.kit import Kits
from pullcord.store.models import Meeting, User
from tests.desk import ADDRESS
from tests.pages import add, signed_in, text_of


def at_janus(desk: Desk, owner: User, *, server: str = "https://meet.example.org/admin", **told: str) -> Meeting:
    secrets = {"admin": "a", "room": "r", "events": "janus:letmein", **told}
    return add(desk, owner, platform="janus", at={"server": server, "room": "r1"}, secrets=secrets)


def source_of(meeting: Meeting) -> str:
    return str(meeting.at.get("events", ""))


def test_the_meetings_of_one_server_and_secret_share_a_source(desk: Desk, owner: User, other: User):
    first, second = at_janus(desk, owner), at_janus(desk, owner)
    assert re.fullmatch("[0-9a-f]{32}", source_of(first))
    assert source_of(second) == source_of(first)
    assert source_of(at_janus(desk, other)) == source_of(first), "whoever knows the secret"
    assert {kit.meeting.id for kit in desk.kits.hearing("janus", source_of(first))} >= {first.id, second.id}


def test_another_secret_or_another_server_is_another_source(desk: Desk, owner: User):
    sources = [
        source_of(at_janus(desk, owner)),
        source_of(at_janus(desk, owner, events="janus:another")),
        source_of(at_janus(desk, owner, server="https://elsewhere.example.org/admin")),
    ]
    assert len(set(sources)) == 3


def test_the_source_s_name_tells_nothing_of_the_secret(desk: Desk, owner: User):
    assert "letmein" not in source_of(at_janus(desk, owner))


def test_a_source_keeps_its_name_when_the_key_is_changed(desk: Desk, owner: User):
    first = at_janus(desk, owner)
    keys = Keys([Fernet.generate_key(), *desk.keys._lines])
    later = desk._replace(keys=keys, kits=Kits(desk.config.path("stop", "kits"), keys))
    assert source_of(at_janus(later, owner)) == source_of(first)


def test_without_a_secret_for_reports_nothing_is_listened_to(desk: Desk, owner: User):
    meeting = at_janus(desk, owner, events="")
    assert source_of(meeting) == ""
    assert "reports" not in text_of(signed_in(owner).get(f"/meetings/{meeting.id}"))


def test_a_name_that_its_owner_chose_stays_and_one_that_no_address_can_end_in_is_refused(desk: Desk, owner: User):
    place = {"server": "http://127.0.0.1:1", "room": "r1"}
    told = {"admin": "a", "events": "a secret"}
    chosen = add(desk, owner, at={**place, "events": "meet-1.example"}, secrets=told)
    assert source_of(chosen) == "meet-1.example"
    for unfit in ("a/b", "x" * 65, "ä", "a b"):
        with pytest.raises(Refused, match="letters, digits"):
            add(desk, owner, at={**place, "events": unfit}, secrets=told)


def test_with_a_new_credential_the_source_is_a_new_one(desk: Desk, owner: User):
    meeting = at_janus(desk, owner)
    at = {"server": "https://meet.example.org/admin", "room": "r2"}
    moved = meetings.move(desk, owner, meeting.id, at=at, secrets={"admin": "a", "events": "janus:new"})
    assert source_of(moved) not in ("", source_of(meeting))


def test_its_owner_is_shown_where_the_server_has_to_report_and_no_secret(desk: Desk, owner: User):
    meeting = at_janus(desk, owner)
    page = signed_in(owner).get(f"/meetings/{meeting.id}").content.decode()
    assert f"{ADDRESS}/events/janus/{source_of(meeting)}" in page
    assert "letmein" not in page


def test_a_practice_meeting_listens_by_itself(desk: Desk, owner: User):
    rooms = Rooms(Path(desk.config.path("practice")))
    first, second = host_one(rooms, desk, str(owner.pk)), host_one(rooms, desk, str(owner.pk))
    assert {kit.meeting.id for kit in desk.kits.hearing("practice", SOURCE)} == {first, second}
    assert "/events/" not in signed_in(owner).get(f"/meetings/{first}").content.decode()
