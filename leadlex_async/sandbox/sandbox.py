"""``Sandbox``: a local LeadLex, on a socket or in process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self, cast

from .._http.plan import Plan
from . import launches
from .clock import iso
from .gateway import handle
from .keys import SHOWN, new_key
from .records import Record, new_id
from .routes.email import incoming
from .server import Server
from .store import CampaignRow
from .transport import SandboxTransport
from .world import World

if TYPE_CHECKING:
    from collections.abc import Callable

    from .._http.transport import Transport
    from .._http.wire import JSONValue, Request
    from ..client import LeadLex
    from .decisions import Reviewer
    from .faults import Fault, Reply


class Sandbox(World):
    """A faithful LeadLex of your own, in memory.

    Without a ``plan`` there are no limits and no rate-limit headers. More than ``approval_above`` recipients need an
    approval, which a ``reviewer`` may decide (or ``approve``, ``dismiss``, ``fail``, or the API); an approved task
    completes after ``execution`` seconds. Each answer takes ``latency`` seconds. ``now`` gives the time in epoch
    seconds; without it the clock follows the event loop.

    The world misbehaves on request, by attributes that may be set at any time: ``visibility_delay`` (seconds until a
    new task is in the lists), ``list_cap`` (tasks a list shows at most), ``null_task_id`` (a start does not name its
    task), ``retry_after`` (a 429 carries ``Retry-After``), ``credits``, and by ``fault(Fault(...))``.
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
        now: Callable[[], float] | None = None,
    ) -> None:
        super().__init__(Plan.named(plan) if plan is not None else None, now)
        self.approval_above = approval_above
        self.reviewer = reviewer
        self.execution = execution
        self.latency = latency
        self._server = Server(self.handle)

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

    async def stop(self) -> None:
        """Close the socket and every connection; the world stays as it is."""
        await self._server.stop()

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

    def add_campaign(
        self, *, recipients: int = 150, name: str | None = None, id: str | None = None, status: str = "draft"
    ) -> str:
        """Add a campaign to so many people, none of whom is stored, and tell its id."""
        now, count = self.settle(), len(self.store.campaigns) + 1
        row = CampaignRow(id or new_id(), name or f"Campaign {count}", now, status, recipients, updated_at=now)
        self.store.campaigns[row.id] = row
        return row.id

    def add_key(self, *permissions: str) -> str:
        """Make an API key that may do just this, in any of the API's vocabularies, and tell it in plain text."""
        key = new_key()
        fields: Record = {"key": key, "name": f"Key {len(self.store.api_keys) + 1}", "permissions": [*permissions]}
        self.store.api_keys.add(self.settle(), fields | {"prefix": key[:SHOWN], "expires_at": None, "revoked_at": None})
        return key

    def add_event(self, **fields: JSONValue) -> str:
        """Put an event into the calendar and tell its id: ``title``, ``start_time``, ``end_time``, ``attendees`` ..."""
        return str(self.store.events.add(self.settle(), fields)["id"])

    def receive_email(self, sender: str, subject: str, text: str, *, thread_id: str | None = None) -> str:
        """Let a mail come in, in a thread that is there or a new one, and tell the thread's id."""
        message = incoming(sender, text, iso(self.settle()))
        if thread_id is None:
            thread_id = str(self.store.threads.add(self.now(), {"subject": subject, "contact_ids": []})["id"])
        thread = self.store.threads.named(thread_id)
        thread["messages"] = [*cast("list[JSONValue]", thread.get("messages") or []), message]
        return thread_id

    def receive_message(self, channel: str, sender: str, text: str) -> str:
        """Let a message come in over a channel (slack, teams, whatsapp, telegram, email) and tell its id."""
        now = iso(self.settle())
        fields: Record = {"channel": channel, "direction": "inbound", "sender": sender, "body": text, "sent_at": now}
        return str(self.store.messages.add(self.now(), fields | {"attachments": []})["id"])

    def approve(self, task_id: str) -> None:
        """Approve a pending task, as a person in the app would."""
        launches.approve(self, launches.task_named(self, task_id), self.settle())

    def dismiss(self, task_id: str, reason: str | None = None) -> None:
        """Dismiss a pending task, as a person in the app would."""
        launches.dismiss(self, launches.task_named(self, task_id), self.settle(), reason)

    def fail(self, task_id: str) -> None:
        """Let a task be approved and then fail while it is carried out."""
        launches.fail(self, launches.task_named(self, task_id), self.settle())

    def vanish(self, task_id: str) -> None:
        """Take a task out of every list; its campaign stays as it is."""
        self.settle()
        launches.task_named(self, task_id).gone = True
