"""A platform that misbehaves is told as such: one plain error for each way, with a code, and never with a secret."""

import traceback
from collections.abc import Callable
from typing import Any, Final

import pytest

from pullcord.platforms import KNOWN, platform
from pullcord.words import Meeting, Person, PlatformError
from tests.contract.stage import Impatient, Stage, secrets_of
from tests.fakes import faulty, faulty_xmpp

OVER_EVERY_LINE = True
FAKES: Final[dict[str, Any]] = {"http": faulty, "xmpp": faulty_xmpp}
"""For each thing that an adapter may speak: a server that misbehaves in it."""
WAYS: Final = {speaks: tuple(fake.FAULTS) for speaks, fake in FAKES.items()}
"""What the tests of `way` are given, platform by platform."""
VERBS = ("roster", "stop", "hold", "release", "is_over", "kick")


def asked(stage: Stage, verb: str, meeting: Meeting) -> Callable[[], object]:
    """The call, ready to be made, by a wire that does not wait long."""
    wire = Impatient(stage.wire)
    doing = getattr(stage.adapter, verb)
    if verb == "kick":
        return lambda: doing(meeting, Person("1.somebody", "Somebody", invite="1"), wire)
    return lambda: doing(meeting, wire)


@pytest.mark.parametrize("name", KNOWN)
def test_whatever_a_platform_speaks_its_faults_are_known(name: str):
    assert WAYS.get(platform(name).speaks)


def failing(doing: Callable[[], object]) -> PlatformError:
    with pytest.raises(PlatformError) as failure:
        doing()
    return failure.value


def assert_tells_no_secret(error: PlatformError, meeting: Meeting) -> None:
    told = "".join([*traceback.format_exception(error), repr(error), error.sentence, repr(vars(error)), repr(meeting)])
    assert not [secret for secret in secrets_of(meeting) if secret in told]


@pytest.mark.parametrize("verb", VERBS)
def test_every_fault_is_an_error_of_its_own(way: str, verb: str, stage: Stage):
    if not stage.adapter.can(verb):  # type: ignore[arg-type]
        pytest.skip(f"{stage.adapter.name} has no {verb}")
    fake = FAKES[stage.adapter.speaks]
    fault = fake.FAULTS[way]
    meeting, _, _ = stage.meeting(people=0, invitations=1)
    with fake.faulty(fault) as address:
        error = failing(asked(stage, verb, stage.ground.pointed_at(meeting, address)))
    assert error.code == f"{stage.adapter.name}-{fault.code}"
    assert (error.retry, error.wait_seconds) == (fault.retry, fault.wait_seconds)
    assert error.sentence[0].isupper()
    assert error.sentence.endswith(".")
    assert_tells_no_secret(error, meeting)


@pytest.mark.parametrize("verb", VERBS)
def test_a_wrong_credential_is_denied_by_the_real_server(verb: str, stage: Stage):
    if not stage.adapter.can(verb):  # type: ignore[arg-type]
        pytest.skip(f"{stage.adapter.name} has no {verb}")
    meeting, tokens, _ = stage.meeting(people=1, invitations=2)
    error = failing(asked(stage, verb, stage.ground.with_wrong_credential(meeting)))
    assert error.code == f"{stage.adapter.name}-denied"
    assert not error.retry
    assert_tells_no_secret(error, meeting)
    assert stage.lets_in(meeting, tokens[1]), "a denied call changed the meeting"
