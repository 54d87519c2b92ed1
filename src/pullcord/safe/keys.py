"""The key file, and what is done with it: sealing, opening, and marking a line as ours.

One Fernet key a line, the first one seals, all of them open: a new key is put in front, an old one is dropped when
nothing sealed by it is left. The file lies outside the databases and never enters a backup.
"""

import hmac
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from hashlib import blake2b, sha256

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from pullcord.safe.files import make_private_folder, replace_whole

ORGANISATION = b"pullcord organisation "
"""What a derived key is for: HKDF's `info`, with the organisation's id after it."""


class KeysMissing(Exception):
    """There is no usable key file. The text names it."""


class SealBroken(Exception):
    """This was not sealed by any of our keys, or was changed since."""


class Keys:
    def __init__(self, lines: Iterable[bytes]) -> None:
        self._lines = list(lines)
        self._seal = MultiFernet([Fernet(line) for line in self._lines])

    def seal(self, content: bytes) -> bytes:
        return self._seal.encrypt(content)

    def open(self, sealed: bytes) -> bytes:
        """Raises SealBroken."""
        try:
            return self._seal.decrypt(sealed)
        except InvalidToken:
            raise SealBroken from None

    def of(self, organisation: str) -> "Keys":
        """One organisation's own, each derived from one of ours: what was sealed for another does not open by them."""
        return Keys(_derived(line, organisation) for line in self._lines)

    def mark(self, purpose: str, content: bytes) -> str:
        """32 hex digits that only a holder of the key can make. `purpose`, 16 bytes at most, keeps one use from passing for another."""
        return _mark(self._lines[0], purpose, content)

    def marks(self, purpose: str, content: bytes) -> list[str]:
        """As `mark`, by each of the keys: what an older one has marked is found again."""
        return [_mark(line, purpose, content) for line in self._lines]

    def is_ours(self, purpose: str, content: bytes, mark: str) -> bool:
        return any(hmac.compare_digest(_mark(line, purpose, content), mark) for line in self._lines)


def _derived(line: bytes, organisation: str) -> bytes:
    from cryptography.hazmat.primitives.hashes import SHA256  # a stop needs neither, and does not wait for them
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    info = ORGANISATION + organisation.encode()
    return urlsafe_b64encode(HKDF(SHA256(), 32, salt=None, info=info).derive(urlsafe_b64decode(line)))


def _mark(line: bytes, purpose: str, content: bytes) -> str:
    # Keyed BLAKE2b, not HMAC: the same promise at a twentieth of the cost, and every line of the journal pays it.
    return blake2b(content, digest_size=16, key=line[:64], person=purpose.encode()).hexdigest()


def digest(token: str) -> str:
    """All that is ever kept of a link or an access token: SHA-256, hex. 128 random bits need no salt and no stretching."""
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def new_token() -> str:
    """128 random bits as 32 hex digits; nothing can be read from it."""
    return os.urandom(16).hex()


def read_keys(folder: str) -> Keys:
    """From the service manager's credentials if it hands us one, else from the folder. Raises KeysMissing."""
    path = _key_path(folder)
    try:
        with open(path, "rb") as file:
            return Keys(line for line in file.read().split() if line)
    except (OSError, ValueError, IndexError):
        raise KeysMissing(f"The key file {path} is missing or damaged.") from None


def make_keys(folder: str) -> Keys:
    """The keys of this folder; on the very first start, new ones."""
    if not os.path.exists(_key_path(folder)):
        make_private_folder(folder)
        replace_whole(os.path.join(folder, "key"), Fernet.generate_key() + b"\n")
    return read_keys(folder)


def _key_path(folder: str) -> str:
    handed = os.environ.get("CREDENTIALS_DIRECTORY")
    path = os.path.join(handed, "pullcord-key") if handed else ""
    return path if path and os.path.exists(path) else os.path.join(folder, "key")
