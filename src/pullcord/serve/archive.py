"""What a backup is: a packed archive, encrypted with age to one or more recipients. It never holds the key file.

All of it is made in memory: nothing that was sealed or private is laid on a disk unencrypted on its way.
"""

import io
import os
import re
import sys
import tarfile
from collections.abc import Callable, Iterable, Mapping
from typing import Final

import pyrage

from pullcord.config import ConfigError
from pullcord.serve.lock import CannotServe

USAGE, IDENTITY, DAMAGED, NOT_WRITTEN, NOT_OURS = 2, 3, 4, 5, 6
"""The exit codes of `backup` and `restore`, as their page lists them. 1 is left to what nobody foresaw."""

NAMED: Final = "pullcord-backup"
VERSION: Final = b"1\n"
DATABASE: Final = "product.sqlite3"
"""The product's database, wherever it was kept: a backup holds it as a file, and a restore brings it to either."""
ON_SERVER: Final = "from-postgresql"
"""An empty file that says where it was kept."""
OURS: Final = re.compile(
    r"product\.sqlite3|engine\.sqlite3|from-postgresql|settings\.toml|erased|stop/journal"
    r"|stop/kits/\w+\.\w+\.kit|stop/rosters/\w+\.roster|practice/[^/]+\.json|places/.+"
)


class NotDone(Exception):
    """Not done, and nothing was changed. `code` for programs."""

    def __init__(self, code: int, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


def is_ours(name: str) -> bool:
    """Whether a backup may hold a file of that name: no other is written, and no other is let out."""
    parts = name.split("/")
    return OURS.fullmatch(name) is not None and not any(part in ("", ".", "..") or "\0" in part for part in parts)


def pack(files: Iterable[tuple[str, bytes]]) -> bytes:
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w:gz") as archive:
        for name, content in ((NAMED, VERSION), *files):
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(content), 0o600
            archive.addfile(member, io.BytesIO(content))
    return whole.getvalue()


def unpack(packed: bytes) -> dict[str, bytes]:
    """By name. Raises NotDone for what no backup of ours holds: a link, a folder, or a name that leads elsewhere."""
    files = {}
    try:
        with tarfile.open(fileobj=io.BytesIO(packed), mode="r:gz") as archive:
            for member in archive:
                content = archive.extractfile(member) if member.isreg() else None
                if content is None or not (member.name == NAMED or is_ours(member.name)):
                    raise NotDone(NOT_OURS, "The backup holds something that Pullcord never puts into one.")
                files[member.name] = content.read()
    except (tarfile.TarError, OSError, EOFError):
        raise NotDone(NOT_OURS, "The file is encrypted for you, but it is no backup of Pullcord.") from None
    if files.pop(NAMED, b"") != VERSION:
        raise NotDone(NOT_OURS, "The file is encrypted for you, but it is no backup that this version knows.")
    return files


def encrypt(packed: bytes, recipients: Iterable[str]) -> bytes:
    """Raises NotDone. What was given is not repeated: it may be the secret half."""
    known = [_recipient(one) for one in recipients]
    if not known:
        raise NotDone(USAGE, "Say for whom the backup is encrypted: --recipient age1...")
    encrypted: bytes = pyrage.encrypt(packed, known)
    return encrypted


def decrypt(content: bytes, identity_path: str) -> bytes:
    """Raises NotDone."""
    identities = _identities(identity_path)
    try:
        decrypted: bytes = pyrage.decrypt(content, identities)
    except pyrage.DecryptError as error:
        if "No matching keys" in str(error):
            raise NotDone(IDENTITY, "This identity does not open the backup. It was made for another one.") from None
        raise NotDone(DAMAGED, "The backup is cut off or damaged. Nothing of it was used.") from None
    return decrypted


def _recipient(told: str) -> pyrage.x25519.Recipient:
    try:
        return pyrage.x25519.Recipient.from_str(told)
    except pyrage.RecipientError:
        raise NotDone(USAGE, "A recipient looks like age1..., as age-keygen prints it. This is none.") from None


def _identities(path: str) -> list[pyrage.x25519.Identity]:
    try:
        return [pyrage.x25519.Identity.from_str(line) for line in lines_of(path)]
    except pyrage.IdentityError:
        raise NotDone(IDENTITY, f"{path} holds no age identity (AGE-SECRET-KEY-1...).") from None


def lines_of(path: str) -> list[str]:
    """Those that say something. Raises NotDone."""
    try:
        with open(path, encoding="ascii") as file:
            lines = [line.strip() for line in file]
    except (OSError, ValueError):
        raise NotDone(USAGE, f"The file {path} cannot be read.") from None
    return [line for line in lines if line and not line.startswith("#")]


def explained(do: Callable[[], int]) -> int:
    """The exit code of a command, with why it was not done as one sentence for whoever typed it."""
    try:
        return do()
    except (ConfigError, CannotServe) as error:
        print(error, file=sys.stderr)
        return USAGE
    except NotDone as error:
        print(error, file=sys.stderr)
        return error.code


def options(words: list[str], known: Iterable[str], usage: str) -> Mapping[str, list[str]]:
    """What was said, by option; the words without one are under "". Raises NotDone."""
    told: dict[str, list[str]] = {name: [] for name in ("", *known)}
    rest = iter(words)
    for word in rest:
        name = word if word.startswith("-") else ""
        value = next(rest, None) if name else word
        if name not in told or not value:
            raise NotDone(USAGE, usage)
        told[name].append(value)
    return told


def the_one(told: list[str], usage: str) -> str:
    if len(told) != 1:
        raise NotDone(USAGE, usage)
    return told[0]


def not_written(path: str, error: OSError) -> NotDone:
    return NotDone(NOT_WRITTEN, f"{path} could not be written ({os.strerror(error.errno or 0)}).")
