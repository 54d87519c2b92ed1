"""What asks for a sign-in of the last ten minutes, by the table; and that ending a meeting never does."""

import re

import pytest
from django.urls import reverse

from pullcord.jobs.desk import Desk
from pullcord.store.models import User
from pullcord.web.fresh import ASKED_BEFORE
from tests.at_the_edge import post_at_the_edge
from tests.pages import Room, add, long_signed_in, on_disk, signed_in, text_of
from tests.test_web_strangers import TABLE, Things, ask, things

__all__ = ["things"]

AGAIN = "/accounts/reauthenticate/"
PASSWORD = "a long password"
MUST_ASK = {
    # said here once more, so that nobody takes one of them out of the table by a slip
    "meeting_connect", "meeting_move", "link_give", "link_act", "token_give", "token_revoke", "incident_back_in",
    "people_invite", "invitation_take_back", "member_change", "member_remove", "member_way_back", "own_lines", "own_line_act",
    "help_ask", "keeping", "incident_erase",
    "connection_new", "connection_keep", "connection_change", "connection_remove",
    "mfa_add_webauthn", "mfa_remove_webauthn", "mfa_activate_totp", "mfa_deactivate_totp", "mfa_generate_recovery_codes",
}  # fmt: skip
NEVER = {
    "home",
    "mfa_index",
    "meeting",
    "incident",
    "incident_latest",
    "help_lines",
    "account_logout",
    "sign_out_everywhere",
    "come_in",
}


def test_the_table_names_what_must_ask_and_nothing_on_the_way_to_a_stop():
    assert set(ASKED_BEFORE) >= MUST_ASK
    assert not set(ASKED_BEFORE) & NEVER
    assert set(ASKED_BEFORE) <= set(TABLE)


def test_whoever_signed_in_long_ago_is_asked_again_first_and_nothing_is_done(desk: Desk, owner: User, things: Things):
    client, before = long_signed_in(owner), on_disk(desk)
    before.pop("django_session", None)
    for name, page in ASKED_BEFORE.items():
        answer = ask(client, "post", name, things)
        there = reverse(page, kwargs=things.of(page))
        assert answer.status_code == 302, name
        assert answer.headers["Location"] == f"{AGAIN}?next={there.replace('/', '%2F')}", name
        look = ask(client, "get", name, things)
        assert (look.status_code == 302) if page == name else (look.status_code == 405), name
    after = on_disk(desk)
    after.pop("django_session", None)
    assert after == before


def test_nothing_else_asks(owner: User, things: Things):
    client = long_signed_in(owner)
    for name in TABLE:
        if name not in ASKED_BEFORE and name not in ("account_logout", "sign_out_everywhere"):
            for method in ("get", "post"):
                answer = ask(client, method, name, things)
                is_asked = answer.headers.get("Location", "").startswith(AGAIN)
                assert not is_asked or name.startswith("mfa_reauthenticate"), name


def test_it_looks_the_same_whether_or_not_it_exists(owner: User, other: User, things: Things):
    client, none = long_signed_in(other), things.none()
    for name in ASKED_BEFORE:
        real, nothing = ask(client, "post", name, things), ask(client, "post", name, none)
        assert (real.status_code, real.content) == (nothing.status_code, nothing.content) == (302, b""), name


def test_with_the_password_once_more_one_is_led_back_and_does_it(owner: User, things: Things):
    client, page = long_signed_in(owner), reverse("meeting", args=[things.meeting])
    asked = client.post(reverse("link_give", args=[things.meeting]), {"who": "Noor"})
    shown = client.get(asked.headers["Location"])
    assert "Nothing was changed yet" in text_of(shown)
    wrong = client.post(AGAIN, {"password": "x", "next": page})
    assert wrong.status_code == 200
    assert client.post(AGAIN, {"password": PASSWORD, "next": page}).headers["Location"] == page
    assert "Noor" not in text_of(client.get(page))
    assert client.post(reverse("link_give", args=[things.meeting]), {"who": "Noor"}).status_code == 200
    assert "Noor" in text_of(client.get(page))


def test_what_was_posted_meanwhile_is_kept_nowhere(desk: Desk, owner: User):
    client = long_signed_in(owner)
    told = {"name": "Choir", "hold_hours": "2", "server": "https://janus.example", "admin": "geheim-geheim"}
    assert client.post(reverse("meeting_connect", args=["janus"]), told).status_code == 302
    assert "geheim" not in "".join(on_disk(desk).values())
    assert "geheim" not in str(dict(client.session))


@pytest.mark.parametrize(("seconds", "status"), [(590, 200), (610, 302)])
def test_ten_minutes_are_the_limit(owner: User, things: Things, seconds: int, status: int):
    client = long_signed_in(owner, seconds=seconds)
    assert ask(client, "get", "incident_back_in", things).status_code in ({200} if status == 200 else {302})


def test_a_page_left_open_for_long_still_ends_the_meeting(desk: Desk, answers, owner: User):
    answers.say = Room()
    meeting = add(desk, owner)
    client = long_signed_in(owner)
    found = re.search(r'action="(/host/\w+/stop)"', client.get("/").content.decode())
    assert found
    assert post_at_the_edge(desk, found[1]) == 303
    incident = desk.means.book.latest(meeting.id)
    assert incident is not None
    assert client.get(reverse("incident_latest", args=[meeting.id])).status_code == 302
    assert client.get(reverse("incident", args=[incident.id])).status_code == 200
    assert signed_in(None).get("/").status_code == 302
