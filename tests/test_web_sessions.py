"""How long somebody stays signed in, and signing out everywhere. An open page ends meetings all the same."""

import re
from datetime import timedelta

from django.contrib.sessions.models import Session
from django.utils import timezone

from pullcord.jobs.desk import Desk
from pullcord.store.models import User
from pullcord.web import sessions
from tests.at_the_edge import post_at_the_edge
from tests.desk import Clock
from tests.pages import Room, add, on_disk, signed_in, text_of

HOUR = 3600.0
EVERYWHERE = "/accounts/everywhere/"


def test_whoever_looks_now_and_then_stays_signed_in_for_seven_days_and_no_longer(clock: Clock, owner: User):
    client = signed_in(owner)
    for _ in range(7 * 24 // 11):
        clock.now += 11 * HOUR
        assert client.get("/").status_code == 200
    clock.now += 4 * HOUR
    assert client.get("/").headers["Location"].startswith("/accounts/login/")


def test_whoever_has_not_looked_for_twelve_hours_is_signed_out(clock: Clock, owner: User):
    client = signed_in(owner)
    clock.now += 12 * HOUR
    assert client.get("/").status_code == 200
    clock.now += 12 * HOUR + 1
    assert client.get("/").status_code == 302
    client.force_login(owner)
    assert client.get("/").status_code == 200


def test_a_look_writes_nothing_and_neither_does_the_end(desk: Desk, clock: Clock, owner: User):
    client = signed_in(owner)
    before = on_disk(desk)
    for _ in range(3):
        clock.now += 5 * HOUR
        client.get("/")
    clock.now += 13 * HOUR
    assert client.get("/").status_code == 302
    assert on_disk(desk) == before


def test_after_a_restart_the_time_of_signing_in_counts(clock: Clock, owner: User, monkeypatch):
    client = signed_in(owner)
    clock.now += 11 * HOUR
    client.get("/")
    clock.now += 2 * HOUR
    assert client.get("/").status_code == 200
    monkeypatch.setattr(sessions, "seen", sessions.Seen())
    assert client.get("/").status_code == 302


def test_what_is_remembered_of_looks_does_not_grow(clock: Clock):
    seen = sessions.Seen()
    for number in range(sessions.MOST + 5):
        seen.look(str(number), clock.now)
    assert len(seen._at) == sessions.MOST
    seen.look("new", clock.now + sessions.IDLE_SECONDS + 1)
    assert list(seen._at) == ["new"]


def test_signing_out_everywhere_ends_ones_own_sessions_and_nobody_elses(owner: User, other: User):
    here, there, hers = signed_in(owner), signed_in(owner), signed_in(other)
    assert "Sign out everywhere" in text_of(here.get("/accounts/steps/"))
    assert here.get(EVERYWHERE).status_code == 405
    assert "signed out everywhere" in text_of(here.post(EVERYWHERE, follow=True))
    for client in (here, there):
        assert client.get("/").headers["Location"].startswith("/accounts/login/")
    assert hers.get("/").status_code == 200
    assert Session.objects.count() <= 2


def test_old_sessions_are_cleared_away_when_somebody_signs_in(owner: User, other: User):
    signed_in(owner)
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    signed_in(other)
    assert Session.objects.count() == 1


def test_a_session_that_has_ended_does_not_stand_before_a_press(desk: Desk, clock: Clock, answers, owner: User):
    answers.say = Room()
    meeting, client = add(desk, owner), signed_in(owner)
    found = re.search(r'action="(/host/\w+/stop)"', client.get("/").content.decode())
    assert found
    client.post(EVERYWHERE)
    clock.now += 8 * 24 * HOUR
    assert client.get("/").status_code == 302
    assert post_at_the_edge(desk, found[1]) == 303
    assert desk.means.book.latest(meeting.id) is not None
