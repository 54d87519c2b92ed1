"""`./run lock`: make the lock files anew from requirements/*.in."""

import os
import subprocess

from tools import ground

FLAGS = ("--universal", "--python-version", "3.11", "--only-binary", ":all:")
QUIET = ("--generate-hashes", "--no-header", "--no-annotate", "--no-emit-index-url", "--quiet")


def main(words: list[str]) -> int:
    """Remake all four; `--upgrade` (or any other word for `uv pip compile`) is passed on."""
    as_run = ["-c", "runtime.txt"]
    for name, also in (("uv", []), ("runtime", []), ("xmpp", as_run), ("dev", [*as_run, "-c", "xmpp.txt"])):
        command = [str(ground.UV), "pip", "compile", *FLAGS, *QUIET, *also, *words, f"{name}.in", "-o", f"{name}.txt"]
        env = {**os.environ, **ground.registry()}
        subprocess.run(command, check=True, cwd=ground.LOCKS, env=env)
    return 0
