"""The local stack as a process, and a broker that a test scripts and that remembers what it was asked."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import threading
import time
import urllib.request
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Callable, Iterator
from urllib.parse import parse_qs

import pytest

ROOT = Path(__file__).resolve().parents[3]


class Stack:
    """`npm start` on a port of its own."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self.tokens = ""
        self.sts = ""
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        node = ROOT / "node_modules" / ".bin" / "node"
        command = [str(node), str(ROOT / "local" / "start.ts"), "--port", str(self.port)]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        assert self.process.stdout is not None
        said = []
        for line in self.process.stdout:
            said.append(line)
            if line.startswith("ready "):
                break
        else:
            raise RuntimeError("".join(said))
        tokens = re.search(r"http://127\.0\.0\.1:[0-9]+/token", "".join(said))
        sts = re.search(r"AWS_ENDPOINT_URL_STS=(\S+)", "".join(said))
        assert tokens is not None and sts is not None
        self.tokens, self.sts = tokens.group(), sts.group(1)
        threading.Thread(target=self.process.stdout.read, daemon=True).start()

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(30)
            self.process = None

    def token(self, workload: str = "web-main") -> str:
        with urllib.request.urlopen(f"{self.tokens}?workload={workload}", timeout=10) as answer:
            return str(answer.read().decode())


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    running = Stack(free_port())
    running.start()
    yield running
    running.stop()


@dataclass
class Request:
    method: str
    path: str
    headers: dict[str, str]
    form: dict[str, str]


Answer = tuple[int, Any, dict[str, str]]


@dataclass
class Scripted:
    """Answers as `answer` says, which a test sets."""

    url: str
    answer: Callable[[Request], Answer]
    asked: list[Request] = field(default_factory=list)


def issued(seconds: float = 3600, key: str = "ASIAEXAMPLE") -> Answer:
    expires = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + seconds))
    document = {"Version": 1, "AccessKeyId": key, "SecretAccessKey": "s-e-c-r-e-t", "SessionToken": "t-o-k-e-n"}
    return 200, {**document, "Expiration": expires, "AccountId": "111122223333"}, {}


@pytest.fixture
def scripted() -> Iterator[Scripted]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            form = {name: values[0] for name, values in parse_qs(self.rfile.read(length).decode()).items()}
            request = Request(self.command, self.path, {k.lower(): v for k, v in self.headers.items()}, form)
            broker.asked.append(request)
            status, body, headers = broker.answer(request)
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            for name, value in {"content-length": str(len(data)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    broker = Scripted(f"http://127.0.0.1:{server.server_address[1]}", lambda _: issued())
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield broker
    server.shutdown()
    server.server_close()


@pytest.fixture(autouse=True)
def nobody_elses_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine without AWS settings, proxies and a broker's address."""
    for name in list(os.environ):
        if re.match(r"AWS_|TOKEN_BROKER_|ACTIONS_|https?_proxy|no_proxy", name, re.IGNORECASE):
            monkeypatch.delenv(name)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
