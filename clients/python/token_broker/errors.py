"""What can go wrong, without a secret in it."""

from __future__ import annotations

from typing import Mapping, Optional


class ProofError(Exception):
    """The proof cannot be had here: a file that is missing, a variable that is not set, GitHub that gives no token."""


class BrokerError(Exception):
    """The broker refused, or could not be asked.

    `reason` is stable and leads to a heading of docs/refusals.md; it is None where the broker was not reached.
    `request_id` is what its operators look up. `retryable`: the same request may be granted later, unchanged.
    A request that waits for somebody's consent has `reason` "authorization_pending" and the approver's `approval_uri`.
    """

    def __init__(
        self,
        description: str,
        *,
        status: Optional[int] = None,
        error: Optional[str] = None,
        reason: Optional[str] = None,
        request_id: Optional[str] = None,
        approval_uri: Optional[str] = None,
        approval_id: Optional[str] = None,
    ) -> None:
        self.description = description
        self.status = status
        self.error = error
        self.reason = reason
        self.request_id = request_id
        self.approval_uri = approval_uri
        self.approval_id = approval_id
        known = [reason or error, None if request_id is None else f"request {request_id}", approval_uri]
        told = ", ".join(part for part in known if part is not None)
        super().__init__(f"{description} ({told})" if told else description)

    @property
    def retryable(self) -> bool:
        return self.status is None or self.status == 429 or self.status >= 500


def refusal_of(status: int, answer: Mapping[str, object]) -> BrokerError:
    """What an answer that is no success says of itself (RFC 6749 section 5.2, and the broker's own members)."""

    def text(name: str) -> Optional[str]:
        value = answer.get(name)
        return printable(value) if isinstance(value, str) else None

    silent = f"answered {status}, which no broker does: is this its address?"
    if 300 <= status < 400:
        silent = f"answered {status}, a redirect, which is not followed: give the address that it leads to"
    return BrokerError(
        text("error_description") or silent,
        status=status,
        error=text("error"),
        reason=text("reason"),
        request_id=text("request_id"),
        approval_uri=text("approval_uri"),
        approval_id=text("approval_id"),
    )


def printable(text: str) -> str:
    """What another host said, fit for a terminal and a log: one line of at most 600 characters."""
    return "".join(char if char.isprintable() else "?" for char in text[:600])
