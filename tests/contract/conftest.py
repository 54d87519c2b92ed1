"""Every test of this folder that takes `stage` runs once for each platform in KNOWN, over the server's own line to it.

The practice meeting, which costs nothing, is also tried over the line of the cold command line; and so is every platform
in the files that say `OVER_EVERY_LINE`.
"""

import importlib
import importlib.util
import logging
from collections.abc import Callable, Iterator, Mapping
from typing import Final

import pytest
from _pytest.mark.structures import ParameterSet

from pullcord.platforms import KNOWN, platform
from pullcord.platforms.reach import EVERYWHERE
from pullcord.platforms.warm import WarmWire
from pullcord.platforms.wire import ColdWire, Reply, Request, Wire
from tests.conftest import Need
from tests.contract.ground import Ground
from tests.contract.stage import Stage, secrets_of
from tests.logs import refuse_in


class Unused:
    """What is handed to an adapter that brings a line of its own."""

    reach = EVERYWHERE

    def send(self, request: Request) -> Reply:
        raise AssertionError("it was to use its own line")


LINES: Final[Mapping[str, Callable[[], Wire]]] = {"cold": ColdWire, "warm": WarmWire, "own": Unused}


def ground_of(name: str) -> str:
    return f"tests.contract.ground_{name}"


def has_ground(name: str) -> bool:
    return importlib.util.find_spec(ground_of(name)) is not None


def needs_of(name: str) -> tuple[str, ...]:
    """The real servers of another's make that this platform's ground runs."""
    needs: tuple[str, ...] = getattr(importlib.import_module(ground_of(name)), "SERVERS", ())
    return needs


def lines_for(name: str, *, every: bool) -> tuple[str, ...]:
    """A platform that brings a line of its own uses neither of ours."""
    if platform(name).speaks != "http":
        return ("own",)
    return ("cold", "warm") if every or not needs_of(name) else ("warm",)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A platform whose ground is a real server of another's make is marked so, and left out where there is none.

    A test that takes `way` is given the module's `WAYS` of what the platform speaks.
    """
    if "ground" not in metafunc.fixturenames:  # a file may have a stage of its own
        return
    every = getattr(metafunc.module, "OVER_EVERY_LINE", False)
    played = [(name, line) for name in KNOWN if has_ground(name) for line in lines_for(name, every=every)]
    if "way" not in metafunc.fixturenames:
        metafunc.parametrize(("ground", "wire"), [_marked(*one) for one in played], indirect=True, scope="session")
        return
    ways = [_marked(*one, way) for one in played for way in metafunc.module.WAYS[platform(one[0]).speaks]]
    # Not for the session: then pytest would play all platforms for one way before it turns to the next.
    metafunc.parametrize(("ground", "wire", "way"), ways, indirect=("ground", "wire"))


def _marked(name: str, *rest: str) -> ParameterSet:
    """The quick part plays our own practice server over the warm line alone, as `serve` does."""
    is_long = bool(needs_of(name)) or "cold" in rest
    return pytest.param(name, *rest, id="-".join((name, *rest)), marks=[pytest.mark.servers] if is_long else [])


@pytest.fixture(scope="session")
def wire(request: pytest.FixtureRequest) -> Iterator[Wire]:
    """One for all tests, as the server has one for all its meetings: what one call leaves on the line meets the next."""
    line = LINES[request.param]()
    yield line
    if isinstance(line, WarmWire):
        line.close()


@pytest.fixture(scope="session")
def ground(request: pytest.FixtureRequest, need: Need) -> Iterator[Ground]:
    module = importlib.import_module(ground_of(request.param))
    for server in needs_of(request.param):
        need(server)
    with module.ground() as ours:
        yield ours


@pytest.fixture
def stage(ground: Ground, wire: Wire, caplog: pytest.LogCaptureFixture) -> Iterator[Stage]:
    """A stage, on which no test may leave a secret in any log."""
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.INFO, "websockets.client")  # the participants are ours, and show their invitations
    module = importlib.import_module(KNOWN[ground.platform])
    ours = Stage(ground, platform(ground.platform), module, wire)
    yield ours
    ours.all_leave()
    logged = "\n".join(record.getMessage() for record in [*caplog.get_records("setup"), *caplog.get_records("call")])
    for meeting in ours.opened:
        refuse_in(logged, *secrets_of(meeting))
