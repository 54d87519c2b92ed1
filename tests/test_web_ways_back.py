"""Somebody who is locked out: a second owner's link, the machine's, who may not have one, and who is told."""

from datetime import timedelta
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse

from pullcord.jobs import people, ways_back
from pullcord.jobs.desk import Desk
from pullcord.jobs.meetings import Refused
from pullcord.serve import side_door
from pullcord.serve.lock import CannotServe
from pullcord.store import NotFound, notices, organisations
from pullcord.store.models import Membership, User, WayBack
from pullcord.web import factors
from tests.backups import replay
from tests.desk import Clock
from tests.logs import refuse_in
from tests.pages import enrol, long_signed_in, signed_in, text_of
from tests.passkeys import Key, with_passkey
from tests.serving import for_the_server, run, serving
from tests.test_web_people import join

NEW = {"password": "four other quiet words", "again": "four other quiet words"}


@pytest.fixture
def lena(desk: Desk, owner: User) -> User:
    """A safeguarding lead, with a second step of her own."""
    lena = join(desk, owner, "lead", "lena")
    enrol(lena)
    return lena


def membership(user: User) -> int:
    return Membership.objects.get(user=user).pk


def press(owner: User, user: User):
    return signed_in(owner).post(reverse("member_way_back", args=[membership(user)]))


def link_in(answer) -> str:
    return str(answer.context["text"])


def path_of(link: str) -> str:
    return "/i/back/" + link.rpartition("/")[2]


def test_by_an_owners_link_one_signs_in_anew_once_and_what_was_lost_opens_nothing(desk: Desk, owner: User, lena: User):
    lost = signed_in(lena)
    link = link_in(press(owner, lena))
    assert lost.get("/").status_code == 200, "until the link is used, nothing changes for her"
    anew = signed_in(None)
    assert "made by an owner of your organisation" in text_of(anew.get(path_of(link)))
    assert anew.get(path_of(link)).status_code == 200, "looking uses nothing up"
    assert anew.post(path_of(link), {"password": "x", "again": "y"}).status_code == 200
    done = anew.post(path_of(link), NEW)
    assert (done.status_code, done.headers["Location"]) == (302, "/")
    assert anew.get("/").headers["Location"] == "/accounts/steps/", "the second step is set up anew"
    assert not Authenticator.objects.filter(user=lena).exists()
    assert lost.get("/").headers["Location"].startswith("/accounts/login/")
    lena.refresh_from_db()
    assert lena.check_password(NEW["password"])
    again = signed_in(None).post(path_of(link), NEW)
    assert again.status_code == 404
    assert "Ask whoever made it for a new one" in text_of(again)


def test_all_owners_and_she_herself_are_told_until_they_have_seen_it(desk: Desk, owner: User, lena: User):
    olga, hanna = join(desk, owner, "owner", "olga"), join(desk, owner, "host", "hanna")
    link = link_in(press(owner, lena))
    made = f"{owner.shown_name} made a link by which Lena can sign in anew."
    first = signed_in(olga)
    assert made in text_of(first.get("/"))
    assert f"{owner.shown_name} made a link by which you would sign in anew." in text_of(signed_in(lena).get("/"))
    for user in (owner, hanna):
        assert "sign in anew" not in text_of(signed_in(user).get("/"))
    signed_in(None).post(path_of(link), NEW)
    used = "Lena signed in by a link: the password and the second step are new."
    for user in (owner, olga):
        assert used in text_of(signed_in(user).get("/"))
    for one in notices.of(olga):
        first.post(reverse("notice_seen", args=[one.pk]))
    assert "sign in anew" not in text_of(first.get("/"))
    assert used in text_of(signed_in(owner).get("/")), "each sees it for themselves"
    assert first.post(reverse("notice_seen", args=[notices.of(owner)[0].pk])).status_code == 404


def test_who_owns_it_no_more_is_told_nothing_more(desk: Desk, owner: User, lena: User):
    olga = join(desk, owner, "owner", "olga")
    press(owner, lena)
    assert notices.of(olga)
    Membership.objects.filter(user=olga).update(role="host")
    assert not notices.of(olga)


def test_not_for_oneself(desk: Desk, owner: User):
    answer = signed_in(owner).post(reverse("member_way_back", args=[membership(owner)]), follow=True)
    assert "You are signed in: change your own way" in text_of(answer)
    assert not WayBack.objects.exists()
    assert "Make a link to sign in anew" not in text_of(signed_in(owner).get("/people"))


def test_not_for_an_account_that_opens_what_the_owner_does_not_own(desk: Desk, owner: User, other: User, lena: User):
    elsewhere = organisations.owned_by(other)
    Membership.objects.create(organisation=elsewhere, user=lena, role="host", since=people.now(desk))
    with pytest.raises(Refused, match="cannot be helped from here"):
        ways_back.make(desk, owner, Membership.objects.get(user=lena, role="lead").pk)
    Membership.objects.create(organisation=elsewhere, user=owner, role="owner", since=people.now(desk))
    assert ways_back.make(desk, owner, Membership.objects.get(user=lena, role="lead").pk).link


def test_a_link_dies_with_the_helpers_right_to_help(desk: Desk, owner: User, other: User, lena: User):
    link = link_in(press(owner, lena))
    organisation = organisations.owned_by(other)
    one = Membership.objects.create(organisation=organisation, user=lena, role="lead", since=people.now(desk))
    assert signed_in(None).get(path_of(link)).status_code == 404
    one.delete()
    assert signed_in(None).get(path_of(link)).status_code == 200
    join(desk, owner, "owner", "olga")
    Membership.objects.filter(user=owner).update(role="host")
    assert signed_in(None).get(path_of(link)).status_code == 404


def test_another_organisations_member_does_not_exist(desk: Desk, owner: User, other: User, lena: User):
    answer = signed_in(other).post(reverse("member_way_back", args=[membership(lena)]))
    none = signed_in(other).post(reverse("member_way_back", args=[999_999]))
    assert (answer.status_code, answer.content) == (404, none.content)
    assert not WayBack.objects.exists()


def test_a_page_left_open_makes_none(desk: Desk, owner: User, lena: User):
    answer = long_signed_in(owner).post(reverse("member_way_back", args=[membership(lena)]))
    assert answer.headers["Location"].startswith("/accounts/reauthenticate/")
    assert not WayBack.objects.exists()


def test_it_is_good_for_a_day_and_a_new_one_ends_the_one_before(desk: Desk, clock: Clock, owner: User, lena: User):
    first = ways_back.make(desk, owner, membership(lena)).link.rpartition("/")[2]
    second = ways_back.make(desk, owner, membership(lena)).link.rpartition("/")[2]
    with pytest.raises(NotFound):
        ways_back.find(desk, first)
    clock.now += timedelta(hours=24).total_seconds() - 1
    assert ways_back.find(desk, second).user == lena
    clock.now += 2
    with pytest.raises(NotFound):
        ways_back.use(desk, second, "four other quiet words", forget=factors.forget)


def test_at_the_machine_one_is_made_for_any_account_and_the_owners_are_told(desk: Desk, owner: User, lena: User):
    link = side_door.do("signin-link", desk, {"name": "LENA"})["link"]
    assert "made on the server itself" in text_of(signed_in(None).get(path_of(str(link))))
    assert "Whoever runs this server made a link by which Lena can sign in anew." in text_of(signed_in(owner).get("/"))
    with pytest.raises(CannotServe, match="no account of this name"):
        side_door.do("signin-link", desk, {"name": "nobody"})


def test_a_restored_backup_opens_none(desk: Desk, owner: User, lena: User):
    token = ways_back.make(desk, owner, membership(lena)).link.rpartition("/")[2]
    replay(at=people.now(desk))
    with pytest.raises(NotFound):
        ways_back.find(desk, token)


def test_only_its_digest_is_kept(desk: Desk, owner: User, lena: User):
    token = ways_back.make(desk, owner, membership(lena)).link.rpartition("/")[2]
    refuse_in(repr(list(WayBack.objects.values())), token)


@pytest.mark.servers
def test_the_command_takes_a_name(tmp_path: Path):
    data = for_the_server(tmp_path)
    with serving(data):
        none = run(["signin-link", "nobody"], data)
        assert (none.returncode, "no account of this name" in none.stderr) == (2, True)
        assert run(["signin-link", "a", "b"], data).returncode == 2


# -- the second step, guessed and passed over --------------------------------------------------------------------------


def test_wrong_codes_are_slowed_as_passwords_are(desk: Desk, owner: User):
    enrol(owner)
    client = signed_in(None)
    assert client.post("/accounts/login/", {"login": owner.username, "password": "a long password"}).status_code == 302
    said = [text_of(client.post("/accounts/steps/code/", {"code": "000000"})) for _ in range(12)]
    assert "Incorrect code" in said[0]
    assert "Too many failed login attempts" in said[-1], said[-1]


def test_a_password_is_not_enough_where_there_is_a_passkey(desk: Desk, owner: User):
    with_passkey(desk, owner, Key("testserver"))
    client = signed_in(None)
    answer = client.post("/accounts/login/", {"login": owner.username, "password": "a long password"})
    assert answer.headers["Location"] == "/accounts/steps/code/"
    assert client.get("/").headers["Location"].startswith("/accounts/login/")
    assert "passkey" in text_of(client.get("/accounts/steps/code/"))
