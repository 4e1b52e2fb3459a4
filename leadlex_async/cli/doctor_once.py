"""aiohttp that sends each request once: by itself it sends a GET again whose connection was dropped."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aiohttp

from .._http.transport import AiohttpTransport

if TYPE_CHECKING:
    from typing import Self

    from aiohttp.connector import Connection


class Once(AiohttpTransport):
    """A transport, through a proxy if there is one, for requests that are counted."""

    def __init__(self, proxy: str | None) -> None:
        self._own = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), response_class=_Answer, proxy=proxy)
        super().__init__(self._own)

    async def aclose(self) -> None:
        """Close its session, which is its own."""
        await super().aclose()
        await self._own.close()


class _Answer(aiohttp.ClientResponse):
    async def start(self, connection: Connection) -> Self:
        """Read the head of the answer; a dropped connection is an error that aiohttp does not send again after."""
        try:
            await super().start(connection)
        except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
            raise aiohttp.ClientConnectionError(str(error)) from None
        return self
