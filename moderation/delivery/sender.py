"""One HTTP request to a receiver that may be slow, hostile or somebody else's."""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import ssl
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import httpcore


class ForbiddenAddressError(Exception):
    """The receiver's name leads to an address that this forum may not reach."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a request.

    Attributes
    ----------
    status : int or None
        None when there was no answer.
    error : str or None
        Why there was none.
    body : bytes
        Its first bytes, as many as were asked for.
    """

    status: int | None
    retry_after: str | None = None
    error: str | None = None
    body: bytes = b""


def post(
    url: str,
    headers: Mapping[str, str],
    body: bytes,
    *,
    timeout_s: float,
    allows_private: bool,
) -> Answer:
    """Send one message and read the answer's head; see `exchange`."""
    return exchange(
        "POST", url, headers, body, timeout_s=timeout_s, allows_private=allows_private, most_bytes=0
    )


def exchange(  # noqa: PLR0913 - one request's parts
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes,
    *,
    timeout_s: float,
    allows_private: bool,
    most_bytes: int,
) -> Answer:
    """Send one request and read the answer.

    Redirects are not followed (a key or a signed message goes to the address that the operator
    gave), and the whole exchange has one deadline, so that a receiver which drips single bytes
    holds nobody up.

    Parameters
    ----------
    allows_private : bool
        Whether private, loopback and link-local addresses may be reached.
    most_bytes : int
        How much of the answer's body is read; a longer one is an error, with 0 none is read.
    """
    deadline = time.monotonic() + timeout_s
    backend = _GuardedBackend(deadline, allows_private=allows_private)
    try:
        with (
            httpcore.ConnectionPool(
                ssl_context=_tls() if url.startswith("https:") else None,
                network_backend=backend,
                max_connections=1,
            ) as pool,
            pool.stream(
                method,
                url,
                headers=[(name.encode(), value.encode()) for name, value in headers.items()],
                content=body,
                extensions={"timeout": dict.fromkeys(("connect", "read", "write"), timeout_s)},
            ) as response,
        ):
            found = {name.lower(): value for name, value in response.headers}
            retry_after = found.get(b"retry-after")
            return Answer(
                response.status,
                retry_after.decode("latin-1") if retry_after is not None else None,
                body=_read(response, most_bytes),
            )
    except _TooLongError:
        return Answer(None, error=f"the answer is longer than {most_bytes} bytes")
    except ForbiddenAddressError as error:
        return Answer(None, error=str(error))
    except (httpcore.TimeoutException, TimeoutError):
        return Answer(None, error=f"no answer within {timeout_s:g} s")
    except (httpcore.NetworkError, httpcore.ProtocolError, ssl.SSLError, OSError) as error:
        return Answer(None, error=f"no connection: {type(error).__name__}: {error}"[:300])
    except (httpcore.UnsupportedProtocol, ValueError) as error:
        return Answer(None, error=f"the address cannot be used: {error}"[:300])


class _TooLongError(Exception):
    pass


def _read(response: httpcore.Response, most_bytes: int) -> bytes:
    kept = bytearray()
    if most_bytes:
        for chunk in response.iter_stream():
            kept += chunk
            if len(kept) > most_bytes:
                raise _TooLongError
    return bytes(kept)


_context: ssl.SSLContext | None = None


def _tls() -> ssl.SSLContext:
    global _context  # noqa: PLW0603 - reading the certificates takes 20 ms, once is enough
    if _context is None:
        _context = httpcore.default_ssl_context()
    return _context


class _GuardedBackend(httpcore.NetworkBackend):
    """Connects to the very address that was checked, so that a name cannot change meanwhile."""

    def __init__(self, deadline: float, *, allows_private: bool) -> None:
        self._inner = httpcore.SyncBackend()
        self._deadline = deadline
        self._allows_private = allows_private

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Resolve, check, connect."""
        del timeout
        # A name may lead to several addresses ("localhost" to two): the first that answers serves.
        *others, last = self._checked_addresses(host, port)
        for address in others:
            with contextlib.suppress(httpcore.ConnectError):
                return self._connect(address, port, local_address, socket_options)
        return self._connect(last, port, local_address, socket_options)

    def _connect(
        self, address: str, port: int, local_address: str | None, socket_options: Any
    ) -> httpcore.NetworkStream:
        stream = self._inner.connect_tcp(
            address, port, _left_s(self._deadline), local_address, socket_options
        )
        return _DeadlineStream(stream, self._deadline)

    def _checked_addresses(self, host: str, port: int) -> list[str]:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        for address in addresses:
            if not self._allows_private and not is_public(address):
                raise ForbiddenAddressError(
                    "it leads to a private address; allow it for this forum with --allow-private "
                    "of 'moderation forums set-callback' or 'connect'"
                )
        return addresses


class _DeadlineStream(httpcore.NetworkStream):
    """A stream whose every wait ends at one common deadline."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: float) -> None:
        self._inner = inner
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read until the deadline."""
        del timeout
        return self._inner.read(max_bytes, _left_s(self._deadline))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write until the deadline."""
        del timeout
        self._inner.write(buffer, _left_s(self._deadline))

    def close(self) -> None:
        """Close."""
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        """Begin TLS, with the same deadline."""
        del timeout
        inner = self._inner.start_tls(ssl_context, server_hostname, _left_s(self._deadline))
        return _DeadlineStream(inner, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        """Pass through."""
        return self._inner.get_extra_info(info)


def _left_s(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout
    return left


def is_public(address: str) -> bool:
    """Return whether an IP address is one of the public internet.

    IPv4 addresses that are wrapped in IPv6 (mapped, 6to4, Teredo, NAT64) are judged by what they
    wrap.
    """
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        nat64 = ipaddress.ip_network("64:ff9b::/96")
        wrapped = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if ip in nat64:
            wrapped = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if wrapped is not None:
            return is_public(str(wrapped))
        # Python calls these global: ::a.b.c.d and other unassigned blocks, and fec0::/10.
        if ip.is_reserved or ip.is_site_local:
            return False
    return ip.is_global and not ip.is_multicast
