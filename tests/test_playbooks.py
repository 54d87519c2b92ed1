"""The playbooks: every step keeps its mark, its source and the platform's own words."""

import tomllib
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from pullcord.core.wording import FORBIDDEN
from pullcord.places.plain import playbook_text
from pullcord.places.playbook_lint import faults
from pullcord.places.playbooks import FOLDER, GENERAL, MAY_DIFFER, MEMORY, QUOTED, made, playbook, playbooks, rows_of

KEPT = {
    "bigbluebutton": (27, 8, 25),
    "discord": (5, 32, 47),
    "element": (9, 11, 12),
    "facetime": (11, 11, 6),
    "general": (0, 21, 19),
    "google_hangouts": (5, 4, 1),
    "goto_meeting": (14, 10, 22),
    "houseparty": (3, 3, 0),
    "jitsi": (24, 17, 28),
    "livekit_apps": (8, 7, 0),
    "meet_consumer": (39, 22, 71),
    "meet_workspace": (39, 22, 71),
    "nextcloud_talk": (5, 18, 17),
    "phone_bridge": (14, 7, 1),
    "signal": (6, 13, 5),
    "skype": (6, 3, 0),
    "skype_for_business": (4, 9, 5),
    "slack_huddle": (6, 11, 5),
    "teams_free": (12, 16, 42),
    "teams_work": (37, 30, 80),
    "telegram": (14, 12, 26),
    "webex": (24, 23, 53),
    "whatsapp": (11, 12, 17),
    "whereby": (5, 13, 11),
    "zoom": (59, 43, 110),
    "zoom_webinar": (13, 18, 58),
}
"""Steps that were seen, steps from memory, and quoted names of buttons. Whoever confirms or drops one says so here."""
KEYS = sorted(file.stem for file in FOLDER.glob("*.toml"))
NOBODY_ENDS = {"facetime", "whatsapp", "slack_huddle", "signal", "element"}


def document(key: str = "zoom") -> dict[str, Any]:
    """A playbook as it is written, to be spoilt."""
    return tomllib.loads((FOLDER / f"{key}.toml").read_text("utf-8"))


@pytest.mark.parametrize("key", KEYS)
def test_a_playbook_passes_the_lint(key: str):
    assert faults(document(key), others=set(KEYS)) == []


@pytest.mark.parametrize("key", KEYS)
def test_no_mark_and_no_quoted_button_gets_lost(key: str):
    rows = [row for _, row in rows_of(document(key))]
    remembered = sum(row["mark"] == MEMORY for row in rows)
    buttons = sum(len(QUOTED.findall(row["say"])) for row in rows)
    assert (len(rows) - remembered, remembered, buttons) == KEPT[key]


@pytest.mark.parametrize("key", KEYS)
def test_a_step_from_memory_is_never_said_as_certain_and_a_seen_one_names_its_source(key: str):
    text = list(playbook_text(made(key, document(key))))
    sources = {f"seen:{one['id']}": f"{one['url']} ({one['copy']})" for one in document(key).get("sources", [])}
    for where, row in rows_of(document(key)):
        said = [line.split(row["say"], 1)[1] for line in text if row["say"] in line]
        numbers = [
            f" [{line.split(']')[0].strip(' [')}]" for line in text if line.endswith(sources.get(row["mark"], "\0"))
        ]
        mark = f" ({MAY_DIFFER})" if row["mark"] == MEMORY else numbers[0]
        assert mark in said, (where, row)


@pytest.mark.parametrize("key", KEYS)
def test_no_sentence_of_a_playbook_says_what_hurts(key: str):
    assert not FORBIDDEN.search("\n".join(playbook_text(playbook(key))))


def test_a_page_whose_address_nobody_checked_says_so():
    text = "\n".join(playbook_text(playbook("zoom")))
    assert "https://zoom.us/recording (address not checked)" in text
    assert "sysparm_article=KB0067474\n" in text


@pytest.mark.parametrize("key", sorted(NOBODY_ENDS))
def test_where_nobody_can_end_it_for_all_it_says_leave_remove_and_close_the_link(key: str):
    text = "\n".join(playbook_text(playbook(key)))
    assert "Nobody can end it for everyone here. Leave, remove the person, close the link." in text


def test_where_it_can_be_ended_for_all_it_says_that_leaving_is_not_enough():
    assert "“Leave” is not enough" in "\n".join(playbook_text(playbook("zoom")))


@pytest.mark.parametrize("key", [key for key in KEYS if playbook(key).status in ("live", "general")])
def test_ending_comes_before_reporting(key: str):
    text = "\n".join(playbook_text(playbook(key)))
    places = [
        text.index(title) for title in ("END THE MEETING FOR EVERYONE", "LOCK THE", "CHANGE THE LINK", "REPORT IT")
    ]
    assert places == sorted(places)


def test_zooms_boxes_and_its_seven_days_are_said():
    text = "\n".join(playbook_text(playbook("zoom"), "desktop"))
    assert "'Include desktop screenshot': leave it unticked" in text
    assert "Confirm within 7 days" in text


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Skype", "What took over: Microsoft Teams Free"),
        ("Google Hangouts", "What took over: Google Meet"),
        ("House Party", "House Party is closed, and nothing took over."),
    ],
)
def test_a_platform_that_is_no_more_says_what_took_over_and_what_to_do_with_old_links(name: str, said: str):
    text = "\n".join(playbook_text(playbook(name)))
    assert said in text
    assert "Take its old links out of web pages, calendars and posters." in text


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Zoom", "zoom"),
        ("MS Teams", "teams_work"),
        ("teams free", "teams_free"),
        ("google meet", "meet_consumer"),
        ("meet_workspace", "meet_workspace"),
        ("houseparty", "houseparty"),
        ("Jitsi Meet", "jitsi"),
        ("BBB", "bigbluebutton"),
        ("GoTo", "goto_meeting"),
        ("Matrix", "element"),
        ("an app nobody knows", GENERAL),
        ("", GENERAL),
    ],
)
def test_a_platform_is_found_by_whatever_people_call_it(name: str, key: str):
    assert playbook(name).key == key


def test_a_device_gets_its_own_steps_else_those_for_any():
    zoom = playbook("zoom")
    assert "bottom right" in zoom.steps("end", "desktop")[0].say
    assert "Tap" in zoom.steps("end", "ios")[0].say
    assert playbook("element").steps("end", "ios") == playbook("element").steps("end", "any")
    only_ios = "\n".join(playbook_text(zoom, "ios"))
    assert "On an iPhone or iPad" in only_ios
    assert "On a computer" not in only_ios


def test_every_playbook_that_a_link_can_lead_to_is_there():
    from pullcord.core.links import PLATFORMS

    named = {shape.playbook for platform in PLATFORMS.values() for shape in platform.shapes if shape.playbook}
    named |= {platform.playbook for platform in PLATFORMS.values() if platform.playbook}
    assert named
    assert named <= {book.key for book in playbooks()}


def spoil(**told: Any) -> dict[str, Any]:
    spoilt = deepcopy(document())
    spoilt["end"]["desktop"][0] |= told
    return spoilt


@pytest.mark.parametrize(
    ("spoilt", "said"),
    [
        (spoil(mark="seen:z99"), "z99, which is not listed"),
        (spoil(mark=""), "what it says, and its mark"),
        (spoil(more="x"), "what it says, and its mark"),
        (spoil(say="Remove the offender"), "says “offender”"),
        (document() | {"ends_for_all": "perhaps"}, "can end it for all"),
        (document() | {"related": ["zoom_rooms"]}, "no playbook “zoom_rooms”"),
        (document() | {"colour": "red"}, "no part of a playbook"),
        (document() | {"guest": {"toaster": []}}, "no device"),
        ({key: value for key, value in document().items() if key != "end"}, "“end” is missing"),
        (document() | {"sources": [{"id": "z1", "url": "a friend", "copy": "2026"}]}, "needs a public place"),
    ],
)
def test_a_planted_fault_is_found(spoilt: dict[str, Any], said: str):
    assert [fault for fault in faults(spoilt, others=set(KEYS)) if said in fault]


def test_a_source_that_is_not_listed_cannot_even_be_read():
    with pytest.raises(KeyError):
        made("zoom", spoil(mark="seen:z99"))


def test_every_file_of_the_folder_is_a_playbook():
    assert {Path(file).suffix for file in FOLDER.iterdir()} == {".toml"}
    assert set(KEYS) == set(KEPT)
