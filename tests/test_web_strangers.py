"""Every page is tried as somebody who has no right to it. A new page without its line in the table fails."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

from pullcord.jobs import helps, meetings, own_lines, people, record
from pullcord.jobs.desk import Desk
from pullcord.store import notices, organisations
from pullcord.store import people as kept
from pullcord.store.models import User
from pullcord.web import seams
from tests.connecting import Janus, connected
from tests.pages import Room, add, by, on_disk, open_room, press, signed_in
from tests.passkeys import Key, with_passkey

# Which ids stand in the address of each page. `mine` = without an id: everybody who is signed in has his own.
TABLE = {
    "home": "mine",
    "practise": "mine",
    "meeting_new": "mine",
    "meeting_connect": "mine",
    "incident_new": "mine",
    "people": "mine",
    "people_invite": "mine",
    "looked": "mine",
    "keeping": "mine",
    "people_rename": "mine",
    "people_sender": "mine",
    "own_lines": "mine",
    "own_line_act": "own line",
    "invitation_take_back": "invitation",
    "member_change": "member",
    "member_remove": "member",
    "member_way_back": "member",
    "notice_seen": "notice",
    "come_in": "open",
    "come_back": "open",
    "come_to_help": "open",
    "help": "help",
    "help_ask": "incident",
    "help_end": "its help",
    "help_lines": "mine",
    "help_line_confirm": "mine",
    "help_line_take_back": "mine",
    "account_change_password": "mine",
    "account_reauthenticate": "mine",
    "connections": "mine",
    "connection_new": "mine",
    "connection_keep": "mine",
    "connection": "connection",
    "connection_change": "connection",
    "connection_test": "connection",
    "connection_remove": "connection",
    "room_adopt": "used connection",
    "room_make": "used connection",
    "meeting": "meeting",
    "meeting_change": "meeting",
    "meeting_put_away": "meeting",
    "meeting_renew": "meeting",
    "alarm_apply": "meeting",
    "alarm_seen": "meeting",
    "meeting_move": "meeting and connection",
    "link_give": "meeting",
    "link_card": "meeting",
    "link_act": "link",
    "drill_begin": "meeting",
    "drill_next": "meeting",
    "drill_invite": "held link",
    "token_give": "meeting",
    "token_revoke": "token",
    "incident_latest": "meeting",
    "incident": "incident",
    "incident_record": "incident",
    "incident_people": "incident",
    "incident_erase": "person",
    "incident_keep_on": "incident",
    "incident_back_in": "incident",
    "incident_step": "incident",
    "incident_words": "incident",
    "sign_out_everywhere": "mine",
    "mfa_index": "mine",
    "mfa_add_webauthn": "mine",
    "mfa_edit_webauthn": "passkey",
    "mfa_remove_webauthn": "passkey",
    "mfa_reauthenticate_webauthn": "mine",
    "mfa_activate_totp": "mine",
    "mfa_deactivate_totp": "mine",
    "mfa_reauthenticate": "mine",
    "mfa_view_recovery_codes": "mine",
    "mfa_generate_recovery_codes": "mine",
    "first": "open",
    "account_login": "open",
    "account_signup": "open",
    "account_inactive": "open",
    "account_logout": "open",
    "mfa_authenticate": "open",
    "mfa_login_webauthn": "open",
}
NOBODY = "0123456789abcdef"
METHODS = ("get", "head", "post")
NAMES = ("Choir", "Ruth", "Anna", "A script", "Ida", "Cora", "Nora", "Our server")


class Things(NamedTuple):
    meeting: str
    incident: str
    link: str
    token: str
    invitation: str
    help: str
    line: str
    member: str
    passkey: str
    connection: str
    notice: str
    person: str

    def told(self) -> str:
        """A pattern that finds any of it on a page. Numbers of members and passkeys are too short to be looked for alone."""
        # As words of their own: a random number may have one of them in it.
        named = (rf"\b{name}\b" for name in NAMES)
        return "|".join(
            (
                *named,
                *self[:6],
                self.connection,
                f"people/{self.member}/",
                f"passkey/{self.passkey}/",
                f"notices/{self.notice}/",
            )
        )

    def none(self) -> "Things":
        long = (NOBODY,) * 6
        return Things(
            *long, line="999999", member="999999", passkey="999999", connection=NOBODY, notice="999999", person="999999"
        )

    def of(self, name: str) -> dict[str, str]:
        """What the address of this page takes."""
        return {
            "mine": {"name": "janus"} if name in ("meeting_connect", "connection_new") else {},
            "open": {"token": NOBODY} if name in ("first", "come_in", "come_back", "come_to_help") else {},
            "invitation": {"invitation_id": self.invitation},
            "own line": {"line": self.line, "act": "checked"},
            "help": {"help_id": self.help},
            "its help": {"incident_id": self.incident, "help_id": self.help},
            "member": {"member": self.member},
            "passkey": {"pk": self.passkey},
            "notice": {"notice": self.notice},
            "person": {"incident_id": self.incident, "presence": self.person},
            "connection": {"connection_id": self.connection},
            "used connection": {"connection_id": self.connection},
            "meeting": {"meeting_id": self.meeting},
            "meeting and connection": {"meeting_id": self.meeting, "connection_id": self.connection},
            "link": {"meeting_id": self.meeting, "cord_id": self.link, "act": "revoke"},
            "held link": {"meeting_id": self.meeting, "cord_id": self.link},
            "token": {"meeting_id": self.meeting, "token_id": self.token},
            "incident": {"incident_id": self.incident},
        }[TABLE[name]]


def patterns() -> Iterator[str]:
    for pattern in get_resolver().url_patterns:
        assert isinstance(pattern, URLPattern), "an included set of pages: name each of them in urls.py"
        yield str(pattern.name)


CLOSED = [name for name, kind in TABLE.items() if kind != "open"]
OWNED = [name for name in CLOSED if TABLE[name] != "mine"]
OPEN = [name for name, kind in TABLE.items() if kind == "open"]
POSTED = {
    "name": "x",
    "who": "x",
    "role": "host",
    "code": "tell everyone",
    "state": "done",
    "hold_hours": "2",
    "title": "x",
    "people_days": "365",
    "looks_days": "730",
    "words_days": "365",
    "until": "2027-02-01",
}


@pytest.fixture
def things(desk: Desk, answers, owner: User, monkeypatch: pytest.MonkeyPatch) -> Things:
    monkeypatch.setattr(seams, "open_practice_room", open_room)
    answers.say = Room()
    meeting = add(desk, owner)
    link = meetings.give_cord(desk, owner, meeting.id, who="Ruth").cord.id
    token = meetings.give_token(desk, owner, meeting.id, name="A script").token.id
    invitation = people.invite(desk, owner, who="Ida", role="lead").invitation.id
    member = str(organisations.members(owner)[0].pk)
    incident = press(desk, meeting, by(owner))
    record.take_in(desk, incident)
    until = people.now(desk) + timedelta(days=30)
    help_id = helps.ask(desk, owner, incident, who="Cora", until=until).help.pk
    line = own_lines.add(desk, owner, name="Nora", number="020 7946 0000", source="her letter").pk
    passkey = str(with_passkey(desk, owner, Key("testserver")).pk)
    answers.say = Janus()
    connection = connected(desk, owner).pk
    answers.say = Room()
    notices.tell("way back made", about=owner, by=None, at=people.now(desk))
    notice = str(notices.of(owner)[0].pk)
    person = str(kept.of_incident(owner, incident)[0].pk)
    ids = (str(line), member, passkey, connection, notice, person)
    return Things(meeting.id, incident, link, token, invitation, help_id, *ids)


def ask(client: Client, method: str, name: str, things: Things):
    return getattr(client, method)(reverse(name, kwargs=things.of(name)), POSTED if method == "post" else None)


def test_every_page_stands_in_the_table():
    assert sorted(patterns()) == sorted(TABLE)


@pytest.mark.parametrize("method", METHODS)
def test_a_stranger_is_sent_to_sign_in_whether_or_not_it_exists(method: str, desk: Desk, things: Things):
    before, client = on_disk(desk), signed_in(None)
    for name in CLOSED:
        for asked in (things, things.none()):
            answer = ask(client, method, name, asked)
            there = reverse(name, kwargs=asked.of(name))
            assert (answer.status_code, answer.content) == (302, b""), name
            assert answer.headers["Location"] == f"/accounts/login/?next={there}"
    assert on_disk(desk) == before


@pytest.mark.parametrize("method", METHODS)
def test_anothers_looks_like_what_does_not_exist(method: str, desk: Desk, things: Things, other: User):
    client = signed_in(other)
    before = on_disk(desk)
    for name in OWNED:
        real, none = ask(client, method, name, things), ask(client, method, name, things.none())
        assert real.status_code in (404, 405), name
        assert real.content == none.content, name
        assert sorted(real.headers.items()) == sorted(none.headers.items()), name
    assert on_disk(desk) == before


def test_anothers_link_is_not_found_in_ones_own_meeting(desk: Desk, things: Things, other: User):
    client, mine = signed_in(other), things._replace(meeting=add(desk, other).id)
    for name in ("link_act", "token_revoke"):
        assert ask(client, "post", name, mine).status_code == 404
    kit = desk.kits.read(things.meeting)
    assert kit is not None
    assert kit.cords
    assert kit.tokens


def test_a_session_that_has_ended_is_a_strangers(desk: Desk, things: Things, owner: User):
    client = signed_in(owner)
    Session.objects.all().delete()
    for name in CLOSED:
        for method in METHODS:
            answer = ask(client, method, name, things)
            assert answer.status_code == 302, name
            assert answer.headers["Location"].startswith("/accounts/login/?next="), name


def test_ones_own_pages_show_nothing_of_anothers(things: Things, other: User):
    client = signed_in(other)
    for name in (name for name in CLOSED if TABLE[name] == "mine"):
        page = ask(client, "get", name, things).content.decode()
        assert not re.search(things.told(), page), name


def test_an_open_page_tells_a_stranger_nothing(desk: Desk, things: Things):
    before = on_disk(desk)
    for name in OPEN:
        answer = ask(signed_in(None), "get", name, things)
        status = {
            "first": 404,
            "come_in": 404,
            "come_to_help": 404,
            "come_back": 404,
            "account_logout": 302,
            "mfa_authenticate": 302,
            "mfa_login_webauthn": 302,
        }.get(name, 200)
        assert answer.status_code == status, name
        assert not re.search(things.told(), answer.content.decode())
    assert on_disk(desk) == before


def test_nobody_signs_up(desk: Desk, store):
    told = {"username": "eve", "password1": "a long password", "password2": "a long password"}
    answer = signed_in(None).post("/accounts/signup/", told)
    assert "by invitation" in answer.content.decode()
    assert not User.objects.exists()


def test_another_address_of_the_server_is_not_answered(store, owner: User):
    assert signed_in(owner).get("/", headers={"host": "evil.example"}).status_code == 400


def test_a_form_from_elsewhere_is_refused_and_says_what_to_do(desk: Desk, things: Things, owner: User):
    client = signed_in(owner, checks_csrf=True)
    before = on_disk(desk)
    for name in TABLE:
        if TABLE[name] != "open":
            answer = ask(client, "post", name, things)
            assert answer.status_code in (403, 405), name
    assert "Nothing was changed" in ask(client, "post", "meeting_put_away", things).content.decode()
    assert on_disk(desk) == before
