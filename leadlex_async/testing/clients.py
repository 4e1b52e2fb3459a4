"""A client that lives as long as a test, whichever plugin runs the test's event loop."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from ..client import LeadLex
from ..sandbox.transport import SandboxTransport

if TYPE_CHECKING:
    from .._http.wire import Request
    from ..sandbox import Sandbox
    from ..sandbox.faults import Reply


class ClientInProcess:
    """A client of a sandbox that is made and closed outside of the event loop that it is used in."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._loop: asyncio.AbstractEventLoop | None = None
        self.leadlex = LeadLex(sandbox.api_key, base_url=sandbox.url, transport=SandboxTransport(self._handle))

    def close(self) -> None:
        """End all waits in a loop that goes on, one that tests share; a loop that has ended has ended them."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.run_until_complete(self.leadlex.aclose())

    def _handle(self, request: Request) -> Reply:
        self._loop = asyncio.get_running_loop()
        return self._sandbox.handle(request)
