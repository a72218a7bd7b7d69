"""A store that speaks S3 over HTTP, in a process of its own."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from tests.functional.running_server import free_port

CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "us-east-1",
}
"""What its clients must have in their environment."""

_START = "from moto.server import main; main()"
# What the store asks of a request that is not made by boto.
_SIGNED = {"authorization": "AWS4-HMAC-SHA256 Credential=test/20260302/us-east-1/s3/aws4_request"}


@contextmanager
def running_model_store(port: int | None = None) -> Iterator[str]:
    """Run a store with the empty bucket ``models``; gives its address."""
    port = port or free_port()
    command = [sys.executable, "-W", "ignore", "-c", _START, "-p", str(port), "-H", "127.0.0.1"]
    silent = subprocess.DEVNULL
    with subprocess.Popen(command, stdout=silent, stderr=silent) as process:
        url = f"http://127.0.0.1:{port}"
        end = time.monotonic() + 60
        while True:
            try:
                httpx.put(f"{url}/models", headers=_SIGNED)
                break
            except httpx.TransportError:
                assert time.monotonic() < end, "the store did not start"
                time.sleep(0.1)
        try:
            yield url
        finally:
            process.kill()
