"""The example backends, served in this process or as processes of their own."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sys
from contextlib import asynccontextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp
from deliveries import SECRET

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from leadlex_async.sandbox import Sandbox

EXAMPLES = Path(__file__).parent.parent / "examples"
HOOK = "/leadlex/webhook"
EVENTS = ["task.approved", "task.dismissed", "campaign.started", "contact.created"]
BACKENDS = ["aiohttp_backend", "fastapi_backend"]
PROMPT = 8
"""Seconds that a stop may take: those for starts on their way, and some."""


def example(name: str) -> Any:  # noqa: ANN401 - examples are scripts, which checkers do not look for here
    """A module of the examples."""
    if str(EXAMPLES) not in sys.path:
        sys.path.insert(0, str(EXAMPLES))
    return import_module(name)


class Browser:
    """Asks a backend over HTTP."""

    def __init__(self, address: str, session: aiohttp.ClientSession) -> None:
        self.address = address
        self._session = session

    async def post(self, path: str) -> tuple[int, dict[str, Any]]:
        """The status and the JSON of a POST."""
        async with self._session.post(self.address + path) as answer:
            return answer.status, {**await answer.json(), "retry_after": answer.headers.get("Retry-After")}

    async def launch(self, campaign_id: str) -> dict[str, Any]:
        """Launch a campaign."""
        status, launch = await self.post(f"/campaigns/{campaign_id}/launch")
        assert status == 202
        return launch

    async def get(self, path: str) -> tuple[int, dict[str, Any]]:
        """The status and the JSON of a GET."""
        async with self._session.get(self.address + path) as answer:
            return answer.status, await answer.json()

    async def states(self, launch: dict[str, Any]) -> AsyncGenerator[str]:
        """The states that are streamed of a launch."""
        async with self._session.get(f"{self.address}/launches/{launch['id']}/events") as stream:
            assert stream.content_type == "text/event-stream"
            async for line in stream.content:
                if line.startswith(b"data: "):
                    yield json.loads(line.removeprefix(b"data: "))["state"]

    async def state(self, launch: dict[str, Any], *wanted: str) -> str:
        """Where a launch stands, when it has come to where it is wanted."""
        async with asyncio.timeout(20):
            while True:
                _, shown = await self.get(f"/launches/{launch['id']}")
                if shown["state"] in wanted:
                    return str(shown["state"])
                await asyncio.sleep(0.05)


@asynccontextmanager
async def served(name: str, world: Sandbox, database: Path, **options: object) -> AsyncGenerator[Browser]:
    """Serve an example in this process; LeadLex delivers to it, and it must stop promptly."""
    module = example(name)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        world.add_webhook(address + HOOK, EVENTS, secret=SECRET)
        app = module.create_app(database, **{"leadlex": world.client, "secret": SECRET, **options})
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
            serving = module.serving(app, listener)
            await serving.__aenter__()
            try:
                yield Browser(address, session)
            finally:
                async with asyncio.timeout(PROMPT):
                    await serving.__aexit__(None, None, None)


@asynccontextmanager
async def process(
    name: str, world: Sandbox, database: Path, port: int
) -> AsyncGenerator[tuple[Browser, asyncio.subprocess.Process]]:
    """Run an example as it is run for real; what still runs at the end is killed."""
    environment = {
        **os.environ,
        "LEADLEX_API_KEY": world.api_key,
        "LEADLEX_BASE_URL": world.url,
        "LEADLEX_WEBHOOK_SECRET": SECRET,
    }
    program = await asyncio.create_subprocess_exec(
        sys.executable, "-W", "error", EXAMPLES / f"{name}.py", "serve", str(port), database, env=environment
    )
    try:
        async with aiohttp.ClientSession() as session:
            browser = Browser(f"http://127.0.0.1:{port}", session)
            await answering(browser)
            yield browser, program
    finally:
        if program.returncode is None:
            program.kill()
        await program.wait()


async def answering(browser: Browser) -> None:
    """Until the backend answers."""
    async with asyncio.timeout(20):
        while True:
            try:
                await browser.get("/launches/none")
            except aiohttp.ClientConnectionError:
                await asyncio.sleep(0.05)
            else:
                return


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


async def until(condition: Callable[[], object]) -> None:
    """Until something has come about."""
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - nothing tells it sooner
            await asyncio.sleep(0.01)
