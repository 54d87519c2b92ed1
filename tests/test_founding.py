"""Another organisation on the same installation: begun at the machine, and nobody's but its first owner's from then on."""

import stat
from pathlib import Path

import pytest

from pullcord.jobs import people
from pullcord.jobs.desk import Desk
from pullcord.serve import side_door
from pullcord.serve.lock import CannotServe
from pullcord.store import meetings, organisations
from pullcord.store.models import Invitation, Organisation, User
from tests.logs import refuse_in
from tests.pages import add, signed_in, text_of
from tests.serving import for_the_server, run, serving

NEW = {"name": "Ida", "username": "ida", "password": "three quiet words", "again": "three quiet words"}


def begun(desk: Desk, name: str) -> str:
    """The last part of the link."""
    done = side_door.do("new-organisation", desk, {"name": name})
    assert done["name"] == name
    return str(done["link"]).rpartition("/i/")[2]


def test_its_first_owner_comes_in_by_the_link_once_and_finds_it_empty(desk: Desk, answers, owner: User, client):
    mine = add(desk, owner)
    token = begun(desk, "The choir")
    assert client.get(f"/i/{token}").status_code == 200
    client.post(f"/i/{token}", NEW)
    ida = User.objects.get(username="ida")
    assert organisations.owned_by(ida).name == "The choir"
    assert meetings.all_of(ida) == []
    assert meetings.all_of(owner) == [mine]
    assert client.__class__().get(f"/i/{token}").status_code == 404


def test_whoever_owns_another_sees_nothing_of_it(desk: Desk, owner: User):
    begun(desk, "The choir")
    assert "The choir" not in text_of(signed_in(owner).get("/people"))
    assert not organisations.open_invitations(owner, at=people.now(desk))


def test_the_operator_reads_how_many_there_are_and_nobody_s_name(desk: Desk, answers, owner: User):
    add(desk, owner)
    Organisation.objects.update(name="Ours")
    begun(desk, "The choir")
    ours, new = side_door.do("organisations", desk, {})["organisations"]
    assert (ours["members"], ours["meetings"]) == (1, 1)
    assert (new["name"], new["members"], new["meetings"]) == ("The choir", 0, 0)
    assert set(new) == {"name", "since", "members", "meetings"}
    assert owner.shown_name not in repr((ours, new))


def test_without_a_name_nothing_is_begun(desk: Desk, owner: User):
    for name in ("", "  "):
        with pytest.raises(CannotServe, match="what the organisation is called"):
            side_door.do("new-organisation", desk, {"name": name})
    assert Organisation.objects.count() == 1
    assert not Invitation.objects.exists()


def test_where_the_database_cannot_be_used_it_is_said(desk: Desk, owner: User, break_store):
    break_store()
    with pytest.raises(CannotServe, match="database"):
        side_door.do("new-organisation", desk, {"name": "The choir"})


@pytest.mark.servers
def test_the_command_beside_a_server_and_without_one_writes_the_link_where_only_its_user_reads_it(tmp_path: Path):
    data = for_the_server(tmp_path)
    with serving(data) as server:
        made = run(["organisations", "--new", "The choir"], data)
        assert made.returncode == 0, made.stderr
        link = (data / "invitation-link").read_text().strip()
        assert stat.S_IMODE((data / "invitation-link").stat().st_mode) == 0o600
        assert server.ask("GET", link.partition(f":{server.port}")[2])[0] == 200
        refuse_in("".join([made.stdout, made.stderr, *server.said]), link.rpartition("/")[2])
    assert run(["organisations", "--new", "The bells"], data).returncode == 0
    listed = run(["organisations"], data)
    assert listed.returncode == 0, listed.stderr
    assert [line.partition(":")[0] for line in listed.stdout.splitlines()] == ["The choir", "The bells"]
    assert "nobody belongs to it yet" in listed.stdout
    assert run(["organisations", "The choir"], data).returncode == 2
    assert run(["organisations"], data, as_root=True).returncode == 2
