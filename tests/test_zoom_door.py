"""What a hold of Zoom changes and what is said of it: Zoom's 204 is a claim, and its silence no consent."""

import json
from typing import Any

import pytest

from pullcord.platforms import platform
from pullcord.platforms.zoom_door import (
    EVERYONE_WAITS,
    LETTERS,
    NEEDED,
    WISHED,
    body_of,
    flat,
    held_codes,
    is_held,
    judge,
    known_door,
    open_door,
    passcode,
)
from pullcord.words import Meeting, PlatformError

KIT = Meeting("m", "Choir", "zoom", {"account": "a", "client": "c", "room": "81234567890"}, {"secret": "s" * 32})
CODE = held_codes(KIT)[0]
SHUT = {"password": CODE, "join_before_host": False, "waiting_room": True}


def with_secrets(**more: str) -> Meeting:
    return KIT._replace(secrets={**KIT.secrets, **more})


def test_a_passcode_has_whatever_an_account_may_ask_for_and_is_as_long_as_zoom_takes():
    for code in (CODE, passcode(bytes(range(10)))):
        assert len(code) == 10
        assert [any(sign in letters for sign in code) for letters in LETTERS] == [True] * 4
    assert held_codes(KIT)[1].isdecimal()
    assert len(held_codes(KIT)[1]) == 10


def test_each_meeting_and_each_credential_has_a_passcode_of_its_own():
    other = KIT._replace(at={**KIT.at, "room": "81234567891"})
    rotated = with_secrets(secret="t" * 32)
    assert len({held_codes(one) for one in (KIT, other, rotated)}) == 3
    assert held_codes(KIT) == held_codes(KIT._replace(name="Another", id="x"))


@pytest.mark.parametrize(
    ("changed", "held"),
    [
        ({}, True),
        ({"password": held_codes(KIT)[1]}, True),
        ({"password": "old"}, False),
        ({"join_before_host": True}, False),
        ({"waiting_room": False}, False),
        ({"password": None}, None),
        ({"waiting_room": None}, None),
        ({"password": None, "waiting_room": False}, False),
        ({"password": "old", "waiting_room": None}, False),
    ],
)
def test_held_is_said_only_of_a_door_that_zoom_told_all_of(changed: dict[str, Any], held: bool | None):
    assert is_held(KIT, "meeting", {**SHUT, **changed}) is held


def test_of_what_was_asked_each_is_applied_ignored_refused_or_not_told():
    asked = {"password": CODE, "waiting_room": True, "join_before_host": False, "close_registration": True}
    read = {"password": CODE, "waiting_room": False, "join_before_host": False}
    found = judge(asked, read, refused={"auto_recording": "none"})
    assert found.applied == ("password", "join_before_host")
    assert found.ignored == ("waiting_room",)
    assert found.refused == ("auto_recording",)
    assert found.untold == ("close_registration",)
    assert str(found) == (
        "applied: a new passcode, no start without the host; ignored by Zoom: waiting room; "
        "refused by Zoom: no recording by itself; not told by Zoom: registration closed"
    )
    assert CODE not in str(found)


def test_a_setting_of_several_parts_is_judged_by_those_we_asked_for():
    asked = {"waiting_room_options": EVERYONE_WAITS}
    more = {**EVERYONE_WAITS, "something": "else"}
    assert judge(asked, {"waiting_room_options": more}, refused={}).applied == ("waiting_room_options",)
    less = {"mode": "follow_setting"}
    assert judge(asked, {"waiting_room_options": less}, refused={}).ignored == ("waiting_room_options",)


def test_every_word_that_may_be_said_of_a_setting_is_a_persons():
    from pullcord.platforms.zoom_door import NAMES

    names = {name for kind in NEEDED for name in (*NEEDED[kind], *WISHED[kind])}
    assert names <= NAMES.keys()


def test_a_release_gives_back_what_was_read_and_changes_nothing_else():
    told = {"password": "oldone", "settings": {"waiting_room": False, "join_before_host": True, "watermark": True}}
    known = known_door(flat(told), "meeting")
    assert known == {"waiting_room": False, "join_before_host": True}
    asked = open_door(with_secrets(passcode="oldone", settings=json.dumps(known)), "meeting")
    assert asked == {
        "password": "oldone",
        "join_before_host": True,
        "waiting_room": False,
        "meeting_authentication": False,
        "close_registration": False,
    }
    body = body_of(asked)
    assert body["password"] == "oldone"
    assert "password" not in body["settings"]


def test_where_nobody_knows_how_it_was_the_passcode_and_the_waiting_room_stay():
    asked = open_door(KIT, "meeting")
    assert asked == {"meeting_authentication": False, "close_registration": False}
    assert open_door(KIT, "webinar") == {**asked, "practice_session": False}


def test_a_kit_whose_settings_cannot_be_read_is_said_to_be_so():
    with pytest.raises(PlatformError) as told:
        open_door(with_secrets(settings="[]"), "meeting")
    assert told.value.code == "meeting-incomplete"


@pytest.mark.parametrize(
    ("told", "room"),
    [
        ("812 3456 7890", "81234567890"),
        ("812-3456-7890", "81234567890"),
        ("https://us02web.zoom.us/j/81234567890?pwd=abc.1", "81234567890"),
        ("https://example.zoom.us/w/81234567890?tk=abc", "81234567890"),
        ("https://app.zoom.us/wc/81234567890/join", "81234567890"),
        ("https://zoom.us/wc/join/81234567890", "81234567890"),
    ],
)
def test_the_number_is_read_from_what_people_paste(told: str, room: str):
    assert platform("zoom").room_of(told, {}) == room


@pytest.mark.parametrize(
    "told", ["", "12345678", "https://zoom.us/my/choir", "https://zoom.us/j/", "https://[", "../users", "8123456789é"]
)
def test_what_is_no_number_is_not_taken_for_one(told: str):
    with pytest.raises(PlatformError) as unread:
        platform("zoom").room_of(told, {})
    assert unread.value.code == "zoom-room-unread"
