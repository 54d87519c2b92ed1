"""What was written down is searched for what nobody may find there: a token, an address, a name."""

import base64
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote

LONG = 8


def refuse_in(written: str | bytes | Path | Iterable[Path], *secrets: str) -> None:
    """Also as an address writes it, and as base64 does. What is searched for is said in the failure: it is a test's own.

    `written`: text, a file, or several. There must be something to search for, and a place to search.
    """
    places = dict(_places(written))
    assert places, "there is nothing to search"
    assert secrets, "nothing is searched for"
    assert all(secrets), "what is empty is found everywhere"
    found = [(place, secret) for place, text in places.items() for secret in secrets if _holds(text, secret)]
    assert not found, found


def _places(written: str | bytes | Path | Iterable[Path]) -> Iterable[tuple[str, bytes]]:
    if isinstance(written, str):
        yield "the text", written.encode()
    elif isinstance(written, bytes):
        yield "the text", written
    else:
        for file in [written] if isinstance(written, Path) else written:
            yield str(file), file.read_bytes()


def _holds(text: bytes, secret: str) -> bool:
    plain = secret.encode()
    if any(form.lower() in text.lower() for form in (plain, quote(secret, safe="").encode())):
        return True
    # What is short is found in any random number by chance, once it is written in one of these.
    return len(plain) >= LONG and (plain.hex() in text.decode("latin-1").lower() or _in_base64(plain) in text)


def _in_base64(plain: bytes) -> bytes:
    return base64.b64encode(plain).rstrip(b"=")
