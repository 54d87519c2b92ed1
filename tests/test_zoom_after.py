"""Who was in a Zoom meeting, asked afterwards: whom nobody told us of while it ran is listed, and nobody comes back who was erased."""

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from pullcord.core.afterwards import Stay, newcomers
from pullcord.jobs import afterwards, erase, meetings, record
from pullcord.jobs.desk import Desk
from pullcord.platforms.warm import WarmWire
from pullcord.platforms.zoom_after import stays_after
from pullcord.store import incidents, people
from pullcord.store.models import Incident, User
from pullcord.words import Meeting as Place
from pullcord.words import Person, PlatformError
from tests.desk import Clock
from tests.fakes.zoom import schemas
from tests.fakes.zoom.account import Account
from tests.fakes.zoom.account import Meeting as AtZoom
from tests.fakes.zoom.plans import BASIC, PRO
from tests.fakes.zoom.schemas import NotHere, Types
from tests.fakes.zoom.serving import Zoom, running
from tests.pages import by, press

PAST = "meeting:read:list_past_participants:admin"


@pytest.fixture(scope="module")
def types(tmp_path_factory: pytest.TempPathFactory) -> Types:
    try:
        return schemas.types(tmp_path_factory.getbasetemp().parent / "zoom-types")
    except NotHere as why:
        pytest.skip(str(why))


@pytest.fixture
def zoom(types: Types) -> Iterator[Zoom]:
    with running(Account(plan=PRO), types=types) as zoom:
        yield zoom
        zoom.fits()


def place(zoom: Zoom, meeting: AtZoom, **at: str) -> Place:
    there = {"account": zoom.account.id, "client": zoom.account.client_id, "server": zoom.address, "plan": "business"}
    return Place("m", "Choir", "zoom", {**there, "room": str(meeting.id), **at}, {"secret": zoom.account.client_secret})


def names(stays: list[Stay]) -> list[str]:
    return sorted(stay.person.name or "" for stay in stays)


# -- what Zoom tells --------------------------------------------------------------------------------------------------


def test_each_time_that_it_ran_is_asked_for_and_who_only_waited_is_not_listed(zoom: Zoom):
    meeting = zoom.account.schedule()
    for evening in ("Ira", "Noor"):
        zoom.account.join(meeting, evening, password=meeting.password)
        zoom.account.end(meeting)
    meeting.settings["waiting_room"] = True
    zoom.account.join(meeting, "Outside", password=meeting.password)
    zoom.account.end(meeting)
    meeting.sessions[0].uuid = "/a//b=="
    assert names(stays_after(place(zoom, meeting), WarmWire(), until=time.time() + 1)) == ["Ira", "Noor"]
    assert stays_after(place(zoom, meeting), WarmWire(), until=time.time() + 2 * 86400) == [], "another evening"


def test_more_than_a_page_of_people_is_read_to_the_end(zoom: Zoom, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("pullcord.platforms.zoom_after.PAGE", 7)
    meeting = zoom.account.schedule()
    for number in range(25):
        zoom.account.join(meeting, f"Guest {number:02}", password=meeting.password)
    zoom.account.end(meeting)
    assert len(stays_after(place(zoom, meeting), WarmWire(), until=time.time() + 1)) == 25


def test_the_address_of_whoever_registered_is_found_by_their_registration(zoom: Zoom):
    meeting = zoom.account.schedule(approval_type=0)
    meeting.registrants["r1"] = {
        "id": "r1", "email": "ira@example.net", "first_name": "Ira", "last_name": "", "status": "approved", "join_url": "x",
    }  # fmt: skip
    person = zoom.account.join(meeting, "Ira", password="", registrant_id="r1")
    person.email = ""
    zoom.account.end(meeting)
    (stay,) = stays_after(place(zoom, meeting), WarmWire(), until=time.time() + 1)
    assert (stay.person.email, stay.person.invite) == ("ira@example.net", None)
    zoom.scopes.remove("meeting:read:list_registrants:admin")
    (stay,) = stays_after(place(zoom, meeting), WarmWire(), until=time.time() + 1)
    assert stay.person.email is None, "not known, and nothing lost"


def test_where_past_participants_may_not_be_read_the_report_is(zoom: Zoom):
    meeting = zoom.account.schedule()
    for name in ("Ira", "Noor"):
        zoom.account.join(meeting, name, password=meeting.password)
    zoom.account.end(meeting)
    zoom.scopes.remove(PAST)
    assert names(stays_after(place(zoom, meeting), WarmWire(), until=time.time() + 1)) == ["Ira", "Noor"]
    zoom.scopes.remove("report:read:list_meeting_participants:admin")
    with pytest.raises(PlatformError) as refused:
        stays_after(place(zoom, meeting), WarmWire(), until=time.time() + 1)
    assert refused.value.code == "zoom-scope-missing"


def test_a_webinar_is_asked_by_its_own_doors(zoom: Zoom):
    webinar = zoom.account.schedule(is_webinar=True)
    zoom.account.join(webinar, "Ira", password=webinar.password)
    zoom.account.end(webinar)
    assert names(stays_after(place(zoom, webinar, kind="webinar"), WarmWire(), until=time.time() + 1)) == ["Ira"]


# -- who is new -------------------------------------------------------------------------------------------------------


def stay(name: str, since: float, until: float, email: str | None = None) -> Stay:
    return Stay(Person(f"{name}:{since}", name, email=email, since=since), since, until)


def test_of_a_name_as_many_are_new_as_were_in_at_one_time_and_are_not_known():
    known = [Person("a", "Guest"), Person("b", "Ira")]
    told = [stay("Guest", 0, 10), stay("Guest", 5, 15), stay("guest ", 6, 9), stay("Ira", 0, 3), stay("Noor", 1, 2)]
    assert [one.name for one in newcomers(known, told)] == ["Noor", "Guest", "guest "]


def test_whoever_left_and_came_back_is_one():
    told = [stay("Ira", 0, 10), stay("Ira", 10, 20), stay("Ira", 30, 40, "ira@example.net")]
    (one,) = newcomers([], told)
    assert one.email == "ira@example.net"
    assert newcomers([Person("a", "IRA")], told) == []


def test_nobody_new_where_nothing_is_told():
    assert newcomers([Person("a", None)], []) == []


# -- in the record ----------------------------------------------------------------------------------------------------


@pytest.fixture
def there(zoom: Zoom) -> AtZoom:
    meeting = zoom.account.schedule()
    for name in ("Ira", "Noor", "Olga"):
        zoom.account.join(meeting, name, password=meeting.password)
    return meeting


@pytest.fixture
def incident(desk: Desk, owner: User, zoom: Zoom, there: AtZoom, clock: Clock, answers: Any) -> str:
    answers.say = lambda request: WarmWire().send(request)
    clock.now = time.time()
    told = place(zoom, there)
    row = meetings.add(desk, owner, name="Choir", platform="zoom", at=told.at, secrets=told.secrets)
    made = press(desk, row, by(owner))
    record.take_in(desk, made)
    return made


def listed(owner: User, incident: str) -> list[str]:
    return sorted(one.name or "" for one in people.of_incident(owner, incident))


def test_whom_nobody_told_us_of_is_on_the_record_afterwards_and_once(
    desk: Desk, clock: Clock, owner: User, incident: str
):
    assert listed(owner, incident) == [], "no live list, no events"
    asked: dict[str, int] = {}
    assert afterwards.ask_all(desk, asked) == 0, "not yet"
    clock.now += 130
    assert afterwards.ask_all(desk, asked) == 3
    assert listed(owner, incident) == ["Ira", "Noor", "Olga"]
    assert afterwards.ask_all(desk, asked) == 0
    clock.now += 3600
    assert afterwards.ask_all(desk, asked) == 0, "asked again, and nobody is new"
    assert afterwards.ask_all(desk, {}) == 0, "nor after a restart"
    assert [entry.kind for entry in incidents.entries(owner, incident)].count("roster") >= 1


def test_whoever_was_erased_does_not_come_back(desk: Desk, clock: Clock, owner: User, incident: str):
    clock.now += 130
    afterwards.ask_all(desk, {})
    one = people.of_incident(owner, incident)[0]
    erase.erase(desk, owner, incident, one.pk)
    assert afterwards.ask_all(desk, {}) == 0
    assert len(listed(owner, incident)) == 2


def test_that_it_could_not_be_asked_is_on_the_record_and_it_is_asked_at_the_next_time(
    desk: Desk, clock: Clock, owner: User, zoom: Zoom, incident: str
):
    asked: dict[str, int] = {}
    zoom.is_down = True
    clock.now += 130
    assert afterwards.ask_all(desk, asked) == 0
    assert "not asked afterwards" in [entry.kind for entry in incidents.entries(owner, incident)]
    zoom.is_down = False
    assert afterwards.ask_all(desk, asked) == 0
    clock.now += 40 * 60
    assert afterwards.ask_all(desk, asked) == 3


def test_long_afterwards_nobody_is_asked(desk: Desk, clock: Clock, owner: User, zoom: Zoom, incident: str):
    clock.now += timedelta(days=2).total_seconds()
    assert afterwards.ask_all(desk, {}) == 0
    Incident.objects.update(drill=True)
    clock.now -= timedelta(days=2).total_seconds() - 130
    assert afterwards.ask_all(desk, {}) == 0, "and of a rehearsal never"


def test_a_free_account_without_the_right_loses_nothing(types: Types, desk: Desk):
    with running(Account(plan=BASIC), types=types) as zoom:
        zoom.scopes.remove(PAST)
        meeting = zoom.account.schedule()
        zoom.account.join(meeting, "Ira", password=meeting.password)
        zoom.account.end(meeting)
        with pytest.raises(PlatformError) as refused:
            stays_after(place(zoom, meeting), WarmWire(), until=time.time() + 1)
        assert refused.value.code == "zoom-refused"
