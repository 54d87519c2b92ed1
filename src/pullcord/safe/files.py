"""Files that are whole or not there at all, and that nobody else can read."""

import os
from collections.abc import Iterator
from contextlib import contextmanager


class TooOpen(Exception):
    """A folder or file that holds secrets can be read by others. The text says which, and what to do."""


def make_private_folder(path: str) -> None:
    os.makedirs(path, mode=0o700, exist_ok=True)


def refuse_if_others_can_read(path: str) -> None:
    """Raises TooOpen. A path that does not exist is fine."""
    try:
        mode = os.stat(path).st_mode
    except FileNotFoundError:
        return
    if mode & 0o077:
        raise TooOpen(f"Other users of this machine can read {path}. Close it with: chmod go-rwx {path}")


def replace_whole(path: str, content: bytes) -> None:
    """Write beside, sync, rename, sync the folder: a crash leaves the old file or the new one. Raises OSError."""
    beside = f"{path}.{os.urandom(4).hex()}.new"  # one of its own: two threads of a process may write the same kit
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    except OSError:
        remove(beside)
        raise
    sync_folder(os.path.dirname(path))


def remove(path: str) -> None:
    try:
        os.unlink(path)
    except FileNotFoundError:
        return


def sync_folder(path: str) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def one_at_a_time(path: str) -> Iterator[None]:
    """Waits until no other thread or process is within the same file's `one_at_a_time`. The file stays. Raises OSError."""
    import fcntl  # a cold stop never waits for its turn

    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def is_locked(path: str) -> bool:
    """Whether another process holds this file for itself. Asking takes it for a moment: whoever wants it tries twice."""
    import fcntl  # a cold stop whose platform keeps people out by itself never asks

    try:
        with open(path) as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False
