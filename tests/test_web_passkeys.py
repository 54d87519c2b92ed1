"""Passkeys: set up, listed, named, taken away, and signed in with. What a device says is checked, whoever says it."""

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from pullcord.jobs.desk import Desk, put
from pullcord.store import organisations
from pullcord.store.models import Membership, User
from pullcord.web.factors import can_have_passkeys, has_second_factor
from tests.pages import signed_in, text_of
from tests.passkeys import ADD, LOGIN, Key, question_in, set_up, sign_in, with_passkey

HOST = "testserver"
STEPS, RECOVERY, CODE = "/accounts/steps/", "/accounts/steps/recovery/", "/accounts/steps/code/"

HALF = '{"id": "AA", "rawId": "AA", "type": "public-key", "response": {"clientDataJSON": "e30", "authenticatorData": "AA"}}'
HALF_MADE = """{"id": "AA", "rawId": "AA", "type": "public-key",
"response": {"clientDataJSON": "e30", "attestationObject": "omNmbXRk"}}"""


@pytest.fixture(autouse=True)
def over_tls(desk: Desk) -> None:
    """Nowhere else does a browser make one."""
    put(desk._replace(config=desk.config._replace(address=f"https://{HOST}")))


@pytest.fixture
def client(owner: User) -> Client:
    """Signed in just now, by a password alone."""
    client = Client(raise_request_exception=False)
    client.post("/accounts/login/", {"login": "anna", "password": "a long password"})
    return client


def test_a_passkey_is_the_second_step_and_brings_recovery_codes(client: Client, owner: User):
    assert client.get("/").headers["Location"] == STEPS
    assert set_up(client, Key(HOST)).headers["Location"] == RECOVERY
    assert has_second_factor(owner)
    assert "shown once" in text_of(client.get(RECOVERY))
    assert client.get("/").status_code == 200


def test_it_alone_signs_in_and_leads_where_one_wanted_to_go(client: Client, owner: User):
    key = Key(HOST)
    set_up(client, key)
    new = signed_in(None)
    assert sign_in(new, key, next="/people").headers["Location"] == "/people"
    assert new.get("/people").status_code == 200
    assert sign_in(signed_in(None), key, next="https://evil.example/").headers["Location"] == "/"


def test_beside_a_password_it_is_asked_for_too(client: Client, owner: User):
    key = Key(HOST)
    set_up(client, key)
    new = Client(raise_request_exception=False)
    told = {"login": "anna", "password": "a long password"}
    assert new.post("/accounts/login/", told).headers["Location"].startswith(CODE)
    assert new.get("/").status_code == 302
    new.post(CODE, {"credential": key.show(question_in(new.get(CODE)))})
    assert new.get("/").status_code == 200


@pytest.mark.parametrize("wrong", ["another site's", "a device that asked nothing", "a stranger's"])
def test_what_a_wrong_device_says_opens_nothing(desk: Desk, owner: User, wrong: str):
    right = Key(HOST)
    with_passkey(desk, owner, right)
    key = right
    if wrong == "another site's":
        right.host = "evil.example"
    elif wrong == "a device that asked nothing":
        right._flags = right._flags & ~right._flags.UV
    else:
        key = Key(HOST)
        key.user, key.id = right.user, right.id
    client = signed_in(None)
    answer = sign_in(client, key)
    assert answer.headers["Location"].startswith("/accounts/login/")
    assert "opens nothing here" in text_of(client.get("/accounts/login/"))
    assert client.get("/").status_code == 302


def test_an_answer_works_once_and_for_its_own_question_only(desk: Desk, owner: User):
    key = Key(HOST)
    with_passkey(desk, owner, key)
    thief, client = signed_in(None), signed_in(None)
    told = {"credential": key.show(client.post(LOGIN).json())}
    thief.post(LOGIN)
    thief.post(LOGIN, told)
    assert thief.get("/").status_code == 302
    client.post(LOGIN, told)
    assert client.get("/").status_code == 200
    client.post("/accounts/logout/")
    client.post(LOGIN, told)
    assert client.get("/").status_code == 302


@pytest.mark.parametrize(
    "told", ["", "{", "[]", "{}", '{"id": 7}', '{"response": {"userHandle": 5}}', "null", "3", HALF, HALF_MADE]
)
def test_nonsense_for_an_answer_is_refused_kindly(owner: User, told: str):
    client = signed_in(None)
    client.post(LOGIN)
    assert client.post(LOGIN, {"credential": told}).status_code in (200, 302)
    assert client.get("/").status_code == 302
    own = signed_in(owner)
    own.get(ADD)
    assert own.post(ADD, {"credential": told}).status_code == 200
    assert not Authenticator.objects.filter(type=Authenticator.Type.WEBAUTHN).exists()


def test_they_are_listed_named_and_taken_away(desk: Desk, owner: User):
    one = with_passkey(desk, owner, Key(HOST), "Old phone")
    client = signed_in(owner)
    assert "Old phone" in text_of(client.get(STEPS))
    client.post(f"{ADD}{one.pk}/name/", {"name": "Kitchen tablet"})
    assert "Kitchen tablet" in text_of(client.get(STEPS))
    assert "Kitchen tablet" in text_of(client.get(f"{ADD}{one.pk}/remove/"))
    client.post(f"{ADD}{one.pk}/remove/")
    assert "Kitchen tablet" not in text_of(client.get(STEPS))
    assert has_second_factor(owner), "the code app stays"


def test_the_last_one_taken_away_leads_an_owner_back_to_the_set_up_page(client: Client, owner: User):
    key = Key(HOST)
    set_up(client, key)
    one = Authenticator.objects.get(type=Authenticator.Type.WEBAUTHN)
    client.post(f"{ADD}{one.pk}/remove/")
    assert not Authenticator.objects.exists(), "recovery codes alone are no second step"
    assert client.get("/").headers["Location"] == STEPS
    assert sign_in(signed_in(None), key).headers["Location"].startswith("/accounts/login/")


def test_a_host_may_have_one_and_need_not(owner: User):
    Membership.objects.filter(user=owner).update(role="host")
    assert organisations.roles_of(owner) == {"host"}
    client = Client(raise_request_exception=False)
    client.post("/accounts/login/", {"login": "anna", "password": "a long password"})
    assert client.get("/").status_code == 200
    assert "Set up a passkey" in text_of(client.get(STEPS))
    set_up(client, Key(HOST), "Phone")
    assert "Phone" in text_of(client.get(STEPS))


def test_looking_at_the_page_of_signing_in_opens_no_session(store):
    client = signed_in(None)
    page = client.get("/accounts/login/").content.decode()
    assert "sessionid" not in client.cookies
    assert 'data-passkey="show" hidden' in page, "without scripts it is not there"
    client.get(LOGIN)
    assert "sessionid" not in client.cookies


@pytest.mark.parametrize(
    ("address", "can"),
    [
        ("https://meetings.example", True),
        ("http://localhost:8000", True),
        ("http://meetings.example", False),
        ("https://192.0.2.7", False),
        ("http://[::1]:8000", False),
    ],
)
def test_they_are_offered_only_where_browsers_make_them(desk: Desk, owner: User, address: str, can: bool):
    config = desk.config._replace(address=address)
    assert can_have_passkeys(config) == can
    put(desk._replace(config=config))
    assert ("passkey" in text_of(signed_in(owner).get(STEPS))) == can
