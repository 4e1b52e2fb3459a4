"""The sandbox on a socket, by ``aiohttp.web``."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from aiohttp import web
from yarl import URL

from .._http.wire import Request
from .faults import filler

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from .._http.wire import Response
    from .faults import Reply
    from .page import Page

PATIENCE = 0.05
"""Seconds that a stop leaves to answers under way."""

NOWHERE = "http://127.0.0.1:1"
"""An address that nothing listens on."""


class Server:
    """Listens on one address; stopped and started again it keeps its port."""

    def __init__(self, handle: Callable[[Request], Reply], page: Page) -> None:
        self._handle = handle
        self._page = page
        self._runner: web.ServerRunner | None = None
        self.url = NOWHERE

    @property
    def running(self) -> bool:
        """Whether it listens."""
        return self._runner is not None

    async def start(self, host: str, port: int) -> None:
        """Listen; port 0 is the port of the last time, or any free one."""
        if self._runner is not None:
            raise RuntimeError("the sandbox is listening already")
        kept = URL(self.url).port if self.url != NOWHERE else None
        # With handler_cancellation a client that leaves ends the hold of a `timeout` fault.
        runner = web.ServerRunner(web.Server(self._serve, handler_cancellation=True), shutdown_timeout=PATIENCE)
        await runner.setup()
        try:
            await web.TCPSite(runner, host, port or kept or 0).start()
        except OSError:
            await runner.cleanup()
            raise
        self._runner = runner
        self.url = str(URL.build(scheme="http", host=host, port=runner.addresses[0][1]))

    async def stop(self) -> None:
        """Close the socket and every connection."""
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()

    async def _serve(self, incoming: web.BaseRequest) -> web.StreamResponse:
        body = await incoming.content.read()  # `incoming.read` refuses what is above 1 MiB
        request = Request(incoming.method, self.url + incoming.raw_path, dict(incoming.headers), body or None)
        shown = self._page.answer(request)
        if shown is not None:
            return web.Response(status=shown.status, headers=shown.headers, body=shown.body)
        reply = self._handle(request)
        await asyncio.sleep(reply.delay)
        if reply.response is None:
            return _hang_up(incoming)
        return await _deliver(incoming, reply, reply.response)


def _hang_up(incoming: web.BaseRequest) -> web.StreamResponse:
    if incoming.transport is not None:
        incoming.transport.abort()
    return web.Response()


async def _deliver(incoming: web.BaseRequest, reply: Reply, response: Response) -> web.StreamResponse:
    streaming = response.headers.get("Content-Type") == "text/event-stream"
    if reply.cut is None and not reply.padding and not streaming:
        return web.Response(status=response.status, headers=response.headers, body=response.body)
    outgoing = web.StreamResponse(status=response.status, headers=response.headers)
    if reply.cut is not None:
        outgoing.content_length = len(response.body)
        outgoing.force_close()
    await outgoing.prepare(incoming)
    for piece in _pieces(reply, response):
        await outgoing.write(piece)
    return outgoing


def _pieces(reply: Reply, response: Response) -> Iterable[bytes]:
    if reply.padding:
        return filler(reply.padding)
    return response.body[: reply.cut].splitlines(keepends=True)
