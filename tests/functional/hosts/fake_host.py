"""A host's REST API as a real HTTP server; each host's own behaviour is a subclass."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it came."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)

    def form(self) -> dict[str, list[str]]:
        return parse_qs(self.body.decode())


class Answered(Exception):  # noqa: N818 - an answer, given early
    """Ends a request with an answer."""

    def __init__(self, status: int, document: Any = None) -> None:
        super().__init__(status)
        self.status = status
        self.document = document


class FakeHost:
    """Answers by `answer`; what stands in ``script`` goes first, one entry a request.

    An entry is a status, or bytes that are sent as they are with status 200.
    """

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.script: list[int | bytes] = []
        self.headers: dict[str, str] = {}
        self._port = 0
        self.come_back()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def come_back(self) -> None:
        """Listen, on the port of before."""
        self._server = _Server(("127.0.0.1", self._port), _Handler)
        self._server.host = self
        self._port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def go_down(self) -> None:
        """Listen no more."""
        self._server.shutdown()
        self._server.server_close()

    def calls(self) -> list[str]:
        """Return what was asked, as ``METHOD path``, without looking around."""
        return [f"{one.method} {one.path}" for one in self.asked if one.method != "GET"]

    def answer(self, asked: Asked) -> Any:
        """Return a JSON document, or raise `Answered`."""
        raise Answered(404, {"path": asked.path})


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    host: FakeHost


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def _do(self) -> None:
        host, parts = self.server.host, urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        headers = {name.lower(): value for name, value in self.headers.items()}
        asked = Asked(self.command, parts.path, query, headers, body)
        host.asked.append(asked)
        if host.script:
            scripted = host.script.pop(0)
            if isinstance(scripted, bytes):
                self._send(200, scripted)
            else:
                self._send(scripted, b"{}")
            return
        try:
            status, document = 200, host.answer(asked)
        except Answered as answered:
            status, document = answered.status, answered.document
        self._send(status, b"" if document is None else json.dumps(document).encode())

    def _send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        for name, value in self.server.host.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_DELETE = _do  # noqa: N815 - the names that the base class looks for

    def log_message(self, *_: object) -> None:
        """Say nothing."""
