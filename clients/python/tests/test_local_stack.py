"""Against the local stack: the bundles that are deployed, and tokens of an identity provider that is not ours."""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import traceback
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from conftest import Stack, free_port

from token_broker import BrokerError, ClientSecret, Session


def test_gives_boto3_a_session_of_the_scope(stack: Stack) -> None:
    session = Session(scope="demo", broker=stack.url, proof=stack.token, intent="a test")
    frozen = boto3.Session(botocore_session=session.botocore_session()).get_credentials().get_frozen_credentials()
    assert frozen.access_key.startswith("ASIA")
    assert frozen.token
    assert session.client("s3").meta.region_name == "eu-central-1"
    assert session.client("s3")._request_signer._credentials is session.credentials


def test_gives_aiobotocore_a_session_of_the_scope(stack: Stack) -> None:
    session = Session(scope="demo", broker=stack.url, proof=stack.token)

    async def keys() -> set[str]:
        credentials = await session.aio_session().get_credentials()
        frozen = await asyncio.gather(*(credentials.get_frozen_credentials() for _ in range(20)))
        return {each.access_key for each in frozen}

    assert len(asyncio.run(keys())) == 1


def test_says_why_it_was_refused(stack: Stack) -> None:
    session = Session(scope="demo", broker=stack.url, proof=lambda: stack.token("web-feature"))
    with pytest.raises(BrokerError) as refused:
        session.credentials.get_frozen_credentials()
    assert (refused.value.reason, refused.value.status) == ("not_allowed", 403)
    assert refused.value.request_id and refused.value.request_id in str(refused.value)
    assert not refused.value.retryable


def test_gives_a_client_its_token_and_keeps_it(stack: Stack) -> None:
    bot = ClientSecret("demo-bot", "a-secret-for-demonstration")
    session = Session(scope="demo-reports", broker=stack.url, proof=bot)
    token = session.token()
    assert token.authorization.startswith("Bearer ey")
    assert session.token() is token
    assert asyncio.run(session.token_async()) is token


def test_an_agent_acts_for_somebody_and_says_why(stack: Stack) -> None:
    agent = ClientSecret("demo-agent", "another-secret-for-demonstration")
    session = Session(scope="demo-agent", broker=stack.url, proof=stack.token, actor=agent, intent="a test")
    payload = session.token().value.split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    assert (claims["sub"], claims["act"]) == ("demo:web-main", {"sub": "client:demo-agent"})
    alone = Session(scope="demo-agent", broker=stack.url, proof=stack.token, intent="a test")
    with pytest.raises(BrokerError, match="not_allowed"):
        alone.token()


def test_a_policy_narrows_and_one_that_cannot_is_refused(stack: Stack) -> None:
    def narrowed(*resources: str) -> Session:
        allow = {"Effect": "Allow", "Action": "s3:PutObject", "Resource": list(resources)}
        policy = {"Version": "2012-10-17", "Statement": [allow]}
        return Session(scope="demo", broker=stack.url, proof=stack.token, policy=policy)

    assert narrowed("arn:aws:s3:::acme-web/acme/web/today/*").fetch_credentials()["access_key"].startswith("ASIA")
    with pytest.raises(BrokerError, match="policy_too_large"):
        narrowed(*(f"arn:aws:s3:::acme-web/acme/web/{'x' * 60}/{number}" for number in range(100))).fetch_credentials()


def test_a_task_shows_who_it_is_by_a_signed_request(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    local = {"aws_access_key_id": "l", "aws_secret_access_key": "l", "region_name": "us-east-1"}
    sts = boto3.Session(**local).client("sts", endpoint_url=stack.sts)
    role = "arn:aws:iam::111122223333:role/demo-task"
    task = sts.assume_role(RoleArn=role, RoleSessionName="0123456789abcdef0123456789abcdef")["Credentials"]
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", task["AccessKeyId"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", task["SecretAccessKey"])
    monkeypatch.setenv("AWS_SESSION_TOKEN", task["SessionToken"])
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", stack.sts)
    credentials = Session(scope="demo-task", broker=stack.url, proof="aws-signed").fetch_credentials()
    assert credentials["account_id"] == "111122223333"


def test_says_that_a_scope_of_credentials_grants_no_token(stack: Stack) -> None:
    with pytest.raises(BrokerError, match="grants no access token"):
        Session(scope="demo", broker=stack.url, proof=stack.token).token()


def test_shows_a_wrong_secret_nowhere(stack: Stack, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    secret = "-".join("wrong secret".split())
    session = Session(scope="demo-reports", broker=stack.url, proof=ClientSecret("demo-bot", secret))
    with pytest.raises(BrokerError) as refused:
        session.token()
    assert refused.value.reason == "client_authentication_failed"
    told = "".join(traceback.format_exception(refused.type, refused.value, refused.tb))
    assert secret not in caplog.text + told + repr(session)


def test_reads_its_token_from_a_file_anew_each_time(stack: Stack, tmp_path: Path) -> None:
    file = tmp_path / "token"
    session = Session(scope="demo", broker=stack.url, proof=f"file:{file}")
    file.write_text(stack.token("web-feature"))
    with pytest.raises(BrokerError):
        session.fetch_credentials()
    file.write_text(stack.token() + "\n")
    assert session.fetch_credentials()["access_key"].startswith("ASIA")


@pytest.fixture
def own_stack() -> Iterator[Stack]:
    running = Stack(free_port())
    running.start()
    yield running
    running.stop()


def test_goes_on_when_the_broker_is_started_again(own_stack: Stack) -> None:
    session = Session(scope="demo", broker=own_stack.url, proof=own_stack.token, deadline=2)
    kept = session.credentials.get_frozen_credentials()
    own_stack.stop()
    # What is good is used; what has to be asked for says that nobody is there.
    assert session.credentials.get_frozen_credentials() == kept
    away = Session(scope="demo", broker=own_stack.url, proof=lambda: "e.y.J", deadline=0.5)
    with pytest.raises(BrokerError, match="cannot be reached") as unreachable:
        away.fetch_credentials()
    assert unreachable.value.retryable
    own_stack.start()
    assert session.fetch_credentials()["access_key"] != kept.access_key
