"""An organisation's own help lines: with their source or not at all, apart from ours, and hidden once they are old."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from pullcord.jobs import own_lines, record
from pullcord.jobs.desk import Desk
from pullcord.jobs.meetings import Refused
from pullcord.store import own_lines as store
from pullcord.store.models import OwnLine, User
from tests.desk import Clock
from tests.pages import Room, add, by, press, signed_in, text_of

DAY = 24 * 3600.0
NORA = {
    "name": "Nora, the school’s counsellor",
    "number": "020 7946 0000",
    "hours": "9 to 4",
    "source": "her letter of May",
}


@pytest.fixture
def incident(desk: Desk, answers, owner: User) -> str:
    answers.say = Room()
    made = press(desk, add(desk, owner), by(owner))
    record.take_in(desk, made)
    return made


def page_of(user: User, incident: str) -> str:
    return text_of(signed_in(user).get(reverse("incident", args=[incident])))


def test_it_stands_on_the_incident_with_its_source_and_is_marked_as_theirs(owner: User, other: User, incident: str):
    assert "Help lines of your own" not in page_of(owner, incident)
    signed_in(owner).post(reverse("own_lines"), NORA)
    page = page_of(owner, incident)
    for said in (*NORA.values(), "Your organisation entered these", "we have not checked them"):
        assert said in page
    assert "Nora" not in text_of(signed_in(other).get(reverse("own_lines")))


def test_another_organisations_incident_does_not_show_it(desk: Desk, answers, owner: User, other: User):
    answers.say = Room()
    own_lines.add(desk, other, **NORA)
    assert "Nora" not in page_of(owner, press(desk, add(desk, owner), by(owner)))


@pytest.mark.parametrize("source", ["", "   ", "123"])
def test_without_a_source_it_is_not_taken(desk: Desk, owner: User, source: str):
    assert signed_in(owner).post(reverse("own_lines"), NORA | {"source": source}).status_code == 200
    with pytest.raises(Refused):
        own_lines.add(desk, owner, **(NORA | {"source": source}))
    assert not OwnLine.objects.exists()


def test_the_database_keeps_none_without_a_source(desk: Desk, owner: User):
    line = own_lines.add(desk, owner, **NORA)
    with pytest.raises(IntegrityError), transaction.atomic():
        OwnLine.objects.filter(pk=line.pk).update(source="")


@pytest.mark.parametrize(
    "wrong",
    [{"number": "ask at the desk"}, {"number": "0845 603 9213"}, {"name": "See www.example.org"}, {"hours": "x.com"}],
)
def test_what_no_help_line_may_say_is_refused_in_words(owner: User, wrong: dict[str, str]):
    assert signed_in(owner).post(reverse("own_lines"), NORA | wrong).status_code == 200
    assert not OwnLine.objects.exists()


def test_after_a_year_its_number_is_hidden_until_somebody_has_checked_it(
    desk: Desk, clock: Clock, owner: User, incident: str
):
    line = own_lines.add(desk, owner, **NORA)
    clock.now += 366 * DAY
    page = page_of(owner, incident)
    assert "Nora" in page
    assert NORA["number"] not in page
    signed_in(owner).post(reverse("own_line_act", args=[line.pk, "checked"]))
    assert NORA["number"] in page_of(owner, incident)


def test_it_counts_for_a_year_to_the_day():
    day = datetime(2026, 5, 1, tzinfo=UTC).date()
    assert not own_lines.is_old(day, day + timedelta(days=own_lines.COUNTS_FOR_DAYS))
    assert own_lines.is_old(day, day + timedelta(days=own_lines.COUNTS_FOR_DAYS + 1))


def test_it_is_taken_away_and_there_are_never_too_many(desk: Desk, owner: User, other: User):
    lines = [own_lines.add(desk, owner, **NORA) for _ in range(own_lines.MOST)]
    with pytest.raises(Refused):
        own_lines.add(desk, owner, **NORA)
    assert signed_in(other).post(reverse("own_line_act", args=[lines[0].pk, "remove"])).status_code == 404
    signed_in(owner).post(reverse("own_line_act", args=[lines[0].pk, "remove"]))
    assert signed_in(owner).post(reverse("own_line_act", args=[lines[1].pk, "else"])).status_code == 404
    assert len(store.of_mine(owner)) == own_lines.MOST - 1
