"""What `./run` does: lays the ground if it is not there, then hands over to the one asked for."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

TOOLS = ("test", "check", "bench", "words", "reading", "who-may", "lock")


def main(words: list[str]) -> int:
    """The exit code of the tool, or of the `pullcord` command line for every other word."""
    from tools import ground

    name, rest = (words[0], words[1:]) if words else ("", [])
    if name == "demo" and "zoom" in rest:
        # Zoom is played by the tests' stand-in, which is no part of the product.
        ground.lay("dev")
        return ground.become([str(ground.VENV / "bin" / "python"), "-m", "tests.zoom_demo", *rest])
    if name not in TOOLS:
        # The check of the demo drives a browser, which the product itself never does.
        ground.lay("dev" if name == "demo" and "--check" in rest else "runtime")
        return ground.become([str(ground.VENV / "bin" / "pullcord"), *words])
    ground.lay("dev")
    if name == "test":
        from tools import test

        return test.main(rest)
    if name == "check":
        from tools import check

        return check.main(rest)
    if name == "bench":
        from tools import bench

        return bench.main(rest)
    if name == "words":
        from tools import words as catalogues

        return catalogues.main(rest)
    if name == "reading":
        from tools import reading

        return reading.main(rest)
    if name == "who-may":
        from tools import who_may

        return who_may.main(rest)
    from tools import lock

    return lock.main(rest)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
