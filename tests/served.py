"""The same small backend in each web framework, served in this process on a real socket."""

from __future__ import annotations

import asyncio
import socket
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated, TypeAlias, TypedDict, Unpack

import uvicorn
from aiohttp import web
from fastapi import Depends, FastAPI
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

from leadlex_async import ClientClosed, LeadLex
from leadlex_async.integrations import aiohttp as for_aiohttp
from leadlex_async.integrations.starlette import LeadLexBackend, get_leadlex

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Iterable

    from starlette.requests import Request

    from leadlex_async.integrations._intake import Listener
    from leadlex_async.webhooks import Deduplicator

    App: TypeAlias = web.Application | Starlette

HOOK = "/leadlex/webhook"
PROMPT = 10
"""Seconds that are far less than the minute that aiohttp waits for handlers."""


class Options(TypedDict, total=False):
    """What is common to all frameworks."""

    leadlex: Callable[[], LeadLex]
    secret: str | Iterable[str] | None
    accept: Listener | None
    on_event: Listener | None
    deduplicator: Deduplicator | None


async def launched(leadlex: LeadLex, campaign_id: str) -> dict[str, str]:
    """Launch a campaign within a request and tell how it ended."""
    try:
        ticket = await leadlex.approvals.begin(campaign_id)
        launch = await leadlex.approvals.wait(ticket, timeout=None, raise_for_outcome=False)
    except ClientClosed:
        return {"outcome": "closed"}
    return {"outcome": launch.outcome.value}


async def begun(leadlex: LeadLex, campaign_id: str) -> dict[str, str]:
    """Begin a launch within a request."""
    ticket = await leadlex.approvals.begin(campaign_id)
    return {"task_id": str(ticket.task_id)}


ACTIONS = {"launch": launched, "begin": begun}


def with_aiohttp(**options: Unpack[Options]) -> web.Application:
    """An app of aiohttp.web, which takes small bodies only."""

    async def act(request: web.Request) -> web.Response:
        action = ACTIONS[request.match_info["action"]]
        return web.json_response(await action(request.app[for_aiohttp.LEADLEX], request.match_info["id"]))

    app = web.Application(client_max_size=10)
    for_aiohttp.setup(app, **options)
    app.router.add_post("/{action}/{id}", act)
    return app


def with_starlette(**options: Unpack[Options]) -> Starlette:
    """An app of Starlette."""
    backend = LeadLexBackend(**options)

    async def act(request: Request) -> JSONResponse:
        action = ACTIONS[request.path_params["action"]]
        return JSONResponse(await action(get_leadlex(request), request.path_params["id"]))

    app = Starlette(lifespan=backend.lifespan, routes=[backend.route(), Route("/{action}/{id}", act, methods=["POST"])])
    app.state.backend = backend
    return app


Client = Annotated[LeadLex, Depends(get_leadlex)]


def with_fastapi(**options: Unpack[Options]) -> FastAPI:
    """An app of FastAPI."""
    backend = LeadLexBackend(**options)
    app = FastAPI(lifespan=backend.lifespan)
    app.router.routes.append(backend.route())
    app.state.backend = backend

    @app.post("/{action}/{id}")
    async def act(action: str, id: str, leadlex: Client) -> dict[str, str]:
        return await ACTIONS[action](leadlex, id)

    return app


MAKERS: dict[str, Callable[..., App]] = {
    "aiohttp": with_aiohttp,
    "starlette": with_starlette,
    "fastapi": with_fastapi,
}


class Server(uvicorn.Server):
    """Tells the backend first that it stops."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop."""
        app = self.config.app
        if isinstance(app, Starlette):
            await app.state.backend.stop()
        await super().shutdown(sockets)


@asynccontextmanager
async def served(app: App, *, limit: int | None = None) -> AsyncGenerator[str]:
    """Serve an app and give its address; it must stop promptly. ``limit`` is uvicorn's, in seconds."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        serving = by_aiohttp(app, listener) if isinstance(app, web.Application) else by_uvicorn(app, listener, limit)
        async with serving:
            yield address


@asynccontextmanager
async def by_aiohttp(app: web.Application, listener: socket.socket) -> AsyncGenerator[None]:
    """Serve with aiohttp's own runner."""
    runner = web.AppRunner(app)
    await runner.setup()
    await web.SockSite(runner, listener).start()
    try:
        yield
    finally:
        async with asyncio.timeout(PROMPT):
            await runner.cleanup()


@asynccontextmanager
async def by_uvicorn(app: Starlette, listener: socket.socket, limit: int | None) -> AsyncGenerator[None]:
    """Serve with uvicorn."""
    server = Server(uvicorn.Config(app, log_config=None, ws="none", lifespan="on", timeout_graceful_shutdown=limit))
    task = asyncio.create_task(server.serve([listener]))
    while not server.started:  # noqa: ASYNC110 - nothing tells it sooner
        await asyncio.sleep(0.01)
    try:
        yield
    finally:
        server.should_exit = True
        async with asyncio.timeout(PROMPT):
            await task
