"""A backend with FastAPI that launches campaigns, streams their states and takes in LeadLex's deliveries.

Run: python examples/fastapi_backend.py, which shows it on a sandbox, or with LEADLEX_API_KEY and LEADLEX_WEBHOOK_SECRET
python examples/fastapi_backend.py serve [PORT] [DATABASE]

It needs the extra ``starlette``, FastAPI and uvicorn.
"""

from __future__ import annotations

import asyncio
import sys
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import uvicorn
from _answers import refusal, shown
from _demo import demonstrate
from _launches import Launches, opened
from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request
from fastapi.responses import StreamingResponse

from leadlex_async import LeadLex, LeadLexError
from leadlex_async.integrations.starlette import LeadLexBackend

if TYPE_CHECKING:
    import socket
    from collections.abc import AsyncGenerator, Callable

router = APIRouter()


async def get_launches(request: Request) -> Launches:
    """The launches of the app."""
    launches: Launches = request.state.launches
    return launches


Known = Annotated[Launches, Depends(get_launches)]


@router.post("/campaigns/{id}/launch", status_code=202)
async def launch(id: str, launches: Known) -> dict[str, object]:
    """Launch a campaign: 202 and a ticket, the same again while the launch is open."""
    try:
        return shown(await launches.launch(id))
    except LeadLexError as error:
        status, headers = refusal(error)
        raise HTTPException(status, error.message, headers) from error


@router.get("/launches/{id}")
async def state(id: str, launches: Known) -> dict[str, object]:
    """Tell where a launch stands."""
    launch = await launches.named(id)
    if launch is None:
        raise HTTPException(404, "no such launch")
    return shown(launch)


@router.get("/launches/{id}/events")
async def events(id: str, launches: Known) -> StreamingResponse:
    """Stream where a launch stands until it is decided."""
    if await launches.named(id) is None:
        raise HTTPException(404, "no such launch")
    return StreamingResponse(launches.events(id), media_type="text/event-stream", headers={"Cache-Control": "no-cache"})


def create_app(database: Path, *, leadlex: Callable[[], LeadLex] = LeadLex, secret: str | None = None) -> FastAPI:
    """Put the app together; it serves when it is run."""
    backend = LeadLexBackend(leadlex=leadlex, secret=secret)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[dict[str, Any]]:
        async with backend.lifespan(app) as state, opened(backend.leadlex, database) as launches:
            app.state.launches = launches
            yield {**state, "launches": launches}

    app = FastAPI(lifespan=lifespan)
    app.router.routes.append(backend.route("/leadlex/webhook"))
    app.include_router(router)
    return app


class Server(uvicorn.Server):
    """Ends streams and waits as soon as it is to stop: uvicorn tells an app so only after its last answer."""

    def __init__(self, app: FastAPI, port: int = 0) -> None:
        super().__init__(uvicorn.Config(app, port=port, log_level="warning", timeout_graceful_shutdown=10))
        self._launches = app.state

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop."""
        await self._launches.launches.aclose()
        await super().shutdown(sockets)


@asynccontextmanager
async def serving(app: FastAPI, listener: socket.socket) -> AsyncGenerator[None]:
    """Serve inside of another program."""
    server = Server(app)
    task = asyncio.create_task(server.serve([listener]))
    try:
        yield
    finally:
        server.should_exit = True
        await task


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        port, database = [*sys.argv[2:], "8080", "launches.sqlite"][:2]
        Server(create_app(Path(database)), int(port)).run()
    else:
        asyncio.run(demonstrate(create_app, serving))
