"""A passkey in software: it answers a page's question as a browser and its device would."""

import hashlib
import json
import os
import re
from typing import Any

from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from django.test import Client
from fido2.cose import ES256
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import (
    Aaguid,
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

from pullcord.jobs.desk import Desk
from pullcord.store.models import User

FLAG = AuthenticatorData.FLAG
LOGIN, ADD = "/accounts/login/passkey/", "/accounts/steps/passkey/"


class Key:
    """Of one device, for the site of this host name. `is_asked`: whether it wants a finger, a face or a PIN first."""

    def __init__(self, host: str, *, is_asked: bool = True) -> None:
        self.host, self.id = host, os.urandom(16)
        self.user = ""
        self._private = ec.generate_private_key(ec.SECP256R1())
        self._flags = FLAG.UP | FLAG.UV if is_asked else FLAG.UP

    def make(self, question: dict[str, Any]) -> str:
        """What the page of setting up posts."""
        asked = question["publicKey"]
        self.user = asked["user"]["id"]
        public = AttestedCredentialData.create(
            Aaguid.NONE, self.id, ES256.from_cryptography_key(self._private.public_key())
        )
        data = AuthenticatorData.create(self._rp, self._flags | FLAG.AT, 0, public)
        told = {
            "clientDataJSON": self._client("webauthn.create", asked["challenge"]),
            "attestationObject": websafe_encode(AttestationObject.create("none", data, {})),
        }
        return self._said(told)

    def show(self, question: dict[str, Any]) -> str:
        """What a page of signing in posts."""
        told = self._client("webauthn.get", question["publicKey"]["challenge"])
        data = AuthenticatorData.create(self._rp, self._flags, 0)
        signed = self._private.sign(data + hashlib.sha256(websafe_decode(told)).digest(), ec.ECDSA(SHA256()))
        parts = {"clientDataJSON": told, "authenticatorData": websafe_encode(data), "userHandle": self.user}
        return self._said({**parts, "signature": websafe_encode(signed)})

    @property
    def _rp(self) -> bytes:
        return hashlib.sha256(self.host.encode()).digest()

    def _client(self, kind: str, challenge: str) -> str:
        return websafe_encode(CollectedClientData.create(kind, challenge, f"https://{self.host}"))

    def _said(self, response: dict[str, str]) -> str:
        mine = websafe_encode(self.id)
        return json.dumps({"id": mine, "rawId": mine, "type": "public-key", "response": response})


def question_in(page: Any) -> dict[str, Any]:
    """What the page asks the device."""
    found = re.search(r'<script id="passkey-question" type="application/json">(.+?)</script>', page.content.decode())
    assert found
    told: dict[str, Any] = json.loads(found[1])
    return told


def set_up(client: Client, key: Key, name: str = "") -> Any:
    return client.post(ADD, {"credential": key.make(question_in(client.get(ADD))), "name": name})


def sign_in(client: Client, key: Key, **told: str) -> Any:
    return client.post(LOGIN, {"credential": key.show(client.post(LOGIN).json()), **told})


def with_passkey(desk: Desk, user: User, key: Key, name: str = "Passkey") -> Authenticator:
    """One, as if it had been set up."""
    question = {
        "publicKey": {"challenge": websafe_encode(b"anything"), "user": {"id": websafe_encode(str(user.pk).encode())}}
    }
    data = {"name": name, "credential": json.loads(key.make(question))}
    return Authenticator.objects.create(user=user, type=Authenticator.Type.WEBAUTHN, data=data)
