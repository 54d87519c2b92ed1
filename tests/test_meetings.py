"""Meetings, links and tokens: the stop kit is rewritten before anything is shown as done, or nothing was done."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pullcord.jobs import meetings, press
from pullcord.jobs.desk import Desk
from pullcord.jobs.stop import Pressed, stop
from pullcord.safe.keys import digest
from pullcord.safe.kit import Kit
from pullcord.store import NotFound
from pullcord.store import meetings as kept
from pullcord.words import PlatformError
from tests.desk import every_row

A_DAY = timedelta(days=1)


def add(desk: Desk, owner, **told: Any):
    place = {"at": {"server": "http://127.0.0.1:1", "room": "r1"}, "secrets": {"admin": "k" * 32}}
    return meetings.add(desk, owner, **({"name": "Choir", "platform": "practice"} | place | told))


def kit_of(desk: Desk, meeting) -> Kit:
    kit = desk.kits.read(meeting.id)
    assert kit is not None
    return kit


def now(desk: Desk) -> datetime:
    return datetime.fromtimestamp(desk.means.clock(), UTC)


@pytest.fixture
def meeting(desk, owner):
    return add(desk, owner)


def token_of(link: str) -> str:
    return link.rpartition("/")[2]


def held_by(desk: Desk, token: str) -> Kit | None:
    return desk.kits.holding(digest(token))


def block(desk: Desk) -> Path:
    """No kit can be written any more: where their folder stood, there is a file."""
    folder = Path(desk.config.path("stop", "kits"))
    aside = folder.with_name("aside")
    folder.rename(aside)
    folder.write_text("")
    return aside


def unblock(desk: Desk, aside: Path) -> None:
    folder = Path(desk.config.path("stop", "kits"))
    folder.unlink()
    aside.rename(folder)


def test_a_new_meeting_can_be_stopped_at_once_with_what_its_kit_holds(desk, owner):
    starts = now(desk) + A_DAY
    meeting = add(desk, owner, starts=starts, ends=starts + timedelta(hours=1))
    kit = kit_of(desk, meeting)
    assert kit.meeting.secrets == {"admin": "k" * 32}
    assert (kit.starts, kit.ends) == (starts.timestamp(), starts.timestamp() + 3600)
    assert kit.hold_seconds == meetings.HOLD_SECONDS
    assert kept.all_of(owner) == [meeting]


def test_the_credential_is_in_no_table_as_it_is(desk, store, meeting):
    rows = str(every_row())
    assert meeting.id in rows
    assert "k" * 32 not in rows


def test_a_links_token_is_kept_nowhere_and_its_digest_is_in_the_kit(desk, owner, meeting):
    given = meetings.give_cord(desk, owner, meeting.id, who="Carla")
    token = token_of(given.link)
    assert given.link == f"http://testserver/c/{token}"
    assert [(cord.who, cord.digest) for cord in kit_of(desk, meeting).cords] == [("Carla", digest(token))]
    assert held_by(desk, token) is not None
    assert not [
        path for path in Path(desk.config.data).rglob("*") if path.is_file() and token.encode() in path.read_bytes()
    ]


def test_a_revoked_link_is_refused_and_is_not_in_the_kit(desk, owner, meeting):
    given, stays = (meetings.give_cord(desk, owner, meeting.id, who=who) for who in ("Carla", "Dora"))
    meetings.revoke_cord(desk, owner, meeting.id, given.cord.id)
    assert held_by(desk, token_of(given.link)) is None
    assert held_by(desk, token_of(stays.link)) is not None
    assert [cord.who for cord in kept.cords(owner, meeting.id)] == ["Dora"]
    with pytest.raises(NotFound):
        meetings.resume_cord(desk, owner, meeting.id, given.cord.id)


def test_a_link_put_to_rest_stops_nothing_until_it_is_resumed(desk, owner, meeting, room):
    given = meetings.give_cord(desk, owner, meeting.id, who="Carla")
    meetings.suspend_cord(desk, owner, meeting.id, given.cord.id)
    kit = kit_of(desk, meeting)
    assert press.press_cord(kit, kit.cords[0], desk.means) == press.SUSPENDED
    meetings.resume_cord(desk, owner, meeting.id, given.cord.id)
    kit = kit_of(desk, meeting)
    assert isinstance(press.press_cord(kit, kit.cords[0], desk.means), Pressed)


def test_a_link_expires_a_day_after_the_meeting_and_follows_its_hours(desk, owner):
    starts = now(desk) + A_DAY
    meeting = add(desk, owner, starts=starts, ends=starts + timedelta(hours=2))
    meetings.give_cord(desk, owner, meeting.id, who="Carla")
    assert kit_of(desk, meeting).cords[0].expires == (starts + timedelta(hours=26)).timestamp()
    later = starts + 3 * A_DAY
    meetings.change(desk, owner, meeting.id, name="Choir", starts=later, ends=None, hold_seconds=60.0)
    assert kit_of(desk, meeting).cords[0].expires == (later + A_DAY).timestamp()
    assert kit_of(desk, meeting).hold_seconds == 60.0


def test_a_link_to_a_meeting_without_hours_lasts_ninety_days_or_as_long_as_was_chosen(desk, owner, meeting):
    meetings.give_cord(desk, owner, meeting.id, who="Carla")
    meetings.give_cord(desk, owner, meeting.id, who="Dora", expires=now(desk) + A_DAY)
    lasts = {cord.who: cord.expires - desk.means.clock() for cord in kit_of(desk, meeting).cords}
    assert lasts == {"Carla": 90 * 86400, "Dora": 86400}


def test_a_token_can_be_given_and_revoked(desk, owner, meeting):
    given = meetings.give_token(desk, owner, meeting.id, name="The red button")
    assert given.token.expires == now(desk) + timedelta(days=90)
    assert held_by(desk, given.secret) is not None
    meetings.revoke_token(desk, owner, meeting.id, given.token.id)
    assert held_by(desk, given.secret) is None


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"name": " \u202e "}, "no-name"),
        ({"platform": "carrier-pigeon"}, "unknown-platform"),
        ({"ends": datetime(2030, 1, 1, tzinfo=UTC)}, "no-start"),
        ({"starts": datetime(2030, 1, 2, tzinfo=UTC), "ends": datetime(2030, 1, 1, tzinfo=UTC)}, "ends-before-start"),
        ({"hold_seconds": 0}, "bad-hold"),
        ({"meeting_id": "../x"}, "bad-id"),
    ],
)
def test_a_meeting_that_cannot_be_meant_is_refused_by_name_and_leaves_nothing(desk, owner, told, code):
    with pytest.raises(meetings.Refused) as refused:
        add(desk, owner, **told)
    assert refused.value.code == code
    assert kept.all_of(owner) == []
    assert list(desk.kits.all()) == []


def test_a_link_that_would_have_expired_already_is_not_given(desk, owner):
    meeting = add(desk, owner, starts=now(desk) - 3 * A_DAY)
    with pytest.raises(meetings.Refused, match="later day"):
        meetings.give_cord(desk, owner, meeting.id, who="Carla")
    assert kit_of(desk, meeting).cords == ()


def test_where_the_kit_cannot_be_written_nothing_was_changed(desk, owner, meeting):
    given = meetings.give_cord(desk, owner, meeting.id, who="Carla")
    before = kit_of(desk, meeting)
    aside = block(desk)
    for change in (
        lambda: meetings.revoke_cord(desk, owner, meeting.id, given.cord.id),
        lambda: meetings.suspend_cord(desk, owner, meeting.id, given.cord.id),
        lambda: meetings.give_cord(desk, owner, meeting.id, who="Dora"),
        lambda: meetings.give_token(desk, owner, meeting.id, name="A script"),
        lambda: meetings.change(desk, owner, meeting.id, name="X", starts=None, ends=None, hold_seconds=1.0),
        lambda: meetings.move(desk, owner, meeting.id, at={}, secrets={}),
        lambda: meetings.archive(desk, owner, meeting.id),
        lambda: add(desk, owner, name="Another"),
    ):
        with pytest.raises(meetings.Refused) as refused:
            change()
        assert refused.value.code == "kit-not-written"
    unblock(desk, aside)
    assert kit_of(desk, meeting) == before
    assert [cord.suspended_at for cord in kept.cords(owner, meeting.id)] == [None]
    assert kept.tokens(owner, meeting.id) == []
    assert [found.name for found in kept.all_of(owner)] == ["Choir"]


def test_nobody_can_change_what_is_anothers_and_it_looks_as_if_it_did_not_exist(desk, owner, other, meeting):
    given = meetings.give_cord(desk, owner, meeting.id, who="Carla")
    before = kit_of(desk, meeting)
    for meeting_id in (meeting.id, "no-such"):
        for try_it in (
            lambda i: meetings.change(desk, other, i, name="X", starts=None, ends=None, hold_seconds=1.0),
            lambda i: meetings.move(desk, other, i, at={}, secrets={}),
            lambda i: meetings.archive(desk, other, i),
            lambda i: meetings.give_cord(desk, other, i, who="X"),
            lambda i: meetings.revoke_cord(desk, other, i, given.cord.id),
            lambda i: meetings.give_token(desk, other, i, name="X"),
            lambda i: meetings.let_back_in(desk, other, i),
        ):
            with pytest.raises(NotFound):
                try_it(meeting_id)
    assert kit_of(desk, meeting) == before


def test_a_link_of_one_meeting_is_not_found_by_way_of_another(desk, owner, meeting):
    given = meetings.give_cord(desk, owner, meeting.id, who="Carla")
    second = add(desk, owner, name="Second")
    with pytest.raises(NotFound):
        meetings.revoke_cord(desk, owner, second.id, given.cord.id)
    assert held_by(desk, token_of(given.link)) is not None


def test_a_meeting_put_away_has_no_kit_and_no_working_link(desk, owner, meeting):
    given = meetings.give_cord(desk, owner, meeting.id, who="Carla")
    meetings.archive(desk, owner, meeting.id)
    assert desk.kits.read(meeting.id) is None
    assert held_by(desk, token_of(given.link)) is None
    with pytest.raises(meetings.Refused, match="put away"):
        meetings.give_cord(desk, owner, meeting.id, who="Dora")
    assert meetings.rebuild_kits(desk) == []


def test_a_meeting_that_people_are_kept_out_of_is_not_put_away_nor_moved(desk, owner, meeting, room):
    stop(kit_of(desk, meeting), desk.means, by="user:1", door="host page")
    for change in (
        lambda: meetings.archive(desk, owner, meeting.id),
        lambda: meetings.move(desk, owner, meeting.id, at={}, secrets={}),
    ):
        with pytest.raises(meetings.Refused) as refused:
            change()
        assert refused.value.code == "still-held"
    meetings.let_back_in(desk, owner, meeting.id)
    meetings.archive(desk, owner, meeting.id)


def test_missing_and_unreadable_kits_are_written_again_and_the_others_left_alone(desk, owner, meeting):
    second, third = add(desk, owner, name="Second"), add(desk, owner, name="Third")
    meetings.give_cord(desk, owner, meeting.id, who="Carla")
    before = {one.id: kit_of(desk, one) for one in (meeting, second, third)}
    desk.kits.forget(meeting.id)
    Path(desk.config.path("stop", "kits", f"{second.id}.practice.kit")).write_bytes(b"x")
    assert sorted(meetings.rebuild_kits(desk)) == sorted([meeting.id, second.id])
    assert {one.id: kit_of(desk, one) for one in (meeting, second, third)} == before
    shutil.rmtree(desk.config.path("stop", "kits"))
    assert len(meetings.rebuild_kits(desk)) == 3


# Letting people back in.


def pressed_by(desk: Desk, meeting, cord) -> None:
    pressed = stop(kit_of(desk, meeting), desk.means, by=cord.id, door="cord")
    assert pressed.error is None


def is_suspended(desk: Desk, meeting, cord) -> bool:
    return next(held.suspended for held in kit_of(desk, meeting).cords if held.id == cord.id)


def test_the_host_lets_people_back_in_and_the_door_is_open(desk, owner, meeting, room):
    cord = meetings.give_cord(desk, owner, meeting.id, who="Carla").cord
    pressed_by(desk, meeting, cord)
    assert room.held
    assert meetings.let_back_in(desk, owner, meeting.id).is_released
    assert not room.held
    assert not is_suspended(desk, meeting, cord)


def test_a_false_alarm_can_revoke_the_link_in_the_same_act(desk, owner, meeting, room):
    given = meetings.give_cord(desk, owner, meeting.id, who="Carla")
    pressed_by(desk, meeting, given.cord)
    meetings.let_back_in(desk, owner, meeting.id, false_alarm_cord=given.cord.id, revoke=True)
    assert held_by(desk, token_of(given.link)) is None
    assert not room.held


def test_where_the_platform_fails_the_link_is_revoked_all_the_same_and_the_host_can_try_again(
    desk, owner, meeting, room
):
    given = meetings.give_cord(desk, owner, meeting.id, who="Carla")
    pressed_by(desk, meeting, given.cord)
    room.broken = True
    with pytest.raises(PlatformError):
        meetings.let_back_in(desk, owner, meeting.id, false_alarm_cord=given.cord.id, revoke=True)
    assert held_by(desk, token_of(given.link)) is None
    room.broken = False
    meetings.let_back_in(desk, owner, meeting.id, false_alarm_cord=given.cord.id, revoke=True)
    assert not room.held


def test_nobody_is_let_in_for_a_link_of_another_meeting(desk, owner, meeting, room):
    given = meetings.give_cord(desk, owner, meeting.id, who="Carla")
    second = meetings.give_cord(desk, owner, add(desk, owner, name="Second").id, who="Dora")
    pressed_by(desk, meeting, given.cord)
    with pytest.raises(NotFound):
        meetings.let_back_in(desk, owner, meeting.id, false_alarm_cord=second.cord.id)
    assert room.held


def test_two_false_alarms_in_thirty_days_put_a_link_to_rest_until_the_host_resumes_it(
    desk, owner, meeting, room, clock
):
    cord = meetings.give_cord(desk, owner, meeting.id, who="Carla").cord
    for alarm in range(2):
        assert not is_suspended(desk, meeting, cord)
        pressed_by(desk, meeting, cord)
        meetings.let_back_in(desk, owner, meeting.id, false_alarm_cord=cord.id)
        clock.now += 86400
        assert is_suspended(desk, meeting, cord) is (alarm == 1)
    meetings.resume_cord(desk, owner, meeting.id, cord.id)
    pressed_by(desk, meeting, cord)
    meetings.let_back_in(desk, owner, meeting.id, false_alarm_cord=cord.id)
    assert not is_suspended(desk, meeting, cord)


def test_false_alarms_more_than_thirty_days_apart_are_counted_apart(desk, owner, meeting, room, clock):
    cord = meetings.give_cord(desk, owner, meeting.id, who="Carla").cord
    for _ in range(3):
        pressed_by(desk, meeting, cord)
        meetings.let_back_in(desk, owner, meeting.id, false_alarm_cord=cord.id)
        clock.now += 31 * 86400
    assert not is_suspended(desk, meeting, cord)


def test_the_same_incident_let_in_twice_is_one_false_alarm(desk, owner, meeting, room):
    cord = meetings.give_cord(desk, owner, meeting.id, who="Carla").cord
    pressed_by(desk, meeting, cord)
    for _ in range(3):
        meetings.let_back_in(desk, owner, meeting.id, false_alarm_cord=cord.id)
    assert not is_suspended(desk, meeting, cord)


def test_where_the_platform_will_not_let_people_in_no_false_alarm_is_counted(desk, owner, meeting, room):
    cord = meetings.give_cord(desk, owner, meeting.id, who="Carla").cord
    pressed_by(desk, meeting, cord)
    room.broken = True
    with pytest.raises(PlatformError):
        meetings.let_back_in(desk, owner, meeting.id, false_alarm_cord=cord.id)
    assert kept.false_alarms(owner, meeting.id) == {}
