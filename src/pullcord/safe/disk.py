"""Reading from a disk that may hang: no longer than so many seconds, and nobody waits twice for the same file.

What the system has in memory is taken at once (RWF_NOWAIT), which is nearly always; only for the rest a thread is sent to the
disk, and left there if it does not come back. What is no ordinary file (a pipe, a device) could hang for ever, and is refused.
"""

import errno
import os
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

WAIT_SECONDS = 0.5
ONE_IS_LOST_SECONDS = 0.02
"""Where somebody waits in vain for one file of a disk, its other files get no more than this: there may be hundreds."""
PIECE_BYTES = 1 << 20

_Where = tuple[int, int]
_lost: set[_Where] = set()
"""The files for which somebody has waited in vain, for as long as the disk does not answer."""


@contextmanager
def opened(path: str) -> Iterator[int]:
    """An ordinary file, to be read. Raises OSError."""
    file = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        if not stat.S_ISREG(os.fstat(file).st_mode):
            raise OSError(errno.EINVAL, "not an ordinary file", path)
        yield file
    finally:
        os.close(file)


def read(file: int, start: int = 0, most: int | None = None, *, wait_seconds: float = WAIT_SECONDS) -> bytes:
    """From there to the end, or so many bytes. Raises OSError, TimeoutError among them."""
    found = at_once(file, start, most)
    if found is not None:
        return found
    status = os.fstat(file)
    return wait_for((status.st_dev, status.st_ino), os.dup(file), lambda own: _read_all(own, start, most), wait_seconds)


def at_once(file: int, start: int, most: int | None) -> bytes | None:
    """What need not be waited for; None = some of it is not in memory, or this system cannot tell."""
    flag = getattr(os, "RWF_NOWAIT", None)
    if flag is None:
        return None
    expected = os.fstat(file).st_size - start if most is None else most
    piece, parts, length = bytearray(min(PIECE_BYTES, max(expected, 0) + 1)), [], 0
    try:
        while most is None or length < most:
            count = os.preadv(file, [piece], start + length, flag)
            if count == 0:
                break
            parts.append(bytes(piece[:count]))
            length += count
    except OSError as error:
        if error.errno in (errno.EAGAIN, errno.EOPNOTSUPP, errno.ENOSYS):
            return None
        raise
    return b"".join(parts)[:most]


def wait_for(where: _Where, own: int, reading: Callable[[int], bytes], wait_seconds: float) -> bytes:
    """By a thread of its own, which closes its file when the disk lets it go. Raises OSError, TimeoutError among them."""
    if where in _lost:
        os.close(own)
        raise TimeoutError(errno.ETIMEDOUT, "the disk still does not answer")
    if any(lost[0] == where[0] for lost in list(_lost)):
        wait_seconds = min(wait_seconds, ONE_IS_LOST_SECONDS)
    done, found = threading.Event(), list[bytes | OSError]()

    def go() -> None:
        try:
            found.append(reading(own))
        except OSError as error:
            found.append(error)
        finally:
            os.close(own)
            done.set()
            _lost.discard(where)

    threading.Thread(target=go, name="disk", daemon=True).start()
    if not done.wait(wait_seconds):
        _lost.add(where)
        if not done.is_set():
            raise TimeoutError(errno.ETIMEDOUT, "the disk does not answer")
        _lost.discard(where)  # it came in this very moment, and had nothing to take back
    if isinstance(found[0], OSError):
        raise found[0]
    return found[0]


def _read_all(file: int, start: int, most: int | None) -> bytes:
    parts, length = [], 0
    while most is None or length < most:
        part = os.pread(file, PIECE_BYTES if most is None else most - length, start + length)
        if not part:
            break
        parts.append(part)
        length += len(part)
    return b"".join(parts)
