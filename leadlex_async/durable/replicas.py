"""The list of replicas: each tells that it lives, and takes over what those left behind that do not.

DBOS itself recovers a workflow only when a process with the same executor id starts again, or through its paid
Conductor. Times are the database's, so that clocks of machines may differ.
"""

from __future__ import annotations

import asyncio
import uuid
from typing import TYPE_CHECKING

import sqlalchemy as sa

from .database import LOG

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from .database import Database

BEATS = 6
"""Signs of life in one lease: some may be late or lost."""

_NOW = {
    "postgresql": "extract(epoch FROM clock_timestamp())",
    "sqlite": "((julianday('now') - 2440587.5) * 86400.0)",
}
_ENTER = """
    INSERT INTO leadlex_replicas (queue, executor_id, token, seen) VALUES (:queue, :executor_id, :token, {now})
    ON CONFLICT (queue, executor_id) DO UPDATE SET token = excluded.token, seen = excluded.seen
"""
_BEAT = """
    UPDATE leadlex_replicas SET seen = {now}
    WHERE queue = :queue AND executor_id = :executor_id AND token = :token
"""
_SILENT = """
    SELECT executor_id FROM leadlex_replicas
    WHERE queue = :queue AND executor_id <> :executor_id AND seen < {now} - :lease
"""
_FORGET = """
    DELETE FROM leadlex_replicas WHERE queue = :queue AND executor_id = :other AND seen < {now} - :lease
"""
_LEAVE = """
    UPDATE leadlex_replicas SET seen = 0 WHERE queue = :queue AND executor_id = :executor_id AND token = :token
"""


class Replicas:
    """This replica's place in the list.

    ``take_over`` makes another's workflows available again and tells whether all of them are.
    """

    def __init__(
        self,
        database: Database,
        queue: str,
        executor_id: str,
        lease: float,
        take_over: Callable[[str], Awaitable[bool]],
    ) -> None:
        self.replaced = False
        """Whether another process runs under this executor id by now."""
        self._database = database
        self._given = {"queue": queue, "executor_id": executor_id, "token": str(uuid.uuid4()), "lease": lease}
        self._lease = lease
        self._take_over = take_over

    async def enter(self) -> None:
        """Take the place, from an earlier process of this id if need be."""
        await self._execute(_ENTER)

    async def leave(self) -> None:
        """Let the others take over at once."""
        await self._execute(_LEAVE)

    async def run(self) -> None:
        """Tell that this replica lives, and look after the others, until cancelled."""
        loop = asyncio.get_running_loop()
        last = loop.time()
        while not self.replaced:
            if not await self._execute(_BEAT):
                self.replaced = True
                LOG.error("another process runs as executor %(executor_id)s; this one ends its work", self._given)
                return
            # After an outage of the database everybody seems dead: they get the time to say that they are not.
            if loop.time() - last < self._lease / 2:
                await self._look_after()
            last = loop.time()
            await asyncio.sleep(self._lease / BEATS)

    async def _look_after(self) -> None:
        for other in await self._silent():
            LOG.warning("replica %s is silent: its batches are taken over", other)
            if await self._take_over(other):
                await self._execute(_FORGET, other=other)

    async def _silent(self) -> list[str]:
        return [
            *await self._database.run(
                lambda connection: connection.execute(_sql(connection, _SILENT), self._given).scalars().all()
            )
        ]

    async def _execute(self, query: str, **more: str) -> int:
        """How many rows it changed."""
        given = self._given | more
        return await self._database.run(lambda connection: connection.execute(_sql(connection, query), given).rowcount)


def _sql(connection: sa.Connection, query: str) -> sa.TextClause:
    return sa.text(query.format(now=_NOW[connection.dialect.name]))
