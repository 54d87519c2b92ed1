"""The test of a connection says what it proved, and changes nothing: over every platform's real server."""

import pytest

from pullcord.platforms.findings import Findings
from pullcord.words import Meeting
from tests.contract.stage import Impatient, Stage, secrets_of
from tests.fakes import faulty, faulty_xmpp
from tests.prosody_server import OWNER, PLAIN_ROOMS, new_room
from tests.xmpp_participant import open_room

FAKES = {"http": faulty, "xmpp": faulty_xmpp}
ALL = {"roster", "stop", "hold", "read-back", "kick", "hear"}


def by_feature(findings: Findings) -> dict[str, str]:
    assert {one.feature for one in findings.features} == ALL
    assert all(one.why.endswith(".") or one.feature in ("roster", "read-back") for one in findings.features)
    return {one.feature: one.answer for one in findings.features}


def test_a_running_meeting_can_be_ended_and_is_left_alone(stage: Stage):
    meeting, tokens, people = stage.meeting(people=1, invitations=2)
    findings = stage.adapter.try_out(meeting, stage.wire)
    told = by_feature(findings)
    assert findings.reached is True
    assert findings.evidence
    assert findings.can_end == "yes"
    assert {told[name] for name in ("roster", "stop", "hold", "read-back")} == {"yes"}
    assert told["kick"] == ("yes" if stage.adapter.can("kick") else "no")
    assert told["hear"] != "yes", "nothing was heard"
    assert not people[0].is_out(within_seconds=0)
    assert stage.lets_in(meeting, tokens[1])
    assert not [secret for secret in secrets_of(meeting) if secret in repr(findings)]


def test_a_wrong_credential_buys_nothing(stage: Stage):
    meeting, _, _ = stage.meeting(people=1)
    wrong = stage.ground.with_wrong_credential(meeting)
    findings = stage.adapter.try_out(wrong, stage.wire)
    assert findings.reached is True
    assert findings.can_end == "no"
    assert "yes" not in by_feature(findings).values()
    assert not [secret for secret in secrets_of(wrong) if secret in repr(findings)]


@pytest.mark.parametrize("fault", ["never answers", "is not there"])
def test_of_a_server_that_is_not_reached_nothing_is_known(fault: str, stage: Stage):
    meeting, _, _ = stage.meeting(people=0, invitations=1)
    fake = FAKES[stage.adapter.speaks]
    with fake.faulty(fake.FAULTS[fault]) as address:
        findings = stage.adapter.try_out(stage.ground.pointed_at(meeting, address), Impatient(stage.wire))
    assert findings.reached is False
    assert set(by_feature(findings).values()) == {"unknown"}


def test_a_room_with_another_secret_cannot_be_ended_though_it_can_be_read(stage: Stage):
    if stage.adapter.name != "janus":
        pytest.skip("its rooms have no secret of their own")
    meeting, _, _ = stage.meeting(people=1)
    findings = stage.adapter.try_out(meeting._replace(secrets={**meeting.secrets, "room": "another"}), stage.wire)
    told = by_feature(findings)
    assert (told["roster"], told["stop"], told["kick"]) == ("yes", "no", "no")


def test_where_there_is_no_room_nobody_says_that_it_could_be_ended(stage: Stage):
    if stage.adapter.name not in ("janus", "xmpp"):
        pytest.skip("one secret for all rooms, or the room is held for good, or it is known there is none")
    meeting, _, _ = stage.meeting(people=0, invitations=1)
    stage.ground.lose(meeting)
    findings = stage.adapter.try_out(meeting, stage.wire)
    assert (findings.reached, findings.can_end) == (True, "unknown")


# A connection: the same server and credential, without any room.


def connection_of(stage: Stage, meeting: Meeting) -> Meeting:
    if not stage.adapter.fields:
        pytest.skip("this server makes these meetings itself")
    keys = {field.key or field.name for field in stage.adapter.of_connection if field.kind != "secret"}
    secret = {field.key or field.name for field in stage.adapter.of_connection if field.kind == "secret"}
    at = {**meeting.at, "service": meeting.at["room"].partition("@")[2]}
    return meeting._replace(
        at={key: told for key, told in at.items() if key in keys},
        secrets={key: told for key, told in meeting.secrets.items() if key in secret},
    )


def test_a_connection_is_tried_without_a_room_and_nothing_is_made(stage: Stage):
    meeting, _, _ = stage.meeting(people=1)
    connection = connection_of(stage, meeting)
    told = stage.adapter.try_connection(connection, stage.wire)
    found = {one.feature: one.answer for one in told.features}
    assert set(found) == ALL | {"make"}
    assert (told.reached, found["roster"], found["read-back"]) == (True, "yes", "yes")
    # One secret for all rooms; or a right of each room, which nobody can know without one.
    assert found["stop"] == ("yes" if stage.adapter.name in ("prosody", "zoom") else "unknown")
    assert found["make"] == ("yes" if stage.adapter.new_room is not None else "no")
    assert all(one.why.endswith(".") for one in told.features if one.answer != "yes")
    assert not [secret for secret in secrets_of(meeting) if secret in repr(told)]


def test_a_connection_with_a_wrong_credential_buys_nothing(stage: Stage):
    meeting, _, _ = stage.meeting(people=1)
    wrong = connection_of(stage, stage.ground.with_wrong_credential(meeting))
    told = stage.adapter.try_connection(wrong, stage.wire)
    assert told.reached is True
    assert told.can_end == "no"
    assert "yes" not in {one.answer for one in told.features}


@pytest.mark.parametrize("fault", ["never answers", "is not there"])
def test_of_a_connection_that_is_not_reached_nothing_is_known(fault: str, stage: Stage):
    meeting, _, _ = stage.meeting(people=1)
    fake = FAKES[stage.adapter.speaks]
    with fake.faulty(fake.FAULTS[fault]) as address:
        connection = connection_of(stage, stage.ground.pointed_at(meeting, address))
        told = stage.adapter.try_connection(connection, Impatient(stage.wire))
    assert (told.reached, {one.answer for one in told.features}) == (False, {"unknown"})


def test_what_only_a_real_janus_answers_is_written_down(stage: Stage):
    if stage.adapter.name != "janus":
        pytest.skip("its own questions")
    meeting, _, _ = stage.meeting(people=1)
    connection = connection_of(stage, meeting)
    told = dict(stage.adapter.try_connection(connection, stage.wire).answers)
    assert told["Which Janus is it?"].startswith("1.")
    assert told["Can a stranger make rooms there, and so open an ended one again?"] == "No. It asks for a key."
    keyless = connection._replace(secrets={**connection.secrets, "create": "another"})
    makes = stage.adapter.try_connection(keyless, stage.wire).of("make")
    assert makes is not None
    assert makes.answer == "no"
    other = {key: told for key, told in connection.at.items() if key != "ids"}
    if "ids" not in connection.at:
        other["ids"] = "numbers"
    misnamed = stage.adapter.try_connection(connection._replace(at=other), stage.wire)
    assert "names its rooms by" in misnamed.evidence


def test_a_service_that_the_server_does_not_have_is_said_to_be_wrong(stage: Stage):
    if stage.adapter.name in ("janus", "zoom"):
        pytest.skip("it has no service beside its rooms")
    connection = connection_of(stage, stage.meeting(people=1)[0])
    elsewhere = connection._replace(at={**connection.at, "service": "elsewhere.invalid"})
    told = stage.adapter.try_connection(elsewhere, stage.wire)
    assert "yes" not in {one.answer for one in told.features}
    assert "room service" in told.evidence


def test_what_only_a_real_prosody_answers_is_written_down(stage: Stage):
    if stage.adapter.name != "prosody":
        pytest.skip("its own questions")
    connection = connection_of(stage, stage.meeting(people=1)[0])
    told = dict(stage.adapter.try_connection(connection, stage.wire).answers)
    assert told["Which Prosody is it?"].startswith("0.12.")
    assert told["Can whoever comes first open a room there?"].startswith("Yes.")
    assert told["Do people come in without an account?"].startswith("Yes.")
    assert told["Does it report what happens in its rooms?"].startswith(("Yes, to the address", "No address"))
    wrong = connection._replace(secrets={**connection.secrets, "admin": "x" * 40})
    assert stage.adapter.try_connection(wrong, stage.wire).answers == ()


def test_what_only_a_real_xmpp_server_answers_is_written_down(stage: Stage):
    if stage.adapter.name != "xmpp":
        pytest.skip("its own questions")
    connection, lists = connection_of(stage, stage.meeting(people=1)[0]), "Which rooms does it list to whoever asks?"
    told = dict(stage.adapter.try_connection(connection, stage.wire).answers)
    assert told["Which server is it?"] == "Prosody 0.12.3. Pullcord was tried with 0.12.3."
    assert told[lists] == "It lists none just now."
    prosody = stage.ground.prosody  # type: ignore[attr-defined]  # the ground of this very platform
    room = new_room(PLAIN_ROOMS)
    open_room(prosody.c2s, room, owner=OWNER, password=prosody.owner_password, publicroom="1")
    told = dict(stage.adapter.try_connection(connection, stage.wire).answers)
    assert told[lists].startswith("1 to our account.")
    assert room.partition("@")[0] not in repr(told)
