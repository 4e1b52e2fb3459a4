"""A backend with aiohttp.web that launches campaigns, streams their states and takes in LeadLex's deliveries.

Run: python examples/aiohttp_backend.py, which shows it on a sandbox, or with LEADLEX_API_KEY and LEADLEX_WEBHOOK_SECRET
python examples/aiohttp_backend.py serve [PORT] [DATABASE]
"""

from __future__ import annotations

import asyncio
import sys
from contextlib import aclosing, asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from _answers import refusal, shown
from _demo import demonstrate
from _launches import Launches, opened
from aiohttp import web

from leadlex_async import LeadLex, LeadLexError
from leadlex_async.integrations.aiohttp import LEADLEX, setup

if TYPE_CHECKING:
    import socket
    from collections.abc import AsyncGenerator, Callable

LAUNCHES = web.AppKey("launches", Launches)
routes = web.RouteTableDef()


@routes.post("/campaigns/{id}/launch")
async def launch(request: web.Request) -> web.Response:
    """Launch a campaign: 202 and a ticket, the same again while the launch is open."""
    try:
        launch = await request.app[LAUNCHES].launch(request.match_info["id"])
    except LeadLexError as error:
        status, headers = refusal(error)
        return web.json_response({"detail": error.message}, status=status, headers=headers)
    return web.json_response(shown(launch), status=202)


@routes.get("/launches/{id}")
async def state(request: web.Request) -> web.Response:
    """Tell where a launch stands."""
    launch = await request.app[LAUNCHES].named(request.match_info["id"])
    if launch is None:
        return web.json_response({"detail": "no such launch"}, status=404)
    return web.json_response(shown(launch))


@routes.get("/launches/{id}/events")
async def events(request: web.Request) -> web.StreamResponse:
    """Stream where a launch stands until it is decided."""
    launches, name = request.app[LAUNCHES], request.match_info["id"]
    if await launches.named(name) is None:
        return web.json_response({"detail": "no such launch"}, status=404)
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-cache"})
    await response.prepare(request)
    async with aclosing(launches.events(name)) as stream:
        with suppress(ConnectionResetError):  # the client has left
            async for event in stream:
                await response.write(event)
    return response


def create_app(
    database: Path, *, leadlex: Callable[[], LeadLex] = LeadLex, secret: str | None = None
) -> web.Application:
    """Put the app together; it serves when it is run."""

    async def keep_launches(app: web.Application) -> AsyncGenerator[None]:
        async with opened(app[LEADLEX], database) as app[LAUNCHES]:
            yield

    async def stop(app: web.Application) -> None:
        await app[LAUNCHES].aclose()

    app = web.Application()
    app.on_shutdown.append(stop)  # before LeadLex's own, so that starts are heard by those who sent them
    setup(app, leadlex=leadlex, secret=secret)
    app.cleanup_ctx.append(keep_launches)
    app.add_routes(routes)
    return app


@asynccontextmanager
async def serving(app: web.Application, listener: socket.socket) -> AsyncGenerator[None]:
    """Serve inside of another program."""
    runner = web.AppRunner(app)
    await runner.setup()
    await web.SockSite(runner, listener).start()
    try:
        yield
    finally:
        await runner.cleanup()


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        port, database = [*sys.argv[2:], "8080", "launches.sqlite"][:2]
        web.run_app(create_app(Path(database)), host="127.0.0.1", port=int(port))
    else:
        asyncio.run(demonstrate(create_app, serving))
