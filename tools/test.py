"""`./run test`: the whole suite, with the real servers it meets."""

import os

from tools import ground, servers

AT_ONCE = 3
AT_ONCE_WITHOUT_SERVERS = 4
"""These wait for half of their time, and leave two cores idle if only two run."""


def main(words: list[str]) -> int:
    """Become pytest. `-m "not servers"` leaves the real servers alone and out."""
    is_quick = "not servers" in words
    if not is_quick:
        servers.ready()
    # Where it is set, as in many images, each worker and each server of a test would compile everything anew.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    at_once = str(AT_ONCE_WITHOUT_SERVERS if is_quick else AT_ONCE)
    pytest = [str(ground.PYTHON), "-m", "pytest", "-n", at_once]
    return ground.become([*pytest, "--rootdir", str(ground.ROOT), "-c", str(ground.ROOT / "pyproject.toml"), *words])
