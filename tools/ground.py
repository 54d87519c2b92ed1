"""The ground a checkout stands on: `.venv` with exactly what the lock names, and a `pullcord` that starts fast."""

import fcntl
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
UV = VENV / "bin" / "uv"
LOCKS = ROOT / "requirements"

Level = Literal["runtime", "dev"]

# Nothing is built on this machine, and nothing is taken whose hash the lock does not name.
STRICT = ("--require-hashes", "--only-binary", ":all:")

# No `-m`, no entry point machinery: a cold `pullcord stop` pays for every import made here.
LAUNCHER = """#!{python} -I
import sys
from pullcord.cli import main
sys.exit(main())
"""


def lay(level: Level) -> None:
    """Make `.venv` hold what `requirements/<level>.txt` names; costs a hash when it does. `dev` has `runtime` in it."""
    if is_laid(level):
        return
    VENV.mkdir(exist_ok=True)
    with only_one():
        if is_laid(level):
            return
        wanted: Level = "dev" if (VENV / "stamp-dev").exists() else level
        make(wanted)


def is_laid(level: Level) -> bool:
    """Whether a stamp says that this very lock was installed, for this Python, at this place."""
    return any(read(VENV / f"stamp-{have}") == stamp(have) for have in (level, "dev"))


def stamp(level: str) -> str:
    """The hash of everything that `make` depends on."""
    parts = [LOCKS / "uv.txt", LOCKS / f"{level}.txt", Path(__file__)]
    mixed = hashlib.sha256(repr((sys.version, str(ROOT))).encode())
    for part in parts:
        mixed.update(part.read_bytes())
    return mixed.hexdigest()


def make(level: Level) -> None:
    """Install `level` from nothing or from whatever is there, and stamp it last."""
    say(f"Installing what requirements/{level}.txt names into .venv (once per lock).")
    for old in VENV.glob("stamp-*"):
        old.unlink()
    if not runs([str(PYTHON), "-m", "pip", "--version"]):
        run([sys.executable, "-m", "venv", "--clear", str(VENV)])
    run(
        [
            str(PYTHON),
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            *STRICT,
            "-r",
            f"{LOCKS}/uv.txt",
        ]
    )
    uv = [str(UV), "pip"]
    run([*uv, "sync", "--quiet", *STRICT, "--compile-bytecode", "--python", str(PYTHON), f"{LOCKS}/{level}.txt"])
    # Python 3.11 puts setuptools into a new environment, and with it a file that every start of Python then executes.
    run([*uv, "uninstall", "--quiet", "--python", str(PYTHON), "setuptools"])
    put_project()
    (VENV / f"stamp-{level}").write_text(stamp(level))


def put_project() -> None:
    """Put `src` on the path and `pullcord` into `.venv/bin`, without a build."""
    packages = next((VENV / "lib").glob("python3*/site-packages"))
    (packages / "pullcord.pth").write_text(f"{ROOT / 'src'}\n")
    launcher = VENV / "bin" / "pullcord"
    launcher.write_text(launcher_text(str(PYTHON)))
    launcher.chmod(0o755)


def launcher_text(python: str) -> str:
    """The launcher, by way of sh where the kernel could not read such a first line (127 bytes, no space)."""
    if len(python) < 120 and " " not in python:
        return LAUNCHER.format(python=python)
    return LAUNCHER.replace("#!{python} -I\n", f"#!/bin/sh\n'''exec' \"{python}\" -I \"$0\" \"$@\"\n'''\n", 1)


@contextmanager
def only_one() -> Iterator[None]:
    """Two `./run` at once: the second waits, then finds the work done. The file stands outside what --clear removes."""
    with (ROOT / ".venv.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def registry() -> dict[str, str]:
    """What uv has to be told where pip was told: it reads none of pip's settings. Empty on an ordinary machine."""
    told = subprocess.run([sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False)
    settings = dict(line.split("=", 1) for line in told.stdout.splitlines() if "=" in line)
    return translated({key: value.strip("'\"") for key, value in settings.items()}, os.environ)


def translated(pip: Mapping[str, str], env: Mapping[str, str]) -> dict[str, str]:
    """pip's certificate and index settings in uv's words; what the environment already says stays."""
    words = {"cert": "SSL_CERT_FILE", "index-url": "UV_DEFAULT_INDEX"}
    found: dict[str, str] = {}
    for section in ("global.", "install.", ":env:."):
        found |= {words[key]: pip[section + key] for key in words if section + key in pip}
    return {key: value for key, value in found.items() if key not in env}


def run(command: list[str]) -> None:
    """Run one step of the making; a step that fails ends it with its own words on the screen."""
    env = {**os.environ, **registry()} if command[0] == str(UV) else None
    try:
        subprocess.run(command, check=True, env=env)
    except subprocess.CalledProcessError as failure:
        say("That step did not work, so nothing was started. It is tried again at the next ./run.")
        raise SystemExit(failure.returncode or 1) from None


def runs(command: list[str]) -> bool:
    """Whether the command exists and ends well, in silence."""
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def become(command: list[str]) -> int:
    """Let the command take this process over; returns only in a signature."""
    os.execv(command[0], command)  # noqa: S606 - no shell is the point


def read(path: Path) -> str | None:
    """The text of a file, or None where there is none."""
    try:
        return path.read_text()
    except OSError:
        return None


def say(sentence: str) -> None:
    """To the person, never into the output of the command that follows."""
    print(sentence, file=sys.stderr, flush=True)
