"""One replica: the client, the database and DBOS, put together in this process."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, TypeVar

from attrs import frozen
from dbos import DBOS, DBOSConfig, SetWorkflowID, error as dbos_error

from .._http.plan import Plan
from ..errors import ConfigurationError, JournalError, ValidationError
from ..resources import lexi
from .course import Summary, Turns, turns_of
from .database import LOG, Database, checked_url
from .flows import TOPIC, VERSION, Home, batches_queue, run_batch, starts_queue
from .replicas import Replicas
from .starts import Starts
from .work import Work

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from dbos import WorkflowHandle, WorkflowStatus

    from .._http.core import Core
    from ..approvals.ticket import LaunchTicket
    from ..bulk.report import LaunchReport
    from ..client import LeadLex
    from ..models.webhooks import WebhookEvent

T = TypeVar("T")

ASK_AGAIN = 0.5
"""Seconds between two looks at the database: for messages on SQLite, and for the end of a batch."""
LEAVING = 5.0
"""Seconds that the others may take to be told that this replica leaves."""
_OPEN = {"ENQUEUED", "DELAYED", "PENDING"}


@frozen(kw_only=True)
class Settings:
    """How a replica takes part."""

    database: str
    executor_id: str
    plan: Plan | None
    queue: str | None
    lease: float


class Engine:
    """DBOS in this process, with the client that does the work."""

    work: Work
    starts: Starts

    def __init__(self, leadlex: LeadLex, settings: Settings) -> None:
        core: Core = leadlex._core  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] - a part of this package
        self._leadlex = leadlex
        self._core = core
        self._settings = settings
        self._url = checked_url(settings.database)
        self._queue = f"leadlex-{_short(settings.queue or _account(core))}"
        self._turns = Turns(1, 0.0)
        self._open = ExitStack()
        self._tasks: set[asyncio.Task[object]] = set()

    # Taking part

    async def open(self) -> None:
        """Connect, learn the plan, and take part."""
        if Home.replica is not None:
            raise ConfigurationError("this process has durable launches open already; use those")
        Home.replica = self
        try:
            await self._connect()
            await self._replicas.enter()
            await asyncio.to_thread(self._launch)
        except BaseException:
            await self._disconnect()
            raise
        self._living = asyncio.ensure_future(self._replicas.run())

    async def _connect(self) -> None:
        self._loop = asyncio.get_running_loop()
        # The answer shows that the key is good, and tells the plan and the server's time.
        await self._core.send(lexi.LIST_TASKS, self._core.request(lexi.LIST_TASKS, query={"status": "pending"}))
        self._turns = turns_of(self._settings.plan or self._core.pace.plan)
        database = await Database.open(self._url)
        self._database = database
        self.starts = Starts(database)
        self.work = Work(self._core, self._leadlex.approvals, database, self.starts, self._turns.spacing)
        executor_id, lease = self._settings.executor_id, self._settings.lease
        self._replicas = Replicas(database, self._queue, executor_id, lease, self._take_over)
        self._open.enter_context(self._core.pace.reserve())

    def _launch(self) -> None:
        run_id = self._replicas.run_id
        config: DBOSConfig = {
            "name": self._queue,
            "system_database_url": self._url.render_as_string(hide_password=False),
            "executor_id": run_id,
            "application_version": VERSION,
            "log_level": "ERROR",
            "notification_listener_polling_interval_sec": ASK_AGAIN,
        }
        DBOS(config=config)
        if (DBOS.executor_id, DBOS.application_version) != (run_id, VERSION):
            raise ConfigurationError("this process uses DBOS for something else; run durable launches in another one")
        period = self._turns.period
        try:
            DBOS.launch()
            DBOS.register_queue(batches_queue(self._queue))
            DBOS.register_queue(starts_queue(self._queue), limiter={"limit": 1, "period": period} if period else None)
        except Exception as error:  # noqa: BLE001 - of DBOS, SQLAlchemy or the driver
            DBOS.destroy()
            raise ConfigurationError(f"DBOS cannot use the database: {_line(error)}") from None

    async def _take_over(self, living: set[str]) -> None:
        """Put back on their queues what the dead have in hand: the first of the living that is free goes on."""

        def recover() -> None:
            running = DBOS.list_workflows(
                status="PENDING", application_name=self._queue, load_input=False, load_output=False
            )
            dead = sorted({each.executor_id for each in running if each.executor_id is not None} - living)
            if dead:
                LOG.info("what replicas left is taken over: %s", ", ".join(dead))
                # Not public in DBOS 3, whose public ways do not name the dead executor: that name keeps two live
                # replicas from taking over the same workflow one after the other.
                DBOS._recover_pending_workflows(dead)  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]

        with suppress(JournalError):  # what fails now is tried again with the next beat
            await self._ask(recover)

    async def at_home(self, work: Coroutine[object, object, T]) -> T:
        """Do this in the loop of the client, from DBOS's; what is cancelled there is cancelled here."""
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(self._tracked(work), self._loop))

    async def _tracked(self, work: Coroutine[object, object, T]) -> T:
        task = asyncio.current_task()
        if task is not None:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return await work

    async def aclose(self) -> None:
        """Stop the workflows where they are, hear the starts on their way, and leave the rest to others."""
        self._living.cancel()
        logging.getLogger("dbos").setLevel(logging.CRITICAL)  # it is told to drop everything, and says so
        await asyncio.to_thread(DBOS.destroy)
        await asyncio.wait({self._living, *self._tasks})
        with suppress(TimeoutError):
            async with asyncio.timeout(LEAVING):
                await self._replicas.leave()
        await self._disconnect()

    async def _disconnect(self) -> None:
        Home.replica = None
        self._open.close()
        if "_database" in self.__dict__:
            await self._database.aclose()

    # Batches

    async def enqueue(self, batch_id: str, ids: list[str], timeout: float | None, duplicates: int) -> None:
        """Commit a batch; a batch of this id that exists already stays as it is."""

        def enqueue() -> None:
            with SetWorkflowID(batch_id):
                DBOS.enqueue_workflow(
                    batches_queue(self._queue), run_batch, self._queue, ids, self._turns.size, timeout, duplicates
                )

        await self._ask(enqueue)

    async def report(self, batch_id: str) -> LaunchReport:
        """Wait for the end of a batch."""
        # The end may come about in another process.
        while (status := await self._status(batch_id)) in _OPEN:  # noqa: ASYNC110
            await asyncio.sleep(ASK_AGAIN)
        if status == "CANCELLED":
            raise JournalError(f"the batch {batch_id} was cancelled; `tickets` has what was started")
        summary = await self._ask(lambda: _result(batch_id))
        if not isinstance(summary, Summary):
            raise ValidationError(f"{batch_id} is no batch of launches")
        return summary.report()

    async def _status(self, batch_id: str) -> str:
        def ask() -> list[WorkflowStatus]:
            return DBOS.list_workflows(workflow_ids=[batch_id], load_input=False, load_output=False)

        found = await self._ask(ask)
        if not found:
            raise ValidationError(f"there is no batch {batch_id} in this database")
        return found[0].status

    async def feed(self, event: WebhookEvent) -> int:
        """Send a push to the batches that it concerns."""
        push = self.work.push(event)
        if push is None:
            return 0
        batches = await self.starts.waiting_for(push.campaign_id, push.task_id)

        def send() -> None:
            for batch in batches:
                # A delivery that comes twice is one message.
                key = f"{event.delivery_id}:{batch}" if event.delivery_id else None
                DBOS.send(batch, push, TOPIC, idempotency_key=key)

        await self._ask(send)
        return len(batches)

    async def tickets(self, batch_id: str) -> list[LaunchTicket]:
        """What was started."""
        return await self.starts.tickets(batch_id)

    async def cancel(self, batch_id: str) -> None:
        """End a batch and what it has on the queue."""
        await self._status(batch_id)
        await self._ask(lambda: DBOS.cancel_workflow(batch_id, cancel_children=True))
        await self.starts.close(batch_id)

    async def _ask(self, question: Callable[[], T]) -> T:
        """Ask DBOS, in a thread; what it has to say against that is our error."""
        try:
            return await asyncio.to_thread(question)
        except dbos_error.DBOSException as error:
            raise JournalError(f"the durable launches cannot go on: {_line(error)}") from None


def _result(batch_id: str) -> object:
    handle: WorkflowHandle[object] = DBOS.retrieve_workflow(batch_id)
    return handle.get_result()


def _account(core: Core) -> str:
    """What tells one account from another, without telling the key."""
    request = core.request(lexi.LIST_TASKS, query={})
    return f"{core.base_url} {request.headers.get('Authorization', '')}"


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _line(error: Exception) -> str:
    return " ".join(str(error).split())
