"""Use your own aiohttp session: a proxy from HTTPS_PROXY, a TLS context, a trace of each request.

Run: python examples/own_session.py
"""

from __future__ import annotations

import asyncio
import os
import ssl
from typing import TYPE_CHECKING

import aiohttp

from leadlex_async import LeadLex
from leadlex_async.sandbox import Sandbox

if TYPE_CHECKING:
    from types import SimpleNamespace


async def trace(_: aiohttp.ClientSession, __: SimpleNamespace, end: aiohttp.TraceRequestEndParams) -> None:
    """Print each answer; the headers, which hold the key, stay out of it."""
    print(f"{end.method} {end.url.path}: {end.response.status}")


async def main() -> None:
    """Call a sandbox with a session that outlives the client."""
    # The sandbox is on this machine, where no proxy leads.
    os.environ.setdefault("NO_PROXY", "127.0.0.1")
    tracing = aiohttp.TraceConfig()
    tracing.on_request_end.append(trace)
    connector = aiohttp.TCPConnector(ssl=ssl.create_default_context(), limit=20)
    async with (
        Sandbox() as sandbox,
        aiohttp.ClientSession(connector=connector, trust_env=True, trace_configs=[tracing]) as session,
    ):
        async with LeadLex(sandbox.api_key, base_url=sandbox.url, session=session) as leadlex:
            await leadlex.lists.create(name="Clients")
            print("lists:", *(found.name for found in await leadlex.lists.list()))
        print("the client is closed, the session is", "closed" if session.closed else "still open")


if __name__ == "__main__":
    asyncio.run(main())
