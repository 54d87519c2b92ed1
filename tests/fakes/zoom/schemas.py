"""The vendor's own types, derived when they are needed: every request and answer, and every event, is held against them.

They come from Zoom's npm package, whose terms forbid to pass them on: they lie in a temporary folder, and in no repository.
Requests, answers and events are refused for a field that the types do not name.
"""

import fcntl
import json
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any, Final

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it brings no types
from openapi_core import OpenAPI
from openapi_core.exceptions import OpenAPIError
from openapi_core.testing import MockRequest, MockResponse

PACKAGES: Final = ("@zoom/rivet@0.4.0", "typescript@5.9.3")
MODULES: Final = {"meetings": "MeetingsEndpoints", "users": "UsersEndpoints"}
DERIVE: Final = Path(__file__).with_name("rivet2openapi.js")
INSTALL: Final = ("npm", "install", "--silent", "--no-audit", "--no-fund", "--no-save", "--ignore-scripts")
HOST: Final = "https://api.zoom.us"


class NotHere(Exception):
    """They could not be derived on this machine. The text says why."""


class Misfit(AssertionError):
    """Something that the vendor's types do not allow was sent, or answered."""


class Types:
    def __init__(self, folder: Path) -> None:
        self._described = {name: _read(folder / f"{name}.openapi.json") for name in MODULES}
        self._checks = {name: OpenAPI.from_dict(told) for name, told in self._described.items()}
        told = {**_read(folder / "users.events.json"), **_read(folder / "meetings.events.json")}
        self.events: dict[str, Any] = told

    def request(self, method: str, path: str, *, query: dict[str, str], body: bytes) -> None:
        """`path`: below /v2. Raises Misfit."""
        asked = self._asked(method, path, query, body)
        try:
            self._of(path, method).validate_request(asked)
        except OpenAPIError as error:
            raise Misfit(f"{method} {path}: {error.__cause__ or error!r}") from None

    def answer(self, method: str, path: str, *, status: int, body: bytes) -> None:
        """Of an answer that did as asked: of its errors the vendor's types say nothing. Raises Misfit."""
        if status >= 300:
            return
        asked = self._asked(method, path, {}, b"")
        try:
            self._of(path, method).validate_response(
                asked, MockResponse(body, status_code=status, content_type="application/json")
            )
        except OpenAPIError as error:
            raise Misfit(f"the answer {status} to {method} {path}: {error.__cause__ or error!r}") from None

    def event(self, body: bytes) -> None:
        """Raises Misfit."""
        told = json.loads(body)
        schema = self.events.get(told["event"])
        if schema is None:
            raise Misfit(f"no such event: {told['event']}")
        wrong = [error.message for error in Draft202012Validator(schema).iter_errors(told)]
        if wrong:
            raise Misfit(f"{told['event']}: {wrong}")

    def _of(self, path: str, method: str) -> OpenAPI:
        """Users' own pages are described apart; their meetings stand with the meetings."""
        parts = path.strip("/").split("/")
        return self._checks["users" if parts[0] == "users" and parts[2:3] != ["meetings"] else "meetings"]

    def _asked(self, method: str, path: str, query: dict[str, str], body: bytes) -> MockRequest:
        return MockRequest(
            HOST, method.lower(), f"/v2{path}", args=query, data=body or None,
            content_type="application/json", headers={"Authorization": "Bearer x"},
        )  # fmt: skip


@cache
def types(folder: Path) -> Types:
    """Derived into this folder, by whichever process is there first. Raises NotHere."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "done").exists():
            _derive(folder)
            (folder / "done").touch()
    return Types(folder)


def _derive(folder: Path) -> None:
    if not (shutil.which("node") and shutil.which("npm")):
        raise NotHere("Node and npm, by which Zoom's own types are derived, are not on this machine.")
    _run([*INSTALL, "--prefix", str(folder), *PACKAGES], folder)
    for module, endpoints in MODULES.items():
        there = [str(folder / f"{module}.{kind}.json") for kind in ("openapi", "events")]
        _run(["node", str(DERIVE), str(folder / "node_modules"), module, endpoints, *there], folder)


def _run(words: list[str], folder: Path) -> None:
    import os

    done = subprocess.run(
        words, cwd=folder, env={**os.environ, "STRICT": "1"}, capture_output=True, text=True, timeout=240, check=False
    )
    if done.returncode != 0:
        raise NotHere(f"Zoom's own types could not be derived: {words[0]} ended with {done.returncode}.")


def _read(path: Path) -> Any:
    return json.loads(path.read_text())
