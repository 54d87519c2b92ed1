"""`pullcord`, with the platform that keeps nobody out beside the others: `python -m tests.fakes.with_guarded serve`."""

import sys

from pullcord import cli
from tests.fakes import guarded

if __name__ == "__main__":
    with guarded.known():
        sys.exit(cli.main())
