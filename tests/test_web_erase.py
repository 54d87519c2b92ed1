"""A person is erased from an incident's record by an owner or a lead: for good, from every file, with the record still holding."""

import json
from pathlib import Path

import pytest
from django.db import connections
from django.urls import reverse

from pullcord.core.timeline import verify
from pullcord.jobs import record
from pullcord.jobs.desk import Desk
from pullcord.store import incidents, people
from pullcord.store.models import InboxEvent, Presence, User
from tests.desk import IN_FILE
from tests.logs import refuse_in
from tests.pages import Room, add, by, long_signed_in, press, signed_in, text_of
from tests.test_web_people import join

NAME = "Philomena Quartermain"


@pytest.fixture
def incident(desk: Desk, answers, owner: User) -> str:
    answers.say = room = Room()
    room.people = [{"number": "7", "name": NAME}, {"number": "8", "name": "Benedikt Oberhuber"}]
    meeting = add(desk, owner)
    made = press(desk, meeting, by(owner))
    record.take_in(desk, made)
    for number, name in (("7", NAME), ("8", "Benedikt Oberhuber")):
        told = json.dumps([[meeting.id, "joined", 1.0, True, [number, name, None, None, None]]])
        InboxEvent.objects.create(platform="practice", source=meeting.id, received_at=1.0, body=told, folded_at=2.0)
    return made


def someone(owner: User, incident: str, name: str = NAME) -> int:
    return next(one.pk for one in people.of_incident(owner, incident) if one.name == name)


def page_of(incident: str, presence: int) -> str:
    return reverse("incident_erase", args=[incident, presence])


@IN_FILE
def test_by_a_press_they_are_in_no_file_any_more_and_the_record_holds(desk: Desk, owner: User, incident: str):
    client = signed_in(owner)
    shown = text_of(client.post(reverse("incident_people", args=[incident])))
    assert NAME in shown
    assert "It cannot be taken back." in shown
    done = client.post(page_of(incident, someone(owner, incident)), follow=True)
    assert "This person is erased from the record, for good." in text_of(done)
    names = text_of(client.post(reverse("incident_people", args=[incident])))
    assert NAME not in names
    assert "Benedikt Oberhuber" in names
    assert verify(incidents.entries(owner, incident)) is None
    assert "One person was erased from it." in text_of(client.get(reverse("incident_record", args=[incident])))
    connections.close_all()
    files = [path for path in Path(desk.config.data).rglob("*") if path.is_file() and path.stat().st_size]
    refuse_in(files, NAME)
    with pytest.raises(AssertionError):
        refuse_in(files, "Benedikt Oberhuber")


def test_what_the_platform_reported_of_others_stays(owner: User, incident: str):
    signed_in(owner).post(page_of(incident, someone(owner, incident)))
    (left,) = InboxEvent.objects.all()
    assert "Benedikt" in left.body


def test_a_lead_may_and_a_host_may_not(desk: Desk, answers, owner: User, incident: str):
    lead, host = join(desk, owner, "lead", "lena"), join(desk, owner, "host", "hanna")
    answers.say = Room()
    his = press(desk, add(desk, host), by(host))
    record.take_in(desk, his)
    presence = people.of_incident(host, his)[0].pk
    assert "Erase this person" not in text_of(signed_in(host).post(reverse("incident_people", args=[his])))
    assert signed_in(host).post(page_of(his, presence)).status_code == 404
    assert signed_in(lead).post(page_of(his, presence)).status_code == 302
    assert not Presence.objects.filter(pk=presence).exists()


def test_nobody_is_erased_from_another_incident_by_its_address(desk: Desk, owner: User, other: User, incident: str):
    theirs = incidents.open_by_hand(other, incidents.Told(title="x"), at=incidents.find(owner, incident).opened_at)
    assert signed_in(other).post(page_of(theirs.pk, someone(owner, incident))).status_code == 404
    assert someone(owner, incident)


def test_a_page_left_open_erases_nobody(owner: User, incident: str):
    answer = long_signed_in(owner).post(page_of(incident, someone(owner, incident)))
    assert answer.headers["Location"].startswith("/accounts/reauthenticate/")
    assert someone(owner, incident)


def test_where_it_cannot_be_written_down_nobody_is_erased_and_it_is_said(
    desk: Desk, owner: User, incident: str, tmp_path: Path
):
    desk.gone.path = str(tmp_path / "no such folder" / "erased")
    answer = signed_in(owner).post(page_of(incident, someone(owner, incident)), follow=True)
    assert "nothing was changed" in text_of(answer)
    assert someone(owner, incident)


def test_with_the_database_gone_it_is_said_and_nobody_is_called_erased(owner: User, incident: str, break_store):
    address, client = page_of(incident, someone(owner, incident)), signed_in(owner)
    break_store()
    answer = client.post(address)
    assert answer.status_code == 503
    assert "erased" not in text_of(answer)
