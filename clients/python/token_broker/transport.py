"""One request to a host that is trusted with a secret: https or loopback, no redirect, an end to every wait."""

from __future__ import annotations

import ipaddress
import json
import os
import random
import time
from typing import Any, Callable, Mapping, NamedTuple, Optional, Union
from urllib.parse import urlencode, urlsplit

import botocore.exceptions
from botocore.awsrequest import AWSRequest
from botocore.httpsession import URLLib3Session
from botocore.utils import get_environ_proxies
from urllib3.exceptions import HTTPError

from token_broker.errors import BrokerError, refusal_of

MAX_ANSWER_BYTES = 256 * 1024
CONNECT_SECONDS = 5.0
FIRST_PAUSE_SECONDS = 0.2


class Answer(NamedTuple):
    status: int
    body: Mapping[str, object]
    retry_after: Optional[float]


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def require_safe(url: str, what: str) -> str:
    """The URL, if a secret may go there. ValueError: plain http to another machine, or no URL."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.username is not None or parts.password is not None:
        raise ValueError(f"{what} has a user name or password in it: leave it out")
    if not host or not (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))):
        raise ValueError(f"{what} has to begin with https:// (http:// for this machine only)")
    return url


def origin_of(broker: str) -> str:
    """The broker's issuer: an https origin. One final slash is left out. ValueError for anything else."""
    parts = urlsplit(require_safe(broker, "broker"))
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ValueError("broker is an origin, such as https://broker.example.com, without a path")
    return f"{parts.scheme}://{parts.netloc}"


def ask(
    method: str,
    url: str,
    *,
    form: Union[Mapping[str, str], Callable[[], Mapping[str, str]], None] = None,
    headers: Optional[Mapping[str, str]] = None,
    deadline_seconds: float,
) -> Mapping[str, object]:
    """The JSON object of a 200. What may pass (5xx, 429, no connection) is tried again until the deadline.

    A `form` that is called is made anew for each attempt: what it holds is good once.
    Raises BrokerError with what the last answer said.
    """
    until = time.monotonic() + deadline_seconds
    pause = FIRST_PAUSE_SECONDS
    while True:
        wait: Optional[float] = None
        try:
            filled = form() if callable(form) else form
            answer = _once(method, url, filled, headers or {}, until - time.monotonic())
            if answer.status == 200:
                return answer.body
            error = refusal_of(answer.status, answer.body)
            wait = answer.retry_after
        except botocore.exceptions.SSLError as cause:
            # Not one to try again: the next certificate is the same.
            raise BrokerError(f"{_host(url)} has a certificate that is not trusted: {cause}") from None
        except (botocore.exceptions.HTTPClientError, botocore.exceptions.ConnectionError, HTTPError) as cause:
            error = BrokerError(f"{_host(url)} cannot be reached ({type(cause).__name__})")
        pause_for = wait if wait is not None else pause * (0.5 + random.random())
        if not error.retryable or time.monotonic() + pause_for >= until:
            raise error
        time.sleep(pause_for)
        pause = min(pause * 2, 3.0)


def _host(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _once(
    method: str, url: str, form: Optional[Mapping[str, str]], headers: Mapping[str, str], seconds: float
) -> Answer:
    seconds = max(seconds, 0.1)
    # Plain http is this machine's own: a proxy would hear the secret.
    proxies = get_environ_proxies(url) if url.startswith("https:") else {}
    # The bundle of certificates that botocore's own requests are checked against.
    verify: Any = os.environ.get("AWS_CA_BUNDLE") or os.environ.get("REQUESTS_CA_BUNDLE") or True
    timeout: Any = (min(seconds, CONNECT_SECONDS), seconds)
    http = URLLib3Session(verify=verify, proxies=proxies, timeout=timeout)
    data = None if form is None else urlencode(form)
    sent = {"Accept": "application/json", **headers}
    if data is not None:
        sent["Content-Type"] = "application/x-www-form-urlencoded"
    request = AWSRequest(method=method, url=url, data=data, headers=sent, stream_output=True).prepare()
    try:
        response = http.send(request)
        content: bytes = response.raw.read(MAX_ANSWER_BYTES + 1)
        if len(content) > MAX_ANSWER_BYTES:
            raise BrokerError(f"{_host(url)} answered more than {MAX_ANSWER_BYTES} bytes", status=400)
        return Answer(response.status_code, _json_object(content), _seconds(response.headers.get("retry-after")))
    finally:
        http.close()


def _json_object(content: bytes) -> Mapping[str, object]:
    try:
        value = json.loads(content)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _seconds(header: Optional[str]) -> Optional[float]:
    return float(header) if header is not None and header.isdigit() else None
