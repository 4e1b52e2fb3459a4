"""The batch as DBOS workflows.

A batch is one workflow. It hands its starts out in portions, each a small workflow on a queue whose limiter all
replicas share; they come back as messages. Between them and pushed decisions it looks where the launches stand.
Workflows run in DBOS's own loop, their steps in the loop of the client.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, Protocol, TypeVar

from dbos import DBOS, SetEnqueueOptions, SetWorkflowID

from ..approvals.cadence import SHORTEST
from .course import Course, Portion, Push, Round, Started, Summary
from .work import LULL, News

if TYPE_CHECKING:
    from collections.abc import Coroutine, Sequence

    from .starts import Starts
    from .work import Work

T = TypeVar("T")

VERSION = "leadlex-durable-1"
"""The application version of DBOS: which workflows a replica may carry on with. It is our own and not a hash of the
code, so that an upgrade of this package does not orphan a batch. Whatever changes the order of steps, or what they
record, needs another one."""
TOPIC = "leadlex"
IDLE = 3600.0
"""Seconds to wait for a message while nothing is to be looked at."""


class Replica(Protocol):
    """What a workflow needs of the process it runs in."""

    work: Work
    starts: Starts

    async def at_home(self, work: Coroutine[object, object, T]) -> T:
        """Do this in the loop of the client."""
        ...


class Home:
    """Where the workflows of this process find it: they are functions of the module, as DBOS is one of the process."""

    replica: Replica | None = None

    @classmethod
    def current(cls) -> Replica:
        """The replica that this process is."""
        if cls.replica is None:
            raise asyncio.CancelledError  # it is closing: what an error would record must be left undone
        return cls.replica


def starts_queue(queue: str) -> str:
    """The queue of portions, with the limiter."""
    return f"{queue}-starts"


def batches_queue(queue: str) -> str:
    """The queue of batches, from which any replica takes them."""
    return f"{queue}-batches"


@DBOS.workflow(name="leadlex.batch", max_recovery_attempts=None)
async def run_batch(queue: str, ids: list[str], size: int, timeout: float | None, duplicates: int) -> Summary:
    """Launch campaigns and wait for all of them."""
    batch, course, due = str(DBOS.workflow_id), Course.of(ids, size), time.monotonic() + IDLE
    last_joined = due - 2 * IDLE
    while not course.done:
        while (portion := course.hand_out()) is not None:
            await _enqueue(queue, batch, course.handed_out, portion)
        # How long to wait is recorded with the message or its absence, so that time has no part in a replay.
        message = await DBOS.recv_async(TOPIC, timeout_seconds=max(0.0, due - time.monotonic()))
        now = time.monotonic()
        if isinstance(message, Started):
            new = not course.waiting or now - last_joined > LULL
            course.started(message)
            if message.tickets:
                due, last_joined = min(due, now + SHORTEST) if new else due, now
        elif isinstance(message, Push):
            due = min(due, now + SHORTEST) if course.pushed(message) else due
        elif course.waiting:
            found = await _look(batch, course, timeout)
            course.looked(found)
            due = time.monotonic() + found.pause
        else:
            due = now + IDLE
    await DBOS.run_step_async({"name": "close"}, _close, batch)
    return course.summary(duplicates)


@DBOS.workflow(name="leadlex.starts", max_recovery_attempts=None)
async def run_portion(batch: str, ids: Sequence[str]) -> None:
    """Start a portion of a batch and tell the batch what came of it."""
    try:
        started = await DBOS.run_step_async({"name": "start"}, _start, batch, ids)
    except Exception as error:  # noqa: BLE001 - whatever it is, the batch must not wait for this portion for ever
        started = Started(failed=tuple((campaign_id, error) for campaign_id in ids))
    await DBOS.send_async(batch, started, TOPIC)


async def _enqueue(queue: str, batch: str, number: int, portion: Portion) -> None:
    with ExitStack() as options:
        options.enter_context(SetWorkflowID(f"{batch}.{number}"))
        if portion.delay:
            options.enter_context(SetEnqueueOptions(delay_seconds=portion.delay))
        await DBOS.enqueue_workflow_async(starts_queue(queue), run_portion, batch, portion.ids)


async def _look(batch: str, course: Course, timeout: float | None) -> Round:
    news = News(course.rounds, course.joined, course.pushes, course.queued)
    tickets = [*course.waiting.values()]

    async def look() -> Round:
        replica = Home.current()
        return await replica.at_home(replica.work.look(batch, tickets, news, timeout=timeout))

    return await DBOS.run_step_async({"name": "look"}, look)


async def _start(batch: str, ids: Sequence[str]) -> Started:
    replica = Home.current()
    return await replica.at_home(replica.work.start(batch, ids))


async def _close(batch: str) -> None:
    replica = Home.current()
    replica.work.forget(batch)
    await replica.at_home(replica.starts.close(batch))
