"""How this program shows the broker who it is: proofs by the names that the command line has for them."""

from __future__ import annotations

import os
import shlex
import stat
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Callable, Mapping, Optional, Union
from urllib.parse import quote, urlsplit

from token_broker.errors import ProofError
from token_broker.login import has_login, login_token
from token_broker.transport import ask, require_safe

JWT = "urn:ietf:params:oauth:token-type:jwt"
ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"
AWS_IAM = "urn:token-broker:token-type:aws-iam"
KUBERNETES_TOKEN = "/var/run/secrets/kubernetes.io/serviceaccount/token"
ASK_SECONDS = 10.0


@dataclass(frozen=True)
class Token:
    """Something to present as `subject_token` or `actor_token`."""

    value: str = field(repr=False)
    type: str = JWT


@dataclass(frozen=True)
class ClientSecret:
    """A client of the broker by its secret (RFC 6749 section 2.3.1). `secret` may be a callable, asked at each use."""

    name: str
    secret: Union[str, Callable[[], str]] = field(repr=False)


@dataclass(frozen=True)
class ClientKey:
    """A client of the broker by its private key (RFC 7523 section 2.2), PKCS#8 in PEM; needs `token-broker[keys]`.

    `key` may be a callable, asked at each use. `scope`: of the broker token that it gets first, for AWS credentials;
    None: the broker chooses the one for itself.
    """

    name: str
    key: Union[str, Callable[[], str]] = field(repr=False)
    scope: Optional[str] = None


@dataclass(frozen=True)
class Asked:
    """For whom a proof is made: `issuer` is its audience, `server_id` what a signed AWS request names."""

    issuer: str
    server_id: str


Presented = Union[Token, ClientSecret, ClientKey]
Source = Callable[[Asked], Presented]
#: `file:PATH`, `env:NAME`, `exec:COMMAND`, `github`, `gitlab:NAME`, `kubernetes[:PATH]`, `aws-token`, `aws-signed`,
#: `client:NAME`, `login`, `auto`; a callable that returns a JWT; or a client with its secret or key.
Proof = Union[str, Callable[[], str], ClientSecret, ClientKey]


def asked_by(issuer: str) -> Asked:
    return Asked(issuer=issuer, server_id=urlsplit(issuer).netloc)


def source_of(proof: Proof) -> Source:
    """Raises ValueError for a name that is none; nothing is read or asked before the proof is needed."""
    if isinstance(proof, (ClientSecret, ClientKey)):
        return lambda _: proof
    if callable(proof):
        made = proof
        return lambda _: Token(_compact(made(), "the callable"))
    if not isinstance(proof, str):
        raise ValueError("proof is a name such as github, a callable that returns a token, a ClientSecret or a ClientKey")
    kind, _, rest = proof.partition(":")
    if kind in _WITH_OPERAND and rest:
        return _WITH_OPERAND[kind](rest)
    if kind in _ALONE and not rest and ":" not in proof:
        return _ALONE[kind]
    names = [f"{name}:…" for name in _WITH_OPERAND] + list(_ALONE)
    raise ValueError(f"{kind!r} is no proof; there are {', '.join(names)}")


def _compact(text: str, where: str) -> str:
    token = text.strip()
    if not token or not token.isascii() or any(char.isspace() for char in token):
        raise ProofError(f"{where} has no token: it is empty, or more than one word")
    return token


def _read(path: str) -> str:
    try:
        return Path(path).expanduser().read_text(encoding="ascii")
    except (OSError, ValueError) as cause:
        raise ProofError(f"{path} cannot be read as a token: {type(cause).__name__}") from None


def _file(path: str) -> Source:
    return lambda _: Token(_compact(_read(path), path))


def _env(name: str) -> Source:
    return lambda _: Token(_compact(os.environ.get(name, ""), f"the variable {name}"))


def _exec(command: str) -> Source:
    def run(_: Asked) -> Token:
        try:
            done = subprocess.run(shlex.split(command), stdout=subprocess.PIPE, timeout=30, check=False)
        except (OSError, ValueError, subprocess.TimeoutExpired) as cause:
            raise ProofError(f"the command of the proof did not run: {type(cause).__name__}") from None
        if done.returncode != 0:
            raise ProofError(f"the command of the proof ended with {done.returncode}")
        return Token(_compact(done.stdout.decode("ascii", "replace"), "what the command printed"))

    return run


def _github(asked: Asked) -> Token:
    url = os.environ.get("ACTIONS_ID_TOKEN_REQUEST_URL")
    bearer = os.environ.get("ACTIONS_ID_TOKEN_REQUEST_TOKEN")
    if not url or not bearer:
        raise ProofError("GitHub gives this job no token: it needs `permissions: { id-token: write }`")
    require_safe(url, "ACTIONS_ID_TOKEN_REQUEST_URL")
    separator = "&" if "?" in url else "?"
    answer = ask(
        "GET",
        f"{url}{separator}audience={quote(asked.issuer, safe='')}",
        headers={"Authorization": f"bearer {bearer}"},
        deadline_seconds=ASK_SECONDS,
    )
    return Token(_compact(str(answer.get("value") or ""), "the answer of GitHub"))


def _aws_token(asked: Asked) -> Token:
    # Imported where it is used: the model of a service takes time to load.
    from botocore.exceptions import BotoCoreError, ClientError
    from botocore.session import Session

    client: Any = Session().create_client("sts")
    try:
        answer = client.get_web_identity_token(Audience=[asked.issuer], SigningAlgorithm="RS256", DurationSeconds=300)
    except AttributeError:
        raise ProofError("this botocore knows no sts:GetWebIdentityToken: 1.41.0 or newer does") from None
    except (BotoCoreError, ClientError) as cause:
        raise ProofError(f"sts:GetWebIdentityToken failed: {cause}") from None
    return Token(str(answer["WebIdentityToken"]))


def _aws_signed(asked: Asked) -> Token:
    from token_broker.signed_request import caller_identity

    return Token(caller_identity(asked.server_id), AWS_IAM)


def _client(name: str) -> Source:
    return lambda _: _client_of_the_environment(name)


def _client_of_the_environment(name: str) -> Presented:
    secret = os.environ.get("TOKEN_BROKER_CLIENT_SECRET")
    secret_file = os.environ.get("TOKEN_BROKER_CLIENT_SECRET_FILE")
    key_file = os.environ.get("TOKEN_BROKER_CLIENT_KEY_FILE")
    if len([each for each in (secret, secret_file, key_file) if each]) > 1:
        raise ProofError("a client has one of TOKEN_BROKER_CLIENT_SECRET, …_SECRET_FILE and …_KEY_FILE: unset the others")
    if key_file:
        return ClientKey(name, _secret_of(key_file), os.environ.get("TOKEN_BROKER_CLIENT_SCOPE") or None)
    if secret_file:
        return ClientSecret(name, _secret_of(secret_file).rstrip("\r\n"))
    if secret:
        return ClientSecret(name, secret)
    raise ProofError(
        "set TOKEN_BROKER_CLIENT_SECRET_FILE, TOKEN_BROKER_CLIENT_SECRET or TOKEN_BROKER_CLIENT_KEY_FILE for the client"
    )


def _secret_of(path: str) -> str:
    try:
        if os.name == "posix" and os.stat(path).st_mode & stat.S_IROTH:
            raise ProofError(f"everybody on this machine can read {path}: chmod 600 it")
        return Path(path).read_text(encoding="utf-8")
    except (OSError, ValueError) as cause:
        raise ProofError(f"{path} cannot be read: {type(cause).__name__}") from None


def _login(asked: Asked) -> Token:
    return Token(login_token(asked.issuer), ACCESS_TOKEN)


def _auto(asked: Asked) -> Presented:
    return source_of(detected(os.environ, asked.issuer))(asked)


def detected(env: Mapping[str, str], issuer: str) -> str:
    """The first proof for `issuer` that the environment offers, in the order of the command line."""
    if env.get("ACTIONS_ID_TOKEN_REQUEST_URL") and env.get("ACTIONS_ID_TOKEN_REQUEST_TOKEN"):
        return "github"
    if os.path.exists(KUBERNETES_TOKEN):
        return "kubernetes"
    if env.get("AWS_WEB_IDENTITY_TOKEN_FILE"):
        return f"file:{env['AWS_WEB_IDENTITY_TOKEN_FILE']}"
    client: Optional[str] = env.get("TOKEN_BROKER_CLIENT")
    if client:
        return f"client:{client}"
    if has_login(issuer):
        return "login"
    return "aws-token"


_WITH_OPERAND: Mapping[str, Callable[[str], Source]] = {
    "file": _file,
    "env": _env,
    "exec": _exec,
    "gitlab": _env,
    "kubernetes": _file,
    "client": _client,
}
_ALONE: Mapping[str, Source] = {
    "github": _github,
    "kubernetes": _file(KUBERNETES_TOKEN),
    "aws-token": _aws_token,
    "aws-signed": _aws_signed,
    "login": _login,
    "auto": _auto,
}
