"""A receiver of callbacks that behaves as a test tells it to."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Behaviour = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    """Keeps each message, then behaves."""

    server: Server

    def do_POST(self) -> None:
        length = int(self.headers["content-length"])
        body = self.rfile.read(length)
        if len(body) < length:  # the sender died half-way: no receiver takes this for a message
            self.close_connection = True
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        behave = self.server.receiver.take(Message(self.path, headers, body))
        try:
            behave(self)
        except OSError:
            self.close_connection = True  # the sender has hung up: that is what the test is about

    do_GET = do_POST  # noqa: N815 - the name that the base class looks for

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Server(ThreadingHTTPServer):
    """Knows its receiver; its threads end with the test process."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    receiver: Receiver


@dataclass(frozen=True, slots=True)
class Message:
    """One request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]


@dataclass
class Receiver:
    """Behaves once as each of ``script`` says, then answers 204."""

    script: list[Behaviour] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._server = Server(("127.0.0.1", 0), Handler)
        self._server.receiver = self
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def take(self, message: Message) -> Behaviour:
        with self._lock:
            self.messages.append(message)
            return self.script.pop(0) if self.script else answer(204)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def answer(status: int, **headers: str) -> Behaviour:
    """Answer at once."""

    def behave(handler: Handler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("content-length", "0")
        handler.end_headers()

    return behave


def hang(seconds: float) -> Behaviour:
    """Take the message and say nothing."""

    def behave(handler: Handler) -> None:
        time.sleep(seconds)
        handler.close_connection = True

    return behave


def drip(seconds: float) -> Behaviour:
    """Send an endless header, byte by byte: every single read is in time."""

    def behave(handler: Handler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nx-drip: ")
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            handler.wfile.write(b"x")
            time.sleep(0.02)

    return behave


def gibberish(handler: Handler) -> None:
    """Answer with something that is not HTTP."""
    handler.wfile.write(b"\x00\xffSSH-2.0-nothing\r\n\r\n")
    handler.close_connection = True


def hang_up(handler: Handler) -> None:
    """Close the connection without an answer."""
    handler.close_connection = True
