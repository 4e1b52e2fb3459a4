"""What was sent and what came of it, committed in the shared database before and after every start."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import sqlalchemy as sa
from attrs import frozen

from ..approvals.ticket import LaunchTicket

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .database import Database

FRESH = 5.0
"""Seconds that an intent may take to be committed and still be sent: another replica that found it reads the truth for
more than 10 s before it sends."""

_KNOWN = sa.text(
    "SELECT campaign_id, ticket, answered FROM leadlex_starts WHERE batch = :batch AND campaign_id IN :ids"
).bindparams(sa.bindparam("ids", expanding=True))
_INTEND = sa.text(
    "INSERT INTO leadlex_starts (batch, campaign_id, ticket, answered, token)"
    " VALUES (:batch, :campaign_id, :ticket, 0, :token) ON CONFLICT (batch, campaign_id) DO NOTHING"
)
_OWN = sa.text(
    "SELECT campaign_id FROM leadlex_starts WHERE batch = :batch AND token = :token AND campaign_id IN :ids"
).bindparams(sa.bindparam("ids", expanding=True))
_BEGAN = sa.text(
    "UPDATE leadlex_starts SET ticket = :ticket, task_id = :task_id, answered = 1"
    " WHERE batch = :batch AND campaign_id = :campaign_id"
)
_REFUSED = sa.text(
    "DELETE FROM leadlex_starts WHERE batch = :batch AND campaign_id = :campaign_id AND token = :token AND answered = 0"
)
_TICKETS = sa.text("SELECT ticket FROM leadlex_starts WHERE batch = :batch ORDER BY campaign_id")
_CLOSE = sa.text("UPDATE leadlex_starts SET closed = 1 WHERE batch = :batch AND closed = 0")
_OPEN = sa.text(
    "SELECT DISTINCT batch FROM leadlex_starts"
    " WHERE closed = 0 AND (campaign_id = :campaign_id OR task_id = :task_id) ORDER BY batch"
)


class Taken(Exception):
    """Another execution of the same batch has written down this start already; nothing was sent."""


class Late(Exception):
    """The intent took so long to be written down that another replica may act on it already; nothing was sent."""


@frozen
class Known:
    """What the database tells of a start: ``answered``, or an intent that may have been sent."""

    ticket: LaunchTicket
    answered: bool


class Starts:
    """The table of starts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def known(self, batch: str, ids: Sequence[str]) -> dict[str, Known]:
        """What is known of these campaigns' starts in this batch."""
        given = {"batch": batch, "ids": [*ids]}
        rows = await self._database.run(lambda connection: connection.execute(_KNOWN, given).all())
        return {row[0]: Known(LaunchTicket.from_json(row[1]), bool(row[2])) for row in rows}

    async def tickets(self, batch: str) -> list[LaunchTicket]:
        """The tickets of all starts of a batch."""
        given = {"batch": batch}
        rows = await self._database.run(lambda connection: connection.execute(_TICKETS, given).scalars().all())
        return [LaunchTicket.from_json(text) for text in rows]

    async def waiting_for(self, campaign_id: str | None, task_id: str | None) -> list[str]:
        """The batches that are not at their end and have started this campaign, or wait for this task."""
        given = {"campaign_id": campaign_id, "task_id": task_id}
        return [*await self._database.run(lambda connection: connection.execute(_OPEN, given).scalars().all())]

    async def close(self, batch: str) -> None:
        """The batch is at its end: no push concerns it any more. Its rows stay, against a late double."""
        await self._database.run(lambda connection: connection.execute(_CLOSE, {"batch": batch}) and None)


class Log:
    """The log of one execution of a portion of starts, as ``approvals.begin`` keeps it: one commit for all who wait.

    ``token`` tells this execution from any other of the same portion, so that of two that run at once only one sends.
    """

    def __init__(self, database: Database, batch: str, token: str) -> None:
        self._database = database
        self._row = {"batch": batch, "token": token}
        self._intents: list[tuple[LaunchTicket, asyncio.Future[None]]] = []
        self._began: list[LaunchTicket] = []
        self._refused: list[LaunchTicket] = []
        self._writer: asyncio.Task[None] | None = None

    async def intend(self, intent: LaunchTicket) -> None:
        """Commit that a start is about to be sent; ``Taken`` or ``Late`` keeps it from being sent."""
        loop = asyncio.get_running_loop()
        since, done = loop.time(), loop.create_future()
        self._intents.append((intent, done))
        self._write_soon()
        await done
        if loop.time() - since > FRESH:
            raise Late

    def began(self, ticket: LaunchTicket) -> None:
        """Note the ticket; it is committed soon, and until then the intent leads to it."""
        self._began.append(ticket)
        self._write_soon()

    def refused(self, intent: LaunchTicket) -> None:
        """Forget a start that surely had no effect."""
        self._refused.append(intent)
        self._write_soon()

    async def flush(self) -> None:
        """Wait until all is committed."""
        while self._writer is not None:
            await asyncio.wait({self._writer})

    def _write_soon(self) -> None:
        if self._writer is None:
            self._writer = asyncio.ensure_future(self._write_all())

    async def _write_all(self) -> None:
        try:
            while self._intents or self._began or self._refused:
                await asyncio.sleep(0)  # those who are ready, too, come along
                await self._write()
        finally:
            self._writer = None

    async def _write(self) -> None:
        intents, self._intents = self._intents, []
        began, self._began = self._began, []
        refused, self._refused = self._refused, []
        try:
            own = await self._database.run(
                lambda connection: self._commit(connection, [intent for intent, _ in intents], began, refused)
            )
        except Exception as error:  # noqa: BLE001 - whatever it is, nothing is sent without its intent
            for _, done in intents:
                if not done.done():
                    done.set_exception(error)
            return
        for intent, done in intents:
            if done.done():
                continue
            if intent.campaign_id in own:
                done.set_result(None)
            else:
                done.set_exception(Taken())

    def _commit(
        self,
        connection: sa.Connection,
        intents: Sequence[LaunchTicket],
        began: Iterable[LaunchTicket],
        refused: Iterable[LaunchTicket],
    ) -> set[str]:
        """Write all in one transaction; the campaigns whose intent is this execution's."""
        # A refusal comes before the next intent of the same campaign.
        if gone := [self._row | {"campaign_id": each.campaign_id} for each in refused]:
            connection.execute(_REFUSED, gone)
        if rows := [self._described(each) for each in began]:
            connection.execute(_BEGAN, rows)
        if not intents:
            return set()
        connection.execute(_INTEND, [self._described(each) for each in intents])
        asked = self._row | {"ids": [each.campaign_id for each in intents]}
        return {*connection.execute(_OWN, asked).scalars()}

    def _described(self, ticket: LaunchTicket) -> dict[str, str | None]:
        return {
            **self._row,
            "campaign_id": ticket.campaign_id,
            "ticket": ticket.to_json(),
            "task_id": ticket.task_id,
        }
