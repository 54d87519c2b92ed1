"""`./run bench stop [edge|cold|janus] [--json]`: how long a stop takes, at the edge, from cold, and on a real Janus.

What is timed, and against what, stands in each row. A word leaves the other parts out.
"""

import sys
from collections.abc import Callable, Mapping
from typing import Final

from bench import _rows, _stop_cold, _stop_edge, _stop_janus
from bench._rows import Row

PARTS: Final[Mapping[str, Callable[[], list[Row]]]] = {
    "edge": _stop_edge.rows,
    "cold": _stop_cold.rows,
    "janus": _stop_janus.rows,
}


def main(words: list[str]) -> int:
    asked = [word for word in words if word in PARTS] or list(PARTS)
    return _rows.finish("stop", [row for part in asked for row in PARTS[part]()], words)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
