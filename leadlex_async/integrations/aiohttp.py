"""aiohttp.web: a client that lives as long as the app, and an endpoint for deliveries."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from aiohttp import web

from ..client import LeadLex
from ._ending import close_later, end_waits
from .receipt import UNREAD
from .receiver import WebhookReceiver

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable

    from ..webhooks import Deduplicator
    from ._intake import Listener

__all__ = ["LEADLEX", "setup"]

LEADLEX: web.AppKey[LeadLex] = web.AppKey("leadlex", LeadLex)
"""The app's client: ``request.app[LEADLEX]``."""


def setup(  # noqa: PLR0913 - each is an independent choice of the caller
    app: web.Application,
    *,
    leadlex: Callable[[], LeadLex] = LeadLex,
    path: str | None = "/leadlex/webhook",
    secret: str | Iterable[str] | None = None,
    accept: Listener | None = None,
    on_event: Listener | None = None,
    deduplicator: Deduplicator | None = None,
    tolerance: float = 300.0,
) -> None:
    """Give an app a client, ``app[LEADLEX]``, and an endpoint for deliveries at ``path`` (None: no endpoint).

    ``leadlex`` makes the client when the app starts; it is closed when the app ends. The rest is what a
    ``WebhookReceiver`` takes; ``approvals.feed`` is told of every event. When the server begins to stop, all waits end
    with ``ClientClosed``; starts on their way are heard before, for up to 5 s. Requests that use the client have 5 s
    more. Events that are being handled are waited for, for up to 10 s. A missing secret is a ``ConfigurationError``
    here (guide: webhooks).
    """
    receiver = None
    if path is not None:
        receiver = WebhookReceiver(
            secret,
            feed=lambda event: app[LEADLEX].approvals.feed(event),  # noqa: PLW0108 - the client is made when the app starts
            accept=accept,
            on_event=on_event,
            deduplicator=deduplicator,
            tolerance=tolerance,
        )
        app.router.add_post(path, _endpoint(receiver))

    closing: set[asyncio.Task[None]] = set()

    async def life(app: web.Application) -> AsyncGenerator[None]:
        async with leadlex() as client:
            app[LEADLEX] = client
            yield
            for task in closing:  # no request needs the client any more, but what handles events may
                task.cancel()
                await asyncio.wait({task})
            if receiver is not None:
                await receiver.aclose()

    async def stop(app: web.Application) -> None:
        # This comes before aiohttp waits for requests, which it does for up to a minute.
        await end_waits(app[LEADLEX])
        closing.add(asyncio.create_task(close_later(app[LEADLEX])))

    app.cleanup_ctx.append(life)
    app.on_shutdown.append(stop)


def _endpoint(receiver: WebhookReceiver) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def receive(request: web.Request) -> web.Response:
        receipt = await receiver.receive_from(request.content.iter_any(), request.headers)
        response = web.Response(status=receipt.status, text=receipt.reason)
        if receipt.status in UNREAD:
            response.force_close()
        return response

    return receive
