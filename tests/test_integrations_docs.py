"""The code in docs/web.md runs as it stands, and takes a delivery in."""

from __future__ import annotations

import asyncio
import re
import socket
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
import uvicorn
from deliveries import SECRET, delivery
from served import HOOK, served
from starlette.applications import Starlette

from leadlex_async import ClientClosed
from leadlex_async.integrations.starlette import LeadLexBackend
from leadlex_async.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator

    from leadlex_async import WebhookEvent

TEXT = (Path(__file__).parent.parent / "docs" / "web.md").read_text()
BLOCKS = re.findall(r"^```python\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE)
APPS = [block for block in BLOCKS if "app = " in block]
PLAIN, LIFESPAN, SERVER = (block for block in BLOCKS if "app = " not in block)


@pytest.fixture(autouse=True)
async def world(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AsyncIterator[Sandbox]:
    """The LeadLex that the environment names."""
    async with Sandbox() as world:
        monkeypatch.setenv("LEADLEX_API_KEY", world.api_key)
        monkeypatch.setenv("LEADLEX_BASE_URL", world.url)
        monkeypatch.setenv("LEADLEX_WEBHOOK_SECRET", SECRET)
        monkeypatch.chdir(tmp_path)
        yield world


def run(block: str, **known: object) -> dict[str, Any]:
    """Run a block and give its names."""
    names: dict[str, Any] = {"__name__": "__doc__", **known}
    exec(compile(block, "web.md", "exec", dont_inherit=True), names)  # noqa: S102 - our own document
    return names


@pytest.mark.parametrize("block", APPS, ids=lambda block: re.findall(r"^app = (\w+)", block, re.MULTILINE)[0])
async def test_an_app_takes_deliveries_in_and_launches(block: str, world: Sandbox) -> None:
    """A true delivery is accepted, a forged one refused; a route begins a launch, if it has one."""
    app = run(block)["app"]
    if isinstance(app, Starlette):
        app.state.backend = SimpleNamespace(stop=lambda: asyncio.sleep(0))
    async with served(app) as address, aiohttp.ClientSession(address) as session:
        for given, status in ((delivery(), 200), (delivery(secret="whsec_wrong"), 401)):
            async with session.post(HOOK, data=given.body, headers=given.headers) as answer:
                assert answer.status == status
        if "/campaigns/" in block:
            campaign_id = world.add_campaign(recipients=150)
            async with session.post(f"/campaigns/{campaign_id}/launch") as answer:
                assert answer.status == 202
                assert (await answer.json())["task_id"] in world.tasks


async def test_a_database_outlives_the_handlers_that_use_it() -> None:
    """The lifespan that is shown closes it after the last event is handled."""
    names: dict[str, Any] = {}
    handled: list[object] = []

    async def handle(_: WebhookEvent) -> None:
        await asyncio.sleep(0.3)
        rows = await names["database"].execute_fetchall("SELECT 1")
        handled.extend(rows)

    backend = LeadLexBackend(on_event=handle)
    lifespan = run(LIFESPAN, backend=backend)["lifespan"]

    @asynccontextmanager
    async def noting(app: Starlette) -> AsyncGenerator[dict[str, Any]]:
        async with lifespan(app) as state:
            names.update(state)
            yield state

    app = Starlette(lifespan=noting, routes=[backend.route()])
    app.state.backend = SimpleNamespace(stop=lambda: asyncio.sleep(0))
    async with served(app) as address, aiohttp.ClientSession(address) as session:
        given = delivery()
        async with session.post(HOOK, data=given.body, headers=given.headers) as answer:
            assert answer.status == 200
    assert handled == [(1,)]


async def test_any_other_framework() -> None:
    """A request of a framework that is not there."""
    names = run(PLAIN)
    given = delivery()
    request = SimpleNamespace(get_data=lambda: asyncio.sleep(0, given.body), headers=given.headers)
    assert await names["webhook"](request) == ("accepted", 200)
    await names["receiver"].aclose()
    await names["leadlex"].aclose()


async def test_the_server_that_ends_waits(world: Sandbox) -> None:
    """A wait under way does not hold it up."""
    names = run(next(block for block in APPS if "import FastAPI" in block))
    app, backend = names["app"], names["backend"]

    async def wait(id: str) -> str:
        with suppress(ClientClosed):
            await backend.leadlex.campaigns.start_and_wait_for_approval(id, timeout=None)
        return "closed"

    app.add_api_route("/wait/{id}", wait, methods=["POST"])
    names = run(SERVER, app=app, backend=backend)
    server = names["Server"](uvicorn.Config(app, log_level="warning", ws="none"))
    campaign_id = world.add_campaign(recipients=150)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        serving = asyncio.create_task(server.serve([listener]))
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/wait/{campaign_id}"
        async with aiohttp.ClientSession() as session, asyncio.TaskGroup() as group:
            waiting = group.create_task(session.post(url))
            async with asyncio.timeout(10):
                while not world.starts[campaign_id]:  # noqa: ASYNC110 - nothing tells it sooner
                    await asyncio.sleep(0.01)
                server.should_exit = True
                await serving
            assert await (await waiting).json() == "closed"
