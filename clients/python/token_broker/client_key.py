"""A client that shows who it is by its private key: the assertion of RFC 7523 section 2.2, signed anew each time."""

from __future__ import annotations

import base64
import json
import time
import uuid
from typing import Any

from token_broker.errors import ProofError

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
#: RFC 9700 section 4.10.1: for this issuer alone, briefly, once.
ASSERTION_SECONDS = 60


def assertion(client: str, pem: str, issuer: str) -> str:
    """A JWT of the client for the token endpoint of `issuer`. ProofError: no `cryptography`, or no such key."""
    try:
        from cryptography.hazmat.primitives.serialization import load_pem_private_key
    except ImportError:
        raise ProofError("a client with a key needs the package cryptography: pip install 'token-broker[keys]'") from None
    try:
        key: Any = load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError):
        # What the parser says may quote what it read.
        raise ProofError("the key of the client is no private key as PKCS#8 in PEM without a passphrase") from None
    now = int(time.time())
    claims = {"iss": client, "sub": client, "aud": issuer, "jti": str(uuid.uuid4()), "iat": now}
    return _signed(key, {**claims, "exp": now + ASSERTION_SECONDS})


def _signed(key: Any, claims: dict[str, object]) -> str:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

    if isinstance(key, rsa.RSAPrivateKey):
        return _jws("RS256", claims, lambda octets: key.sign(octets, padding.PKCS1v15(), hashes.SHA256()))
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return _jws("EdDSA", claims, key.sign)
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name not in ("secp256r1", "secp384r1"):
        raise ProofError("the key of the client is of a kind that the broker does not take: RSA, P-256, P-384, Ed25519")
    size = key.key_size // 8
    algorithm, digest = ("ES256", hashes.SHA256()) if size == 32 else ("ES384", hashes.SHA384())

    def fixed(octets: bytes) -> bytes:
        # RFC 7518 section 3.4: both numbers, each as long as the curve's.
        return b"".join(part.to_bytes(size, "big") for part in decode_dss_signature(key.sign(octets, ec.ECDSA(digest))))

    return _jws(algorithm, claims, fixed)


def _jws(algorithm: str, claims: dict[str, object], sign: Any) -> str:
    parts = [{"alg": algorithm, "typ": "JWT"}, claims]
    signing_input = ".".join(_base64url(json.dumps(part, separators=(",", ":")).encode()) for part in parts)
    return f"{signing_input}.{_base64url(sign(signing_input.encode()))}"


def _base64url(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()
