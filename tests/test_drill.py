"""A drill by itself: the person's own time in words, the next day for one, and the calendar file."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from pullcord.core import drill
from pullcord.core.calendar_file import appointment, folded
from pullcord.core.drill import Times, next_date

ZONES = some.sampled_from(["UTC", "Europe/Berlin", "Asia/Kolkata", "America/New_York", "Pacific/Auckland"]).map(
    ZoneInfo
)
MOMENTS = some.datetimes(datetime(2024, 1, 1), datetime(2040, 1, 1), timezones=some.just(UTC))
HOSTILE = some.text(some.characters(exclude_categories=()), max_size=300)


# -- the person's own time ---------------------------------------------------------------------------------------------


def test_ones_own_time_is_told_in_a_sentence():
    times = Times(100.0, 111.2, 112.1)
    assert drill.told_to_you(times) == "You ended it in 11 seconds. It was over 1 second later."


def test_somebody_else_hears_that_one_practised_and_no_time():
    told = [drill.told_of(times) for times in (Times(), Times(1.0), Times(1.0, 15.0, 16.0))]
    assert told == ["They have not begun yet.", "They began, and have not ended it.", "They ended it."]


def test_ones_time_is_read_from_ones_own_lines_and_only_the_first_of_each():
    lines = [
        drill.Line("drill begun", 1.0, "mine"),
        drill.Line("drill begun", 2.0, "mine"),
        drill.Line("pressed", 3.0, "another"),
        drill.Line("over", 4.0, ""),
        drill.Line("pressed", 5.0, "mine"),
        drill.Line("over", 6.0, ""),
        drill.Line("pressed", 7.0, "mine"),
    ]
    assert drill.read(lines, ["mine"]) == Times(1.0, 5.0, 6.0)
    assert drill.read(lines, ["nobody"]) == Times()


@pytest.mark.parametrize(
    ("times", "words"),
    [
        (Times(), "You have not begun. There is no hurry."),
        (Times(1.0), "That is all right"),
        (Times(None, 5.0, 6.0), "You ended it. When you began is not known. It was over 1 second later."),
        (Times(1.0, 5.0), "You ended it in 4 seconds. When it was over is not known."),
        (Times(9.0, 5.0, 4.0), "You ended it. When you began is not known. When it was over is not known."),
        (Times(0.0, 0.2, 0.3), "You ended it in less than a second. It was over less than a second later"),
        (Times(0.0, 61.0, 181.0), "in 1 minute and 1 second. It was over 2 minutes later."),
        (Times(0.0, 4000.0, 4001.0), "in more than an hour."),
    ],
)
def test_what_is_not_known_is_said_to_be_not_known_and_nobody_is_blamed(times: Times, words: str):
    assert words in drill.told_to_you(times)
    assert not re.search(
        r"fast|slow|better|worse|only|late\b|fail|score", drill.told_to_you(times) + drill.told_of(times)
    )


def test_a_practice_meeting_is_put_away_an_hour_after_it_was_over_or_after_a_day():
    over = Times(0.0, 10.0, 11.0)
    assert not drill.is_to_be_put_away(over, made_at=0.0, now=3610.0)
    assert drill.is_to_be_put_away(over, made_at=0.0, now=3611.0)
    assert not drill.is_to_be_put_away(Times(0.0), made_at=0.0, now=86_399.0)
    assert drill.is_to_be_put_away(Times(0.0), made_at=0.0, now=86_400.0)


# -- the next day ------------------------------------------------------------------------------------------------------

TUESDAY = datetime(2027, 1, 12, 19, 0, tzinfo=UTC)


def test_before_the_meeting_that_comes_next_where_nobody_has_practised_for_ninety_days():
    now = datetime(2027, 1, 4, 9, 0, tzinfo=UTC)
    for last in (None, now - timedelta(days=91)):
        assert next_date(now=now, last=last, starts=TUESDAY, zone=UTC) == datetime(2027, 1, 11, 19, 0, tzinfo=UTC)


def test_three_months_after_the_last_time_on_a_weekday():
    now = datetime(2027, 1, 16, 20, 0, tzinfo=UTC)
    assert next_date(now=now, last=now, starts=TUESDAY, zone=UTC) == datetime(2027, 4, 16, 19, 0, tzinfo=UTC)
    saturday = now + timedelta(days=1)
    assert next_date(now=saturday, last=saturday, starts=TUESDAY, zone=UTC).date().isoformat() == "2027-04-19"


def test_in_a_week_where_no_meeting_is_planned_or_no_day_is_left_before_it():
    now = datetime(2027, 1, 4, 9, 0, tzinfo=UTC)
    assert next_date(now=now, last=None, starts=None, zone=UTC) == datetime(2027, 1, 11, 18, 0, tzinfo=UTC)
    tonight = datetime(2027, 1, 4, 19, 0, tzinfo=UTC)
    assert next_date(now=now, last=None, starts=tonight, zone=UTC) == datetime(2027, 1, 11, 19, 0, tzinfo=UTC)


@given(MOMENTS, some.none() | some.integers(0, 400), some.none() | some.integers(-400, 400 * 24), ZONES)
def test_the_next_day_is_always_a_weekday_to_come_at_the_usual_hour(now, days_ago, hours_on, zone):
    last = None if days_ago is None else now - timedelta(days=days_ago)
    starts = None if hours_on is None else now + timedelta(hours=hours_on)
    found = next_date(now=now, last=last, starts=starts, zone=zone)
    usual = drill.USUAL_TIME if starts is None else starts.astimezone(zone).time()
    assert found.weekday() < 5
    assert found.tzinfo is zone
    assert (found.hour, found.minute) == (usual.hour, usual.minute)
    assert now < found.astimezone(UTC) <= now + timedelta(days=97)
    is_stale = last is None or now - last > timedelta(days=90)
    if is_stale and starts is not None and starts - now > timedelta(days=5):
        assert found.astimezone(UTC) < starts
    if last is not None and not is_stale:
        assert found.astimezone(UTC) > last + timedelta(days=87)


# -- the calendar file -------------------------------------------------------------------------------------------------


def test_a_calendar_file_is_exactly_this():
    made = appointment(
        uid="u-1", starts=datetime(2027, 3, 2, 19, 0, tzinfo=ZoneInfo("Europe/Berlin")), minutes=10,
        summary="Practice", now=datetime(2027, 1, 4, 9, 0, tzinfo=UTC),
    )  # fmt: skip
    assert made.decode().split("\r\n") == [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Pullcord//Pullcord//EN", "CALSCALE:GREGORIAN", "METHOD:PUBLISH",
        "BEGIN:VEVENT", "UID:u-1", "DTSTAMP:20270104T090000Z", "DTSTART:20270302T180000Z", "DTEND:20270302T181000Z",
        "SUMMARY:Practice", "TRANSP:OPAQUE", "END:VEVENT", "END:VCALENDAR", "",
    ]  # fmt: skip


def read_back(made: bytes) -> list[str]:
    """As RFC 5545 says: unfolded, then the lines."""
    return made.decode().replace("\r\n ", "").split("\r\n")


@given(HOSTILE)
def test_no_text_breaks_out_of_its_line(text: str):
    made = appointment(uid="u", starts=TUESDAY, minutes=10, summary=text, now=TUESDAY)
    assert all(len(line) <= 75 for line in made.split(b"\r\n"))
    assert not re.search(rb"\r(?!\n)|(?<!\r)\n", made)
    lines = read_back(made)
    assert len(lines) == 15
    assert [line.partition(":")[0] for line in lines[9:13]] == ["DTEND", "SUMMARY", "TRANSP", "END"]


@given(some.text(some.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=60, max_size=300))
def test_a_long_line_is_folded_between_signs_and_comes_back_whole(text: str):
    made = folded(text)
    assert all(len(part) <= 75 and part.decode() is not None for part in made[:-2].split(b"\r\n"))
    assert made.decode().removesuffix("\r\n").replace("\r\n ", "") == text
