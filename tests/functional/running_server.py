"""The service as its users run it: ``moderation serve`` in a process of its own."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx

from moderation.domain.webhook_signature import sign_headers


def free_port() -> int:
    """Return a port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class RunningServer:
    """One installation: its data folder, its processes, its first credentials."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        kept = {k: v for k, v in os.environ.items() if not k.startswith("MODERATION_")}
        self.environment = {
            **kept,
            "MODERATION_DATA_DIR": str(folder / "var"),
            "MODERATION_BIND": f"127.0.0.1:{self.port}",
            **settings,
        }
        self.password = ""
        self.bearer_key = ""
        self.curl_line = ""
        self._process: subprocess.Popen[bytes] | None = None

    def command(self, *arguments: str, timeout: float = 300) -> subprocess.CompletedProcess[str]:
        """Run ``moderation`` with the installation's settings."""
        return subprocess.run(
            [sys.executable, "-m", "moderation", *arguments],
            env=self.environment,
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    def start(self) -> None:
        """Start the server and wait until it is ready."""
        log = self.folder / "server.log"
        with log.open("ab") as file:
            begin = file.tell()
            self._process = subprocess.Popen(
                [sys.executable, "-m", "moderation", "serve"],
                env=self.environment,
                cwd=self.folder,
                stdout=file,
                stderr=file,
                start_new_session=True,
            )
        self._wait_until_ready(log)
        said = log.read_bytes()[begin:].decode()
        self.password = self.password or _first(r"Password +(\S+)", said)
        self.bearer_key = self.bearer_key or _first(r"Bearer key +(\S+)", said)
        self.curl_line = _first(r"(?m)^(body=.*)$", said)

    @property
    def group(self) -> int:
        """The process group of the server's processes."""
        assert self._process is not None
        return self._process.pid

    def kill(self) -> None:
        """End every process of the server at once, without a chance to clean up."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(timeout=30)
            self._process = None

    def stop(self) -> None:
        """End the server as an operator does."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=60)
            self._process = None

    def signing_secret(self, forum: str = "main") -> str:
        """Make new credentials for a forum and return its signing secret."""
        made = self.command("forums", "rotate-secret", forum, "--json")
        assert made.returncode == 0, made.stderr
        return str(json.loads(made.stdout)["signing_secret"])

    def _wait_until_ready(self, log: Path) -> None:
        deadline = time.monotonic() + 180  # a machine may have much else to do
        while time.monotonic() < deadline:
            assert self._process is not None
            assert self._process.poll() is None, log.read_text()
            try:
                if httpx.get(f"{self.url}/readyz", timeout=2).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.1)
        raise AssertionError(log.read_text())


class Forum:
    """A forum that signs its requests."""

    def __init__(self, url: str, secret: str, slug: str = "main") -> None:
        self._client = httpx.Client(base_url=url, timeout=30)
        self.secret = secret
        self._slug = slug

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def send(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> httpx.Response:
        """Send one signed request."""
        text = json.dumps(body) if body is not None else ""
        headers = {
            "content-type": "application/json",
            "x-moderation-forum": self._slug,
            **sign_headers([self.secret], f"msg_{uuid.uuid4().hex}", datetime.now(tz=UTC), text),
        }
        return self._client.request(method, path, content=text, headers=headers)

    def comment(self, **fields: Any) -> dict[str, Any]:
        """Send a comment and return the answer."""
        answer = self.send("POST", "/v1/comments", fields)
        assert answer.status_code in {200, 201}, answer.text
        found: dict[str, Any] = answer.json()
        return found


class CallbackReceiver:
    """The forum's side of the callbacks: keeps what it was sent."""

    def __init__(self) -> None:
        self.received: list[tuple[dict[str, str], bytes]] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                receiver.received.append((headers, body))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/callback"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def messages(self) -> list[dict[str, Any]]:
        """Return the bodies."""
        return [json.loads(body) for _, body in self.received]

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()


def _first(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    return found[1] if found else ""
