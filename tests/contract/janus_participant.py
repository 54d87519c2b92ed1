"""A participant of a Janus room at signalling level: joins as a publisher over WebSocket, and never sends media."""

import json
import time
from contextlib import ExitStack
from itertools import count
from typing import Any

from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.sync.client import connect

from tests.contract.ground import Away, Refused

PLUGIN = "janus.plugin.videoroom"


class Participant:
    """One connection, one session, one handle."""

    def __init__(self, address: str) -> None:
        self._stack = ExitStack()
        client = connect(address, subprotocols=["janus-protocol"], proxy=None, close_timeout=1)  # type: ignore[list-item]
        self._line = self._stack.enter_context(client)
        self._numbers = count(1)
        self._out = False
        self._at: dict[str, object] = {}
        self._at["session_id"] = self.ask(janus="create")["data"]["id"]
        self._at["handle_id"] = self.ask(janus="attach", plugin=PLUGIN)["data"]["id"]

    def ask(self, **body: object) -> dict[str, Any]:
        """Send, and wait for the answer of the same transaction; an `ack` only says that one will come."""
        transaction = str(next(self._numbers))
        self._line.send(json.dumps({**body, **self._at, "transaction": transaction}))
        while True:
            told = self._hear(within_seconds=5)
            if told.get("transaction") == transaction and told["janus"] != "ack":
                return told

    def say(self, **body: object) -> dict[str, Any]:
        """One request to the VideoRoom, as a client may make it. Raises Refused."""
        said: dict[str, Any] = self.ask(janus="message", body=body)["plugindata"]["data"]
        if "error" in said:
            raise Refused(said["error"])
        return said

    def is_out(self, *, within_seconds: float) -> bool:
        until = time.monotonic() + within_seconds
        while not self._out and time.monotonic() < until:
            try:
                self._hear(within_seconds=until - time.monotonic())
            except TimeoutError:
                break
            except ConnectionClosed:
                self._out = True
        return self._out

    def leave(self) -> None:
        self._stack.close()

    def _hear(self, *, within_seconds: float) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self._line.recv(max(0.0, within_seconds)))
        data = told.get("plugindata", {}).get("data", {})
        self._out = self._out or data.get("videoroom") == "destroyed" or data.get("leaving") == "ok"
        return told


def join(address: str, room: str | int, token: str, *, name: str, number: str | None = None) -> Participant:
    """Come in with an invitation, telling its public number in the id, as a page of ours does. Raises Refused, Away.

    Where people are numbered as rooms are, Janus gives the id, and the page says the number in its metadata.
    """
    try:
        return _join(Participant(address), room, token, name=name, number=number)
    except (OSError, EOFError, WebSocketException) as error:
        raise Away(str(error)) from error


def _join(participant: Participant, room: str | int, token: str, *, name: str, number: str | None) -> Participant:
    told: dict[str, object] = {}
    if number:
        in_words = isinstance(room, str)
        told = {"id": f"{number}.{id(participant):x}"} if in_words else {"metadata": {"invite": number}}
    try:
        participant.say(request="join", room=room, ptype="publisher", token=token, display=name, **told)
    except Refused:
        participant.leave()
        raise
    return participant
