"""What both example backends show when nobody else uses them: three launches on a sandbox, over HTTP."""

from __future__ import annotations

import asyncio
import json
import socket
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

import aiohttp

from leadlex_async.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager

    from leadlex_async import LeadLex

App = TypeVar("App")
Made_co = TypeVar("Made_co", covariant=True)

EVENTS = ["task.approved", "task.dismissed", "campaign.started"]
DEMANDS = {80: "nobody", 150: "approve", 600: "dismiss"}
"""How many recipients the campaigns have, and what a person will say."""


class Create(Protocol[Made_co]):
    """Puts an app together."""

    def __call__(self, database: Path, *, leadlex: Callable[[], LeadLex], secret: str | None) -> Made_co:
        """Make the app."""
        ...


async def demonstrate(
    create_app: Create[App], serving: Callable[[App, socket.socket], AbstractAsyncContextManager[None]]
) -> None:
    """Serve the app, have LeadLex push to it, and launch campaigns as a browser would."""
    with socket.create_server(("127.0.0.1", 0)) as listener, tempfile.TemporaryDirectory() as folder:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        async with Sandbox(allow_loopback=True) as sandbox:
            async with sandbox.client() as leadlex:
                webhook = await leadlex.webhooks.ensure(f"{address}/leadlex/webhook", EVENTS)
            app = create_app(Path(folder, "launches.sqlite"), leadlex=sandbox.client, secret=webhook.secret)
            async with serving(app, listener), aiohttp.ClientSession(address) as browser:
                await asyncio.gather(*(show(sandbox, browser, recipients) for recipients in DEMANDS))
        print(f"{len(sandbox.starts)} starts, and {len(sandbox.log)} requests to LeadLex in all")


async def show(sandbox: Sandbox, browser: aiohttp.ClientSession, recipients: int) -> None:
    """Launch one campaign and follow its events to the end."""
    campaign_id = sandbox.add_campaign(recipients=recipients)
    async with browser.post(f"/campaigns/{campaign_id}/launch") as answer:
        launch = await answer.json()
        print(f"{recipients} recipients: {answer.status}, launch {launch['id']}")
    async with browser.get(f"/launches/{launch['id']}/events") as stream:
        async for line in stream.content:
            if line.startswith(b"data: "):
                state = json.loads(line.removeprefix(b"data: "))
                print(f"{recipients} recipients: {state['state']}")
                if state["open"]:
                    decide(sandbox, state["ticket"]["task_id"], DEMANDS[recipients])


def decide(sandbox: Sandbox, task_id: str, word: str) -> None:
    """Do what a person in LeadLex does."""
    if word == "approve":
        sandbox.approve(task_id)
    elif word == "dismiss":
        sandbox.dismiss(task_id, "too many")
