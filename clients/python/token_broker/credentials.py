"""botocore credentials that the broker renews: ahead of their end, and kept as long as they are good while it is down."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any, Callable, Mapping, Optional, TypedDict

from botocore.credentials import DeferredRefreshableCredentials

from token_broker.errors import BrokerError

METHOD = "token-broker"
#: Renewed this long before their end, or half-way for shorter ones: a window that is wider than the session's own life
#: would have botocore ask at every call.
AHEAD_SECONDS = 15 * 60
#: From here on a call waits for new ones, and fails if there are none.
LAST_SECONDS = 60
#: How long what is still good is used unasked after the broker failed.
PAUSE_SECONDS = 30


class Metadata(TypedDict):
    """What botocore calls the metadata of credentials. Secret."""

    access_key: str
    secret_key: str
    token: str
    expiry_time: str
    account_id: Optional[str]


def metadata_of(answer: Mapping[str, object]) -> Metadata:
    """Reads the credential document of the contract, section 3. BrokerError for anything else."""

    def text(name: str) -> str:
        value = answer.get(name)
        if not isinstance(value, str) or not value:
            raise BrokerError(f"the answer has no {name}: is this a broker?", status=200)
        return value

    account = answer.get("AccountId")
    return Metadata(
        access_key=text("AccessKeyId"),
        secret_key=text("SecretAccessKey"),
        token=text("SessionToken"),
        expiry_time=text("Expiration"),
        account_id=account if isinstance(account, str) else None,
    )


class Window:
    """When credentials are renewed, of their own length: `ahead` before their end, `last` as the point of no return."""

    def __init__(self) -> None:
        self.ahead = AHEAD_SECONDS
        self.last = LAST_SECONDS
        self._not_before: Optional[datetime] = None

    def opened_by(self, metadata: Metadata) -> None:
        expires = datetime.fromisoformat(metadata["expiry_time"].replace("Z", "+00:00"))
        lifetime = int((expires - datetime.now(timezone.utc)).total_seconds())
        self.ahead = max(1, min(AHEAD_SECONDS, lifetime // 2))
        self.last = max(1, min(LAST_SECONDS, lifetime // 4))
        self._not_before = None

    def pause(self) -> None:
        self._not_before = datetime.now(timezone.utc) + timedelta(seconds=PAUSE_SECONDS)

    def is_paused(self) -> bool:
        return self._not_before is not None and datetime.now(timezone.utc) < self._not_before


class BrokerCredentials(DeferredRefreshableCredentials):
    """`refresh_using` is first called when somebody needs credentials; what it raises reaches that caller."""

    def __init__(self, fetch: Callable[[], Metadata]) -> None:
        self._window = Window()
        self._fetch = fetch
        super().__init__(refresh_using=self._renew, method=METHOD)

    def _renew(self) -> Any:
        try:
            metadata = self._fetch()
        except Exception:
            self._window.pause()
            raise
        apply_window(self, self._window, metadata)
        return metadata

    def refresh_needed(self, refresh_in: Optional[int] = None) -> bool:
        return refresh_is_needed(self._window, refresh_in, super().refresh_needed)


def apply_window(credentials: Any, window: Window, metadata: Metadata) -> None:
    """The two time-outs of botocore's RefreshableCredentials; deferred ones take them from nobody."""
    window.opened_by(metadata)
    credentials._advisory_refresh_timeout = window.ahead
    credentials._mandatory_refresh_timeout = window.last


def refresh_is_needed(window: Window, refresh_in: Optional[int], needed: Callable[[Optional[int]], bool]) -> bool:
    if not needed(refresh_in):
        return False
    # The broker has just failed, and what is there is good: nobody waits for another failure.
    return not window.is_paused() or needed(window.last)
