"""The one shape of a benchmark's outcome: ours, the bare limit, the peer, and the ratio that a goal is about."""

import json
import os
import platform
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Final

HEADINGS: Final = ("what", "unit", "ours", "bare", "peer", "ratio", "goal", "holds")


@dataclass(frozen=True)
class Row:
    """One measurement. `ratio` is ours against `bare`, or against `peer` where nothing bare exists."""

    what: str
    unit: str
    ours: float
    bare: float | None = None
    peer: float | None = None
    goal: str = ""
    """The goal in words, such as "at most 1.5 x bare"; empty where the row only informs."""
    holds: bool | None = None

    @property
    def ratio(self) -> float | None:
        against = self.bare or self.peer
        return self.ours / against if against else None

    def cells(self) -> dict[str, object]:
        """The row as every reader of it sees it."""
        return {**asdict(self), "ratio": self.ratio}


def finish(bench: str, rows: Iterable[Row], words: Sequence[str] | None = None) -> int:
    """Print the rows (`--json` among the words: one object); 1 if a goal does not hold, else 0."""
    rows = list(rows)
    if "--json" in (sys.argv[1:] if words is None else words):
        print(json.dumps({"bench": bench, "machine": machine(), "rows": [ordered(row) for row in rows]}))
    else:
        print(f"{bench} on {machine()}\n{table(rows)}")
    return 1 if any(row.holds is False for row in rows) else 0


def ordered(row: Row) -> dict[str, object]:
    cells = row.cells()
    return {heading: cells[heading] for heading in HEADINGS}


def table(rows: list[Row]) -> str:
    """The rows under their headings, in columns as wide as what stands in them."""
    lines = [list(HEADINGS), *([shown(value) for value in ordered(row).values()] for row in rows)]
    widths = [max(len(line[place]) for line in lines) for place in range(len(HEADINGS))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def shown(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "NO"
    return (
        f"{value:,.3g}"
        if isinstance(value, float) and abs(value) < 1000
        else f"{value:,.0f}"
        if isinstance(value, float)
        else str(value)
    )


def machine() -> str:
    """What a figure depends on, and nothing that names whose machine it is."""
    return f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}"
