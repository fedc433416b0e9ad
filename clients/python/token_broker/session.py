"""A scope of a broker, as a program uses it: a botocore session whose credentials renew themselves, and tokens."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import re
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Mapping, Optional
from urllib.parse import quote_plus

from token_broker.client_key import ASSERTION_TYPE, assertion
from token_broker.credentials import BrokerCredentials, Metadata, metadata_of
from token_broker.errors import BrokerError
from token_broker.proofs import ACCESS_TOKEN, ClientKey, ClientSecret, Presented, Proof, Token, asked_by, source_of
from token_broker.transport import ask, origin_of

if TYPE_CHECKING:
    import botocore.session

TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
AWS_CREDENTIALS = "urn:token-broker:token-type:aws-credentials"
SCOPE = re.compile(r"[A-Za-z][A-Za-z0-9:._-]{0,127}")
#: A token is asked for anew this long before its end, or half-way for one that lives shorter than twice that.
AHEAD_SECONDS = 300.0


@dataclass(frozen=True)
class AccessToken:
    """An access token: `value` is secret, `expires_in` in seconds from `received` (of time.monotonic)."""

    value: str = field(repr=False)
    scope: str
    expires_in: Optional[float]
    received: float = field(repr=False)

    @property
    def authorization(self) -> str:
        """The `Authorization` header of a request that uses it (RFC 6750 section 2.1)."""
        return f"Bearer {self.value}"

    @property
    def is_fresh(self) -> bool:
        if self.expires_in is None:
            return False
        ahead = min(AHEAD_SECONDS, self.expires_in / 2)
        return time.monotonic() < self.received + self.expires_in - ahead


class Session:
    """What one caller may have of one scope. Nothing is asked before credentials or a token are needed.

    scope       the scope's name (default: TOKEN_BROKER_SCOPE)
    broker      its issuer, an https origin (default: TOKEN_BROKER_URL)
    proof       who is calling; see token_broker.proofs (default: TOKEN_BROKER_PROOF, else "auto")
    intent      why, up to 256 characters, for the ledger
    actor       who acts for whom the proof names: a proof too, or a client of the broker with its secret or key
    parameters  the scope's parameters, by name
    policy      an IAM policy document that narrows what is granted; it never widens
    duration    seconds, within what the scope allows
    region      of the AWS clients (default: as botocore finds it)
    deadline    seconds that one request to the broker may take with all its retries

    ValueError for what can be no request. Asking raises BrokerError or ProofError.
    """

    def __init__(
        self,
        scope: Optional[str] = None,
        *,
        broker: Optional[str] = None,
        proof: Optional[Proof] = None,
        intent: Optional[str] = None,
        actor: Optional[Proof] = None,
        parameters: Optional[Mapping[str, str]] = None,
        policy: Optional[Mapping[str, object]] = None,
        duration: Optional[int] = None,
        region: Optional[str] = None,
        deadline: float = 10.0,
    ) -> None:
        self.scope = scope or os.environ.get("TOKEN_BROKER_SCOPE") or ""
        if SCOPE.fullmatch(self.scope) is None:
            raise ValueError("scope (or TOKEN_BROKER_SCOPE) is the name of a scope, such as read-reports")
        address = broker or os.environ.get("TOKEN_BROKER_URL")
        if not address:
            raise ValueError("broker (or TOKEN_BROKER_URL) is the broker's issuer, such as https://broker.example.com")
        self.broker = origin_of(address)
        self._proof = source_of(proof or os.environ.get("TOKEN_BROKER_PROOF") or "auto")
        self._actor = None if actor is None else source_of(actor)
        self._form = _form_of(intent, parameters, policy, duration)
        self._region = region
        self._deadline = deadline
        self._token: Optional[AccessToken] = None
        self._token_lock = threading.Lock()
        #: botocore RefreshableCredentials, shared by every session and client made here.
        self.credentials = BrokerCredentials(self.fetch_credentials)

    def __repr__(self) -> str:
        return f"Session(scope={self.scope!r}, broker={self.broker!r})"

    def botocore_session(self) -> botocore.session.Session:
        """A botocore session with these credentials; boto3.Session(botocore_session=…) takes it."""
        import botocore.session

        session = botocore.session.Session()
        if self._region is not None:
            session.set_config_variable("region", self._region)
        # As botocore's own documentation has it: there is no public way to give a session refreshable credentials.
        setattr(session, "_credentials", self.credentials)
        return session

    def client(self, service: str, **options: Any) -> Any:
        """An AWS client (of boto3 where it is installed, else of botocore) with these credentials."""
        try:
            import boto3
        except ImportError:
            return self.botocore_session().create_client(service, **options)
        return boto3.Session(botocore_session=self.botocore_session()).client(service, **options)

    def aio_session(self) -> Any:
        """An aiobotocore session whose credentials renew themselves off the event loop; needs aiobotocore.

        To be called where that loop runs. It has credentials of its own, beside `credentials`.
        """
        from token_broker.aio import aio_session

        return aio_session(self.fetch_credentials, self._region)

    def fetch_credentials(self) -> Metadata:
        """Asks the broker for credentials, now: what botocore calls their metadata. Secret."""
        subject, actor = self._presented()
        if isinstance(actor, ClientKey):
            return self._exchanged(subject, actor)
        if isinstance(subject, ClientKey):
            subject = self._own_token(subject)
        headers, form = self._request_of(subject, actor)
        url = f"{self.broker}/v1/credentials/{self.scope}"
        return metadata_of(ask("POST", url, form=form, headers=headers, deadline_seconds=self._deadline))

    def token(self) -> AccessToken:
        """An access token of a scope that grants tokens, kept until it is about to end."""
        with self._token_lock:
            if self._token is None or not self._token.is_fresh:
                self._token = self._fetch_token()
            return self._token

    async def token_async(self) -> AccessToken:
        """As `token`, off the event loop."""
        return await asyncio.get_running_loop().run_in_executor(None, self.token)

    def _fetch_token(self) -> AccessToken:
        received = time.monotonic()
        subject, actor = self._presented()
        headers, form = self._request_of(subject, actor)
        form["grant_type"] = TOKEN_EXCHANGE if "subject_token" in form else "client_credentials"
        form["scope"] = self.scope
        keyed = next((each for each in (subject, actor) if isinstance(each, ClientKey)), None)
        answer = self._ask_token(form, headers, keyed)
        value, kind, lifetime = answer.get("access_token"), str(answer.get("token_type")), answer.get("expires_in")
        if not isinstance(value, str) or kind.lower() != "bearer":
            raise BrokerError(f"scope {self.scope} grants no access token: use its credentials", status=200)
        seconds = float(lifetime) if isinstance(lifetime, (int, float)) else None
        return AccessToken(value, self.scope, seconds, received)

    def _exchanged(self, subject: Presented, actor: ClientKey) -> Metadata:
        """A client with a key authenticates at the token endpoint alone, which gives the same in an exchange."""
        headers, form = self._request_of(subject, actor)
        form.update(grant_type=TOKEN_EXCHANGE, scope=self.scope)
        answer = self._ask_token(form, headers, actor)
        value = answer.get("access_token")
        if answer.get("issued_token_type") != AWS_CREDENTIALS or not isinstance(value, str):
            raise BrokerError(f"scope {self.scope} grants no AWS session: use token()", status=200)
        return metadata_of(json.loads(value))

    def _ask_token(
        self, form: Mapping[str, str], headers: Mapping[str, str], client: Optional[ClientKey]
    ) -> Mapping[str, object]:
        """Each attempt has an assertion of its own: one is good once."""

        def filled() -> Mapping[str, str]:
            if client is None:
                return form
            pem = client.key if isinstance(client.key, str) else client.key()
            shown = assertion(client.name, pem, self.broker)
            asserted = {"client_id": client.name, "client_assertion_type": ASSERTION_TYPE, "client_assertion": shown}
            return {**form, **asserted}

        url = f"{self.broker}/oauth2/token"
        return ask("POST", url, form=filled, headers=headers, deadline_seconds=self._deadline)

    def _own_token(self, client: ClientKey) -> Token:
        """`/v1/credentials` takes no assertion: a client with a key brings a broker token for the broker itself."""
        form = {"grant_type": "client_credentials", "resource": self.broker}
        if client.scope is not None:
            form["scope"] = client.scope
        value = self._ask_token(form, {}, client).get("access_token")
        if not isinstance(value, str):
            raise BrokerError("the broker answered no token for itself", status=200)
        return Token(value, ACCESS_TOKEN)

    def _presented(self) -> tuple[Presented, Optional[Presented]]:
        """Who calls, and who acts for that one, anew for each request: proofs end."""
        asked = asked_by(self.broker)
        return self._proof(asked), None if self._actor is None else self._actor(asked)

    def _request_of(self, subject: Presented, actor: Optional[Presented]) -> tuple[dict[str, str], dict[str, str]]:
        """Headers and form of a request that shows them."""
        form = dict(self._form)
        if not isinstance(subject, Token):
            if actor is not None:
                raise ValueError("an actor acts for somebody: proof has to be that one's, not a client's own")
            return _basic(subject) if isinstance(subject, ClientSecret) else {}, form
        form.update(subject_token=subject.value, subject_token_type=subject.type)
        if isinstance(actor, Token):
            form.update(actor_token=actor.value, actor_token_type=actor.type)
        return _basic(actor) if isinstance(actor, ClientSecret) else {}, form


def _form_of(
    intent: Optional[str],
    parameters: Optional[Mapping[str, str]],
    policy: Optional[Mapping[str, object]],
    duration: Optional[int],
) -> dict[str, str]:
    form: dict[str, str] = {}
    if intent is not None:
        if not 0 < len(intent) <= 256:
            raise ValueError("intent has 1 to 256 characters")
        form["intent"] = intent
    if duration is not None:
        form["duration"] = str(int(duration))
    if parameters:
        detail: dict[str, object] = {"type": "token_broker", "parameters": dict(parameters)}
        if policy is not None:
            detail["policy"] = dict(policy)
        form["authorization_details"] = json.dumps([detail])
    elif policy is not None:
        form["policy"] = json.dumps(policy)
    return form


def _basic(client: ClientSecret) -> dict[str, str]:
    """RFC 6749 section 2.3.1: both parts are form-encoded before they are joined."""
    secret = client.secret if isinstance(client.secret, str) else client.secret()
    pair = f"{quote_plus(client.name)}:{quote_plus(secret)}"
    return {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}
