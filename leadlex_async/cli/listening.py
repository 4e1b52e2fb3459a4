"""``leadlex webhooks listen``: a server that prints verified events."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
from aiohttp import web
from yarl import URL

from ..errors import ConfigurationError, WebhookVerificationError
from ..integrations._intake import of_environment
from ..webhooks import LARGEST_BODY, Deduplicator, verify
from . import keys, report
from .clients import connected
from .records import as_json
from .registering import register
from .run import finish
from .safe import json_line, one_line
from .serving import reason_of
from .webhooks import VARIABLE

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from ..models.webhooks import WebhookEvent
    from .webhooks import Listening

STATUS = {"size": 413, "signature": 401, "timestamp": 401, "content": 400}
"""By the check that a delivery did not pass."""
RECORDS = {"email": "message", "meeting": "event", "lexi": "task", "calendar": "job", "import": "job"}
"""What an event is about, where that is not the first word of its name."""


async def listen_until_stopped(given: Listening) -> None:
    """Listen until a signal comes, or until what is printed cannot be written."""
    file = Path(given["secret_file"]) if given["secret_file"] is not None else None
    listener = Listener(_secrets(file), as_json=given["as_json"])
    if given["ensure"] is None and not listener.secrets:
        raise ConfigurationError(
            f"no webhook secret: set {VARIABLE} or give --secret-file FILE; --ensure registers a webhook and gets one"
        )
    async with serving(listener, given) as address, AsyncExitStack() as stack:
        if given["ensure"] is not None:
            leadlex = await stack.enter_async_context(connected())
            listener.secrets += await register(leadlex, given, address, listener.secrets, stack)
        report.say(f"listening on {address}, until Ctrl-C", err=True)
        await listener.ended


class Listener:
    """Verifies deliveries, prints those that are new, and tells what was wrong with others."""

    def __init__(self, secrets: list[str], *, as_json: bool) -> None:
        self.secrets = secrets
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._as_json = as_json
        self._seen = Deduplicator()

    async def receive(self, request: web.Request) -> web.Response:
        """Take one delivery in."""
        if not self.secrets:
            return web.Response(status=503, text="not ready yet; deliver this again later")
        try:
            event = verify(await request.read(), request.headers, self.secrets)
        except WebhookVerificationError as error:
            return _refused(error.check, error.message)
        except web.HTTPRequestEntityTooLarge:
            return _refused("size", f"the body is larger than {LARGEST_BODY:,} bytes")
        if await self._seen.first(event):
            self._print(event)
        return web.Response(text="accepted")

    def _print(self, event: WebhookEvent) -> None:
        try:
            report.put(_as_line(event) if self._as_json else _for_people(event))
        except OSError as error:
            if not self.ended.done():
                self.ended.set_exception(error)


def _refused(check: str, message: str) -> web.Response:
    report.say(one_line(f"refused, {check}: {message}"), err=True)
    return web.Response(status=STATUS[check], text=message)


def _as_line(event: WebhookEvent) -> str:
    row = {
        name: as_json(getattr(event, name)) for name in ("event", "delivery_id", "occurred_at", "workspace_id", "data")
    }
    return json_line(row)


def _for_people(event: WebhookEvent) -> str:
    happened = event.occurred_at or datetime.now(UTC)
    kind = event.event.partition(".")[0] if ".sync." not in event.event else "import"
    record = event.id_of(RECORDS.get(kind, kind))
    told = [f"{happened.astimezone(UTC):%Y-%m-%d %H:%M:%S}", event.event, record or "-", event.delivery_id or "-"]
    return "  ".join(map(one_line, told))


def _secrets(file: Path | None) -> list[str]:
    """Those of the environment and of the file, which need not be there yet."""
    found = of_environment()
    with suppress(keys.MissingFile):
        found += keys.private_text(file).split() if file is not None else []
    return found


@asynccontextmanager
async def serving(listener: Listener, given: Listening) -> AsyncGenerator[URL, None]:
    """Listen, and tell the address."""
    app = web.Application(client_max_size=LARGEST_BODY + 1)
    app.router.add_post(given["path"], listener.receive)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, given["host"], given["port"]).start()
        yield URL.build(scheme="http", host=given["host"], port=runner.addresses[0][1], path=given["path"])
    except OSError as error:
        if not runner.addresses:
            where = f"{given['host']} port {given['port']}"
            raise click.ClickException(f"cannot listen on {where}: {reason_of(error)}") from None
        raise
    finally:
        await finish(runner.cleanup())
