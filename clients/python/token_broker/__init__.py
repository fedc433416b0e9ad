"""AWS credentials and access tokens from a Token Broker, refreshed before they end.

    from token_broker import Session
    s3 = Session(scope="read-reports", broker="https://broker.example.com", intent="monthly report").client("s3")

Whatever goes wrong is a `BrokerError` (refused: why; unreachable: retryable) or a `ProofError` (this program has
nothing to show who it is). Wrong arguments are `ValueError`.
"""

from token_broker.errors import BrokerError, ProofError
from token_broker.proofs import ClientKey, ClientSecret
from token_broker.session import AccessToken, Session

__all__ = ["AccessToken", "BrokerError", "ClientKey", "ClientSecret", "ProofError", "Session"]
