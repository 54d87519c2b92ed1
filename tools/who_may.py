"""`./run who-may`: every page asked for as everybody, into docs/reference/who-may.md."""

import os

from tools import ground


def main(words: list[str]) -> int:
    """Becomes the test that holds the table against the pages, which writes it instead."""
    os.environ["PULLCORD_WHO_MAY"] = "write"
    pytest = [str(ground.PYTHON), "-m", "pytest", "-q", "--rootdir", str(ground.ROOT)]
    return ground.become([*pytest, "-c", str(ground.ROOT / "pyproject.toml"), "tests/test_who_may.py", *words])
