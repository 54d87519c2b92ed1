"""A connection to PostgreSQL that gives up on a server that does not answer: for the store, the engine and the inbox.

The server's own time limits help where the server works. Where it hangs (a disk that stalls, a machine that is
suspended), its kernel still takes what we send, and only a limit on our side ends the wait.
"""

from typing import Any, Final, TypeVar

import psycopg
from psycopg import errors
from psycopg.abc import PQGen
from psycopg.conninfo import conninfo_to_dict

from pullcord.config import ConfigError

RV = TypeVar("RV")

CONNECT_WITHIN_SECONDS: Final = 3
STATEMENT_WITHIN_SECONDS: Final = 5.0
"""Nothing that a page or the record asks for takes a twentieth of it; what takes longer waits for somebody's lock."""
PATIENCE_SECONDS: Final = 6.0
"""After that the server hangs, and the connection is given up."""

SESSION: Final = {
    "statement_timeout": f"{STATEMENT_WITHIN_SECONDS:.0f}s",
    "idle_in_transaction_session_timeout": "30s",
    # A server whose default trades what was promised for speed is asked for the real thing.
    "synchronous_commit": "on",
    # If we are gone without a word, what we held is free again within half a minute.
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
}
KEEPALIVE: Final = {"keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 3, "tcp_user_timeout": 6000}


class Patient(psycopg.Connection[Any]):
    """Waits `patience_seconds` for each answer, and is closed when none has come."""

    patience_seconds: float = PATIENCE_SECONDS

    def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:
        try:
            return super().wait(gen, interval, self.patience_seconds if timeout is None else timeout)
        except errors._WaitTimeout:
            if timeout is not None:
                raise
            self.pgconn.finish()  # in the middle of an answer: nothing else can be asked over it
            raise errors.OperationalError("the server did not answer in time") from None


def means_of(address: str, **session: str) -> dict[str, Any]:
    """What to connect with; what the address says itself goes before ours. Raises ConfigError, without a word of it."""
    try:
        told = conninfo_to_dict(address)
    except psycopg.Error:
        raise ConfigError(
            "The address of the PostgreSQL database cannot be read."
            " Special signs in a password are written as % and two digits: @ is %40, / is %2F."
        ) from None
    options = " ".join(f"-c {name}={value}" for name, value in {**SESSION, **session}.items())
    ours = {"connect_timeout": CONNECT_WITHIN_SECONDS, "application_name": "pullcord", **KEEPALIVE}
    return {**ours, **told, "options": f"{options} {told.get('options') or ''}".strip()}


def connect(address: str, *, patience_seconds: float = PATIENCE_SECONDS, **session: str) -> Patient:
    """Raises psycopg.Error."""
    connection = Patient.connect(**means_of(address, **session), autocommit=True)
    connection.patience_seconds = patience_seconds
    return connection
