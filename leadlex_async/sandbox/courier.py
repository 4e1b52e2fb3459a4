"""The courier: has things happen on time and carries what is ready, as long as a sandbox with webhooks runs."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from socket import gaierror
from typing import TYPE_CHECKING

import aiohttp

from ..webhooks import DELIVERY_ID, SIGNATURE, TIMESTAMP, signature
from .clock import iso
from .outbox import Outcome

if TYPE_CHECKING:
    from .carriers import Carrier
    from .outbox import Push
    from .world import World

PATIENCE = 10.0
"""Seconds within which a receiver must have answered (guide: webhooks)."""

MOST_UNDER_WAY = 100
"""Deliveries at once."""

_BRIEFLY = 1e-4
"""Seconds; less would be lost in the rounding of the time since 1970."""


class Courier:
    """Carries the pushes of one world. Between ``open`` and ``close``, once there is a webhook, it is a task.

    It sleeps until the agenda has its next entry; ``wake`` has it look again.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._carrier: Carrier | None = None
        self._task: asyncio.Task[None] | None = None
        self._under_way: dict[Push, None] = {}

    @property
    def at_work(self) -> bool:
        """Whether it is open."""
        return self._carrier is not None

    def open(self, carrier: Carrier) -> None:
        """Carry by this from now on."""
        self._carrier = carrier
        self._loop = asyncio.get_running_loop()
        self._woken = asyncio.Event()
        self.wake()

    def wake(self) -> None:
        """Tell that there is something new; without a webhook there is nothing to do."""
        if self._carrier is None or not self._world.store.webhooks:
            return
        if self._task is None:
            self._task = self._loop.create_task(self._run(self._carrier), name="leadlex-sandbox-courier")
            self._world.agenda.sooner = self.wake
        self._woken.set()

    async def close(self) -> None:
        """Break off what is under way, which is ready again then, and leave nothing open."""
        task, self._task, self._carrier = self._task, None, None
        self._world.agenda.sooner = None
        if task is None:
            return
        task.cancel()
        await asyncio.wait([task])
        self._world.outbox.ready.extendleft(reversed(self._under_way))
        self._under_way.clear()
        if not task.cancelled():
            task.result()  # it never ends by itself but by a defect of ours

    async def _run(self, carrier: Carrier) -> None:
        ready = self._world.outbox.ready
        async with carrier, asyncio.TaskGroup() as group:
            while True:
                self._world.settle()
                while ready and len(self._under_way) < MOST_UNDER_WAY:
                    push = ready.popleft()
                    self._under_way[push] = None
                    group.create_task(self._deliver(carrier, push))
                await self._rest()

    async def _rest(self) -> None:
        self._woken.clear()
        due = self._world.agenda.due
        pause = None if due is None else max(due - self._world.now(), _BRIEFLY)
        with suppress(TimeoutError):
            async with asyncio.timeout(pause):
                await self._woken.wait()

    async def _deliver(self, carrier: Carrier, push: Push) -> None:
        outbox = self._world.outbox
        target = outbox.target(push)
        if target is None:
            outbox.drop(push)
        else:
            began = self._loop.time()
            outcome = await self._attempt(carrier, push, *target)
            outbox.made(push, outcome, self._loop.time() - began, self._world.now())
        del self._under_way[push]
        self.wake()

    async def _attempt(self, carrier: Carrier, push: Push, url: str, secret: str) -> Outcome:
        headers = {
            SIGNATURE: signature(push.body, secret),
            TIMESTAMP: iso(self._world.now() - push.age),
            DELIVERY_ID: push.delivery_id,
            "Content-Type": "application/json",
            "User-Agent": "LeadLex-Webhook/1.0",
        }
        try:
            async with asyncio.timeout(PATIENCE):
                return await carrier.post(url, push.body, headers)
        except (OSError, aiohttp.ClientError) as error:
            return Outcome(error=_reason(error))


def _reason(error: Exception) -> str:
    """Why there was no answer, in the words of the log; a connection that broke is an ``http_error``."""
    if isinstance(error, TimeoutError):
        return "timeout"
    if isinstance(error, (aiohttp.ClientConnectorDNSError, gaierror)):
        return "dns_failure"
    if isinstance(error, (aiohttp.ClientConnectorError, ConnectionRefusedError)):
        return "connection_refused"
    return "http_error"
