"""``DurableLaunches``: bulk launches that outlive every process, on SQLite or on a PostgreSQL that replicas share."""

from __future__ import annotations

import asyncio
import math
import uuid
from importlib.util import find_spec
from typing import TYPE_CHECKING, Self

from .._http.plan import Plan
from .._http.wire import plain
from ..errors import ClientClosed, ConfigurationError, ValidationError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..approvals.ticket import LaunchTicket
    from ..bulk.report import LaunchReport
    from ..client import LeadLex
    from ..models.webhooks import WebhookEvent
    from .engine import Engine

    CampaignId = str | uuid.UUID

NEEDS = ("dbos", "sqlalchemy")
LEASE = 30.0
"""Seconds of silence after which a replica is taken for dead."""


class DurableLaunches:
    """Launches campaigns by batches that survive the death of the process, and of the machine.

    ``leadlex`` is the client to launch with; it is used in the loop that enters this block and closed by its owner.
    ``database`` is a URL: ``sqlite:///launches.sqlite`` for one process, ``postgresql://user:password@host/name`` for
    any number of replicas. Replicas with the same database and API key share their batches and one limit of starts,
    90 % of the plan's minute; each has an ``executor_id`` of its own that stays the same over restarts. What a
    replica leaves behind that was silent for ``lease`` seconds is taken over by the others. ``plan`` is learnt from the
    first answer where it is not given. ``queue`` names what the replicas share; without it the name is made of the
    address and the key: give one to go on with the same batches under another key.

    A process has one of these at a time, and no other use of DBOS.
    """

    def __init__(  # noqa: PLR0913 - each is an independent choice of the caller
        self,
        leadlex: LeadLex,
        *,
        database: str,
        executor_id: str = "local",
        plan: Plan | str | None = None,
        queue: str | None = None,
        lease: float = LEASE,
    ) -> None:
        if any(find_spec(name) is None for name in NEEDS):
            raise ConfigurationError('durable launches need: pip install "leadlex_async[durable]"')
        from .engine import Engine, Settings  # noqa: PLC0415 - DBOS is there only with the extra

        settings = Settings(
            database=database,
            executor_id=_named(executor_id, "executor_id"),
            plan=Plan.named(plan) if plan is not None else None,
            queue=None if queue is None else _named(queue, "queue"),
            lease=_positive(lease, "lease"),
        )
        self._made = Engine(leadlex, settings)
        self._entered = False

    async def __aenter__(self) -> Self:
        """Connect and take part: batches that wait for a replica are carried on with from now on."""
        await self._made.open()
        self._entered = True
        return self

    async def __aexit__(self, *_: object) -> None:
        """Leave: starts on their way are heard for up to 5 s, the rest is left to other replicas or the next run."""
        self._entered = False
        await self._made.aclose()

    @property
    def _engine(self) -> Engine:
        if not self._entered:
            raise ClientClosed("these durable launches are not open")
        return self._made

    async def launch(self, ids: Iterable[CampaignId], *, timeout: float | None, batch_id: str | None = None) -> str:
        """Have campaigns launched, each once, by any replica, and return the batch's id when that is committed.

        Each launch waits up to ``timeout`` seconds from its start (None: no end). With a ``batch_id`` of your own the
        call can be repeated: it is one batch still.
        """
        if isinstance(ids, (str, bytes)):
            raise ValidationError("ids must be a list or another iterable of campaign ids, not one text")
        given = [_checked(each) for each in ids]
        batch_id = str(uuid.uuid4()) if batch_id is None else _named(batch_id, "batch_id")
        limit = None if timeout is None else _positive(timeout, "timeout")
        unique = list(dict.fromkeys(given))
        await self._engine.enqueue(batch_id, unique, limit, duplicates=len(given) - len(unique))
        return batch_id

    async def result(self, batch_id: str, *, timeout: float | None = None) -> LaunchReport:
        """Wait until every launch of the batch is decided, on whichever replica, and report all of them.

        ``timeout`` (seconds) ends the wait with ``TimeoutError``, and the batch goes on.
        """
        async with asyncio.timeout(timeout):
            return await self._engine.report(batch_id)

    async def feed(self, event: WebhookEvent) -> int:
        """Hand a verified push to the batches that wait for it, wherever they run; returns how many.

        It is committed when this returns, so answer the delivery after it (guide: webhooks).
        """
        return await self._engine.feed(event)

    async def tickets(self, batch_id: str) -> list[LaunchTicket]:
        """The tickets of all starts of the batch that were sent, decided or not."""
        return await self._engine.tickets(batch_id)

    async def cancel(self, batch_id: str) -> None:
        """Send no more starts of the batch and wait for no more decisions; what was started stays started."""
        await self._engine.cancel(batch_id)


def _checked(given: CampaignId) -> str:
    campaign_id = plain(given)
    if not isinstance(campaign_id, str) or not campaign_id.strip():
        raise ValidationError(f"a campaign id is a non-empty text, not {given!r}")
    return campaign_id


def _named(value: object, what: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ConfigurationError(f"{what} is a non-empty text, not {value!r}")
    return value


def _positive(value: object, what: str) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < math.inf:
        raise ValidationError(f"{what} is in seconds and more than 0, not {value!r}")
    return value
