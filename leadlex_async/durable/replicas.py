"""The list of replicas that live: whoever has work in hand and is not in it lost it to death.

DBOS itself recovers a workflow only when a process with the same executor id starts again, or through its paid
Conductor. Times are the database's, so that clocks of machines may differ.
"""

from __future__ import annotations

import asyncio
import uuid
from functools import partial
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from .database import Database

BEATS = 6
"""Signs of life in one lease: some may be late or lost."""

_NOW = {
    "postgresql": "extract(epoch FROM clock_timestamp())",
    "sqlite": "((julianday('now') - 2440587.5) * 86400.0)",
}
_BEAT = """
    INSERT INTO leadlex_replicas (queue, run, executor_id, seen) VALUES (:queue, :run, :executor_id, {now})
    ON CONFLICT (queue, run) DO UPDATE SET seen = excluded.seen
"""
_SUCCEED = "DELETE FROM leadlex_replicas WHERE queue = :queue AND executor_id = :executor_id AND run <> :run"
_FORGET = "DELETE FROM leadlex_replicas WHERE queue = :queue AND seen < {now} - :lease"
_LIVING = "SELECT run FROM leadlex_replicas WHERE queue = :queue"
_LEAVE = "DELETE FROM leadlex_replicas WHERE queue = :queue AND run = :run"


class Replicas:
    """This replica's place in the list.

    ``run_id`` is what DBOS knows this process by: the executor id, which stays the same over restarts, and a part that
    does not. Were it the same, work that a dying process claims after the new one has looked for it would be nobody's.
    ``take_over`` is told who lives, and makes available again what others have in hand.
    """

    def __init__(
        self,
        database: Database,
        queue: str,
        executor_id: str,
        lease: float,
        take_over: Callable[[set[str]], Awaitable[None]],
    ) -> None:
        self.run_id = f"{executor_id}/{uuid.uuid4().hex[:12]}"
        self._database = database
        self._given = {"queue": queue, "executor_id": executor_id, "run": self.run_id, "lease": lease}
        self._lease = lease
        self._take_over = take_over

    async def enter(self) -> None:
        """Live, and succeed earlier processes of this executor id: they are dead, or soon will be."""
        await self._database.run(lambda connection: self._execute(connection, _BEAT, _SUCCEED) and None)

    async def leave(self) -> None:
        """Let the others take over at once."""
        await self._database.run(lambda connection: self._execute(connection, _LEAVE) and None)

    async def run(self) -> None:
        """Tell that this replica lives, and look after what the dead have left, until cancelled."""
        loop = asyncio.get_running_loop()
        last = loop.time()
        while True:
            # After an outage of the database everybody seems dead: they get the time to say that they are not.
            prompt = loop.time() - last < self._lease / 2
            queries = (_BEAT, _FORGET, _LIVING) if prompt else (_BEAT, _LIVING)
            living = await self._database.run(partial(self._living, queries))
            if prompt:
                await self._take_over(living)
            last = loop.time()
            await asyncio.sleep(self._lease / BEATS)

    def _living(self, queries: Sequence[str], connection: sa.Connection) -> set[str]:
        return {str(run) for run in self._execute(connection, *queries).scalars()}

    def _execute(self, connection: sa.Connection, *queries: str) -> sa.CursorResult[Any]:
        """The result of the last one."""
        now = _NOW[connection.dialect.name]
        *first, last = (sa.text(query.format(now=now)) for query in queries)
        for query in first:
            connection.execute(query, self._given)
        return connection.execute(last, self._given)
