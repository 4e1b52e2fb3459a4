"""Starlette and FastAPI: a client that lives as long as the app, and an endpoint for deliveries."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from ..approvals.begin import GRACE
from ..client import LeadLex
from ..errors import ConfigurationError
from .receipt import UNREAD
from .receiver import WebhookReceiver

try:
    from starlette.requests import HTTPConnection, Request  # noqa: TC002 - FastAPI reads annotations
    from starlette.responses import PlainTextResponse
    from starlette.routing import Route
except ModuleNotFoundError as error:
    raise ImportError('this needs: pip install "leadlex_async[starlette]"') from error

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Iterable

    from ..webhooks import Deduplicator
    from ._intake import Listener

__all__ = ["LeadLexBackend", "get_leadlex"]

T = TypeVar("T")
CLIENT = "leadlex"
RECEIVER = "leadlex_receiver"


class LeadLexBackend:
    """A client for an app, and an endpoint for deliveries; an app has one, made where the app is made.

    ``leadlex`` makes the client when the app starts; it is closed when the app ends. The rest is what a
    ``WebhookReceiver`` takes; ``approvals.feed`` is told of every event.

        backend = LeadLexBackend()
        app = Starlette(lifespan=backend.lifespan, routes=[backend.route("/leadlex/webhook")])
    """

    def __init__(  # noqa: PLR0913 - each is an independent choice of the caller
        self,
        *,
        leadlex: Callable[[], LeadLex] = LeadLex,
        secret: str | Iterable[str] | None = None,
        accept: Listener | None = None,
        on_event: Listener | None = None,
        deduplicator: Deduplicator | None = None,
        tolerance: float = 300.0,
    ) -> None:
        self._make = leadlex
        self._secret = secret if secret is None or isinstance(secret, str) else tuple(secret)
        self._accept = accept
        self._on_event = on_event
        self._deduplicator = deduplicator
        self._tolerance = tolerance
        self._receives = False
        self._leadlex: LeadLex | None = None
        self._receiver: WebhookReceiver | None = None

    @property
    def leadlex(self) -> LeadLex:
        """The client, while the app runs; for what has no request: ``on_event``, say."""
        if self._leadlex is None:
            raise ConfigurationError("there is a client only while the app runs: give it lifespan=backend.lifespan")
        return self._leadlex

    @asynccontextmanager
    async def lifespan(self, _: object) -> AsyncGenerator[dict[str, Any]]:
        """The lifespan of the app; enter it in your own, and yield what it yields, where you have one.

        It ends with ``stop``, and the client is closed. What ``on_event`` needs, a database say, must outlive that:
        enter it before, or call ``stop`` yourself while it is open.
        """
        if self._leadlex is not None:
            raise ConfigurationError("this backend belongs to an app that runs already; an app has one of its own")
        async with self._make() as client:
            self._leadlex = client
            self._receiver = self._made(client) if self._receives else None
            try:
                yield {CLIENT: client, RECEIVER: self._receiver}
            finally:
                await self.stop()
                self._leadlex = self._receiver = None

    def route(self, path: str = "/leadlex/webhook") -> Route:
        """The endpoint for deliveries; a missing secret is a ``ConfigurationError`` here (guide: webhooks).

        For FastAPI: ``app.router.routes.append(backend.route())``.
        """
        self._made(None)
        self._receives = True
        return Route(path, _receive, methods=["POST"], include_in_schema=False)

    async def stop(self) -> None:
        """End every wait with ``ClientClosed`` now, take no more deliveries, and hear those out that handle events.

        Starts on their way are heard before, for up to 5 s; handlers have 10 s. Servers tell an app that they stop only
        when all its requests have ended. Call this where yours tells it sooner, so that requests which wait for a
        decision do not hold it up, and before what ``on_event`` needs is closed.
        """
        if self._leadlex is not None:
            await self._leadlex.approvals.aclose(grace=GRACE)
        if self._receiver is not None:
            await self._receiver.aclose()

    def _made(self, leadlex: LeadLex | None) -> WebhookReceiver:
        return WebhookReceiver(
            self._secret,
            feed=leadlex.approvals.feed if leadlex is not None else None,
            accept=self._accept,
            on_event=self._on_event,
            deduplicator=self._deduplicator,
            tolerance=self._tolerance,
        )


def get_leadlex(connection: HTTPConnection) -> LeadLex:
    """The app's client, for a handler; in FastAPI ``Annotated[LeadLex, Depends(get_leadlex)]``."""
    return _held(connection, CLIENT, LeadLex)


async def _receive(request: Request) -> PlainTextResponse:
    receiver = _held(request, RECEIVER, WebhookReceiver)
    receipt = await receiver.receive_from(request.stream(), request.headers)
    return PlainTextResponse(
        receipt.reason, receipt.status, {"Connection": "close"} if receipt.status in UNREAD else {}
    )


def _held(connection: HTTPConnection, name: str, kind: type[T]) -> T:
    held = connection.scope.get("state", {}).get(name)
    if not isinstance(held, kind):
        raise ConfigurationError("the app has no LeadLex client: give it lifespan=backend.lifespan of a LeadLexBackend")
    return held
