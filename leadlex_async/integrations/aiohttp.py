"""aiohttp.web: a client that lives as long as the app, and an endpoint for deliveries."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from aiohttp import web

from ..approvals.begin import GRACE
from ..client import LeadLex
from ..errors import ConfigurationError
from .receipt import UNREAD
from .receiver import WebhookReceiver

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable

    from ..webhooks import Deduplicator
    from ._intake import Listener

__all__ = ["LEADLEX", "setup"]

LEADLEX: web.AppKey[LeadLex] = web.AppKey("leadlex", LeadLex)
"""The app's client: ``request.app[LEADLEX]``."""
_SET_UP = web.AppKey("leadlex_set_up", bool)


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
    with ``ClientClosed``; starts on their way are heard before, for up to 5 s. No more deliveries are taken then, and
    events that are being handled are waited for, for up to 10 s. Requests that use the client have 5 s more. A missing
    secret, or a second call, is a ``ConfigurationError`` (guide: webhooks).
    """
    if app.get(_SET_UP, False):
        raise ConfigurationError("this app has a LeadLex client already: set it up once")
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

    app[_SET_UP] = True
    closing: set[asyncio.Task[None]] = set()

    async def life(app: web.Application) -> AsyncGenerator[None]:
        async with leadlex() as client:
            app[LEADLEX] = client
            yield
            for task in closing:  # no request needs the client any more
                task.cancel()
                await asyncio.wait({task})

    async def stop(app: web.Application) -> None:
        # This comes before aiohttp waits for requests, which it does for up to a minute, and before any clean-up.
        await app[LEADLEX].approvals.aclose(grace=GRACE)
        if receiver is not None:
            await receiver.aclose()
        closing.add(asyncio.create_task(_close_later(app[LEADLEX])))

    app.cleanup_ctx.append(life)
    app.on_shutdown.append(stop)


async def _close_later(leadlex: LeadLex) -> None:
    """Close the client 5 s from now: a start that still waits for its turn in the quota ends with ``ClientClosed``."""
    await asyncio.sleep(GRACE)
    await leadlex.aclose()


def _endpoint(receiver: WebhookReceiver) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def receive(request: web.Request) -> web.Response:
        receipt = await receiver.receive_from(request.content.iter_any(), request.headers)
        response = web.Response(status=receipt.status, text=receipt.reason)
        if receipt.status in UNREAD:
            response.force_close()
        return response

    return receive
