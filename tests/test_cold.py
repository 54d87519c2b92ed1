"""A stop from nothing: what its process loads, and that it starts no other."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.stopping import scene

HEAVY = {
    "django", "dbos", "sqlalchemy", "starlette", "uvicorn", "httpx2", "httpcore2", "asyncio", "anyio", "dataclasses",
    "inspect", "argparse", "tomllib", "subprocess", "concurrent", "logging", "sqlite3", "psycopg",
    "slixmpp",
}  # fmt: skip

# What the launcher does, with a note of what was loaded and started by the time that it leaves.
WATCHED = """
import json, os, sys
started = []
sys.addaudithook(lambda event, _: event in WATCHED and started.append(event))
WATCHED = {"subprocess.Popen", "os.posix_spawn", "os.fork", "os.forkpty", "os.exec", "os.system"}
from pullcord import cli
def leave(code):
    with open(os.environ["TOLD"], "w") as file:
        json.dump({"code": code, "modules": sorted(sys.modules), "started": started}, file)
    leave_for_good(code)
leave_for_good, os._exit = os._exit, leave
cli.main()
"""


def test_a_cold_stop_loads_nothing_heavy_and_starts_no_other_process(tmp_path: Path) -> None:
    with scene(tmp_path / "data") as now:
        told = tmp_path / "told"
        words = ["stop", now.kit.meeting.id, "--data", str(tmp_path / "data")]
        done = subprocess.run(
            [sys.executable, "-c", WATCHED, *words],
            env={**os.environ, "TOLD": str(told), "PYTHONPATH": str(Path(__file__).parents[1] / "src")},
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        seen = json.loads(told.read_text())
        assert "pullcord.jobs.stop" in seen["modules"]
        assert "pullcord.platforms.practice" in seen["modules"]
        assert "pullcord.platforms.janus" not in seen["modules"], "only the platform of this meeting"
        assert not HEAVY & {name.partition(".")[0] for name in seen["modules"]}
        assert not seen["started"]


def test_the_adapter_of_zoom_loads_no_more_than_a_stop_needs() -> None:
    """Its token, its queue and its door are needed; neither the line of its events nor the test of a connection is."""
    told = "import sys, json, pullcord.platforms.zoom; print(json.dumps(sorted(sys.modules)))"
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1] / "src")}
    done = subprocess.run([sys.executable, "-c", told], env=env, capture_output=True, text=True, timeout=30, check=True)
    modules = set(json.loads(done.stdout))
    assert not HEAVY & {name.partition(".")[0] for name in modules}
    assert not {"pullcord.platforms.zoom_try", "websockets"} & modules
