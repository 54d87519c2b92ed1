"""The guide: its sentences, the texts made on the spot, and what the terminal prints."""

import io
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from pullcord.cli import main
from pullcord.core import guide, texts
from pullcord.core.blanks import TO_FILL_IN, Line, fill, holes
from pullcord.core.saying import Say
from pullcord.core.texts import Adjourned, Told
from pullcord.core.wording import FORBIDDEN

EVENING = datetime(2026, 11, 24, 19, 42, tzinfo=timezone(timedelta(hours=1)))
TOLD = Told(
    category="child",
    how=("screen", "chat"),
    danger=False,
    live=True,
    platform="Zoom",
    number="264 1045 7500",
    title="Tuesday group",
    began=EVENING,
    names_shown=("Guest", "{0.__class__}"),
    people=12,
    children=True,
    recording="the host's cloud",
    link_posted=True,
    platform_reference="Z-1",
    name="Ann Example",
    phone="020 7946 0000",
)
LINES = ["Example Support: 0800 111 222"]


def every_text(say: Say) -> list[str]:
    """Everything that core says to people, with and without something told."""
    lists: list[Callable[[Say], tuple[str, ...]]] = [
        guide.first_questions,
        guide.order,
        guide.what_to_do,
        guide.what_not_to_do,
        guide.if_there_is_a_recording,
        guide.if_the_host_carries_on,
        guide.if_a_child_was_there,
        texts.how_to_send,
        texts.before_the_notice,
    ]
    said = [sentence for sentences in lists for sentence in sentences(say)]
    said += [guide.first_words("", say), guide.first_words("999", say), texts.subject(say)]
    said += [sentence for ends in ("yes", "sometimes", "no") for sentence in guide.end_words(ends, say)]
    said += [*guide.if_it_has_closed_down("X", ("Y",), say), *guide.if_it_has_closed_down("X", (), say)]
    confirmed = TOLD._replace(police_called=True, is_over=True, is_link_dead=True, police_reference="P-1")
    for told in (Told(), TOLD, confirmed, confirmed._replace(police_reference="")):
        said += [
            texts.police_text(told, say),
            texts.platform_text(told, say),
            texts.message_text(told, "Ann", LINES, say),
        ]
    for notice in (Adjourned("", ""), Adjourned("X", "1 May", "19:00", "2 May")):
        said.append(texts.notice_text(notice, LINES, say))
    return said


def every_message() -> set[str]:
    """What a translator gets to see."""
    asked: set[str] = set()

    def listen(sentence: str) -> str:
        asked.add(sentence)
        return sentence

    every_text(listen)
    return asked


# The sentences.


def test_no_sentence_says_what_hurts():
    assert not [said for said in every_text(str) if FORBIDDEN.search(said)]


@pytest.mark.parametrize(
    "said",
    [
        "child " + "pornography",
        "a Zoom" + "bombing",
        "the hac" + "ker",
        "the offender",
        "the victims",
        "your fault",
        "only a picture",
        "closure",
    ],
)
def test_what_hurts_is_found(said: str):
    assert FORBIDDEN.search(f"They say {said} here.")


def test_names_of_bodies_are_not_what_hurts():
    assert not FORBIDDEN.search("Victim Support, Victims of Crime Helpline, child sexual abuse material")


def test_no_sentence_is_longer_than_twenty_words():
    sentences = [part for message in every_message() for part in re.split(r"(?<=[.?!:])\s+", message)]
    assert not [said for said in sentences if len(said.split()) > 20]


def test_a_translator_may_put_every_filled_in_word_elsewhere():
    holes = [hole for message in every_message() for hole in re.findall(r"\{(.*?)\}", message)]
    assert holes
    assert all(re.fullmatch(r"[a-z_]+", hole) for hole in holes)


def test_nothing_is_said_but_through_the_translator():
    said = "\n".join(every_text(lambda sentence: re.sub(r"(?<!\{)\b[A-Za-z’']+\b(?!\})", "ÿ", sentence)))
    told = "\n".join(
        [
            *LINES,
            *map(str, TOLD.names_shown),
            TOLD.platform,
            TOLD.title,
            TOLD.recording,
            TOLD.name,
            "Ann UTC X Y Z P May",
        ]
    )
    words = set(re.findall(r"[A-Za-z]{2,}", said)) - set(re.findall(r"[A-Za-z]{2,}", told))
    assert not words


# Who is called first.


@pytest.mark.parametrize(
    ("danger", "live", "recognised", "call"),
    [
        (False, False, False, "police"),
        (False, None, None, "police"),
        (True, False, False, "emergency"),
        (None, False, False, "emergency"),
        (False, True, False, "emergency"),
        (False, None, True, "emergency"),
    ],
)
def test_danger_that_nobody_can_rule_out_goes_to_the_emergency_number(
    danger: bool | None, live: bool | None, recognised: bool | None, call: str
):
    assert guide.first_call(danger=danger, live=live, recognised=recognised) == call


# The texts made on the spot.


def test_the_police_text_goes_in_the_order_of_the_form():
    text = texts.police_text(TOLD)
    titles = (
        "Is anyone in danger now? no",
        "1. What",
        "2. Where",
        "3. When",
        "4. Who",
        "5. What there",
        "6. Harm",
        "7. What has",
        "8. About me",
    )
    places = [text.index(title) for title in titles]
    assert places == sorted(places)


def test_times_are_told_with_their_zone_and_in_utc():
    assert "Began: 2026-11-24 19:42+01:00 = 2026-11-24 18:42 UTC" in texts.police_text(TOLD)


def test_a_time_without_its_zone_is_refused():
    with pytest.raises(AssertionError):
        texts.police_text(Told(began=EVENING.replace(tzinfo=None)))


def test_what_nobody_told_is_a_line_to_fill_in():
    text = texts.police_text(Told())
    assert f"Began: {TO_FILL_IN}" in text
    assert f"Were children there? {TO_FILL_IN}" in text
    assert "None" not in text


def test_who_is_not_sure_says_something_distressing():
    assert "something distressing, possibly a crime" in texts.police_text(Told())
    assert "child sexual abuse material" in texts.police_text(TOLD)


def test_a_name_that_was_shown_is_no_proof_and_no_template():
    text = texts.police_text(TOLD)
    assert "The name shown was “{0.__class__}”." in text
    assert "does not show who did it" in text


@pytest.mark.parametrize("make", [texts.platform_text, lambda told: texts.message_text(told, "Ann", LINES)])
def test_that_the_police_were_told_is_said_only_once_it_is_confirmed(make: Callable[[Told], str]):
    said = "The police have been told."
    assert said not in make(TOLD)
    assert said in make(TOLD._replace(police_called=True))


def test_the_message_names_no_meeting_and_no_group_and_its_first_line_is_fit_for_a_lock_screen():
    text = texts.message_text(TOLD, "Ann", LINES)
    assert text.splitlines()[0] == "A message from Ann about earlier. Open when you are alone."
    assert TOLD.title not in text
    assert TOLD.number not in text
    assert texts.subject() == "About earlier"


def test_the_message_warns_before_it_says_what_happened_and_ends_in_help():
    text = texts.message_text(TOLD, "Ann", LINES)
    places = [
        text.index(said) for said in ("You do not have to read it now", "child sexual", "did nothing wrong", LINES[0])
    ]
    assert places == sorted(places)


def test_the_message_claims_nothing_that_nobody_confirmed():
    unknown, known = (
        texts.message_text(told, "Ann", LINES) for told in (TOLD, TOLD._replace(is_over=True, is_link_dead=True))
    )
    for said in ("The meeting has been ended.", "Its link will not be used again."):
        assert said not in unknown
        assert said in known


def test_the_public_notice_says_nothing_of_what_was_shown():
    text = texts.notice_text(Adjourned("Example Parish Council", "24 November", "19:50", "1 December", "19:00"), LINES)
    assert "adjourned at 19:50" in text
    assert "It continues on 1 December at 19:00." in text
    assert LINES[0] in text
    assert not re.search(r"abuse|sexual|child|image|showed", text)


# Blanks.


def test_what_is_filled_in_is_never_read_as_a_blank_again():
    assert fill([Line("{a} and {b}")], {"a": "{b}", "b": "\\1{a}"}) == "{b} and \\1{a}"


def test_a_line_stands_once_for_each_of_several_and_is_left_open_for_none():
    assert fill([Line("is {a}, {b}")], {"a": ("x", "y"), "b": "z"}) == "is x, z\nis y, z"
    assert fill([Line("is {a}")], {"a": ()}) == f"is {TO_FILL_IN}"


def test_a_line_may_stand_only_with_or_only_without_a_value():
    lines = [Line("told", when="a"), Line("not told", unless="a")]
    assert [fill(lines, {"a": value}) for value in ("x", "", ("x",), ())] == ["told", "not told", "told", "not told"]


def test_a_blank_that_nobody_thought_of_is_an_error_and_no_gap():
    with pytest.raises(KeyError):
        fill([Line("{thought_of} {forgotten}")], {"thought_of": ""})


def test_every_blank_of_the_texts_has_its_value():
    told = set(texts.values(TOLD))
    for lines in (texts.police_lines(), texts.platform_lines()):
        assert holes(lines) <= told
    assert holes(texts.message_lines()) <= told | {"sender", "signed", "help"}
    assert holes(texts.notice_lines()) == {*Adjourned._fields, "help"}


# In the terminal.


def printed(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> str:
    assert main(["guide", *words]) == code
    return capsys.readouterr().out


def test_the_questions_come_first_then_the_buttons_then_help(capsys: pytest.CaptureFixture[str]):
    text = printed(capsys, "zoom", "--country", "GB", "--nation", "GB-SCT")
    said = (
        "Is anyone in danger now?",
        "call 999 first",
        "'End meeting for all'",
        "WHAT TO LEAVE ALONE",
        "Samaritans: 116 123",
    )
    places = [text.index(words) for words in said]
    assert places == sorted(places)
    assert "Victim Support Scotland: 0800 160 1985" in text


def test_without_a_country_none_is_guessed(capsys: pytest.CaptureFixture[str]):
    text = printed(capsys, "zoom")
    assert "call the emergency number first" in text
    assert "Say the country: pullcord guide --country GB" in text


def test_a_link_leads_to_its_playbook_and_is_not_printed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(
        sys, "stdin", io.StringIO("Join us: https://us02web.zoom.us/j/26410457500?pwd=WrdE03 Passcode: 123456")
    )
    text = printed(capsys, "-")
    assert "This link leads into a meeting on Zoom." in text
    assert "Zoom Meetings" in text
    assert "26410457500" not in text
    assert "WrdE03" not in text


def test_a_link_on_the_command_line_is_taken_with_a_warning(capsys: pytest.CaptureFixture[str]):
    assert main(["guide", "https://teams.live.com/meet/9312345678901?p=abc"]) == 0
    out, aside = capsys.readouterr()
    assert "Microsoft Teams Free" in out
    assert "Other users of this machine can see this link" in aside


def test_whatever_nobody_knows_gets_what_holds_nearly_everywhere(capsys: pytest.CaptureFixture[str]):
    assert main(["guide", "an app of our own"]) == 0
    out, aside = capsys.readouterr()
    assert "Any other platform" in out
    assert "Neither a platform nor a link that we know" in aside


def test_newer_help_lines_in_the_data_folder_are_used_and_bad_ones_named(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
):
    places = tmp_path / "places"
    places.mkdir()
    (places / "confirmed.toml").write_text(
        '[[confirmed]]\nid = "gb-childline"\nnumber = "0800 1111"\nby = "Ann Example"\non = 2026-11-24\n'
    )
    (places / "GB.toml").write_text("not TOML")
    assert main(["guide", "--country", "GB", "--data", str(tmp_path)]) == 0
    aside = capsys.readouterr().err
    assert "GB.toml was not taken: it is not written as TOML" in aside
    assert "confirmed.toml" not in aside


@pytest.mark.parametrize(
    ("text", "said"),
    [("police", "1. What happened"), ("platform", "I report"), ("message", "“BCC”"), ("notice", "Public notice")],
)
def test_a_text_is_printed_to_be_copied(capsys: pytest.CaptureFixture[str], text: str, said: str):
    assert said in printed(capsys, "zoom", "--text", text, "--country", "GB")


@pytest.mark.parametrize(
    "words",
    [
        ("--country", "XX"),
        ("--country", "GB", "--nation", "FR-1"),
        ("--device", "toaster"),
        ("--text", "poem"),
        ("--colour",),
        ("--help",),
    ],
)
def test_what_cannot_be_meant_is_said_with_how_to_ask(capsys: pytest.CaptureFixture[str], words: tuple[str, ...]):
    assert main(["guide", *words]) == 2
    assert "pullcord guide [PLATFORM" in capsys.readouterr().err


NO_NETWORK = """
import sys
def refuse(event, args):
    if event.startswith("socket."):
        raise SystemExit(f"asked the network: {event}")
sys.addaudithook(refuse)
from pullcord.cli import main
code = main(["guide", "-", "--country", "GB"])
assert not {"django", "dbos", "sqlalchemy", "httpx"} & set(sys.modules), "loaded a framework"
sys.exit(code)
"""


def test_a_link_is_read_and_never_asked_for(tmp_path: Path):
    ran = subprocess.run(
        [sys.executable, "-c", NO_NETWORK],
        input="https://safelinks.protection.outlook.com/?url=https%3A%2F%2Fus02web.zoom.us%2Fj%2F26410457500",
        capture_output=True,
        text=True,
        check=False,
        env={"PULLCORD_DATA": str(tmp_path), "HOME": str(tmp_path)},
    )
    assert ran.returncode == 0, ran.stderr
    assert "Zoom" in ran.stdout
