"""`./run test`: the whole suite, with the real servers it meets."""

from tools import ground, servers


def main(words: list[str]) -> int:
    """Become pytest. `-m "not servers"` leaves the real servers alone and out."""
    if "not servers" not in words:
        servers.ready()
    pytest = [str(ground.PYTHON), "-m", "pytest", "-n", "2", "--dist", "loadgroup"]
    return ground.become([*pytest, "--rootdir", str(ground.ROOT), "-c", str(ground.ROOT / "pyproject.toml"), *words])
