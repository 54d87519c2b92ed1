"""`./run bench NAME`: one benchmark by its name, or all the names."""

import os
import subprocess

from tools import ground


def main(words: list[str]) -> int:
    """Run bench/NAME.py with the words that follow; 2 if there is no such benchmark."""
    names = sorted(path.stem for path in (ground.ROOT / "bench").glob("[!_]*.py"))
    if words and words[0] in names:
        env = {**os.environ, "PYTHONPATH": str(ground.ROOT)}
        return subprocess.run(
            [str(ground.PYTHON), "-m", f"bench.{words[0]}", *words[1:]], env=env, check=False
        ).returncode
    print("\n".join(names) or "There are no benchmarks yet.")
    if words:
        ground.say(f"There is no benchmark named {words[0]}.")
    return 2 if words else 0
