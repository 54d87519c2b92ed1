"""What is kept has an end: an incident's people, and who looked at them. Each organisation says how long."""

from datetime import timedelta
from itertools import product
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from django.db import connections
from django.urls import reverse

from pullcord.core import retention as core
from pullcord.core.timeline import verify
from pullcord.jobs import record, retention
from pullcord.jobs.desk import Desk
from pullcord.jobs.meetings import Refused
from pullcord.serve.daily import AGAIN_SECONDS, EVERY_SECONDS, PutAway
from pullcord.serve.house import House, People, Troubles
from pullcord.store import NotFound, incidents, looks, organisations, people
from pullcord.store import retention as store
from pullcord.store.models import Look, Presence, User
from pullcord.web.forms import Keeping
from tests.backups import replay
from tests.desk import IN_FILE, Clock, every_row
from tests.logs import refuse_in
from tests.pages import Room, add, by, press, signed_in, text_of
from tests.test_web_people import join

DAY = 24 * 3600.0


@pytest.fixture
def incident(desk: Desk, answers, owner: User) -> str:
    answers.say = Room()
    made = press(desk, add(desk, owner), by(owner))
    record.take_in(desk, made)
    return made


def kinds(owner: User, incident: str) -> list[str]:
    return [entry.kind for entry in incidents.entries(owner, incident)]


def test_people_are_kept_as_long_as_was_chosen_and_not_a_day_more(desk: Desk, clock: Clock, owner: User, incident: str):
    clock.now += 364 * DAY
    assert retention.put_away(desk) == (0, 0, 0, 0)
    assert len(people.of_incident(owner, incident)) == 2
    clock.now += 2 * DAY
    assert retention.put_away(desk) == (2, 1, 0, 0)
    assert people.of_incident(owner, incident) == []
    assert retention.put_away(desk) == (0, 0, 0, 0)


def test_what_was_done_is_written_down_and_the_record_still_holds(desk: Desk, clock: Clock, owner: User, incident: str):
    clock.now += 366 * DAY
    retention.put_away(desk)
    entries = incidents.entries(owner, incident)
    assert verify(entries) is None
    assert entries[-1].kind == "people put away"
    assert entries[-1].fields == {"by": "server", "people": 2, "days": 365}
    page = text_of(signed_in(owner).get(reverse("looked")))
    assert "This server, by itself put away what was kept long enough: 2 people" in page


def test_no_name_of_them_is_left_and_no_backup_brings_them_back(desk: Desk, clock: Clock, owner: User, incident: str):
    count = Presence.objects.count()
    clock.now += 366 * DAY
    retention.put_away(desk)
    assert "Guest" not in repr(every_row())
    assert len([line for line in desk.gone.read() if line.kind == "erased person"]) == count


def test_where_the_list_of_the_erased_cannot_be_written_nobody_is_put_away(
    desk: Desk, clock: Clock, owner: User, incident: str, tmp_path: Path
):
    clock.now += 366 * DAY
    desk.gone.path = str(tmp_path / "no such folder" / "erased")
    with pytest.raises(OSError, match="No such file"):
        retention.put_away(desk)
    assert len(people.of_incident(owner, incident)) == 2
    assert "people put away" not in kinds(owner, incident)


WORDS = "Philomena shouted at Benedikt"


@pytest.fixture
def written(desk: Desk, owner: User, incident: str) -> str:
    """With words of the host's own, and a step in somebody's hands, both written a month after."""
    at = retention.now(desk) + timedelta(days=30)
    incidents.tell(owner, incident, {"told": WORDS, "title": "Philomena's evening"}, at=at)
    incidents.set_step(owner, incident, "report to the police", "handed", at=at, handed_to="Philomena", note="at nine")
    return incident


@IN_FILE
def test_words_are_kept_from_the_last_of_them_as_long_as_was_chosen(
    desk: Desk, clock: Clock, owner: User, written: str
):
    until = text_of(signed_in(owner).get(reverse("incident", args=[written])))
    assert "These words are erased on Monday 14 February 2028" in until
    clock.now += (30 + 364) * DAY
    assert retention.put_away(desk).words == 0
    assert WORDS in repr(every_row())
    clock.now += 2 * DAY
    assert retention.put_away(desk).words == 1
    entries = incidents.entries(owner, written)
    assert verify(entries) is None
    assert (entries[-1].kind, entries[-1].fields) == ("words put away", {"by": "server", "days": 365})
    assert incidents.steps(owner, written)["report to the police"].state == "handed"
    assert "These words" not in text_of(signed_in(owner).get(reverse("incident", args=[written])))
    connections.close_all()
    refuse_in([path for path in Path(desk.config.data).glob("product*") if path.stat().st_size], "Philomena", WORDS)
    assert retention.put_away(desk).words == 0


def test_words_stay_while_a_case_is_open(desk: Desk, clock: Clock, owner: User, written: str):
    store.keep_on(owner, written, on=True, at=retention.now(desk))
    assert "Kept on while the case is open." in text_of(signed_in(owner).get(reverse("incident", args=[written])))
    clock.now += 2000 * DAY
    assert retention.put_away(desk).words == 0
    assert incidents.find(owner, written).told == WORDS


def test_a_backup_from_before_does_not_bring_old_words_back(desk: Desk, clock: Clock, owner: User, written: str):
    clock.now += 400 * DAY
    replay(at=retention.now(desk))
    assert "Philomena" not in repr(every_row())


def test_each_organisation_has_its_own_time(desk: Desk, answers, clock: Clock, owner: User, other: User, incident: str):
    answers.say = Room()
    theirs = press(desk, add(desk, other), by(other))
    record.take_in(desk, theirs)
    retention.choose(desk, other, people_days=30, looks_days=365, words_days=365)
    clock.now += 31 * DAY
    assert retention.put_away(desk) == (2, 1, 0, 0)
    assert people.of_incident(other, theirs) == []
    assert len(people.of_incident(owner, incident)) == 2


def test_while_a_case_is_open_its_people_stay(desk: Desk, clock: Clock, owner: User, incident: str):
    lead, address = join(desk, owner, "lead", "lena"), reverse("incident_keep_on", args=[incident])
    client = signed_in(lead)
    client.post(address)
    assert "kept on while the case is open" in text_of(client.get(reverse("incident", args=[incident])))
    clock.now += 2000 * DAY
    assert retention.put_away(desk).people == 0
    signed_in(lead).post(address, {"on": "no"})
    assert retention.put_away(desk).people == 2
    assert kinds(owner, incident)[-3:] == ["kept on", "not kept on", "people put away"]


def test_a_host_neither_keeps_on_nor_lets_go(desk: Desk, answers, owner: User):
    host = join(desk, owner, "host", "hanna")
    answers.say = Room()
    incident = press(desk, add(desk, host), by(host))
    record.take_in(desk, incident)
    assert signed_in(host).post(reverse("incident_keep_on", args=[incident])).status_code == 404
    with pytest.raises(NotFound):
        store.keep_on(host, incident, on=False, at=retention.now(desk))
    assert "kept on" not in kinds(owner, incident)


def test_who_looked_is_put_away_too_and_that_it_was_is_said_once(desk: Desk, clock: Clock, owner: User, incident: str):
    client = signed_in(owner)
    client.post(reverse("incident_people", args=[incident]))
    clock.now += 731 * DAY
    assert retention.put_away(desk) == (2, 1, 1, 0)
    assert {one.kind for one in looks.of_mine(owner)} == {"put away"}
    clock.now += 731 * DAY
    retention.put_away(desk)
    assert not Look.objects.exists()


def test_an_owner_chooses_on_a_page_that_says_what_goes(desk: Desk, clock: Clock, owner: User, incident: str):
    client, address = signed_in(owner), reverse("keeping")
    assert "older than that" not in text_of(client.get(address))
    clock.now += 40 * DAY
    client = signed_in(owner)
    client.post(address, {"people_days": "30", "looks_days": "730", "words_days": "90"})
    assert (organisations.owned_by(owner).people_days, organisations.owned_by(owner).words_days) == (30, 90)
    assert "2 people are older than that" in text_of(client.get(address))
    assert "Anna Owner chose how long it is kept" in text_of(client.get(reverse("looked")))
    assert len(people.of_incident(owner, incident)) == 2, "a choice alone erases nobody"


def test_who_looked_is_never_kept_shorter_than_the_names(desk: Desk, owner: User):
    told = {"people_days": "1095", "looks_days": "365", "words_days": "365"}
    assert "at least as long" in text_of(signed_in(owner).post(reverse("keeping"), told))
    for names, looked, words in ((1095, 365, 365), (7, 730, 365), (365, 1, 365), (365, 730, 7)):
        with pytest.raises(Refused):
            retention.choose(desk, owner, people_days=names, looks_days=looked, words_days=words)
    assert organisations.owned_by(owner).people_days == core.USUAL_PEOPLE_DAYS


def test_the_page_takes_what_may_be_chosen_and_begins_with_the_usual(owner: User):
    days = {*core.PEOPLE_DAYS, *core.LOOKS_DAYS, 1, 366}
    for names, looked, words in product(days, days, (1, *core.WORDS_DAYS)):
        told = {"people_days": names, "looks_days": looked, "words_days": words}
        assert Keeping(told).is_valid() == core.is_allowed(**told)
    one = organisations.owned_by(owner)
    usual = (core.USUAL_PEOPLE_DAYS, core.USUAL_LOOKS_DAYS, core.USUAL_WORDS_DAYS)
    assert (one.people_days, one.looks_days, one.words_days) == usual


def house(desk: Desk, *, is_open: bool = True) -> House:
    troubles = Troubles()
    people_pages = People(troubles)
    people_pages.app = object() if is_open else None
    return cast(House, SimpleNamespace(desk=desk, people=people_pages, troubles=troubles))


def test_the_server_does_it_once_a_day_and_soon_again_where_it_could_not(
    desk: Desk, clock: Clock, owner: User, incident: str, tmp_path: Path
):
    clock.now += 366 * DAY
    shut, daily = PutAway(house(desk, is_open=False)), PutAway(house(desk))
    shut.turn()
    assert shut.pause_seconds == AGAIN_SECONDS
    path, desk.gone.path = desk.gone.path, str(tmp_path / "no such folder" / "erased")
    daily.turn()
    assert daily.pause_seconds == AGAIN_SECONDS
    assert len(people.of_incident(owner, incident)) == 2
    desk.gone.path = path
    daily.turn()
    assert daily.pause_seconds == EVERY_SECONDS
    assert people.of_incident(owner, incident) == []
