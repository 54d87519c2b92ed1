"""How a practice room is kept on disk: whole, or as it was before; never half."""

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any


def write(path: Path, content: Mapping[str, Any]) -> None:
    """Put the content in place of the file in one act that survives `kill -9` and a power cut. Raises OSError."""
    draft = path.with_suffix(".tmp")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(content, file, ensure_ascii=False, indent=1)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    _settle(path.parent)


def erase(path: Path) -> None:
    path.unlink(missing_ok=True)
    _settle(path.parent)


def read_all(folder: Path) -> Iterator[tuple[Path, dict[str, Any] | None]]:
    """Every kept file with its content; None = it cannot be read, which must not keep the server from starting."""
    for path in sorted(folder.glob("*.json")):
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            content = None
        yield path, content if isinstance(content, dict) else None


def _settle(folder: Path) -> None:
    """A rename or a deletion is durable only when the folder itself is."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
