"""The test of a connection says what it proved, and changes nothing: over every platform's real server."""

import pytest

from pullcord.platforms.findings import Findings
from tests.contract.stage import Impatient, Stage, secrets_of
from tests.fakes import faulty, faulty_xmpp

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
    assert {told[name] for name in ("roster", "stop", "hold", "read-back", "kick")} == {"yes"}
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
        pytest.skip("one secret for all rooms, or the room is held for good")
    meeting, _, _ = stage.meeting(people=0, invitations=1)
    stage.ground.lose(meeting)
    findings = stage.adapter.try_out(meeting, stage.wire)
    assert (findings.reached, findings.can_end) == (True, "unknown")
