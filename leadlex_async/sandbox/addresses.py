"""Where a webhook may point to: the public internet, or, where that is allowed, this machine."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from ipaddress import IPv4Address, IPv6Address


def public(url: str) -> bool:
    """Whether a URL is of https and not plainly of this machine or a private network; names are not looked up."""
    scheme, host = _parts(url)
    if scheme != "https" or not host:
        return False
    address = _address(host)
    return address.is_global if address is not None else host.rpartition(".")[2] != "localhost"


def loopback(url: str) -> bool:
    """Whether a URL is of http or https and of this machine: 127.0.0.0/8, ``::1`` or ``localhost``."""
    scheme, host = _parts(url)
    address = _address(host)
    return scheme in {"http", "https"} and (address.is_loopback if address is not None else host == "localhost")


def _parts(url: str) -> tuple[str, str]:
    """Scheme and host; nothing of a URL that cannot be read."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return "", ""
    return (parts.scheme, host) if port != 0 else ("", "")


def _address(host: str) -> IPv4Address | IPv6Address | None:
    """A literal address; one of version 4 that is written as one of version 6 is what it stands for."""
    try:
        address = ip_address(host)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
