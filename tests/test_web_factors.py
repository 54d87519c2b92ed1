"""The second step of signing in, from the first link to the lost phone. None of it stands before a stop."""

import re
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client

from pullcord.jobs import record
from pullcord.jobs.desk import Desk
from pullcord.jobs.people import now
from pullcord.store import incidents
from pullcord.store.models import Incident, User
from pullcord.web import first
from tests.desk import ADDRESS
from tests.pages import Room, add, by, long_signed_in, on_disk, press, signed_in, text_of

SIGN_IN = {"login": "anna", "password": "a long password"}
STEPS, APP, CODE = "/accounts/steps/", "/accounts/steps/app/", "/accounts/steps/code/"
RECOVERY = "/accounts/steps/recovery/"


def by_password_alone() -> Client:
    client = Client(raise_request_exception=False)
    client.post("/accounts/login/", SIGN_IN)
    return client


def secret_of(client: Client) -> str:
    found = re.search(r"<code>([A-Z2-7]+)</code>", client.get(APP).content.decode())
    assert found
    return found[1]


def code_now(secret: str, *, steps: int = 0) -> str:
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps)))


@pytest.fixture
def by_link(desk: Desk, owner: User) -> Client:
    """Somebody with a link made on the machine, and a new password."""
    client = Client(raise_request_exception=False)
    told = {"password": SIGN_IN["password"], "again": SIGN_IN["password"]}
    assert client.post(first.issue(desk, again=True).removeprefix(ADDRESS), told).status_code == 302
    return client


def enrolled(client: Client) -> list[str]:
    """Sets the code app up; the recovery codes that were shown."""
    secret = secret_of(client)
    assert client.post(APP, {"code": code_now(secret)}).headers["Location"] == RECOVERY
    return re.findall(r"<code>(\w+)</code>", client.get(RECOVERY).content.decode())


def test_with_a_password_alone_every_page_leads_to_the_second_step(desk: Desk, owner: User):
    meeting, client = add(desk, owner), by_password_alone()
    for path in ("/", "/meetings/new", f"/meetings/{meeting.id}", "/help-lines", "/accounts/password/change/"):
        answer = client.get(path)
        assert (answer.status_code, answer.headers.get("Location")) == (302, STEPS), path
    before = on_disk(desk)
    assert client.post(f"/meetings/{meeting.id}/put-away").headers["Location"] == STEPS
    assert on_disk(desk) == before


def test_a_meeting_can_be_ended_before_the_second_step_and_its_end_be_seen(desk: Desk, owner: User, answers):
    answers.say = Room()
    meeting, client = add(desk, owner), by_password_alone()
    found = re.search(r'action="/host/(\w+)/stop"', client.get(STEPS).content.decode())
    assert found
    ticket = desk.tickets.find("press", found[1])
    assert ticket is not None
    assert (ticket.by, ticket.about) == (by(owner), (meeting.id,))
    incident = press(desk, meeting, by(owner))
    assert client.get(f"/incidents/latest/{meeting.id}").headers["Location"] == f"/incidents/{incident}"
    assert client.get(f"/incidents/{incident}").status_code == 200
    assert client.post(f"/incidents/{incident}/back-in").headers["Location"] == STEPS


def test_before_the_second_step_an_incidents_page_tells_nothing_that_was_written_down(desk: Desk, owner: User, answers):
    answers.say = Room()
    incident, client = press(desk, add(desk, owner), by(owner)), by_password_alone()
    record.take_in(desk, incident)
    Incident.objects.filter(pk=incident).update(told="Philomena was frightened")
    incidents.set_step(owner, incident, "anyone in danger", "handed", at=now(desk), handed_to="Constable Quartermain")
    told = ("Philomena", "Quartermain", "Ask a caseworker")
    before = client.get(f"/incidents/{incident}")
    assert before.status_code == 200
    assert not [one for one in told if one in text_of(before)]
    assert [one for one in told if one in text_of(signed_in(owner).get(f"/incidents/{incident}"))] == list(told)


def test_the_app_is_set_up_without_script_and_recovery_codes_are_shown_once(by_link: Client, owner: User):
    page = by_link.get(APP).content.decode()
    assert "<svg" in page
    assert not re.search(r'<script(?! src)|\bstyle="|src="data:', page)
    codes = enrolled(by_link)
    assert len(set(codes)) == 10
    again = text_of(by_link.get(RECOVERY))
    assert "10 codes are left" in again
    assert not any(code in again for code in codes)
    assert by_link.get("/").status_code == 200


def test_a_wrong_code_sets_nothing_up(by_link: Client, owner: User):
    secret_of(by_link)
    assert by_link.post(APP, {"code": "abcdef"}).status_code == 200
    assert not Authenticator.objects.exists()
    assert by_link.get("/").headers["Location"] == STEPS


def test_signing_in_takes_the_code_too_and_a_recovery_code_works_once(by_link: Client, owner: User):
    code = enrolled(by_link)[0]
    client = by_password_alone()
    assert client.get("/").headers["Location"].startswith("/accounts/login/")
    assert client.post(CODE, {"code": "abcdef"}).status_code == 200
    assert client.get("/").headers["Location"].startswith("/accounts/login/")
    client.post(CODE, {"code": code})
    assert client.get("/").status_code == 200
    other = by_password_alone()
    assert other.post(CODE, {"code": code}).status_code == 200
    assert other.get("/").status_code == 302


@pytest.mark.parametrize(("steps", "status"), [(-1, 302), (0, 302), (-3, 200), (3, 200)])
def test_a_code_of_the_half_minute_before_is_taken_and_no_older_one(
    by_link: Client, steps: int, status: int, monkeypatch: pytest.MonkeyPatch
):
    secret, now = secret_of(by_link), time.time()
    monkeypatch.setattr(time, "time", lambda: now)  # no half minute ends while we look
    assert by_link.post(APP, {"code": code_now(secret, steps=steps)}).status_code == status


def test_what_codes_are_made_from_is_sealed(desk: Desk, by_link: Client, owner: User):
    secret = secret_of(by_link)
    codes = [*enrolled(by_link), secret]
    kept = Authenticator.objects.get(type=Authenticator.Type.TOTP).data["secret"]
    seed = Authenticator.objects.get(type=Authenticator.Type.RECOVERY_CODES).data["seed"]
    assert desk.keys.open(kept.encode())
    assert desk.keys.open(seed.encode())
    rows = "\n".join(str(one.data) for one in Authenticator.objects.all())
    assert not any(code in rows for code in codes)


def test_a_link_made_on_the_machine_drops_the_old_app_and_its_codes(desk: Desk, by_link: Client, owner: User):
    enrolled(by_link)
    client, told = signed_in(None), {"password": SIGN_IN["password"], "again": SIGN_IN["password"]}
    client.post(first.issue(desk, again=True).removeprefix(ADDRESS), told)
    assert not Authenticator.objects.filter(user=owner).exists()
    assert client.get("/").headers["Location"] == STEPS
    assert by_link.get("/").status_code == 302  # and whoever was signed in is so no longer


def test_taking_the_app_away_asks_who_it_is_once_more(owner: User):
    client = long_signed_in(owner)
    for path in (f"{APP}remove/", f"{RECOVERY}new/"):
        assert client.post(path).headers["Location"].startswith("/accounts/reauthenticate/"), path
    assert Authenticator.objects.count() == 1
