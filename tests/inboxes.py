"""An inbox on the store of the test: its file, and its PostgreSQL database."""

from collections.abc import Iterator
from typing import Any

import pytest

from pullcord.safe.inbox import Inbox, Row

NOW = 1_800_000_000.0


@pytest.fixture
def place(store: Any) -> str:
    return str(store)


@pytest.fixture
def inbox(place: str) -> Iterator[Inbox]:
    inbox = Inbox(place)
    yield inbox
    inbox.close()


def row(nonce: str | None, *, body: str = "[]", source: str = "here", received_at: float = NOW) -> Row:
    return Row("practice", source, nonce, NOW, received_at, body)
