"""Cold: `pullcord stop` as a whole process, against a script of the standard library that makes the same platform calls."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from bench import _stop_platform
from bench._rows import Row
from bench._stop_kits import write_kits
from bench._stop_press import Link
from pullcord.safe.keys import new_token

RUNS: Final = 40
KNOWN: Final = 5
"""How many meetings a data folder knows."""
GOAL_MS: Final = 150.0
GOAL_RATIO: Final = 1.3
CALLS: Final = "look, hold, end, look again"

BARE: Final = """
import http.client, json, sys
server, room, credential = sys.argv[1:]
def ask(method, verb=""):
    line = http.client.HTTPConnection(server, timeout=5)
    headers = {"Authorization": "Bearer " + credential, "Accept": "application/json"}
    line.request(method, "/practice/api/rooms/" + room + verb, None, headers)
    told = json.loads(line.getresponse().read())
    line.close()
    return told
ask("GET")
ask("POST", "/hold")
ask("POST", "/end")
told = ask("GET")
print("over" if not told["people"] and told["held"] else "not over")
"""


def rows() -> list[Row]:
    ours, bare = _alternating()
    middle, limit = statistics.median(ours), statistics.median(bare)
    return [
        Row(
            f"cold `pullcord stop NAME`, whole process; bare: a script with {CALLS}, on http.client",
            "ms",
            middle,
            limit,
            goal=f"at most {GOAL_MS:g} ms and {GOAL_RATIO:g} x bare, at the median of {RUNS}",
            holds=middle <= GOAL_MS and middle / limit <= GOAL_RATIO,
        )
    ]


def _alternating() -> tuple[list[float], list[float]]:
    """Whole processes, one of ours and one bare in turn: what else this machine does falls on both."""
    ours, bare = [], []
    with _stop_platform.running() as platform, tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "bare.py"
        script.write_text(BARE)
        for number in range(RUNS):
            data = Path(folder) / f"data-{number}"
            write_kits(data, [Link(new_token(), f"room-{number}-{one}") for one in range(KNOWN)], platform)
            ours.append(_whole([_pullcord(), "stop", f"Class {number % KNOWN}", "--data", str(data)], "is over"))
            asked = [f"127.0.0.1:{platform}", f"bare-{number}", "x"]
            bare.append(_whole([sys.executable, "-I", str(script), *asked], "over"))
    return ours, bare


def _pullcord() -> str:
    return str(Path(sys.executable).with_name("pullcord"))


def _whole(command: list[str], said: str) -> float:
    """From the start of the process to its end, in milliseconds."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PULLCORD_", "PYTHON"))}
    began = time.perf_counter()
    done = subprocess.run(command, env=kept, capture_output=True, text=True, timeout=30, check=False)
    took = (time.perf_counter() - began) * 1000
    assert done.returncode == 0, done.stderr
    assert said in done.stdout, done.stdout
    return took
