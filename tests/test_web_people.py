"""Organisations and who may do what in them: by the table of every page and role, and by inviting, changing and leaving."""

import re

import pytest
from django.urls import reverse

from pullcord.jobs import people, record
from pullcord.jobs.desk import Desk
from pullcord.jobs.meetings import Refused
from pullcord.store import NotFound, incidents, meetings, organisations, users
from pullcord.store.models import Help, Invitation, Membership, User
from tests.pages import Room, add, by, press, signed_in, text_of
from tests.test_web_strangers import METHODS, OWNED, TABLE, Things, ask, things

__all__ = ["things"]

MAY = {
    # what stands in the page's address -> who is shown that it exists. Nobody else can tell it from what does not.
    "meeting": {"owner", "its host"},
    "link": {"owner", "its host"},
    "meeting and connection": {"owner", "its host"},
    "held link": {"owner", "its host"},
    "token": {"owner", "its host"},
    "incident": {"owner", "its host", "lead"},
    "person": {"owner", "lead"},
    "invitation": {"owner"},
    "member": {"owner"},
    "help": {"caseworker"},
    "own line": {"owner"},
    "its help": {"owner", "lead"},
    "passkey": {"its host"},
    "notice": {"its host"},
    "connection": {"owner"},
    "used connection": {"owner", "host"},
}
OWNERS_PAGES = (
    *("people", "people_invite", "people_rename", "people_sender", "own_lines", "looked", "keeping"),
    *("connections", "connection_new", "connection_keep"),
)
NEW = {"name": "Ida", "username": "ida", "password": "three quiet words", "again": "three quiet words"}


def join(desk: Desk, owner: User, role: str, username: str) -> User:
    token = people.invite(desk, owner, who=username, role=role).link.rpartition("/")[2]
    return people.come_in(desk, token, username, "three quiet words", name=username.title())


def helper(desk: Desk, charity: User, things: Things) -> User:
    """Of another organisation, and asked to help with the one incident."""
    carl = join(desk, charity, "caseworker", "carl")
    Help.objects.filter(pk=things.help).update(user=carl, accepted_at=people.now(desk))
    return carl


@pytest.fixture
def roles(desk: Desk, owner: User, other: User, things: Things) -> dict[str, User]:
    """Everybody who may ask for what is the owner's."""
    record.take_in(desk, things.incident)  # a lead is shown what the store has
    host = join(desk, owner, "host", "hanna")
    gone = join(desk, owner, "owner", "gerd")
    Membership.objects.filter(user=gone).delete()
    return {
        "owner": join(desk, owner, "owner", "olga"),
        "host": host,
        "lead": join(desk, owner, "lead", "lena"),
        "caseworker": helper(desk, other, things),
        "another organisation's owner": other,
        "who has left": gone,
    }


def table(desk: Desk, roles: dict[str, User], things: Things) -> dict[tuple[str, str], bool]:
    """By page and role: whether it looks different from what does not exist."""
    told = {}
    for role, user in roles.items():
        client = signed_in(user)
        for name in OWNED:
            asked = [
                (ask(client, method, name, things), ask(client, method, name, things.none()))
                for method in ("get", "head")
            ]
            told[name, role] = any(
                real.content != none.content or real.status_code != none.status_code for real, none in asked
            )
    return told


def test_every_page_is_shown_to_those_who_may_and_looks_like_nothing_to_the_others(
    desk: Desk, roles: dict[str, User], things: Things
):
    readable = [
        name
        for name in OWNED
        if signed_in(roles["owner"]).get(reverse(name, kwargs=things.of(name))).status_code != 405
    ]
    assert len(readable) >= 6
    for (name, role), is_seen in table(desk, roles, things).items():
        if name in readable:
            assert is_seen == (role in MAY[TABLE[name]]), f"{name} as {role}"


@pytest.mark.parametrize("role", ["host", "lead", "caseworker", "who has left", "another organisation's owner"])
def test_what_one_may_not_change_stays_as_it_is(desk: Desk, roles: dict[str, User], things: Things, role: str):
    client = signed_in(roles[role])
    for name in OWNED:
        if role not in MAY[TABLE[name]]:
            answer = ask(client, "post", name, things)
            assert answer.status_code in (404, 405), name
    kit = desk.kits.read(things.meeting)
    assert kit is not None
    assert kit.cords
    assert kit.tokens
    assert not Invitation.objects.get(pk=things.invitation).revoked_at
    assert Membership.objects.get(pk=things.member).role == "owner"


@pytest.mark.parametrize("role", ["host", "lead", "who has left"])
@pytest.mark.parametrize("method", METHODS)
def test_only_an_owner_comes_to_the_list_of_people_and_of_connections(roles: dict[str, User], role: str, method: str):
    for name in OWNERS_PAGES:
        address = reverse(name, kwargs={"name": "janus"} if name == "connection_new" else {})
        answer = getattr(signed_in(roles[role]), method)(address, NEW | {"who": "x", "role": "host"})
        assert answer.status_code in (404, 405), name
    assert not Invitation.objects.filter(who="x").exists()


def test_a_lead_reads_every_record_and_opens_and_ends_no_meeting(desk: Desk, roles: dict[str, User], things: Things):
    client = signed_in(roles["lead"])
    page = client.get(reverse("incident", args=[things.incident]))
    assert page.status_code == 200
    assert "/host/" not in page.content.decode()
    assert reverse("incident_back_in", args=[things.incident]) not in page.content.decode()
    home = client.get("/").content.decode()
    assert reverse("incident", args=[things.incident]) in home
    assert "/host/" not in home
    assert reverse("meeting", args=[things.meeting]) not in home
    client.post(reverse("incident_back_in", args=[things.incident]), {})
    assert desk.means.book.find(things.incident).released_at is None  # type: ignore[union-attr]


def test_a_host_has_his_own_meetings_and_the_owner_sees_them(desk: Desk, answers, roles: dict[str, User], owner: User):
    answers.say = Room()
    mine = add(desk, roles["host"], name="Bell ringers")
    assert [one.pk for one in meetings.all_of(roles["host"])] == [mine.pk]
    assert mine.pk in {one.pk for one in meetings.all_of(owner)}
    incident = press(desk, mine, by(roles["host"]))
    for who in ("host", "owner"):
        assert signed_in(roles[who]).get(reverse("incident", args=[incident])).status_code == 200
    assert signed_in(roles["another organisation's owner"]).get(reverse("incident", args=[incident])).status_code == 404


def test_a_record_opened_by_a_lead_belongs_to_the_organisation(roles: dict[str, User], owner: User):
    answer = signed_in(roles["lead"]).post(reverse("incident_new"), {"title": "Tuesday"})
    assert answer.status_code == 302
    assert "Tuesday" in {one.title for one in incidents.all_of(owner)}
    assert "Tuesday" not in {one.title for one in incidents.all_of(roles["host"])}


def test_whoever_belongs_nowhere_sees_nothing_and_adds_nothing(desk: Desk, roles: dict[str, User], things: Things):
    client = signed_in(roles["who has left"])
    page = client.get("/").content.decode()
    assert "belongs to no organisation" in page
    assert not re.search(things.told(), page)
    with pytest.raises(NotFound):
        add(desk, roles["who has left"])


def test_who_is_invited_comes_in_once_with_what_was_meant(desk: Desk, owner: User):
    client = signed_in(owner)
    shown = client.post(reverse("people_invite"), {"who": "Ida", "role": "lead"})
    link = re.search(r"/i/[\w-]+", shown.content.decode())
    assert link is not None
    stranger = signed_in(None)
    for _ in range(3):
        assert "You are invited" in stranger.get(link[0]).content.decode()
    assert Invitation.objects.get().used_at is None
    assert stranger.post(link[0], NEW).status_code == 302
    ida = User.objects.get(username="ida")
    assert organisations.roles_of(ida) == {"lead"}
    assert stranger.get("/").headers["Location"] == reverse("mfa_index"), "a lead sets up a second step first"
    for again in (signed_in(None), signed_in(owner)):
        assert again.get(link[0]).status_code == 404
        assert again.post(link[0], NEW | {"username": "ida2"}).status_code == 404
    assert not User.objects.filter(username="ida2").exists()


@pytest.mark.parametrize("wrong", [{"password": "short", "again": "short"}, {"again": "else"}, {"username": "anna"}])
def test_a_slip_on_the_way_in_uses_nothing_up(desk: Desk, owner: User, wrong: dict[str, str]):
    link = people.invite(desk, owner, who="Ida", role="host").link.removeprefix(desk.config.address)
    assert signed_in(None).post(link, NEW | wrong).status_code == 200
    assert signed_in(None).post(link, NEW).status_code == 302


def test_an_account_of_another_organisation_comes_in_and_keeps_its_own(desk: Desk, owner: User, other: User):
    link = people.invite(desk, owner, who="Berta", role="host").link.removeprefix(desk.config.address)
    assert signed_in(other).post(link).status_code == 302
    assert organisations.roles_of(other) == {"owner", "host"}
    assert organisations.owned_by(other).pk != organisations.owned_by(owner).pk


def test_an_invitation_that_was_taken_back_or_is_too_old_opens_nothing(desk: Desk, owner: User):
    new, old = (
        people.invite(desk, owner, who="Ida", role="host"),
        people.invite(desk, owner, who="Ole", role="host", days=0),
    )
    people.take_back(desk, owner, new.invitation.pk)
    for one in (new, old):
        link = one.link.removeprefix(desk.config.address)
        assert signed_in(None).get(link).content == signed_in(None).get("/i/nothing").content
        assert signed_in(None).post(link, NEW).status_code == 404
    assert not User.objects.filter(username="ida").exists()


def test_the_link_of_an_invitation_is_kept_nowhere(desk: Desk, owner: User):
    from tests.desk import every_row

    token = people.invite(desk, owner, who="Ida", role="host").link.rpartition("/")[2]
    assert not [table for table, rows in every_row().items() if token in "".join(rows)]


def test_the_last_owner_stays(owner: User, desk: Desk):
    (me,) = organisations.members(owner)
    for act in (lambda: people.remove(desk, owner, me.pk), lambda: people.change_role(desk, owner, me.pk, "host")):
        with pytest.raises(Refused, match="last owner"):
            act()
    join(desk, owner, "owner", "olga")
    people.remove(desk, owner, me.pk)
    assert not organisations.roles_of(owner)


def test_the_page_of_people_says_who_they_are_and_changes_it(desk: Desk, owner: User):
    host = join(desk, owner, "host", "hanna")
    client = signed_in(owner)
    page = text_of(client.get(reverse("people")))
    assert "Hanna" in page
    member = Membership.objects.get(user=host).pk
    client.post(reverse("member_change", args=[member]), {"role": "lead"})
    assert organisations.roles_of(host) == {"lead"}
    assert client.post(reverse("member_change", args=[member]), {"role": "king"}).status_code == 409
    client.post(reverse("people_rename"), {"name": "Saint Anne’s"})
    assert "Saint Anne’s" in text_of(client.get(reverse("people")))
    client.post(reverse("member_remove", args=[member]))
    assert not organisations.roles_of(host)


def test_two_organisations_that_share_a_name_are_two(desk: Desk, owner: User):
    twin = people.found(desk, "twin", "three quiet words", organisation=organisations.owned_by(owner).name)
    assert organisations.owned_by(twin).pk != organisations.owned_by(owner).pk
    assert users.find(str(twin.pk)).pk == twin.pk
