"""Which tests run one after the other in one worker: they share what is dear to make, or would crowd each other out.

xdist's own mark for it is without effect since pytest 9.2, which no longer lets a plugin change a test's id.
"""

from typing import Final

import pytest
from xdist.scheduler import LoadScopeScheduling

TOGETHER: Final = {
    "tests/test_guide_site.py": "the guide's files",
    "tests/test_guide_served.py": "the guide's files",
    "tests/test_reading.py": "what the guide says",
    "tests/e2e/test_demo.py::test_the_demo_holds": "two demos at once are slower than either promises",
    "tests/e2e/test_demo.py::test_a_demo_that_is_broken": "two demos at once are slower than either promises",
}
"""By how a test's id begins."""


def group_of(test: str) -> str:
    """Its group; a test that belongs to none is its own."""
    return next((group for start, group in TOGETHER.items() if test.startswith(start)), test)


class Together(LoadScopeScheduling):  # type: ignore[misc]  # it says nothing of its types
    """The groups first, the others as workers have time."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Together:
    return Together(config, log)
