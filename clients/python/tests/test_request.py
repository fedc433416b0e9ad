"""What is sent to the broker, and what is never sent anywhere."""

from __future__ import annotations

import base64
import json
import logging
from pathlib import Path
from typing import Any

import pytest
from conftest import Scripted, issued

from token_broker import BrokerError, ClientSecret, ProofError, Session

JWT = "urn:ietf:params:oauth:token-type:jwt"


def ask(broker: Scripted, **options: Any) -> dict[str, str]:
    Session(scope="reports", broker=broker.url, **{"proof": lambda: "e.y.J", **options}).fetch_credentials()
    return broker.asked[-1].form


def test_sends_the_proof_in_the_form_of_a_post(scripted: Scripted) -> None:
    assert ask(scripted) == {"subject_token": "e.y.J", "subject_token_type": JWT}
    assert (scripted.asked[0].method, scripted.asked[0].path) == ("POST", "/v1/credentials/reports")
    assert "authorization" not in scripted.asked[0].headers


def test_sends_intent_and_duration(scripted: Scripted) -> None:
    form = ask(scripted, intent="monthly report", duration=1800)
    assert (form["intent"], form["duration"]) == ("monthly report", "1800")


def test_sends_a_policy_that_narrows(scripted: Scripted) -> None:
    policy = {"Version": "2012-10-17", "Statement": []}
    assert json.loads(ask(scripted, policy=policy)["policy"]) == policy


def test_sends_parameters_as_authorization_details(scripted: Scripted) -> None:
    policy = {"Version": "2012-10-17", "Statement": []}
    form = ask(scripted, parameters={"bucket": "reports"}, policy=policy)
    assert "policy" not in form
    detail = {"type": "token_broker", "parameters": {"bucket": "reports"}, "policy": policy}
    assert json.loads(form["authorization_details"]) == [detail]


def test_sends_an_actors_token_beside_the_subjects(scripted: Scripted) -> None:
    form = ask(scripted, actor=lambda: "a.c.t")
    assert (form["actor_token"], form["actor_token_type"], form["subject_token"]) == ("a.c.t", JWT, "e.y.J")


def test_sends_a_client_that_acts_as_basic_form_encoded(scripted: Scripted) -> None:
    form = ask(scripted, actor=ClientSecret("agent", "a b%+"))
    assert form["subject_token"] == "e.y.J"
    header = scripted.asked[0].headers["authorization"]
    assert base64.b64decode(header.split(" ")[1]) == b"agent:a+b%25%2B"


def test_a_client_of_its_own_sends_no_other_proof(scripted: Scripted) -> None:
    assert ask(scripted, proof=ClientSecret("bot", lambda: "secret")) == {}
    assert scripted.asked[0].headers["authorization"].startswith("Basic ")


def test_a_client_of_its_own_has_no_actor(scripted: Scripted) -> None:
    with pytest.raises(ValueError, match="actor"):
        ask(scripted, proof=ClientSecret("bot", "secret"), actor=lambda: "a.c.t")


def test_takes_its_settings_from_the_environment(scripted: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN_BROKER_URL", scripted.url + "/")
    monkeypatch.setenv("TOKEN_BROKER_SCOPE", "reports")
    monkeypatch.setenv("TOKEN_BROKER_PROOF", "env:MY_TOKEN")
    monkeypatch.setenv("MY_TOKEN", "e.n.v")
    Session().fetch_credentials()
    assert (scripted.asked[0].path, scripted.asked[0].form["subject_token"]) == ("/v1/credentials/reports", "e.n.v")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"broker": "http://broker.example.com"}, "https"),
        ({"broker": "broker.example.com"}, "https"),
        ({"broker": "https://user:pw@broker.example.com"}, "password"),
        ({"broker": "https://broker.example.com/sts"}, "origin"),
        ({"scope": "../healthz"}, "scope"),
        ({"scope": ""}, "scope"),
        ({"intent": "x" * 257}, "intent"),
        ({"proof": "githup"}, "github"),
        ({"proof": "file:"}, "no proof"),
        ({"proof": "github:x"}, "no proof"),
        ({"actor": "nobody"}, "no proof"),
    ],
)
def test_refuses_at_once_what_can_be_no_request(options: dict[str, Any], told: str) -> None:
    valid = {"broker": "https://broker.example.com", "scope": "reports", "proof": "github"}
    with pytest.raises(ValueError, match=told):
        Session(**{**valid, **options})


def test_follows_no_redirect(scripted: Scripted) -> None:
    scripted.answer = lambda _: (307, {}, {"location": f"{scripted.url}/elsewhere"})
    with pytest.raises(BrokerError, match="redirect"):
        ask(scripted)
    assert len(scripted.asked) == 1


def test_a_proxy_never_hears_what_is_sent_to_this_machine(
    scripted: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert ask(scripted)["subject_token"] == "e.y.J"


@pytest.mark.parametrize(
    "body", [b"<html>", b"[]", b'{"AccessKeyId":"A"}', b"x" * 300_000, json.dumps({**issued()[1], "Expiration": 7}).encode()]
)
def test_an_answer_that_is_no_credential_document_is_told(scripted: Scripted, body: bytes) -> None:
    scripted.answer = lambda _: (200, body, {})
    with pytest.raises(BrokerError):
        ask(scripted)
    assert len(scripted.asked) == 1


def test_what_waits_for_consent_names_the_page_of_the_approver(scripted: Scripted) -> None:
    waiting = {"error": "authorization_pending", "reason": "authorization_pending", "approval_uri": "https://b/approvals/1"}
    scripted.answer = lambda _: (403, {**waiting, "approval_id": "1"}, {})
    with pytest.raises(BrokerError) as pending:
        ask(scripted)
    assert (pending.value.approval_uri, pending.value.approval_id) == ("https://b/approvals/1", "1")


def test_no_secret_is_logged_or_shown(scripted: Scripted, caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    caplog.set_level(logging.DEBUG)
    session = Session(scope="reports", broker=scripted.url, proof=lambda: "p-r-o-o-f", actor=ClientSecret("a", "c-l-i"))
    session.credentials.get_frozen_credentials()
    shown = caplog.text + repr(session) + repr(session.credentials) + repr(ClientSecret("a", "c-l-i"))
    for secret in ("p-r-o-o-f", "c-l-i", "s-e-c-r-e-t", "t-o-k-e-n"):
        assert secret not in shown


def test_a_token_says_nothing_of_itself(scripted: Scripted) -> None:
    scripted.answer = lambda _: (200, {"access_token": "t-o-k-e-n", "token_type": "Bearer", "expires_in": 600}, {})
    session = Session(scope="api", broker=scripted.url, proof=lambda: "e.y.J", parameters={"team": "data"})
    token = session.token()
    assert "t-o-k-e-n" not in repr(token) + str(token)
    form = scripted.asked[0].form
    assert (form["grant_type"], form["scope"]) == ("urn:ietf:params:oauth:grant-type:token-exchange", "api")
    assert scripted.asked[0].path == "/oauth2/token"


def test_a_token_that_is_about_to_end_is_asked_for_anew(scripted: Scripted) -> None:
    scripted.answer = lambda _: (200, {"access_token": "t", "token_type": "Bearer", "expires_in": 0}, {})
    session = Session(scope="api", broker=scripted.url, proof=lambda: "e.y.J")
    session.token()
    session.token()
    assert len(scripted.asked) == 2


@pytest.mark.parametrize("text", ["", " \n", "two words", "t\u00f6ken"])
def test_a_file_without_a_token_is_told_and_nobody_is_asked(scripted: Scripted, tmp_path: Path, text: str) -> None:
    (tmp_path / "token").write_text(text)
    with pytest.raises(ProofError):
        ask(scripted, proof=f"file:{tmp_path / 'token'}")
    assert scripted.asked == []
