"""A signed sts:GetCallerIdentity request as a proof (docs/aws-iam-proofs.md): it shows who signs, and gives no key away."""

from __future__ import annotations

import base64
import json
import os
from urllib.parse import urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.session import Session

from token_broker.errors import ProofError
from token_broker.transport import is_loopback

BODY = "Action=GetCallerIdentity&Version=2011-06-15"


def caller_identity(server_id: str) -> str:
    """base64url of the request, for the broker of this name, for the next five minutes. ProofError: no credentials."""
    session = Session()
    credentials = session.get_credentials()
    if credentials is None:
        raise ProofError("no AWS credentials are at hand to sign with")
    region = session.get_config_variable("region") or "us-east-1"
    request = AWSRequest(
        method="POST",
        url=_endpoint(region),
        data=BODY,
        headers={
            "Content-Type": "application/x-www-form-urlencoded; charset=utf-8",
            "X-Broker-Server-Id": server_id,
        },
    )
    SigV4Auth(credentials.get_frozen_credentials(), "sts", region).add_auth(request)
    signed = {"url": request.url, "body": BODY, "headers": dict(request.headers.items())}
    return base64.urlsafe_b64encode(json.dumps(signed).encode()).decode()


def _endpoint(region: str) -> str:
    """AWS STS of the Region, or the one of a local stack where the SDK's own setting names it."""
    given = os.environ.get("AWS_ENDPOINT_URL_STS") or ""
    if is_loopback(urlsplit(given).hostname or ""):
        return given.rstrip("/") + "/"
    domain = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
    return f"https://sts.{region}.{domain}/"
