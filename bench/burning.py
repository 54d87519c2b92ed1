"""The burning house at length: 2,000 stops in each fire; none may fail, none may be sent twice, no dead right may work.

`--stops N` for fewer, `--only WORDS` for the fires whose name holds these words, `--json` for one object.
"""

import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench._rows import Row, finish
from tests.burning.fires import FIRES, end_all, house_for, why_not
from tests.burning.house import not_written_down, rights_that_still_work
from tests.burning.platform import counting

STOPS = 2000
GUESTS = 20


def main(words: Sequence[str] | None = None) -> int:
    told = list(sys.argv[1:] if words is None else words)
    stops, only = int(_after(told, "--stops") or STOPS), _after(told, "--only") or ""
    return finish("burning", [row for name in FIRES if only in name for row in measured(name, stops)], told)


def _after(words: list[str], name: str) -> str | None:
    return words[words.index(name) + 1] if name in words else None


def measured(name: str, stops: int) -> Iterator[Row]:
    """The rows of one fire; one that cannot be lit on this machine is a row that does not hold."""
    reason = why_not(FIRES[name])
    if reason is not None:
        yield Row(f"{name}: not lit. {reason}", "of all", float("nan"), goal="0", holds=False)
        return
    started = time.monotonic()
    with (
        tempfile.TemporaryDirectory() as folder,
        counting(Path(folder)) as ground,
        house_for(name, Path(folder), ground, meetings=stops, guests=min(GUESTS, stops)) as now,
    ):
        with FIRES[name].during(now):
            result = end_all(now, name)
            dead = len(rights_that_still_work(now)) if FIRES[name].is_served else 0
        unwritten = len(not_written_down(now))
    of = f"of {result.stops:,}"
    for what, count in (("failed", len(result.failed)), ("doubled", len(result.doubled))):
        yield Row(f"{name}: {what}", of, float(count), goal="0", holds=count == 0)
    yield Row(f"{name}: not in the journal afterwards", of, float(unwritten), goal="0", holds=unwritten == 0)
    if FIRES[name].is_served:
        yield Row(f"{name}: dead rights that worked", "of 3", float(dead), goal="0", holds=dead == 0)
    print(f"{name}: {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)
    for part in (0.5, 0.99):
        yield Row(f"{name}: press -> platform, p{part * 100:.0f}", "ms", result.quantile(part) * 1000)


if __name__ == "__main__":
    sys.exit(main())
