"""Every test of this folder that takes `stage` runs once for each platform in KNOWN."""

import importlib
import importlib.util
import logging
from collections.abc import Iterator

import pytest

from pullcord.platforms import KNOWN, platform
from pullcord.platforms.wire import ColdWire
from tests.conftest import Need
from tests.contract.ground import Ground
from tests.contract.stage import Stage, secrets_of


def ground_of(name: str) -> str:
    return f"tests.contract.ground_{name}"


def has_ground(name: str) -> bool:
    return importlib.util.find_spec(ground_of(name)) is not None


def _marked(name: str) -> object:
    """A platform whose ground is a real server of another's make is marked so, and left out where there is none."""
    needs = importlib.import_module(ground_of(name)).__dict__.get("SERVERS", ())
    return pytest.param(name, marks=[pytest.mark.servers] if needs else [])


@pytest.fixture(scope="session", params=[_marked(name) for name in KNOWN if has_ground(name)])
def ground(request: pytest.FixtureRequest, need: Need) -> Iterator[Ground]:
    module = importlib.import_module(ground_of(request.param))
    for server in getattr(module, "SERVERS", ()):
        need(server)
    with module.ground() as ours:
        yield ours


@pytest.fixture
def stage(ground: Ground, caplog: pytest.LogCaptureFixture) -> Iterator[Stage]:
    """A stage, on which no test may leave a secret in any log."""
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.INFO, "websockets.client")  # the participants are ours, and show their invitations
    module = importlib.import_module(KNOWN[ground.platform])
    ours = Stage(ground, platform(ground.platform), module, ColdWire())
    yield ours
    ours.all_leave()
    logged = "\n".join(record.getMessage() for record in [*caplog.get_records("setup"), *caplog.get_records("call")])
    for meeting in ours.opened:
        assert not [secret for secret in secrets_of(meeting) if secret in logged], "a secret was logged"
