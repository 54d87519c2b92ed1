"""What every route of the fast door has at hand."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from pullcord.edge.ears import Ears
from pullcord.edge.failures import Failures
from pullcord.jobs.desk import Desk


class Edge(NamedTuple):
    desk: Desk
    stops: ThreadPoolExecutor
    failures: Failures
    trouble: Callable[[], str | None]
    """The sentence of the red banner; None = all is well."""
    ears: Ears
