"""How a push reaches its receiver: by a socket of this machine, or by a function call."""

from __future__ import annotations

from inspect import isawaitable
from io import BytesIO
from typing import TYPE_CHECKING, Protocol, Self, TypeAlias

import aiohttp

from .addresses import loopback
from .outbox import SHOWN, Outcome

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

Receive: TypeAlias = "Callable[[bytes, Mapping[str, str]], int | Awaitable[int]]"
"""A receiver in process: it gets the body and the headers of a delivery and tells its HTTP status."""

IDLE = 2.0
"""Seconds a connection is kept for the next delivery: less than servers wait before they close it."""


class Carrier(Protocol):
    """Brings one push to an address."""

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Outcome:
        """Bring it and tell what came back, or raise what a client of HTTP or a socket raises."""
        ...

    async def __aenter__(self) -> Self: ...

    async def __aexit__(self, *_: object) -> None: ...


class OverSockets:
    """Posts to addresses of this machine; all others are as if there were no such name."""

    async def __aenter__(self) -> Self:
        # This machine has no certificate that anybody would vouch for.
        connector = aiohttp.TCPConnector(limit=0, ssl=False, keepalive_timeout=IDLE)
        patience = aiohttp.ClientTimeout(total=None)
        jar = aiohttp.DummyCookieJar()
        self._session = aiohttp.ClientSession(connector=connector, timeout=patience, cookie_jar=jar)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Outcome:
        """Post it, to this machine only; redirects are not followed."""
        if not loopback(url):
            return Outcome(error="dns_failure")
        async with self._session.post(url, data=BytesIO(body), headers=headers, allow_redirects=False) as response:
            return Outcome(response.status, await _beginning(response.content))


async def _beginning(content: aiohttp.StreamReader) -> bytes:
    begun = b""
    while len(begun) < SHOWN and (piece := await content.readany()):
        begun += piece
    return begun


class ByCall:
    """Hands every delivery to a function, whatever its address.

    An ``OSError`` it raises is a failure of the network. Any other error is answered by 500, and kept in ``raised``.
    """

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self.raised: list[Exception] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None: ...

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Outcome:  # noqa: ARG002 - a Carrier's
        """Call the function."""
        try:
            status = self._receive(body, headers)
            return Outcome(await status if isawaitable(status) else status)
        except OSError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it raises is told at the end
            self.raised.append(error)
            return Outcome(500)
