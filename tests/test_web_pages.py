"""Home, meetings, the first sign-in, and what every answer carries."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connections
from django.test import Client

from pullcord.core.incident import NO_HOLD_SECONDS
from pullcord.jobs import meetings
from pullcord.jobs.desk import Desk
from pullcord.safe.keys import digest
from pullcord.store import meetings as kept
from pullcord.store import users
from pullcord.store.models import User
from pullcord.web import first, seams
from pullcord.web.middleware import HEADERS
from pullcord.web.settings import configure
from tests.desk import ADDRESS, IN_FILE, SECRET, Clock
from tests.pages import Room, add, by, on_disk, press, signed_in, text_of

WEB = Path(first.__file__).parent
NEW = {"username": "carla", "password": "three quiet words", "again": "three quiet words"}


@pytest.fixture
def client(owner: User) -> Client:
    return signed_in(owner)


def tickets(page: str, act: str) -> list[str]:
    return re.findall(rf'action="/host/(\w+)/{act}"', page)


# -- what every answer carries -----------------------------------------------------------------------------------------


def test_every_answer_is_kept_from_caches_frames_and_robots(desk: Desk, client: Client):
    meeting = add(desk, client_owner(client))
    for path in ("/", "/nowhere", f"/meetings/{meeting.id}", "/meetings/0", "/accounts/login/", "/first/x"):
        answer = client.get(path)
        assert {name: answer.headers[name] for name in HEADERS} == HEADERS, path


def client_owner(client: Client) -> User:
    return users.find(client.session["_auth_user_id"])


def test_no_page_names_a_meeting_in_its_title_or_offers_a_preview(desk: Desk, client: Client):
    meeting = add(desk, client_owner(client))
    for path in ("/", f"/meetings/{meeting.id}", "/meetings/0"):
        page = client.get(path).content.decode()
        assert "<title>Meeting</title>" in page
        assert not re.search(r'property="og:|name="twitter|name="description', page)
        assert not re.search(r'\bstyle="|\bon\w+="|href="javascript|https?://', page)


def test_the_sheet_is_small_enough_to_stand_within_a_page():
    assert len((WEB / "static" / "pullcord.css").read_bytes()) < 10_000


@pytest.mark.parametrize("word", ["cord", "rung", "dark", "raid", "guard", "payload", "hash"])
def test_the_hosts_screens_use_the_words_of_a_host(word: str):
    for path in (WEB / "templates").rglob("*.html"):
        if path.name not in ("record.html", "entries.html"):  # the record has them, by design
            said = re.sub(r"{[{%].*?[}%]}", lambda tag: " ".join(re.findall(r'"([^"]*)"', tag[0])), path.read_text())
            shown = re.sub(r"<[^>]*>|\w+\.html|parts/\S+|link_\w+|pullcord\S*", " ", said)
            assert not re.search(rf"\b{word}s?\b", shown, re.IGNORECASE), path.name


# -- the first sign-in -------------------------------------------------------------------------------------------------


def test_the_first_link_is_used_up_by_a_post_and_not_by_looking(desk: Desk, store):
    link = first.issue(desk)
    path = link.removeprefix(ADDRESS)
    stranger = signed_in(None)
    before = on_disk(desk)
    for _ in range(3):
        assert stranger.get(path).status_code == 200
        assert stranger.head(path).status_code == 200
    assert on_disk(desk) == before
    assert stranger.post(path, NEW).headers["Location"] == "/"
    assert stranger.get("/").headers["Location"] == "/accounts/steps/"
    assert signed_in(None).get(path).status_code == 404
    assert signed_in(None).post(path, NEW).status_code == 404


def test_the_first_link_is_kept_as_a_digest_and_sealed(desk: Desk, store):
    token = first.issue(desk).rpartition("/")[2]
    content = Path(desk.config.path("first")).read_bytes()
    assert token.encode() not in content
    assert digest(token).encode() not in content
    assert Path(desk.config.path("first")).stat().st_mode & 0o077 == 0


def test_a_password_that_is_not_good_enough_does_not_use_up_the_link(desk: Desk, store):
    path = first.issue(desk).removeprefix(ADDRESS)
    for wrong in ({"password": "short", "again": "short"}, {"again": "something else"}, {"username": "a b"}):
        assert signed_in(None).post(path, NEW | wrong).status_code == 200
    assert not users.has_any()
    assert signed_in(None).post(path, NEW).status_code == 302


def test_the_first_link_dies_after_half_an_hour(desk: Desk, store, clock: Clock):
    path = first.issue(desk).removeprefix(ADDRESS)
    clock.now += first.GOOD_FOR_SECONDS
    assert signed_in(None).get(path).status_code == 404


def test_the_first_link_is_dead_once_somebody_has_an_account(desk: Desk, owner: User):
    path = first.issue(desk).removeprefix(ADDRESS)
    assert signed_in(None).get(path).status_code == 404
    assert signed_in(None).post(path, NEW).status_code == 404


def test_a_newer_link_kills_the_older(desk: Desk, store):
    older = first.issue(desk).removeprefix(ADDRESS)
    first.issue(desk)
    assert signed_in(None).get(older).status_code == 404


def test_a_link_made_on_the_machine_gives_the_owner_a_new_password(desk: Desk, owner: User):
    path = first.issue(desk, again=True).removeprefix(ADDRESS)
    stranger = signed_in(None)
    assert "Anna Owner" in text_of(stranger.get(path))
    assert stranger.post(path, NEW).status_code == 302
    assert stranger.get("/").headers["Location"] == "/accounts/steps/"
    assert Client().login(username="anna", password="three quiet words")
    assert not User.objects.filter(username="carla").exists()


def test_of_two_at_once_only_one_uses_the_link(desk: Desk, store):
    token = first.issue(desk).rpartition("/")[2]
    assert [first.redeem(desk, token, has_owner=False) for _ in range(2)] == [True, False]


def test_signing_in_and_out(desk: Desk, owner: User):
    client = signed_in(None)
    assert "Leave” is not enough" in text_of(client.get("/accounts/login/"))
    told = {"login": "anna", "password": "a long password"}
    assert client.post("/accounts/login/", told | {"password": "wrong"}).status_code == 200
    assert client.post("/accounts/login/", told).headers["Location"] == "/"
    assert client.get("/accounts/steps/").status_code == 200
    client.get("/accounts/logout/")
    assert client.get("/accounts/steps/").status_code == 200
    client.post("/accounts/logout/")
    assert client.get("/").status_code == 302


# -- home --------------------------------------------------------------------------------------------------------------


def test_an_empty_home_says_how_to_begin(client: Client, monkeypatch):
    assert "Your first ten minutes" in text_of(client.get("/"))
    assert client.post("/practise").status_code == 404
    assert "Make a practice meeting" not in client.get("/").content.decode()


def test_a_practice_meeting_is_made_by_whoever_serves(desk: Desk, owner: User, client: Client, monkeypatch):
    monkeypatch.setattr(seams, "make_practice_meeting", lambda key: add(desk, users.find(key)).id)
    assert "Make a practice meeting" in client.get("/").content.decode()
    answer = client.post("/practise")
    assert client.get(answer.headers["Location"]).status_code == 200


def test_ending_takes_two_acts_and_carries_the_right_to_this_meeting(desk: Desk, owner: User, client: Client):
    meeting = add(desk, owner)
    page = client.get("/").content.decode()
    token = tickets(page, "stop")[0]
    ticket = desk.tickets.find("press", token)
    assert ticket is not None
    assert (ticket.by, ticket.about) == (by(owner), (meeting.id,))
    assert page.index("<details") < page.index(token) < page.index("End the meeting for everyone")
    assert not tickets(page, "stop-all"), "one meeting has its own button"


def test_all_at_once_are_those_that_may_be_running(desk: Desk, owner: User, client: Client, answers, clock: Clock):
    answers.say = Room()
    tomorrow = datetime.fromtimestamp(clock.now + 2 * NO_HOLD_SECONDS, UTC)
    one, two, ended, later = (add(desk, owner, name=name) for name in ("One", "Two", "Ended", "Later"))
    press(desk, ended, by(owner))
    meetings.change(desk, owner, later.id, name="Later", starts=tomorrow, ends=None, hold_seconds=3600.0)
    ticket = desk.tickets.find("end all", tickets(client.get("/").content.decode(), "stop-all")[0])
    assert ticket is not None
    assert sorted(ticket.about) == sorted([one.id, two.id])


def test_a_meeting_without_a_readable_kit_is_shown_with_the_platforms_own_way(desk: Desk, owner: User, client: Client):
    meeting = add(desk, owner)
    path = next(Path(desk.config.path("stop", "kits")).glob(f"{meeting.id}.*"))
    path.write_bytes(b"random")
    for page in (client.get("/"), client.get(f"/meetings/{meeting.id}")):
        assert not tickets(page.content.decode(), "stop")
        assert "It cannot be ended from here just now." in text_of(page)


def test_last_months_incident_says_nothing_of_tonights_meeting(
    desk: Desk, owner: User, client: Client, answers, clock: Clock
):
    answers.say = Room()
    press(desk, add(desk, owner), by(owner))
    assert "✓ Over." in text_of(client.get("/")).split("Something happened?")[0]
    clock.now += 30 * NO_HOLD_SECONDS
    client.force_login(owner)
    assert "It has not been ended." in text_of(client.get("/"))


# -- a meeting ---------------------------------------------------------------------------------------------------------


def test_a_link_is_shown_once_with_its_picture_and_kept_nowhere(desk: Desk, owner: User, client: Client):
    meeting = add(desk, owner)
    page = client.post(f"/meetings/{meeting.id}/links", {"who": "Ruth"}).content.decode()
    found = re.search(rf"{ADDRESS}/c/(\w{{32}})", page)
    assert found is not None
    assert "<svg" in page
    assert found[1] not in client.get(f"/meetings/{meeting.id}").content.decode()
    assert found[1] not in "".join(on_disk(desk).values())
    kit = desk.kits.holding(digest(found[1]))
    assert kit is not None
    assert kit.meeting.id == meeting.id


def test_a_link_is_revoked(desk: Desk, owner: User, client: Client):
    meeting = add(desk, owner)
    client.post(f"/meetings/{meeting.id}/links", {"who": "Ruth"})
    cord = kept.cords(owner, meeting.id)[0].id
    assert client.post(f"/meetings/{meeting.id}/links/{cord}/burn").status_code == 404
    assert client.post(f"/meetings/{meeting.id}/links/{cord}/revoke").status_code == 302
    assert "Nobody else has one yet." in text_of(client.get(f"/meetings/{meeting.id}"))


def test_a_token_is_shown_once_and_revoked(desk: Desk, owner: User, client: Client):
    meeting = add(desk, owner)
    page = client.post(f"/meetings/{meeting.id}/tokens", {"name": "A script"}).content.decode()
    secret = re.findall(r">(\w{32})<", page)[0]
    assert secret not in client.get(f"/meetings/{meeting.id}").content.decode()
    token = kept.tokens(owner, meeting.id)[0].id
    client.post(f"/meetings/{meeting.id}/tokens/{token}/revoke")
    assert not kept.tokens(owner, meeting.id)


@pytest.mark.parametrize("told", [{}, {"who": " "}, {"who": "Ruth", "expires": "never"}])
def test_a_link_for_nobody_is_not_made(told: dict[str, str], desk: Desk, owner: User, client: Client):
    meeting = add(desk, owner)
    assert client.post(f"/meetings/{meeting.id}/links", told).status_code == 422
    assert not kept.cords(owner, meeting.id)


def test_a_link_that_has_expired_already_is_refused_with_a_sentence(desk: Desk, owner: User, client: Client):
    meeting = add(desk, owner)
    answer = client.post(f"/meetings/{meeting.id}/links", {"who": "Ruth", "expires": "2020-01-01T10:00"})
    assert answer.status_code == 409
    assert "Choose a later day." in text_of(answer)


def test_a_meeting_is_changed_and_put_away(desk: Desk, owner: User, client: Client):
    meeting = add(desk, owner)
    hours = {"name": "New", "starts": "2027-01-15T19:00", "ends": "2027-01-15T20:00", "hold_hours": "3"}
    client.post(f"/meetings/{meeting.id}/change", hours)
    kit = desk.kits.read(meeting.id)
    assert kit is not None
    assert (kit.meeting.name, kit.hold_seconds) == ("New", 10_800.0)
    assert client.post(f"/meetings/{meeting.id}/change", hours | {"ends": "2027-01-15T18:00"}).status_code == 200
    client.post(f"/meetings/{meeting.id}/put-away")
    assert desk.kits.read(meeting.id) is None
    assert not kept.all_of(owner)
    assert "put away" in text_of(client.get(f"/meetings/{meeting.id}"))


@IN_FILE
def test_what_is_typed_is_read_in_the_zone_that_was_set_and_shown_in_it(desk: Desk, owner: User, client: Client):
    meeting = add(desk, owner)
    configure(desk.config._replace(time_zone="Asia/Kolkata"), SECRET)
    try:
        hours = {"name": "New", "starts": "2027-01-15T19:00", "ends": "2027-01-15T20:00", "hold_hours": "3"}
        client.post(f"/meetings/{meeting.id}/change", hours)
        kit = desk.kits.read(meeting.id)
        assert kit is not None
        assert kit.starts == datetime(2027, 1, 15, 13, 30, tzinfo=UTC).timestamp()
        assert "19:00 IST" in text_of(client.get(f"/meetings/{meeting.id}"))
        assert "IST" in text_of(client.get(f"/meetings/{meeting.id}/change")), "the form says by whose clock"
    finally:
        configure(desk.config, SECRET)


# -- when it breaks ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/meetings/new", "/meetings/x", "/incidents/x", "/incidents/new"])
def test_without_the_database_a_page_still_says_how_to_end_a_meeting(
    path: str, desk: Desk, break_store, client: Client
):
    break_store()
    answer = client.get(path)
    assert answer.status_code == 503
    page = text_of(answer)
    assert "End for all" in page
    assert "Ending meetings does not need it." in page
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS
    connections.close_all()


def test_what_broke_on_our_side_is_said_so_and_how_to_end_a_meeting(desk: Desk, client: Client, monkeypatch):
    def break_down(_: str) -> str:
        raise RuntimeError("a fault with a secret in it")

    monkeypatch.setattr(seams, "make_practice_meeting", break_down)
    answer = client.post("/practise")
    assert answer.status_code == 500
    assert "Something broke on our side" in text_of(answer)
    assert "End for all" in text_of(answer)
    assert "secret" not in answer.content.decode()
