"""The same MCP server in Python, by the official SDK: see ../README.md. The settings are those of ../server.ts."""

import base64
import hashlib
import json
import os
import re
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid

import anyio.to_thread
import boto3
import jwt
from botocore.exceptions import ClientError
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from mcp.server.auth.middleware.auth_context import get_access_token
from mcp.server.auth.provider import AccessToken, TokenVerifier
from mcp.server.auth.settings import AuthSettings
from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from starlette.requests import Request
from starlette.responses import JSONResponse

BROKER = os.environ["TOKEN_BROKER_URL"]
RESOURCE = os.environ["RESOURCE"]
CLIENT = os.environ.get("CLIENT", "files-mcp")
BUCKET = os.environ["BUCKET"]
SCOPE = "files-bucket"
LEAST_SECONDS = 15 * 60 + 30
URN = "urn:ietf:params:oauth"

with open(os.environ["CLIENT_KEY_FILE"], "rb") as file:
    KEY = load_pem_private_key(file.read(), password=None)
if not isinstance(KEY, EllipticCurvePrivateKey):
    raise SystemExit("CLIENT_KEY_FILE holds no key for ES256")
PUBLIC = {
    name: value
    for name, value in json.loads(jwt.algorithms.ECAlgorithm.to_jwk(KEY.public_key())).items()
    if name in ("crv", "kty", "x", "y")
}
# RFC 7638.
KEY_ID = (
    base64.urlsafe_b64encode(
        hashlib.sha256(json.dumps(PUBLIC, sort_keys=True, separators=(",", ":")).encode()).digest()
    )
    .rstrip(b"=")
    .decode()
)


class BrokerTokens(TokenVerifier):
    """Tokens that the broker signed for this server, and no others (RFC 9068 section 4)."""

    def __init__(self) -> None:
        self.keys = jwt.PyJWKClient(f"{BROKER}/.well-known/jwks.json", timeout=10)

    async def verify_token(self, token: str) -> AccessToken | None:
        return await anyio.to_thread.run_sync(self.verify, token)

    def verify(self, token: str) -> AccessToken | None:
        try:
            if jwt.get_unverified_header(token).get("typ") != "at+jwt":
                return None
            claims = jwt.decode(
                token,
                self.keys.get_signing_key_from_jwt(token),
                algorithms=["ES256"],
                issuer=BROKER,
                audience=RESOURCE,
                options={"require": ["exp", "aud", "iss"], "strict_aud": True},
            )
        except jwt.PyJWKClientConnectionError:
            raise  # the server's own trouble, and no fault of the token
        except jwt.PyJWTError:
            return None
        # Bound to a key: nothing without a proof of it. And AWS has no session of less than 15 minutes.
        if "cnf" in claims or claims["exp"] - time.time() < LEAST_SECONDS:
            return None
        return AccessToken(
            token=token,
            client_id=claims["client_id"],
            scopes=claims["scope"].split(" "),
            expires_at=claims["exp"],
            resource=RESOURCE,
            claims=claims,
        )


def session(token: str, policy: dict[str, object], intent: str) -> dict[str, str]:
    """The keys of an AWS session for whom the token names, with this server as the actor (RFC 8693). Secret."""
    now = int(time.time())
    assertion = {"iss": CLIENT, "sub": CLIENT, "aud": BROKER, "jti": str(uuid.uuid4()), "iat": now, "exp": now + 60}
    form = {
        "grant_type": f"{URN}:grant-type:token-exchange",
        "subject_token": token,
        "subject_token_type": f"{URN}:token-type:access_token",
        "client_assertion_type": f"{URN}:client-assertion-type:jwt-bearer",
        "client_assertion": jwt.encode(assertion, KEY, algorithm="ES256", headers={"kid": KEY_ID}),
        "scope": SCOPE,
        "policy": json.dumps(policy),
        "intent": intent,
    }
    try:
        with urllib.request.urlopen(f"{BROKER}/oauth2/token", urllib.parse.urlencode(form).encode(), 10) as answer:
            return json.loads(json.load(answer)["access_token"])
    except urllib.error.HTTPError as refused:
        body = json.load(refused)
        raise ToolError(f"The broker refused ({body['reason']}): {body.get('error_description', '')}") from None


def is_path(path: str) -> bool:
    """No segment leads out of the person's own folder, and no character is a pattern of IAM's."""
    return len(path) <= 200 and all(
        re.fullmatch(r"[A-Za-z0-9_.@=+-]+", segment) and segment not in (".", "..") for segment in path.split("/")
    )


server = MCPServer(
    "files",
    version="1.0.0",
    token_verifier=BrokerTokens(),
    auth=AuthSettings(issuer_url=BROKER, resource_server_url=RESOURCE, required_scopes=["files:read"]),
)


@server.tool()
def read_file(path: str) -> str:
    """Reads a text file of the caller."""
    caller = get_access_token()
    home = None if caller is None else (caller.claims or {}).get("home")
    if caller is None or not isinstance(home, str):
        raise ToolError("The token names no folder.")
    if not is_path(path):
        raise ToolError(f"This is no path of a file: {json.dumps(path)}")
    key = f"{home}/{path}"
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{BUCKET}/{key}"}
    keys = session(caller.token, {"Version": "2012-10-17", "Statement": [statement]}, f"read {path}")
    s3 = boto3.client(
        "s3",
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
    )
    try:
        return s3.get_object(Bucket=BUCKET, Key=key)["Body"].read().decode()
    except ClientError as error:
        raise ToolError(f"S3 said {error.response['Error']['Code']}.") from None


@server.custom_route("/jwks.json", methods=["GET"])
async def jwks(_request: Request) -> JSONResponse:
    """The public half of the client's key, which the broker reads (`jwksUri`)."""
    return JSONResponse({"keys": [{**PUBLIC, "kid": KEY_ID, "alg": "ES256", "use": "sig"}]})


if __name__ == "__main__":
    server.run(
        "streamable-http",
        port=int(os.environ.get("PORT", "8080")),
        streamable_http_path=urllib.parse.urlparse(RESOURCE).path,
        json_response=True,
        stateless_http=True,
    )
