"""Each proof against the shape that its provider documents."""

from __future__ import annotations

import base64
import json
import os
import sys
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from conftest import Answer, Request, Scripted, issued

from token_broker import ClientSecret, ProofError, Session
from token_broker.proofs import asked_by, detected, source_of

ASKED = asked_by("https://broker.example.com:8443")


def test_github_is_asked_for_a_token_of_the_brokers_audience(
    scripted: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    scripted.answer = lambda _: (200, {"count": 1, "value": "g.h.t"}, {})
    monkeypatch.setenv("ACTIONS_ID_TOKEN_REQUEST_URL", f"{scripted.url}/token?api-version=2.0")
    monkeypatch.setenv("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "job")
    assert source_of("github")(ASKED).value == "g.h.t"
    (request,) = scripted.asked
    query = parse_qs(urlsplit(request.path).query)
    assert query == {"api-version": ["2.0"], "audience": ["https://broker.example.com:8443"]}
    assert (request.method, request.headers["authorization"]) == ("GET", "bearer job")


def test_a_job_without_the_permission_is_told_which() -> None:
    with pytest.raises(ProofError, match="id-token: write"):
        source_of("github")(ASKED)


def test_gitlab_and_the_environment_are_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BROKER_TOKEN", "g.l.t")
    assert source_of("gitlab:BROKER_TOKEN")(ASKED).value == "g.l.t"
    assert source_of("env:BROKER_TOKEN")(ASKED).value == "g.l.t"
    with pytest.raises(ProofError, match="OTHER"):
        source_of("env:OTHER")(ASKED)


def test_kubernetes_is_the_file_that_the_kubelet_keeps(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("k.8.s")
    assert source_of(f"kubernetes:{tmp_path / 'token'}")(ASKED).value == "k.8.s"


def test_a_command_is_split_into_words_without_a_shell() -> None:
    assert source_of(f"exec:{sys.executable} -c 'print(\"c.m.d\")'")(ASKED).value == "c.m.d"
    with pytest.raises(ProofError, match="ended with 3"):
        source_of(f"exec:{sys.executable} -c 'import sys; print(\"c.m.d\"); sys.exit(3)'")(ASKED)
    with pytest.raises(ProofError, match="did not run"):
        source_of("exec:/nothing/there; echo a.b.c")(ASKED)


def test_a_client_has_its_secret_from_a_file_that_others_cannot_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scripted: Scripted
) -> None:
    secret = tmp_path / "secret"
    secret.write_text("a-secret-of-the-bot\n")
    monkeypatch.setenv("TOKEN_BROKER_CLIENT_SECRET_FILE", str(secret))
    secret.chmod(0o644)
    with pytest.raises(ProofError, match="chmod 600"):
        source_of("client:bot")(ASKED)
    secret.chmod(0o600)
    assert source_of("client:bot")(ASKED) == ClientSecret("bot", "a-secret-of-the-bot")


def test_a_client_without_a_secret_is_told_where_to_put_it() -> None:
    with pytest.raises(ProofError, match="TOKEN_BROKER_CLIENT_SECRET_FILE"):
        source_of("client:bot")(ASKED)


AWS = {"AWS_ACCESS_KEY_ID": "ASIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "s", "AWS_SESSION_TOKEN": "t"}


def test_a_signed_request_names_the_broker_under_its_signature(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in AWS.items():
        monkeypatch.setenv(name, value)
    proof = source_of("aws-signed")(ASKED)
    signed = json.loads(base64.urlsafe_b64decode(proof.value))
    assert sorted(signed) == ["body", "headers", "url"]
    assert signed["url"] == "https://sts.eu-central-1.amazonaws.com/"
    assert signed["headers"]["X-Broker-Server-Id"] == "broker.example.com:8443"
    assert "x-broker-server-id" in signed["headers"]["Authorization"]
    assert proof.type == "urn:token-broker:token-type:aws-iam"


def test_a_signed_request_needs_credentials() -> None:
    with pytest.raises(ProofError, match="no AWS credentials"):
        source_of("aws-signed")(ASKED)


def test_aws_is_asked_for_a_token_of_the_brokers_audience(scripted: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    xml = b"<GetWebIdentityTokenResponse><GetWebIdentityTokenResult><WebIdentityToken>a.w.s</WebIdentityToken>"
    xml += b"</GetWebIdentityTokenResult></GetWebIdentityTokenResponse>"
    scripted.answer = lambda _: (200, xml, {"content-type": "text/xml"})
    for name, value in {**AWS, "AWS_ENDPOINT_URL_STS": scripted.url}.items():
        monkeypatch.setenv(name, value)
    assert source_of("aws-token")(ASKED).value == "a.w.s"
    assert scripted.asked[0].form["Action"] == "GetWebIdentityToken"
    assert scripted.asked[0].form["Audience.member.1"] == "https://broker.example.com:8443"


@pytest.mark.parametrize(
    ("env", "proof"),
    [
        ({"ACTIONS_ID_TOKEN_REQUEST_URL": "u", "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "t"}, "github"),
        ({"ACTIONS_ID_TOKEN_REQUEST_URL": "u"}, "aws-token"),
        ({"AWS_WEB_IDENTITY_TOKEN_FILE": "/t", "TOKEN_BROKER_CLIENT": "bot"}, "file:/t"),
        ({"TOKEN_BROKER_CLIENT": "bot"}, "client:bot"),
        ({}, "aws-token"),
    ],
)
def test_auto_takes_the_first_that_the_environment_offers(env: dict[str, str], proof: str) -> None:
    assert detected(env, ASKED.issuer) == proof


def test_github_may_be_down_for_a_moment(scripted: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(request: Request) -> Answer:
        if request.method == "POST":
            return issued()
        return (502, {}, {}) if len(scripted.asked) == 1 else (200, {"value": "g.h.t"}, {})

    scripted.answer = answer
    monkeypatch.setenv("ACTIONS_ID_TOKEN_REQUEST_URL", f"{scripted.url}/token")
    monkeypatch.setenv("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "job")
    Session(scope="reports", broker=scripted.url, proof="github").fetch_credentials()
    assert [request.method for request in scripted.asked] == ["GET", "GET", "POST"]
    assert scripted.asked[1].path == f"/token?audience={scripted.url.replace(':', '%3A').replace('/', '%2F')}"


def test_nothing_is_read_or_asked_before_it_is_needed() -> None:
    for name in ("github", "file:/nothing", "aws-token", "client:bot", "auto"):
        source_of(name)
    assert "ACTIONS_ID_TOKEN_REQUEST_URL" not in os.environ
