"""The client of a command: with the key and the proxy of this machine."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
from yarl import URL

from .._http.transport import AiohttpTransport
from ..client import LeadLex
from ..errors import ConfigurationError
from . import keys
from .run import finish

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from .._http.plan import Plan
    from .._http.transport import Transport

RETRIES = 3


def client(
    *, plan: Plan | str | None = None, max_retries: int = RETRIES, transport: Transport | None = None
) -> LeadLex:
    """A client with the key that is found, which goes through the machine's proxy if there is one.

    Needs a running loop. What is wrong with the key, the address or the proxy is a ``ConfigurationError``.
    """
    found = keys.find()
    try:
        made = LeadLex(found.key, plan=plan, max_retries=max_retries, transport=transport)
    except ConfigurationError as error:
        if "API key" in error.message:
            error.add_note(f"it was found in {found.where}")
        raise
    proxy = proxy_for(made.base_url) if transport is None else None
    return made if proxy is None else LeadLex(found.key, plan=plan, max_retries=max_retries, transport=Proxied(proxy))


@asynccontextmanager
async def connected(*, max_retries: int = RETRIES, transport: Transport | None = None) -> AsyncGenerator[LeadLex, None]:
    """The same, closed at the end whatever signals come meanwhile."""
    leadlex = client(max_retries=max_retries, transport=transport)
    try:
        yield leadlex
    finally:
        await finish(leadlex.aclose())


def proxy_for(base_url: str) -> str | None:
    """The proxy that ``HTTPS_PROXY`` names, unless ``NO_PROXY`` excepts the host; http goes to this machine only."""
    parts = urlsplit(base_url)
    proxy = getproxies().get("https", "").strip()
    if parts.scheme != "https" or not proxy or proxy_bypass(parts.netloc):
        return None
    proxy = proxy if "://" in proxy else f"http://{proxy}"
    if not _usable(proxy):
        raise ConfigurationError(
            "HTTPS_PROXY must be like http://proxy.example:3128, with /, ? and # of a password written as %2F, %3F and "
            "%23; other kinds are not supported"
        )
    return proxy


def _usable(proxy: str) -> bool:
    try:
        parts = URL(proxy)
    except ValueError:  # half an IPv6 address, say, or a port that is none
        return False
    # A password with one of / ? # in it, which must be written as %2F %3F %23, would be taken for a path.
    bare = parts.path in {"", "/"} and not parts.query_string and not parts.fragment
    return parts.scheme in {"http", "https"} and bool(parts.host) and parts.port != 0 and bare


class Proxied(AiohttpTransport):
    """aiohttp through a proxy."""

    def __init__(self, proxy: str) -> None:
        connector = aiohttp.TCPConnector(limit=0)  # the pacer bounds what is in flight
        self._through = aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar(), proxy=proxy)
        super().__init__(self._through)

    async def aclose(self) -> None:
        """Close its session, which is its own."""
        await super().aclose()
        await self._through.close()
