"""A backup, the data folder gone, and the restore: everything is there, but for whoever and whatever went since."""

import base64
import io
import resource
import shutil
import sqlite3
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pyrage
import pytest
from django.contrib.sessions.models import Session
from django.db import connections

from pullcord import cli
from pullcord.core.timeline import verify
from pullcord.jobs import connections as jobs_connections
from pullcord.jobs import meetings
from pullcord.jobs import people as jobs_people
from pullcord.jobs.erase import erase
from pullcord.safe.gone import Gone, Line
from pullcord.safe.keys import digest
from pullcord.safe.kit import Kits
from pullcord.safe.rosters import Rosters
from pullcord.serve import CannotServe, locked
from pullcord.serve.archive import DAMAGED, IDENTITY, NOT_OURS, NOT_WRITTEN, USAGE, NotDone, encrypt, pack, unpack
from pullcord.serve.backup import back_up
from pullcord.store import connections as kept_connections
from pullcord.store import incidents, organisations, people, users
from pullcord.store import meetings as kept
from pullcord.store.models import Connection, Cord, Invitation, Meeting, Presence, StopToken
from pullcord.words import Person
from tests.backups import ADDRESS, NAME
from tests.desk import IN_FILE
from tests.pages import signed_in


@IN_FILE
def test_after_the_folder_is_gone_everything_is_there_again_and_nobody_is_signed_in(house, owner):
    signed_in(owner)
    house.back_up()
    assert house.archive.stat().st_mode & 0o777 == 0o600
    house.burn()
    assert "Everybody signs in anew" in house.restore()[-1]
    assert users.find(str(owner.pk)).check_password("a long password")
    assert [one.name for one in people.of_incident(owner, house.incident.id)] == ["Ben", NAME]
    assert verify(incidents.entries(owner, house.incident.id)) is None
    kit = Kits(str(house.data / "stop/kits"), house.desk.keys).holding(house.cord.cord.digest)
    assert kit is not None
    assert (kit.meeting.id, kit.meeting.secrets["admin"]) == (house.meeting.id, "k" * 32)
    assert (house.data / "settings.toml").read_text() == 'country = "GB"\n'
    assert not Session.objects.exists()
    assert not list(house.data.glob("being-restored*"))


@IN_FILE
def test_who_was_erased_since_the_backup_stays_erased_and_is_found_in_no_file(house, owner):
    one = next(person for person in people.of_incident(owner, house.incident.id) if person.name == NAME)
    house.back_up()
    assert any(NAME.encode() in content for content in house.files().values())
    erase(house.desk, owner, house.incident.id, one.pk)
    house.burn()
    assert "1 people" in house.restore()[1]
    assert [person.name for person in people.of_incident(owner, house.incident.id)] == ["Ben"]
    assert verify(incidents.entries(owner, house.incident.id)) is None
    connections.close_all()
    files = {path: path.read_bytes() for path in house.data.rglob("*") if path.is_file()}
    for what in (NAME.encode(), ADDRESS.encode(), bytes(one.key)):
        for written in (what, base64.b64encode(what)):
            assert not [path.name for path, content in files.items() if written in content]


@IN_FILE
def test_who_waited_to_be_taken_in_when_the_backup_was_made_stays_erased_too(house, owner):
    house.desk.rosters.keep(house.incident.id, "", [Person("p1", NAME), Person("p2", "Ben")])
    house.back_up()
    one = next(person for person in people.of_incident(owner, house.incident.id) if person.name == NAME)
    erase(house.desk, owner, house.incident.id, one.pk)
    house.burn()
    house.restore()
    waiting = Rosters(str(house.data / "stop/rosters"), house.desk.keys).read(house.incident.id)
    assert waiting == [Person("p2", "Ben")]


@IN_FILE
def test_what_was_revoked_since_the_backup_stays_revoked_in_the_store_and_in_the_kit(house, owner):
    token = meetings.give_token(house.desk, owner, house.meeting.id, name="Script")
    left = meetings.give_cord(house.desk, owner, house.meeting.id, who="Dora").cord
    house.back_up()
    meetings.revoke_cord(house.desk, owner, house.meeting.id, house.cord.cord.id)
    meetings.revoke_token(house.desk, owner, house.meeting.id, token.token.id)
    house.burn()
    house.restore()
    assert Cord.objects.get(pk=house.cord.cord.id).revoked_at is not None
    assert StopToken.objects.get(pk=token.token.id).revoked_at is not None
    assert [one.id for one in kept.cords(owner, house.meeting.id)] == [left.id]
    kits = Kits(str(house.data / "stop/kits"), house.desk.keys)
    assert kits.holding(house.cord.cord.digest) is None
    assert kits.holding(digest(token.secret)) is None
    assert kits.holding(left.digest) is not None


@IN_FILE
def test_a_meeting_put_away_since_the_backup_can_be_stopped_by_no_link(house, owner):
    house.back_up()
    meetings.archive(house.desk, owner, house.meeting.id)
    house.burn()
    house.restore()
    assert Meeting.objects.get(pk=house.meeting.id).archived_at is not None
    assert Kits(str(house.data / "stop/kits"), house.desk.keys).read(house.meeting.id) is None


@IN_FILE
def test_a_connection_removed_since_the_backup_comes_not_back_with_its_credential(house, owner):
    at, now = {"server": "https://meet.example.org/admin"}, datetime.now(UTC)
    for number in ("c1", "c2"):
        kept_connections.add(owner, number, at_time=now, platform="janus", name=number, at=at, sealed=b"")
    house.back_up()
    jobs_connections.remove(house.desk, owner, "c1")
    house.burn()
    house.restore()
    assert [one.pk for one in Connection.objects.all()] == ["c2"]


@IN_FILE
def test_who_was_taken_out_or_made_less_since_the_backup_is_not_let_in_by_it_again(house, owner):
    links = [
        jobs_people.invite(house.desk, owner, who=name, role="owner").link for name in ("gerd", "hanna", "ida", "ole")
    ]
    tokens = [link.rpartition("/")[2] for link in links]
    gerd, hanna = (
        jobs_people.come_in(house.desk, token, f"name{n}", "three quiet words", name="")
        for n, token in enumerate(tokens[:2])
    )
    house.back_up()
    numbers = {one.user_id: one.pk for one in organisations.members(owner)}
    jobs_people.remove(house.desk, owner, numbers[gerd.pk])
    jobs_people.change_role(house.desk, owner, numbers[hanna.pk], "host")
    jobs_people.take_back(house.desk, owner, Invitation.objects.get(who="ida").pk)
    house.burn()
    house.restore()
    assert organisations.roles_of(owner) == {"owner"}
    assert organisations.roles_of(gerd) == set()
    assert organisations.roles_of(hanna) == set(), (
        "what she became since is not known to the backup: she is invited anew"
    )
    assert [one.who for one in organisations.open_invitations(owner, at=datetime.now(UTC))] == ["ole"]


@IN_FILE
def test_the_list_goes_on_in_the_new_folder_and_holds_for_the_next_restore(house, owner):
    house.back_up()
    meetings.revoke_cord(house.desk, owner, house.meeting.id, house.cord.cord.id)
    house.burn()
    house.restore()
    assert Line("revoked cord", house.cord.cord.id) in Gone(str(house.data / "erased")).read()


@IN_FILE
def test_the_list_in_a_place_of_its_own_outlives_the_folder(house, owner, tmp_path: Path):
    place = tmp_path / "elsewhere"
    config = f'erased_list = "{place}"\n'
    (house.data / "settings.toml").write_text(config)
    desk = house.desk._replace(gone=Gone(str(place)))
    house.back_up()
    meetings.revoke_cord(desk, owner, house.meeting.id, house.cord.cord.id)
    house.burn()
    house.restore()
    assert Cord.objects.get(pk=house.cord.cord.id).revoked_at is not None
    assert not (house.data / "erased").exists()


@IN_FILE
def test_nothing_is_erased_or_revoked_where_the_list_cannot_be_written(house, owner, tmp_path: Path):
    desk = house.desk._replace(gone=Gone(str(tmp_path / "no such folder" / "list")))
    one = people.of_incident(owner, house.incident.id)[0]
    with pytest.raises(meetings.Refused, match="nothing was changed"):
        erase(desk, owner, house.incident.id, one.pk)
    with pytest.raises(meetings.Refused, match="nothing was changed"):
        meetings.revoke_cord(desk, owner, house.meeting.id, house.cord.cord.id)
    assert Presence.objects.filter(pk=one.pk).exists()
    assert desk.kits.holding(house.cord.cord.digest) is not None


@IN_FILE
def test_the_list_holds_opaque_ids_only(house, owner):
    for one in people.of_incident(owner, house.incident.id):
        erase(house.desk, owner, house.incident.id, one.pk)
        assert bytes(one.key).hex() not in (house.data / "erased").read_text()
    assert len(house.desk.gone.read()) == 4
    for known in (NAME, ADDRESS, "Ben", "p1", house.incident.id):
        assert known not in (house.data / "erased").read_text()


def test_a_torn_line_of_the_list_spoils_no_other(tmp_path: Path):
    path = tmp_path / "list"
    path.write_bytes(b"revoked cord abc\nrevoked co")
    Gone(str(path)).add(Line("revoked token", "def"))
    assert Gone(str(path)).read() == {Line("revoked cord", "abc"), Line("revoked token", "def")}


@IN_FILE
def test_the_key_is_in_no_backup(house):
    house.back_up()
    key = (house.data / "keys/key").read_bytes().strip()
    whole = b"".join(name.encode() + content for name, content in house.files().items())
    assert NAME.encode() in whole
    for written in (key, base64.urlsafe_b64decode(key), base64.b64encode(key), b"keys"):
        assert written not in whole


@IN_FILE
def test_settings_with_a_password_are_not_in_it_and_it_says_so(house):
    (house.data / "settings.toml").write_text('database = "postgresql://a:b@host/c"\n')
    (house.data / "settings.toml").chmod(0o600)
    assert any("holds a password" in line for line in house.back_up())
    assert "settings.toml" not in house.files()


@IN_FILE
def test_a_link_in_the_folder_leads_nowhere(house):
    (house.data / "places").mkdir()
    (house.data / "places/own.toml").symlink_to(house.data / "keys/key")
    house.back_up()
    assert "places/own.toml" not in house.files()


@IN_FILE
def test_a_server_may_be_running_and_a_restore_over_it_is_refused(house):
    with locked(house.desk.config):
        house.back_up()
        house.burn()
        with locked(house.desk.config), pytest.raises(CannotServe, match="Another Pullcord server"):
            house.restore()


# What goes wrong has a sentence and a code of its own, and changes nothing.


@contextmanager
def refused(code: int, sentence: str) -> Iterator[None]:
    with pytest.raises(NotDone, match=sentence) as error:
        yield
    assert error.value.code == code


@pytest.mark.parametrize("told", ["age1nonsense", "AGE-SECRET-KEY-1ABC", "ssh-ed25519 AAAA", ""])
@IN_FILE
def test_who_is_no_recipient_is_refused_and_not_repeated(house, told: str):
    with refused(USAGE, "looks like age1"):
        back_up(house.desk.config, str(house.archive), [told])
    with pytest.raises(NotDone) as error:
        back_up(house.desk.config, str(house.archive), [told])
    assert not told or told not in str(error.value)
    assert not house.archive.exists()


@IN_FILE
def test_a_file_that_is_there_is_not_written_over(house):
    house.archive.write_bytes(b"the last one")
    with refused(USAGE, "exists already"):
        house.back_up()
    assert house.archive.read_bytes() == b"the last one"


@IN_FILE
def test_another_identity_and_none(house, tmp_path: Path):
    house.back_up()
    house.burn()
    house.identity.write_text(f"#\n{pyrage.x25519.Identity.generate()}\n")
    with refused(IDENTITY, "does not open"):
        house.restore()
    house.identity.write_text("nothing")
    with refused(IDENTITY, "no age identity"):
        house.restore()
    assert sorted(path.name for path in house.data.iterdir()) == ["keys"]


@pytest.mark.parametrize("harm", [lambda all_: all_[:-20], lambda all_: all_[:500] + b"zz" + all_[502:], lambda _: b""])
@IN_FILE
def test_a_file_that_is_cut_or_changed(house, harm: Callable[[bytes], bytes]):
    house.back_up()
    house.burn()
    house.archive.write_bytes(harm(house.archive.read_bytes()))
    with refused(DAMAGED, "cut off or damaged"):
        house.restore()
    assert sorted(path.name for path in house.data.iterdir()) == ["keys"]


@IN_FILE
def test_a_folder_in_use_is_left_alone(house):
    house.back_up()
    before = (house.data / "stop/kits").stat().st_mtime_ns
    with refused(USAGE, "is in use"):
        house.restore()
    assert (house.data / "stop/kits").stat().st_mtime_ns == before


@IN_FILE
def test_without_the_key_it_says_what_is_lost_and_waits_to_be_told(house, owner):
    house.back_up()
    house.burn()
    shutil.rmtree(house.data / "keys")
    with refused(USAGE, "every platform's credential"):
        house.restore()
    house.restore(without_key=True)
    assert [one.name for one in people.of_incident(owner, house.incident.id)] == ["Ben", NAME]
    assert not (house.data / "stop/kits").exists()


@contextmanager
def a_full_disk() -> Iterator[None]:
    """No file grows beyond a kilobyte."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1024, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@IN_FILE
def test_a_disk_that_is_full_leaves_no_backup_and_no_half_of_one(house):
    with refused(NOT_WRITTEN, "could not be written"), a_full_disk():
        house.back_up()
    assert not list(house.archive.parent.glob("backup.age*"))


@IN_FILE
def test_a_disk_that_is_full_leaves_nothing_of_a_restore(house):
    house.back_up()
    house.burn()
    with refused(NOT_WRITTEN, "could not be written"), a_full_disk():
        house.restore()
    assert sorted(path.name for path in house.data.iterdir()) == ["keys", "lock"]
    house.restore()


@IN_FILE
def test_an_engine_row_that_is_not_ours_is_refused(house):
    path = house.data / "engine.sqlite3"
    with sqlite3.connect(path) as file:
        file.execute("CREATE TABLE workflow_status (serialization TEXT)")
        file.execute("INSERT INTO workflow_status VALUES ('py_pickle')")
    file.close()
    house.back_up()
    house.burn()
    with refused(NOT_OURS, "not ours"):
        house.restore()
    assert sorted(path.name for path in house.data.iterdir()) == ["keys", "lock"]


@pytest.mark.parametrize("name", ["../out", "keys/key", "places/../../out", "stop/kits/../../keys/key", "/etc/x"])
@IN_FILE
def test_what_leads_out_of_the_folder_is_not_let_out_of_a_backup(house, name: str):
    house.archive.write_bytes(encrypt(pack([(name, b"x")]), [house.recipient]))
    house.burn()
    with refused(NOT_OURS, "never puts"):
        house.restore()


def test_a_link_in_a_backup_is_not_made(house):
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w:gz") as archive:
        member = tarfile.TarInfo("places/own.toml")
        member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(member)
    with refused(NOT_OURS, "never puts"):
        unpack(whole.getvalue())


@IN_FILE
def test_the_commands_say_it_with_a_code_and_a_sentence(house, capsys):
    data = ["--data", str(house.data)]
    assert cli.main(["backup", "--to", str(house.archive), "--recipient", "x", *data]) == USAGE
    assert "looks like age1" in capsys.readouterr().err
    assert cli.main(["backup", "--to", str(house.archive), "--recipient", house.recipient, *data]) == 0
    assert "The key is not in it" in capsys.readouterr().out
    assert cli.main(["backup", "--recipient", house.recipient]) == USAGE
    assert cli.main(["restore", "--data", str(house.data)]) == USAGE
