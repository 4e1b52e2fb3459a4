"""How requests travel: a protocol of three methods, and aiohttp behind it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from io import BytesIO
from typing import TYPE_CHECKING, Protocol

import aiohttp
from attrs import define
from yarl import URL

from ..errors import ClientClosed, ConfigurationError, DecodeError
from . import faults
from .wire import Response

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from .wire import Request

LARGEST_BODY = 64 * 2**20
"""Bytes; 10,000 pending tasks are about 4 MB."""
LARGE_BODY = 2**20
"""Bytes of a request that are not written at once."""
CONNECT_SHARE = 0.8


@define(eq=False)
class Stream:
    """An HTTP response whose body comes in ``chunks``, cut anywhere."""

    status: int
    headers: Mapping[str, str]
    chunks: AsyncIterator[bytes]


class Transport(Protocol):
    """What carries requests. It raises ``TransportError`` when no usable answer comes back, never an error of its own.

    ``send`` and ``open`` keep to ``request.timeout``, follow no redirect and raise nothing for a status.
    """

    async def send(self, request: Request) -> Response:
        """Send one request and read the whole answer."""
        ...

    def open(self, request: Request) -> AbstractAsyncContextManager[Stream]:
        """Send one request and read the answer piece by piece; leaving the context drops the rest."""
        ...

    async def aclose(self) -> None:
        """Free what the transport holds."""
        ...


class AiohttpTransport:
    """One shared ``aiohttp.ClientSession``, made inside the running loop when the first request needs it.

    A session given by the caller is used as it is (proxy, TLS, tracing, middlewares) and never closed here.
    """

    def __init__(self, session: aiohttp.ClientSession | None = None) -> None:
        self._given = session
        self._session = session
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closed = False
        self._timeouts: dict[float, aiohttp.ClientTimeout] = {}

    async def send(self, request: Request) -> Response:
        """Send one request and read the whole answer."""
        try:
            async with self._request(request, self._total(request.timeout)) as response:
                return Response(response.status, response.headers, await _read(response))
        except faults.FOREIGN as error:
            fault = faults.translate(error)
        # Raised out here so that the foreign error, which may hold the key, is not even its context.
        raise fault

    def open(self, request: Request) -> AbstractAsyncContextManager[Stream]:
        """Send one request and read the answer piece by piece."""
        timeout = aiohttp.ClientTimeout(total=None, connect=request.timeout, sock_read=request.timeout)
        return _OpenStream(self._request(request, timeout))

    async def aclose(self) -> None:
        """Close the session if it was made here."""
        self._closed = True
        if self._session is not None and self._session is not self._given:
            await self._session.close()

    def _request(
        self, request: Request, timeout: aiohttp.ClientTimeout
    ) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:
        return self._ready().request(
            request.method,
            _url(request.url),
            data=_body(request.body),
            headers=request.headers,
            timeout=timeout,
            allow_redirects=False,
            raise_for_status=False,
        )

    def _total(self, seconds: float) -> aiohttp.ClientTimeout:
        timeout = self._timeouts.get(seconds)
        if timeout is None:
            # A wait for a connection, TLS included, ends before the whole: then nothing was sent, and that is known.
            timeout = self._timeouts[seconds] = aiohttp.ClientTimeout(total=seconds, connect=CONNECT_SHARE * seconds)
        return timeout

    def _ready(self) -> aiohttp.ClientSession:
        loop = asyncio.get_running_loop()
        if self._closed:
            raise ClientClosed("this client is closed")
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=0)  # the pacer bounds what is in flight
            self._session = aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())
        if self._loop is None:
            self._loop = loop
        if self._loop is not loop:
            raise ConfigurationError("this client belongs to another event loop; build one LeadLex per loop")
        if self._session.closed:
            raise ConfigurationError("the aiohttp session given to this client is closed")
        return self._session


class _OpenStream:
    """Context manager over one streaming response, with foreign errors translated."""

    def __init__(self, request: AbstractAsyncContextManager[aiohttp.ClientResponse]) -> None:
        self._request = request

    async def __aenter__(self) -> Stream:
        try:
            response = await self._request.__aenter__()
            return Stream(response.status, response.headers, _chunks(response))
        except faults.FOREIGN as error:
            fault = faults.translate(error)
        raise fault

    async def __aexit__(self, *_: object) -> None:
        await self._request.__aexit__(None, None, None)


def _body(body: bytes | None) -> bytes | BytesIO | None:
    """Large bodies go out in pieces, so that other tasks get their turns."""
    return body if body is None or len(body) < LARGE_BODY else BytesIO(body)


def _url(text: str) -> URL:
    """A URL of encoded parts; yarl parses a whole one in five times the time (measured)."""
    scheme, _, rest = text.partition("://")
    rest, _, query = rest.partition("?")
    authority, slash, path = rest.partition("/")
    return URL.build(scheme=scheme, authority=authority, path=slash + path, query_string=query, encoded=True)


async def _read(response: aiohttp.ClientResponse) -> bytes:
    """Read a body of bounded size; the bound counts decompressed bytes."""
    pieces: list[bytes] = []
    size = 0
    while piece := await response.content.readany():
        pieces.append(piece)
        size += len(piece)
        if size > LARGEST_BODY:
            raise DecodeError(f"the answer is larger than {LARGEST_BODY >> 20} MiB", status=response.status)
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


async def _chunks(response: aiohttp.ClientResponse) -> AsyncIterator[bytes]:
    try:
        async for piece in response.content.iter_any():
            yield piece
    except faults.FOREIGN as error:
        fault = faults.translate(error)
    else:
        return
    raise fault
