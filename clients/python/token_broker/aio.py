"""The same credentials for aiobotocore (and aioboto3), renewed off the event loop."""

from __future__ import annotations

import asyncio
from typing import Any, Callable, Optional

from aiobotocore.credentials import AioDeferredRefreshableCredentials
from aiobotocore.session import AioSession

from token_broker.credentials import METHOD, Metadata, Window, apply_window, refresh_is_needed


class AioBrokerCredentials(AioDeferredRefreshableCredentials):  # type: ignore[misc] # aiobotocore has no types
    """As BrokerCredentials; one request for however many tasks wait."""

    def __init__(self, fetch: Callable[[], Metadata]) -> None:
        self._window = Window()
        self._fetch = fetch
        super().__init__(refresh_using=self._renew, method=METHOD)

    async def _renew(self) -> Metadata:
        try:
            metadata = await asyncio.get_running_loop().run_in_executor(None, self._fetch)
        except Exception:
            self._window.pause()
            raise
        apply_window(self, self._window, metadata)
        return metadata

    def refresh_needed(self, refresh_in: Optional[int] = None) -> bool:
        return refresh_is_needed(self._window, refresh_in, super().refresh_needed)


def aio_session(fetch: Callable[[], Metadata], region: Optional[str]) -> Any:
    """An aiobotocore session; aioboto3.Session(botocore_session=…) takes it."""
    session = AioSession()
    if region is not None:
        session.set_config_variable("region", region)
    session._credentials = AioBrokerCredentials(fetch)
    return session
