"""What every test can ask for."""

import os
from collections.abc import Callable

import pytest

from tools.servers import SERVERS

pytest_plugins = [
    "tests.together",
    "tests.desk",
    "tests.guarding",
    "tests.inboxes",
    "tests.backups",
    "tests.e2e.guide_reader",
]

Need = Callable[[str], str]


@pytest.fixture(scope="session")
def need() -> Need:
    """`need("janus")` is where the program is. Without it the test is left out; with PULLCORD_TEST_ALL=1 it fails."""
    return find


def find(name: str) -> str:
    server = SERVERS[name]
    if server.program:
        return server.program
    sentence = f"{name} is not on this machine. {server.how}"
    if os.environ.get("PULLCORD_TEST_ALL") == "1":
        pytest.fail(f"{sentence} PULLCORD_TEST_ALL=1 leaves nothing out.", pytrace=False)
    pytest.skip(sentence)
