"""The examples as agents run them: the framework's own call of the tool; a broker and an S3 that answer here."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from conftest import Answer, Request, Scripted, issued

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
LISTING = (
    b'<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
    b"<Contents><Key>2026/11/a.csv</Key></Contents></ListBucketResult>"
)
REFUSED: Answer = (403, {"reason": "not_allowed", "error_description": "Not allowed.", "request_id": "r-1"}, {})
ASKED = {"prefix": "2026/11/", "why": "the numbers of November"}


@pytest.fixture
def world(scripted: Scripted, monkeypatch: pytest.MonkeyPatch) -> Scripted:
    def answer(request: Request) -> Answer:
        return issued() if request.path.startswith("/v1/") else (200, LISTING, {"content-type": "application/xml"})

    scripted.answer = answer
    settings = {"TOKEN_BROKER_URL": scripted.url, "TOKEN_BROKER_PROOF": "env:T", "T": "e.y.J", "REPORTS_BUCKET": "acme"}
    for name, value in {**settings, "AWS_ENDPOINT_URL_S3": scripted.url}.items():
        monkeypatch.setenv(name, value)
    return scripted


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def expect_asked(world: Scripted) -> None:
    credentials, listing = world.asked
    assert (credentials.path, credentials.form["intent"]) == ("/v1/credentials/read-reports", ASKED["why"])
    assert "Credential=ASIAEXAMPLE/" in listing.headers["authorization"]


def test_a_strands_tool_reads_with_a_session_that_says_why(world: Scripted) -> None:
    pytest.importorskip("strands", reason="strands-agents is not installed: CI has it")
    strands_tool = load("strands_tool")

    async def use() -> Any:
        events = []
        tool_use = {"toolUseId": "1", "name": "list_reports", "input": ASKED}
        async for event in strands_tool.list_reports.stream(tool_use, {}):
            events.append(event)
        return events[-1]

    assert "2026/11/a.csv" in str(asyncio.run(use()))
    expect_asked(world)
    world.answer = lambda _: REFUSED
    assert strands_tool.list_reports(**ASKED) == "No access: Not allowed. (not_allowed, request r-1)"


async def call_over_stdio() -> str:
    from mcp import ClientSession, StdioServerParameters
    from mcp.client.stdio import stdio_client

    server = StdioServerParameters(command=sys.executable, args=[str(EXAMPLES / "mcp_server.py")], env=dict(os.environ))
    async with stdio_client(server) as (read, write), ClientSession(read, write) as client:
        await client.initialize()
        return str((await client.call_tool("list_reports", ASKED)).content)


def test_an_mcp_server_reads_with_a_session_that_says_why(world: Scripted) -> None:
    pytest.importorskip("mcp", reason="mcp is not installed: CI has it")
    assert "2026/11/a.csv" in asyncio.run(call_over_stdio())
    expect_asked(world)
    world.answer = lambda _: REFUSED
    assert "No access: Not allowed. (not_allowed, request r-1)" in asyncio.run(call_over_stdio())
