"""The sandbox in process: the SDK's transport, without sockets."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from .._http.transport import LARGEST_BODY, Stream
from .._http.wire import Response
from ..errors import ClientClosed, DecodeError, RequestTimeout, TransportError
from .faults import filler

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable

    from .._http.wire import Request
    from .faults import Reply

PIECE = 512
"""Bytes; small enough to cut the events of a chat stream in the middle."""


class SandboxTransport:
    """Carries requests by a function call; time passes by ``asyncio.sleep`` only, so a virtual clock drives it."""

    def __init__(self, handle: Callable[[Request], Reply]) -> None:
        self._handle = handle
        self._closed = False

    async def send(self, request: Request) -> Response:
        """Carry one request and bring the whole answer."""
        reply, response = await self._carry(request)
        if reply.cut is not None:
            raise _broken()
        if reply.padding:
            return Response(response.status, response.headers, _pad(reply.padding, response.status))
        return response

    @asynccontextmanager
    async def open(self, request: Request) -> AsyncGenerator[Stream]:
        """Carry one request and bring the answer piece by piece."""
        reply, response = await self._carry(request)
        yield Stream(response.status, response.headers, _chunks(reply, response))

    async def aclose(self) -> None:
        """Carry nothing any more."""
        self._closed = True

    async def _carry(self, request: Request) -> tuple[Reply, Response]:
        if self._closed:
            raise ClientClosed("this client is closed")
        reply = self._handle(request)
        await asyncio.sleep(min(reply.delay, request.timeout))
        if reply.refused:
            raise TransportError("cannot connect to the server: nobody listens", sent=False)
        if reply.delay > request.timeout:
            raise RequestTimeout("no answer within the timeout; the request may have been carried out")
        if reply.response is None:
            raise _broken()
        return reply, reply.response


def _broken() -> TransportError:
    return TransportError("the connection broke before a whole answer came")


def _pad(size: int, status: int) -> bytes:
    if size > LARGEST_BODY:
        raise DecodeError(f"the answer is larger than {LARGEST_BODY >> 20} MiB", status=status)
    return b"".join(filler(size))


async def _chunks(reply: Reply, response: Response) -> AsyncIterator[bytes]:
    for piece in filler(reply.padding) if reply.padding else _split(response.body[: reply.cut]):
        await asyncio.sleep(0)
        yield piece
    if reply.cut is not None:
        raise _broken()


def _split(body: bytes) -> Iterable[bytes]:
    return (body[start : start + PIECE] for start in range(0, len(body), PIECE))
