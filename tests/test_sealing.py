"""What a meeting's credential is sealed with: a key of its organisation's own, and the key file's for a stop."""

import json

import pytest

from pullcord.jobs import meetings, sealing
from pullcord.jobs.desk import Desk
from pullcord.jobs.meetings import Refused
from pullcord.safe.keys import Keys, SealBroken
from pullcord.store.models import Connection, Meeting, Organisation, User
from tests.connecting import Janus, connected
from tests.pages import Room, add, by, press

KEYS = Keys([b"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", b"AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="])


def test_what_is_sealed_for_one_organisation_opens_for_no_other_and_not_by_the_key_file_itself():
    sealed = KEYS.of("one").seal(b"kept")
    assert KEYS.of("one").open(sealed) == b"kept"
    for keys in (KEYS.of("two"), KEYS):
        with pytest.raises(SealBroken):
            keys.open(sealed)
    with pytest.raises(SealBroken):
        KEYS.of("one").open(KEYS.seal(b"kept"))


def test_an_older_key_of_the_file_still_opens_what_it_sealed_for_an_organisation():
    old = Keys(KEYS._lines[1:])
    assert KEYS.of("one").open(old.of("one").seal(b"kept")) == b"kept"


def test_a_credential_laid_into_anothers_meeting_opens_nothing(desk: Desk, answers, owner: User, other: User):
    answers.say = Room()
    mine, theirs = add(desk, owner), add(desk, other)
    Meeting.objects.filter(pk=theirs.pk).update(sealed=mine.sealed)
    with pytest.raises(SealBroken):
        sealing.opened(desk, Meeting.objects.get(pk=theirs.pk))
    with pytest.raises(Refused, match="does not open"):
        meetings.change(desk, other, theirs.pk, name="x", starts=None, ends=None, hold_seconds=60.0)


def test_what_an_older_version_sealed_is_sealed_for_its_organisation_at_the_start_and_once(desk: Desk, owner: User):
    meeting = add(desk, owner)
    told = sealing.opened(desk, meeting)
    Meeting.objects.filter(pk=meeting.pk).update(sealed=desk.keys.seal(json.dumps(dict(told)).encode()))
    assert sealing.opened(desk, Meeting.objects.get(pk=meeting.pk)) == told, "and is read before that too"
    assert sealing.seal_anew(desk) == [meeting.pk]
    assert sealing.seal_anew(desk) == []
    new = Meeting.objects.get(pk=meeting.pk)
    assert sealing.opened(desk, new) == told
    with pytest.raises(SealBroken):
        desk.keys.open(bytes(new.sealed))


def test_what_no_key_opens_is_left_as_it_is(desk: Desk, owner: User):
    meeting = add(desk, owner)
    Meeting.objects.filter(pk=meeting.pk).update(sealed=b"not ours")
    assert sealing.seal_anew(desk) == []
    assert bytes(Meeting.objects.get(pk=meeting.pk).sealed) == b"not ours"


def test_a_stop_needs_the_key_file_alone(desk: Desk, answers, owner: User):
    answers.say = Room()
    meeting = add(desk, owner)
    Meeting.objects.filter(pk=meeting.pk).update(sealed=b"gone")
    assert press(desk, meeting, by(owner))


def test_a_connection_s_credential_is_sealed_for_its_organisation_too(desk: Desk, answers, owner: User):
    answers.say = Janus()
    row = connected(desk, owner)
    told = sealing.opened(desk, row)
    assert told
    with pytest.raises(SealBroken):
        desk.keys.open(bytes(row.sealed))
    Connection.objects.update(sealed=desk.keys.seal(json.dumps(dict(told)).encode()))
    assert sealing.seal_anew(desk) == [row.pk]
    new = Connection.objects.get(pk=row.pk)
    assert sealing.opened(desk, new) == told
    Connection.objects.update(
        organisation=Organisation.objects.create(id="another", name="Another", created_at=new.made_at)
    )
    with pytest.raises(SealBroken):
        sealing.opened(desk, Connection.objects.get(pk=row.pk))
