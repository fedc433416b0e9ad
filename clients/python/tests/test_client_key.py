"""A client by its private key, against what RFC 7523 says of its assertion, and a login as the command line keeps it."""

from __future__ import annotations

import hashlib
import json
import sys
import time
from pathlib import Path
from typing import Any

import jwt
import pytest
from conftest import Answer, Request, Scripted, issued
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from token_broker import BrokerError, ClientKey, ProofError, Session
from token_broker.proofs import asked_by, detected, source_of

TOKEN = (200, {"access_token": "b.r.k", "token_type": "Bearer", "expires_in": 3600}, {})


def pem_of(key: Any) -> str:
    return str(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode())


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [
        (rsa.generate_private_key(65537, 2048), "RS256"),
        (ec.generate_private_key(ec.SECP256R1()), "ES256"),
        (ec.generate_private_key(ec.SECP384R1()), "ES384"),
        (ed25519.Ed25519PrivateKey.generate(), "EdDSA"),
    ],
)
def test_an_assertion_is_the_clients_own_for_this_broker_and_a_minute(
    scripted: Scripted, key: Any, algorithm: str
) -> None:
    scripted.answer = lambda _: TOKEN
    Session(scope="reports", broker=scripted.url, proof=ClientKey("bot", pem_of(key))).token()
    (request,) = scripted.asked
    form = request.form
    assert (form["grant_type"], form["scope"], form["client_id"]) == ("client_credentials", "reports", "bot")
    assert form["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    assert "authorization" not in request.headers
    shown = form["client_assertion"]
    claims = jwt.decode(shown, key.public_key(), algorithms=[algorithm], audience=scripted.url, issuer="bot")
    assert (claims["sub"], claims["exp"] - claims["iat"], jwt.get_unverified_header(shown)["alg"]) == (
        "bot",
        60,
        algorithm,
    )


@pytest.fixture
def pem() -> str:
    return pem_of(ec.generate_private_key(ec.SECP256R1()))


def test_each_attempt_has_an_assertion_of_its_own(scripted: Scripted, pem: str) -> None:
    scripted.answer = lambda _: TOKEN if len(scripted.asked) == 3 else (503, {"reason": "ledger_unavailable"}, {})
    Session(scope="reports", broker=scripted.url, proof=ClientKey("bot", pem)).token()
    ids = [jwt.decode(each.form["client_assertion"], options={"verify_signature": False})["jti"] for each in scripted.asked]
    assert len(set(ids)) == 3


def test_as_the_actor_it_gets_aws_credentials_in_an_exchange(scripted: Scripted, pem: str) -> None:
    _, document, _ = issued()
    kind = "urn:token-broker:token-type:aws-credentials"
    scripted.answer = lambda _: (200, {"access_token": json.dumps(document), "issued_token_type": kind}, {})
    session = Session(scope="reports", broker=scripted.url, proof=lambda: "e.y.J", actor=ClientKey("bot", pem))
    assert session.credentials.get_frozen_credentials().access_key == "ASIAEXAMPLE"
    (asked,) = scripted.asked
    assert (asked.path, asked.form["subject_token"], asked.form["client_id"]) == ("/oauth2/token", "e.y.J", "bot")
    scripted.answer = lambda _: TOKEN
    with pytest.raises(BrokerError, match="grants no AWS session"):
        session.fetch_credentials()


def test_for_aws_credentials_it_brings_a_token_for_the_broker_itself(scripted: Scripted, pem: str) -> None:
    def answer(request: Request) -> Answer:
        return TOKEN if request.path == "/oauth2/token" else issued()

    scripted.answer = answer
    session = Session(scope="read-reports", broker=scripted.url, proof=ClientKey("bot", pem, scope="self"))
    assert session.credentials.get_frozen_credentials().access_key == "ASIAEXAMPLE"
    token, credentials = scripted.asked
    assert (token.form["resource"], token.form["scope"]) == (scripted.url, "self")
    assert credentials.path == "/v1/credentials/read-reports"
    assert credentials.form["subject_token"] == "b.r.k"
    assert credentials.form["subject_token_type"] == "urn:ietf:params:oauth:token-type:access_token"
    assert "client_assertion" not in credentials.form


def test_the_environment_names_the_key_as_for_the_command_line(
    scripted: Scripted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pem: str
) -> None:
    file = tmp_path / "key.pem"
    file.write_text(pem)
    file.chmod(0o600)
    monkeypatch.setenv("TOKEN_BROKER_CLIENT_KEY_FILE", str(file))
    monkeypatch.setenv("TOKEN_BROKER_CLIENT_SCOPE", "self")
    asked = asked_by(scripted.url)
    assert source_of("client:bot")(asked) == ClientKey("bot", pem, "self")
    file.chmod(0o644)
    with pytest.raises(ProofError, match="chmod 600"):
        source_of("client:bot")(asked)
    monkeypatch.setenv("TOKEN_BROKER_CLIENT_SECRET", "s")
    with pytest.raises(ProofError, match="unset the others"):
        source_of("client:bot")(asked)


@pytest.mark.parametrize("text", ["", "no key", "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n"])
def test_a_key_that_is_none_is_told_and_not_shown(scripted: Scripted, text: str) -> None:
    session = Session(scope="reports", broker=scripted.url, proof=ClientKey("bot", text))
    with pytest.raises(ProofError, match="PKCS#8") as refused:
        session.token()
    assert "c2VjcmV0" not in str(refused.value) + repr(session._proof(asked_by(scripted.url)))
    assert scripted.asked == []


def test_a_key_of_a_kind_that_the_broker_does_not_take_is_told(scripted: Scripted) -> None:
    other = pem_of(ec.generate_private_key(ec.SECP521R1()))
    with pytest.raises(ProofError, match="P-256"):
        Session(scope="reports", broker=scripted.url, proof=ClientKey("bot", other)).token()


def test_without_the_package_it_says_which(scripted: Scripted, pem: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.serialization", None)
    with pytest.raises(ProofError, match=r"token-broker\[keys\]"):
        Session(scope="reports", broker=scripted.url, proof=ClientKey("bot", pem)).token()


ISSUER = "https://broker.example.com:8443"


@pytest.fixture
def login(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the command line keeps one (bin/caller/login-store.ts)."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    folder = tmp_path / "state" / "token-broker" / "logins"
    folder.mkdir(parents=True, mode=0o700)
    folder.chmod(0o700)
    path = folder / f"{hashlib.sha256(ISSUER.encode()).hexdigest()[:32]}.json"
    path.write_text(json.dumps({"broker": ISSUER, "token": "l.o.g", "expires": int(time.time()) + 600}))
    path.chmod(0o600)
    return path


def test_a_login_of_the_command_line_is_a_proof(login: Path) -> None:
    proof = source_of("login")(asked_by(ISSUER))
    assert (proof.value, proof.type) == ("l.o.g", "urn:ietf:params:oauth:token-type:access_token")
    assert detected({}, ISSUER) == "login"
    assert detected({}, "https://other.example.com") != "login"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda path: path.chmod(0o644), "chmod 600"),
        (lambda path: path.parent.chmod(0o755), "chmod 700"),
        (lambda path: path.unlink(), "nobody has logged in"),
        (lambda path: path.write_text("{"), "nobody has logged in"),
        (lambda path: path.write_text(path.read_text().replace("broker.example", "other.example")), "nobody has logged in"),
        (lambda path: path.write_text(json.dumps({"broker": ISSUER, "token": "l.o.g", "expires": 1})), "has ended"),
    ],
)
def test_a_login_that_is_not_as_it_should_be_is_refused_with_what_to_do(login: Path, change: Any, said: str) -> None:
    change(login)
    with pytest.raises(ProofError, match=said):
        source_of("login")(asked_by(ISSUER))
