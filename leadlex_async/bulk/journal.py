"""The journal of a bulk launch: one SQLite file from which it goes on after any death of the process.

A campaign's row is committed before its start is sent (``intent``), completed with the ticket when the start is
answered (``waiting``), and with the launch when it is decided (``decided``). All of it happens in a thread of its own,
many rows in one transaction, so that the event loop never waits for a disk.
"""

from __future__ import annotations

import asyncio
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Literal, Self, TypeVar, cast

import attrs
import orjson
from attrs import frozen

from .._http import convert, wire
from ..approvals.launch import Launch, Outcome
from ..approvals.ticket import LaunchTicket
from ..errors import JournalError
from .file import opened, unusable

if TYPE_CHECKING:
    from collections.abc import Callable
    from os import PathLike

T = TypeVar("T")

State = Literal["intent", "waiting", "decided"]

_INTEND = "INSERT OR REPLACE INTO launches (campaign_id, state, ticket) VALUES (?, 'intent', ?)"
_BEGAN = "INSERT OR REPLACE INTO launches (campaign_id, state, ticket) VALUES (?, 'waiting', ?)"
_REFUSED = "DELETE FROM launches WHERE campaign_id = ? AND state = 'intent'"
_DECIDED = """UPDATE launches SET state = 'decided', launch = ?,
 decided = (SELECT 1 + coalesce(max(decided), 0) FROM launches) WHERE campaign_id = ?"""

Write = tuple[str, tuple[str, ...]]


@frozen
class Entry:
    """What the journal knows of one campaign."""

    state: State
    ticket: LaunchTicket
    launch: Launch | None = None


class Journal:
    """One open journal; no other process can open it meanwhile."""

    def __init__(self, path: str, connection: sqlite3.Connection, thread: ThreadPoolExecutor) -> None:
        self._path = path
        self._connection = connection
        self._thread = thread
        self._writes: list[tuple[Write, asyncio.Future[None] | None]] = []
        self._writer: asyncio.Task[None] | None = None
        self._broken: JournalError | None = None

    @classmethod
    async def open(cls, path: str | PathLike[str], base_url: str) -> Self:
        """Open or make the journal of launches at one address; ``JournalError`` if it cannot be used."""
        thread = ThreadPoolExecutor(1, thread_name_prefix="leadlex-journal")
        try:
            connection = await _in(thread, lambda: opened(str(path), base_url))
        except BaseException:
            thread.shutdown(wait=False)
            raise
        return cls(str(path), connection, thread)

    async def aclose(self) -> None:
        """Write what is still to be written, and close the file."""
        while self._writer is not None:
            await asyncio.wait({self._writer})
        await _in(self._thread, self._connection.close)
        self._thread.shutdown()

    # The log of starts, as ``approvals.begin`` keeps it.

    async def intend(self, intent: LaunchTicket) -> None:
        """Commit that a start is about to be sent."""
        await self._write(_INTEND, intent.campaign_id, intent.to_json())

    def began(self, ticket: LaunchTicket) -> None:
        """Note the ticket; it is committed soon, and until then the intent leads to it."""
        self._note(_BEGAN, ticket.campaign_id, ticket.to_json())

    def refused(self, intent: LaunchTicket) -> None:
        """Forget a start that surely had no effect."""
        self._note(_REFUSED, intent.campaign_id)

    async def decided(self, launch: Launch) -> None:
        """Commit how a launch was decided."""
        await self._write(_DECIDED, _to_json(launch), launch.campaign_id)

    async def states(self) -> dict[str, State]:
        """All campaigns and how far they have come, those decided first, in the order of their decisions."""
        rows = await self._read("SELECT campaign_id, state FROM launches ORDER BY decided IS NULL, decided")
        return {campaign_id: cast("State", state) for campaign_id, state in rows}

    async def entry(self, campaign_id: str) -> Entry:
        """What is known of one campaign that ``states`` has named."""
        ((state, ticket, launch),) = await self._read(
            "SELECT state, ticket, launch FROM launches WHERE campaign_id = ?", campaign_id
        )
        return Entry(cast("State", state), LaunchTicket.from_json(ticket), _from_json(launch) if launch else None)

    async def _read(self, query: str, *values: str) -> list[tuple[str, ...]]:
        return await self._guarded(lambda: self._connection.execute(query, values).fetchall())

    async def _write(self, query: str, *values: str) -> None:
        done = asyncio.get_running_loop().create_future()
        self._enqueue((query, values), done)
        await done

    def _note(self, query: str, *values: str) -> None:
        self._enqueue((query, values), None)

    def _enqueue(self, write: Write, done: asyncio.Future[None] | None) -> None:
        if self._broken is not None:
            if done is not None:
                raise self._broken
            return
        self._writes.append((write, done))
        if self._writer is None:
            self._writer = asyncio.ensure_future(self._write_all())

    async def _write_all(self) -> None:
        """Commit what has gathered, as long as something has: one transaction for all who wait."""
        while self._writes:
            batch, self._writes = self._writes, []
            try:
                await self._guarded(lambda: self._commit([write for write, _ in batch]))  # noqa: B023 - awaited here
            except JournalError as error:
                self._broken = error
                for _, done in (*batch, *self._writes):
                    if done is not None and not done.done():
                        done.set_exception(error)
                self._writes = []
            else:
                for _, done in batch:
                    if done is not None and not done.done():
                        done.set_result(None)
        self._writer = None

    def _commit(self, writes: list[Write]) -> None:
        with self._connection:
            for query, values in writes:
                self._connection.execute(query, values)

    async def _guarded(self, work: Callable[[], T]) -> T:
        try:
            return await _in(self._thread, work)
        except sqlite3.Error as error:
            raise unusable(self._path, error) from None


async def _in(thread: ThreadPoolExecutor, work: Callable[[], T]) -> T:
    return await asyncio.get_running_loop().run_in_executor(thread, work)


def _to_json(launch: Launch) -> str:
    return wire.encode_json(attrs.asdict(launch)).decode()


def _from_json(text: str) -> Launch:
    launch = convert.structure(orjson.loads(text), Launch, path="$")
    return attrs.evolve(launch, outcome=Outcome(launch.outcome))  # cattrs leaves text in enums that are text
