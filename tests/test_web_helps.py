"""A caseworker of a charity reads the record of the one incident that they were asked to help with, until its day."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from pullcord.jobs import helps, people, record
from pullcord.jobs.desk import Desk
from pullcord.jobs.meetings import Refused
from pullcord.store import NotFound, looks, organisations
from pullcord.store import helps as store
from pullcord.store.models import Help, Look, User
from tests.backups import replay
from tests.desk import Clock, every_row
from tests.pages import Room, add, by, press, signed_in, text_of
from tests.test_web_people import NEW, join

DAY = 24 * 3600.0


@pytest.fixture
def incident(desk: Desk, answers, owner: User) -> str:
    answers.say = Room()
    made = press(desk, add(desk, owner), by(owner))
    record.take_in(desk, made)
    return made


@pytest.fixture
def carl(desk: Desk, other: User) -> User:
    """A caseworker of another organisation, which supports many."""
    return join(desk, other, "caseworker", "carl")


def ask(desk: Desk, user: User, incident: str, *, days: float = 30) -> helps.NewHelp:
    return helps.ask(desk, user, incident, who="Carl", until=people.now(desk) + timedelta(days=days))


def token(new: helps.NewHelp) -> str:
    return new.link.rpartition("/")[2]


@pytest.fixture
def asked(desk: Desk, owner: User, incident: str, carl: User) -> str:
    new = ask(desk, owner, incident)
    helps.come_as(desk, token(new), carl)
    return new.help.pk


def test_a_lead_asks_on_the_incidents_page_and_the_caseworker_reads_its_record(
    desk: Desk, owner: User, carl: User, incident: str
):
    lead = signed_in(join(desk, owner, "lead", "lena"))
    assert "Ask a caseworker to help" in text_of(lead.get(reverse("incident", args=[incident])))
    day = (people.now(desk) + timedelta(days=20)).date().isoformat()
    shown = lead.post(reverse("help_ask", args=[incident]), {"who": "Carl", "until": day}).content.decode()
    link = re.search(r"/i/help/[\w-]+", shown)
    assert link is not None
    client = signed_in(carl)
    for _ in range(3):
        assert "You are asked to help" in text_of(client.get(link[0]))
    assert Help.objects.get().accepted_at is None
    assert client.post(link[0]).status_code == 302
    home = client.get("/").content.decode()
    address = reverse("help", args=[Help.objects.get().pk])
    assert address in home
    assert "Open a record by hand" not in home
    assert "pressed" in text_of(client.post(address))
    assert "Guest" not in text_of(client.post(address)), "the names of who was there are not in it"
    for again in (signed_in(None), signed_in(owner)):
        assert again.get(link[0]).status_code == 404


def test_that_they_read_it_is_written_down_first_and_reading_the_page_alone_writes_nothing(
    owner: User, carl: User, asked: str, incident: str
):
    client, address = signed_in(carl), reverse("help", args=[asked])
    for method in (client.get, client.head, client.get):
        assert "Last entry" not in method(address).content.decode()
    assert not Look.objects.exists()
    client.post(address)
    (look,) = looks.of_mine(owner)
    assert (look.kind, look.by, look.incident_told) == ("record", by(carl), incident)
    assert "Carl read the record" in text_of(signed_in(owner).get(reverse("looked")))


def test_after_the_day_it_looks_like_what_does_not_exist(desk: Desk, clock: Clock, carl: User, asked: str):
    client = signed_in(carl)
    assert client.get(reverse("help", args=[asked])).status_code == 200
    clock.now += 30 * DAY
    client = signed_in(carl)
    for method in (client.get, client.post):
        gone, none = method(reverse("help", args=[asked])), method(reverse("help", args=["0" * 16]))
        assert gone.status_code == 404
        assert gone.content == none.content
    assert reverse("help", args=[asked]) not in client.get("/").content.decode()


def test_they_see_nothing_else_of_the_organisation(
    desk: Desk, answers, owner: User, carl: User, incident: str, asked: str
):
    second = press(desk, add(desk, owner, name="Bell ringers"), by(owner))
    record.take_in(desk, second)
    client = signed_in(carl)
    for one in (incident, second):
        for name in ("incident", "incident_record", "incident_back_in", "incident_words"):
            assert client.get(reverse(name, args=[one])).status_code == 404
        for name in ("incident_people", "incident_step", "incident_keep_on", "help_ask"):
            assert client.post(reverse(name, args=[one]), {"who": "x", "until": "2027-02-01"}).status_code == 404
    told = client.get("/").content.decode() + client.post(reverse("help", args=[asked])).content.decode()
    assert not re.search("Choir|Bell ringers|Guest|Anna Owner(?!s)", told)


def test_ended_it_is_over_at_once_and_no_backup_gives_it_back(
    desk: Desk, owner: User, carl: User, incident: str, asked: str
):
    signed_in(owner).post(reverse("help_end", args=[incident, asked]))
    assert signed_in(carl).get(reverse("help", args=[asked])).status_code == 404
    Help.objects.update(revoked_at=None)  # as it stands in a backup from before
    closed = {line.id for line in desk.gone.read() if line.kind == "closed invitation"}
    replay(at=people.now(desk), invitations=closed)
    assert signed_in(carl).get(reverse("help", args=[asked])).status_code == 404


def test_a_link_that_was_used_lets_nobody_in_after_a_backup_from_before(desk: Desk, owner: User, incident: str):
    new = ask(desk, owner, incident)
    before = Help.objects.filter(pk=new.help.pk).values().get()
    signed_in(None).post(new.link.removeprefix(desk.config.address), NEW)
    used = {line.id for line in desk.gone.read() if line.kind == "used link"}
    ida = User.objects.get(username="ida")
    replay(at=people.now(desk), used=used)
    assert store.find(ida, new.help.pk, at=people.now(desk)).pk == new.help.pk, "who had come before the backup goes on"
    Help.objects.filter(pk=new.help.pk).update(**before)
    replay(at=people.now(desk), used=used)
    assert signed_in(None).get(new.link.removeprefix(desk.config.address)).status_code == 404


def test_a_host_asks_nobody_in_and_another_organisation_neither(desk: Desk, answers, owner: User, other: User):
    answers.say = Room()
    host = join(desk, owner, "host", "hanna")
    incident = press(desk, add(desk, host), by(host))
    record.take_in(desk, incident)
    for user in (host, other):
        with pytest.raises(NotFound):
            ask(desk, user, incident)
        assert signed_in(user).post(reverse("help_ask", args=[incident]), {}).status_code == 404
    assert "Ask a caseworker" not in text_of(signed_in(host).get(reverse("incident", args=[incident])))


@pytest.mark.parametrize("days", [0, -1, helps.MOST_DAYS + 1])
def test_it_is_for_a_day_to_come_and_not_for_ever(desk: Desk, owner: User, incident: str, days: int):
    with pytest.raises(Refused):
        ask(desk, owner, incident, days=days)
    assert not Help.objects.exists()


def test_the_charity_sees_how_many_and_not_which(
    desk: Desk, clock: Clock, owner: User, other: User, carl: User, asked: str, incident: str
):
    client = signed_in(other)
    page = client.get(reverse("people")).content.decode()
    assert "can read 1 record of others now" in page
    for told in (incident, asked, organisations.owned_by(owner).name, "Choir"):
        assert told not in page
    assert client.get(reverse("help", args=[asked])).status_code == 404
    clock.now += 31 * DAY
    assert store.counts(other, at=people.now(desk)) == (0, 1)


def test_somebody_without_an_account_comes_by_the_link_and_sets_up_a_second_step(
    desk: Desk, owner: User, incident: str
):
    link = ask(desk, owner, incident).link.removeprefix(desk.config.address)
    client = signed_in(None)
    assert client.post(link, NEW).status_code == 302
    assert client.get("/").headers["Location"] == reverse("mfa_index")
    ida = User.objects.get(username="ida")
    assert not organisations.roles_of(ida)
    assert Help.objects.get().charity is None
    assert "You are asked to help" in text_of(signed_in(ida).get("/"))


def test_the_link_is_kept_nowhere(desk: Desk, owner: User, incident: str):
    kept = token(ask(desk, owner, incident))
    assert not [table for table, rows in every_row().items() if kept in "".join(rows)]
