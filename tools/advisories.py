"""Known vulnerabilities in what the lock names, asked of osv.dev; public names and versions are all that is sent."""

import json
import re
import urllib.request
from pathlib import Path
from typing import Final

from tools import ground

SOURCE: Final = "https://api.osv.dev/v1/querybatch"
PIN: Final = re.compile(r"^([A-Za-z0-9][\w.-]*)==([^\s;\\]+)", re.MULTILINE)
WAIT_SECONDS: Final = 15


def scan(source: str = SOURCE) -> bool | None:
    """False: there are advisories, and they were printed. None: the question could not be asked, as was printed."""
    print("-- advisories", flush=True)
    pins = sorted({pin for lock in ground.LOCKS.glob("*.txt") for pin in pinned(lock)})
    try:
        answers = ask(source, pins)
    except (OSError, ValueError, KeyError) as failure:
        print(f"Not possible here: {failure}. Run it where a network allows.", flush=True)
        return None
    found = [(pin, ids) for pin, ids in zip(pins, answers, strict=True) if ids]
    for (name, version), ids in found:
        print(f"{name} {version}: {' '.join(ids)}", flush=True)
    return not found


def pinned(lock: Path) -> list[tuple[str, str]]:
    """Name and version of everything in a lock file."""
    return PIN.findall(lock.read_text())


def ask(source: str, pins: list[tuple[str, str]]) -> list[list[str]]:
    """The advisories of each pin, in the same order. An answer of another length is no answer (ValueError)."""
    queries = [{"package": {"ecosystem": "PyPI", "name": name}, "version": version} for name, version in pins]
    body = json.dumps({"queries": queries}).encode()
    request = urllib.request.Request(source, body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=WAIT_SECONDS) as reply:
        results = json.load(reply)["results"]
    if len(results) != len(pins):
        raise ValueError(f"{len(results)} answers to {len(pins)} questions")
    return [[found["id"] for found in result.get("vulns", [])] for result in results]
