"""When credentials are renewed, and what a caller has while the broker is away. Sessions of seconds, by a scripted broker."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import Any

import pytest
from conftest import Answer, Request, Scripted, issued

from token_broker import BrokerError, Session

UNAVAILABLE: Answer = (503, {"reason": "ledger_unavailable", "error_description": "Later.", "request_id": "r-1"}, {})


def session_of(broker: Scripted, **options: Any) -> Session:
    return Session(scope="reports", broker=broker.url, proof=lambda: "e.y.J", **{"deadline": 0.3, **options})


def numbered(broker: Scripted, seconds: float) -> None:
    broker.answer = lambda _: issued(seconds, f"ASIA{len(broker.asked)}")


def test_asks_when_credentials_are_first_needed_and_not_before(scripted: Scripted) -> None:
    session = session_of(scripted)
    session.client("s3")
    assert scripted.asked == []
    session.credentials.get_frozen_credentials()
    session.credentials.get_frozen_credentials()
    assert len(scripted.asked) == 1


@pytest.mark.parametrize("seconds", [900, 1200])
def test_a_session_shorter_than_botocores_own_window_is_not_asked_for_at_every_call(
    scripted: Scripted, seconds: int
) -> None:
    numbered(scripted, seconds)
    session = session_of(scripted)
    keys = {session.credentials.get_frozen_credentials().access_key for _ in range(5)}
    assert keys == {"ASIA1"}


def test_renews_half_way_and_answers_with_the_new_ones(scripted: Scripted) -> None:
    numbered(scripted, 4)
    session = session_of(scripted)
    first = session.credentials.get_frozen_credentials().access_key
    time.sleep(3.1)
    assert [first, session.credentials.get_frozen_credentials().access_key] == ["ASIA1", "ASIA2"]


def test_what_is_good_is_used_while_the_broker_fails_and_it_is_asked_once(scripted: Scripted) -> None:
    numbered(scripted, 20)
    session = session_of(scripted)
    session.credentials.get_frozen_credentials()
    session.credentials._expiry_time -= _seconds(11)
    scripted.answer = lambda _: UNAVAILABLE
    session.credentials.get_frozen_credentials()
    asked = len(scripted.asked)
    assert asked > 1
    assert session.credentials.get_frozen_credentials().access_key == "ASIA1"
    assert len(scripted.asked) == asked


def test_a_broker_that_stays_away_until_the_end_is_told(scripted: Scripted) -> None:
    numbered(scripted, 20)
    session = session_of(scripted)
    session.credentials.get_frozen_credentials()
    session.credentials._expiry_time -= _seconds(30)
    scripted.answer = lambda _: UNAVAILABLE
    with pytest.raises(BrokerError) as failed:
        session.credentials.get_frozen_credentials()
    assert (failed.value.reason, failed.value.retryable) == ("ledger_unavailable", True)


def test_tries_again_what_may_pass(scripted: Scripted) -> None:
    scripted.answer = lambda _: UNAVAILABLE if len(scripted.asked) < 3 else issued()
    session_of(scripted, deadline=10).fetch_credentials()
    assert len(scripted.asked) == 3


def test_waits_as_long_as_a_limit_says(scripted: Scripted) -> None:
    limited: Answer = (429, {"reason": "limit_exceeded"}, {"retry-after": "1"})
    scripted.answer = lambda _: limited if len(scripted.asked) < 2 else issued()
    began = time.monotonic()
    session_of(scripted, deadline=10).fetch_credentials()
    assert time.monotonic() - began >= 1


def test_does_not_wait_beyond_its_deadline(scripted: Scripted) -> None:
    scripted.answer = lambda _: (429, {"reason": "limit_exceeded"}, {"retry-after": "3600"})
    with pytest.raises(BrokerError, match="limit_exceeded"):
        session_of(scripted, deadline=10).fetch_credentials()
    assert len(scripted.asked) == 1


def test_threads_at_once_make_one_request(scripted: Scripted) -> None:
    def slow(_: Request) -> Answer:
        time.sleep(0.3)
        return issued()

    scripted.answer = slow
    session = session_of(scripted, deadline=10)
    threads = [threading.Thread(target=session.credentials.get_frozen_credentials) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(scripted.asked) == 1


def test_asynchronous_credentials_renew_themselves_too(scripted: Scripted) -> None:
    numbered(scripted, 4)
    session = session_of(scripted)

    async def keys() -> list[str]:
        credentials = await session.aio_session().get_credentials()
        first = (await credentials.get_frozen_credentials()).access_key
        await asyncio.sleep(3.1)
        return [first, (await credentials.get_frozen_credentials()).access_key]

    assert asyncio.run(keys()) == ["ASIA1", "ASIA2"]


def _seconds(number: int) -> Any:
    from datetime import timedelta

    return timedelta(seconds=number)
