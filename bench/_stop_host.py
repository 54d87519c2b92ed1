"""A host at work on the people pages, by plain HTTP: signs in by the first link, and opens records by hand, one after the other."""

import base64
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

PASSWORD = "three words and more"
CODES = "/accounts/steps/app/"


class Host:
    """Keeps its cookies, and sends back what a form asks for."""

    def __init__(self, port: int) -> None:
        self._line = HTTPConnection("127.0.0.1", port, timeout=30)
        self._origin = f"http://127.0.0.1:{port}"
        self._cookies: dict[str, str] = {}
        self.pages = 0
        self.refused = 0

    def fill_in(self, path: str, **fields: str) -> int:
        """Open the page with the form, and post it; the status of the answer."""
        return self._post(path, self._ask("GET", path), **fields)

    def _post(self, path: str, page: tuple[int, str], **fields: str) -> int:
        status, text = page
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', text)
        if found is None:
            return status
        return self._ask("POST", path, urlencode({"csrfmiddlewaretoken": found[1], **fields}))[0]

    def set_up_codes(self) -> None:
        """An owner comes to no other page before."""
        page = self._ask("GET", CODES)
        found = re.search(r"<code>([A-Z2-7]+)</code>", page[1])
        assert found is not None
        secret = base64.b32decode(found[1] + "=" * (-len(found[1]) % 8))
        code = TOTP(secret, 6, SHA1(), 30, enforce_key_length=False).generate(int(time.time()))  # noqa: S303  # as code apps do
        assert self._post(CODES, page, code=code.decode()) == 302

    def _ask(self, method: str, path: str, body: str | None = None) -> tuple[int, str]:
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        kind = {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
        self._line.request(method, path, body, {"Cookie": cookies, "Origin": self._origin, **kind})
        answer = self._line.getresponse()
        text = answer.read().decode()
        for said in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = said.partition(";")[0].partition("=")
            self._cookies[name] = value
        self.pages += 1
        return answer.status, text


def sign_in(port: int, data: Path) -> Host:
    """As the first owner."""
    link = (data / "signin-link").read_text().strip()
    host = Host(port)
    status = host.fill_in(link.partition(f":{port}")[2], username="ann", password=PASSWORD, again=PASSWORD)
    assert status == 302, status
    host.set_up_codes()
    return host


@contextmanager
def writing(host: Host) -> Iterator[None]:
    """While this holds, one record after the other is written."""
    done = threading.Event()

    def write() -> None:
        while not done.is_set():
            status = host.fill_in("/incidents/new", title="Tuesday", told="Words. " * 200)
            host.refused += status != 302

    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
