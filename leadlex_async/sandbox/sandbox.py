"""``Sandbox``: a local LeadLex, on a socket or in process."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Self

from .._http.plan import Plan
from .by_hand import ByHand
from .carriers import ByCall, OverSockets
from .courier import Courier
from .gateway import handle
from .page import Page
from .server import Server
from .transport import SandboxTransport

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from .._http.transport import Transport
    from .._http.wire import Request
    from ..client import LeadLex
    from .carriers import Receive
    from .decisions import Reviewer
    from .faults import Fault, Reply
    from .push_faults import PushFault


class Sandbox(ByHand):
    """A faithful LeadLex of your own, in memory.

    Without a ``plan`` there are no limits and no rate-limit headers. More than ``approval_above`` recipients need an
    approval, which a ``reviewer`` may decide (or ``approve``, ``dismiss``, ``fail``, or the API); an approved task
    completes after ``execution`` seconds. Each answer takes ``latency`` seconds. ``now`` gives the time in epoch
    seconds; without it the clock follows the event loop.

    The world misbehaves on request, by attributes that may be set at any time: ``visibility_delay`` (seconds until a
    new task is in the lists), ``list_cap`` (tasks a list shows at most), ``null_task_id`` (a start does not name its
    task), ``retry_after`` (a 429 carries ``Retry-After``), ``credits``, and by ``fault(Fault(...))``.

    While it listens, a browser shows at its ``url`` what it holds and what waits for a decision.

    Webhooks get their deliveries while it listens, signed, logged and tried again as the guide to webhooks has it, or
    inside of ``delivering``; else their attempts stay pending. An address of this machine is refused unless
    ``allow_loopback``. No other machine is ever reached: a delivery to a public address is not sent, and fails with
    ``dns_failure``. Pushes misbehave by ``push_fault(PushFault(...))``.
    """

    api_key = "wbk_sandbox_0123456789abcdefghijklmnopqrstuv"
    """A key it accepts; it accepts every other ``wbk_`` key too."""

    def __init__(  # noqa: PLR0913 - each is an independent choice of the caller
        self,
        *,
        plan: Plan | str | None = None,
        approval_above: int = 100,
        reviewer: Reviewer | None = None,
        execution: float = 5.0,
        latency: float = 0.0,
        allow_loopback: bool = False,
        now: Callable[[], float] | None = None,
    ) -> None:
        super().__init__(Plan.named(plan) if plan is not None else None, now)
        self.approval_above = approval_above
        self.reviewer = reviewer
        self.execution = execution
        self.latency = latency
        self.allow_loopback = allow_loopback
        self._server = Server(self.handle, Page(self))
        self._courier = Courier(self)

    def __repr__(self) -> str:
        return f"<Sandbox {self.url}, {len(self.store.campaigns)} campaigns, {len(self.log)} requests>"

    @property
    def url(self) -> str:
        """The base URL; before the first start one that nothing listens on, good for ``transport()``."""
        return self._server.url

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Listen on a socket; port 0 is the port of the last time, or any free one."""
        await self._server.start(host, port)
        if not self._courier.at_work:
            self._courier.open(OverSockets())

    async def stop(self) -> None:
        """Close the socket and every connection; the world stays as it is, and deliveries under way are pending."""
        try:
            await self._courier.close()
        finally:
            await self._server.stop()

    @asynccontextmanager
    async def delivering(self, receive: Receive) -> AsyncGenerator[None]:
        """Make all deliveries by calls of ``receive``, whatever the webhooks' addresses; virtual time takes them along.

        It gets the raw body and the headers, and returns the HTTP status of its answer; it may be a coroutine function.
        An ``OSError`` it raises is a failure of the network, such as ``ConnectionRefusedError`` or ``TimeoutError``.
        Any other error counts as a 500, and the first one is raised at the end.
        """
        carrier = ByCall(receive)
        await self._courier.close()
        self._courier.open(carrier)
        try:
            yield
        finally:
            await self._courier.close()
            if self._server.running:
                self._courier.open(OverSockets())
        if carrier.raised:
            raise carrier.raised[0]

    def wake(self) -> None:
        """Have what is due done and carried, where something carries."""
        self._courier.wake()

    def transport(self) -> Transport:
        """A transport for one client that reaches this sandbox without a socket."""
        return SandboxTransport(self.handle)

    def client(self, *, timeout: float = 30.0, max_retries: int = 3, plan: Plan | str | None = None) -> LeadLex:
        """A client of this sandbox: over its socket where it listens, else in process."""
        from ..client import LeadLex  # noqa: PLC0415 - a sandbox served alone needs no client

        return LeadLex(
            self.api_key,
            base_url=self.url,
            transport=None if self._server.running else self.transport(),
            timeout=timeout,
            max_retries=max_retries,
            plan=plan,
        )

    def handle(self, request: Request) -> Reply:
        """Answer one request record: the whole sandbox, without any I/O."""
        return handle(self, request)

    def fault(self, fault: Fault) -> Fault:
        """Add a misbehaviour to the script ``faults``."""
        self.faults.append(fault)
        return fault

    def push_fault(self, fault: PushFault) -> PushFault:
        """Add a misbehaviour to the script ``push_faults``."""
        self.push_faults.append(fault)
        return fault
