"""Which addresses a callback may lead to."""

from __future__ import annotations

import pytest

from moderation.delivery.sender import is_public


@pytest.mark.parametrize(
    "address",
    [
        "93.184.216.34",
        "8.8.8.8",
        "172.15.255.255",  # just below 172.16.0.0/12
        "172.32.0.0",  # just above it
        "2606:2800:220:1:248:1893:25c8:1946",
        "::ffff:8.8.8.8",  # a public address, mapped
        "2002:808:808::1",  # 6to4 of 8.8.8.8
        "64:ff9b::808:808",  # NAT64 of 8.8.8.8
    ],
)
def test_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.255.255.254",
        "0.0.0.0",  # noqa: S104 - connects to this machine on Linux
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",  # carrier-grade NAT
        "169.254.169.254",  # a cloud's metadata service: hands out credentials
        "192.0.2.1",  # documentation
        "198.18.0.1",  # benchmarks
        "224.0.0.1",  # multicast
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "fe80::1",  # link-local
        "fe80::1%eth0",  # ... with the interface
        "fc00::1",  # unique local
        "fd00:ec2::254",  # a cloud's metadata service by IPv6
        "fec0::1",  # site-local, deprecated and still routed in places
        "ff02::1",  # multicast
        "2001:db8::1",  # documentation
        "::ffff:127.0.0.1",  # mapped
        "::ffff:169.254.169.254",
        "::ffff:7f00:1",
        "::127.0.0.1",  # IPv4-compatible, deprecated
        "2002:7f00:1::",  # 6to4 of 127.0.0.1
        "2002:a9fe:a9fe::1",  # 6to4 of the metadata service
        "64:ff9b::7f00:1",  # NAT64 of 127.0.0.1
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::7f00:1",  # NAT64 for local use
        "2001:0:4136:e378:8000:63bf:80ff:fffe",  # Teredo of 127.0.0.1
    ],
)
def test_not_public(address: str) -> None:
    assert not is_public(address)
