"""`./run check`: everything that can be said of the code without running the product. It fails last."""

import subprocess

from tools import advisories, ground

CHECKS = (
    ("format", ["ruff", "format", "--check", "."]),
    ("lint", ["ruff", "check", "."]),
    ("types", ["mypy"]),
    ("who imports whom", ["lint-imports"]),
    ("help lines", ["python", "-m", "tools.check_directory"]),
    ("house", ["pytest", "-q", "-p", "no:cacheprovider", "tests/test_house.py"]),
)


def main(words: list[str]) -> int:
    """1 if anything was found, 2 for a word that no check begins with. With words, only the checks they begin."""
    asked = tuple(words) or ("",)
    checks = [(name, command) for name, command in CHECKS if name.startswith(asked)]
    scans = "advisories".startswith(asked)
    if not checks and not scans:
        ground.say(f"There is no such check. There are: {', '.join(name for name, _ in CHECKS)}, advisories.")
        return 2
    found = [name for name, command in checks if not holds(name, command)]
    if scans and advisories.scan() is False:
        found.append("advisories")
    print(f"Not in order: {', '.join(found)}." if found else "Nothing was found.", flush=True)
    return 1 if found else 0


def holds(name: str, command: list[str]) -> bool:
    print(f"-- {name}", flush=True)
    program = str(ground.VENV / "bin" / command[0])
    return subprocess.run([program, *command[1:]], cwd=ground.ROOT, check=False).returncode == 0
