"""The journal of a bulk launch: one SQLite file from which it goes on after any death of the process.

A campaign's row is committed before its start is sent (``intent``), completed with the ticket when the start is
answered (``waiting``), and with the launch when it is decided (``decided``). All of it happens in a thread of its own,
many rows in one transaction, so that the event loop never waits for a disk.
"""

from __future__ import annotations

import asyncio
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Literal, Self, TypeVar, cast

import attrs
import orjson
from attrs import frozen

from .._http import convert, wire
from ..approvals.launch import Launch, Outcome
from ..approvals.ticket import LaunchTicket
from ..errors import JournalError, LeadLexError
from .file import damaged, opened, unusable

if TYPE_CHECKING:
    from collections.abc import Callable
    from os import PathLike

T = TypeVar("T")

State = Literal["intent", "waiting", "decided"]

_INTEND = "INSERT OR REPLACE INTO launches (campaign_id, state, ticket) VALUES (?, 'intent', ?)"
_BEGAN = "INSERT OR REPLACE INTO launches (campaign_id, state, ticket) VALUES (?, 'waiting', ?)"
_REFUSED = "DELETE FROM launches WHERE campaign_id = ? AND state = 'intent'"
_DECIDED = "UPDATE launches SET state = 'decided', launch = ?, decided = ? WHERE campaign_id = ?"

Write = tuple[str, tuple[str, ...]]
Waiting = tuple[Write, "asyncio.Future[None] | None"]


@frozen
class Entry:
    """What the journal knows of one campaign."""

    state: State
    ticket: LaunchTicket
    launch: Launch | None = None

    def fits(self, campaign_id: str) -> bool:
        """Whether it can be what was written of this campaign."""
        same = self.launch is None or self.launch.campaign_id == campaign_id
        return same and self.ticket.campaign_id == campaign_id and (self.state == "decided") == bool(self.launch)


class Journal:
    """One open journal; no other process can open it meanwhile.

    A cancellation waits until the thread has done what it does: it never leaves the file open or a row half way.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="leadlex-journal")
        self._gathered: list[Waiting] = []
        self._quiet: asyncio.Future[None] | None = None
        """Done when all is written; None while nothing is to be written."""
        self._broken: JournalError | None = None
        self._decisions = 0

    @classmethod
    async def open(cls, path: str | PathLike[str], base_url: str) -> Self:
        """Open or make the journal of launches at one address; ``JournalError`` if it cannot be used."""
        journal = cls(str(path))
        try:
            await journal._do(lambda: journal._connect(base_url))
        except BaseException:
            await journal.aclose()
            raise
        return journal

    async def aclose(self) -> None:
        """Write what is still to be written, and close the file."""
        try:
            if self._quiet is not None:
                await _done(self._quiet)
        finally:
            try:
                await self._do(self._disconnect)
            finally:
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
        self._decisions += 1
        await self._write(_DECIDED, _to_json(launch), str(self._decisions), launch.campaign_id)

    async def states(self) -> dict[str, State]:
        """All campaigns and how far they have come, those decided first, in the order of their decisions."""
        rows = await self._read("SELECT campaign_id, state FROM launches ORDER BY decided IS NULL, decided")
        return {campaign_id: cast("State", state) for campaign_id, state in rows}

    async def entry(self, campaign_id: str) -> Entry:
        """What is known of one campaign that ``states`` has named."""
        row = await self._read("SELECT state, ticket, launch FROM launches WHERE campaign_id = ?", campaign_id)
        try:
            ((state, ticket, launch),) = row
            entry = Entry(cast("State", state), LaunchTicket.from_json(ticket), _from_json(launch) if launch else None)
        except (LeadLexError, ValueError, TypeError):
            entry = None
        if entry is None or not entry.fits(campaign_id):
            raise damaged(self._path)
        return entry

    async def _read(self, query: str, *values: str) -> list[tuple[str, ...]]:
        return await self._do(lambda: self._open.execute(query, values).fetchall())

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
        self._gathered.append((write, done))
        if self._quiet is None:
            loop = asyncio.get_running_loop()
            self._quiet = loop.create_future()
            loop.call_soon(self._commit_gathered)

    def _commit_gathered(self) -> None:
        """Commit what has gathered: one transaction for all who wait. No task does this, since one can be cancelled."""
        gathered, self._gathered = self._gathered, []
        writes, waiters = [write for write, _ in gathered], [done for _, done in gathered if done is not None]
        committing = asyncio.get_running_loop().run_in_executor(self._thread, self._commit, writes)
        committing.add_done_callback(partial(self._committed, waiters))

    def _committed(self, waiters: list[asyncio.Future[None]], committing: asyncio.Future[None]) -> None:
        error = committing.exception()
        if error is not None:
            self._broken = unusable(self._path, error)
            waiters += [done for _, done in self._gathered if done is not None]
            self._gathered = []
        for done in waiters:
            if done.done():
                continue
            if self._broken is not None:
                done.set_exception(self._broken)
            else:
                done.set_result(None)
        if self._gathered:
            self._commit_gathered()
        elif self._quiet is not None:
            self._quiet.set_result(None)
            self._quiet = None

    # What follows runs in the thread, but for ``_do`` itself.

    async def _do(self, work: Callable[[], T]) -> T:
        try:
            return await _done(asyncio.get_running_loop().run_in_executor(self._thread, work))
        except sqlite3.Error as error:
            raise unusable(self._path, error) from None

    def _connect(self, base_url: str) -> None:
        self._connection = opened(self._path, base_url)
        ((self._decisions,),) = self._connection.execute("SELECT coalesce(max(decided), 0) FROM launches").fetchall()

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()

    def _commit(self, writes: list[Write]) -> None:
        with self._open:
            for query, values in writes:
                self._open.execute(query, values)

    @property
    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            raise JournalError(f"the journal {self._path} is not open")
        return self._connection


async def _done(future: asyncio.Future[T]) -> T:
    """Wait for it, cancelled or not, and only then pass a cancellation on."""
    cancelled: asyncio.CancelledError | None = None
    while not future.done():
        try:
            await asyncio.wait({future})
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        future.exception()  # marks it as seen
        raise cancelled
    return future.result()


def _to_json(launch: Launch) -> str:
    return wire.encode_json(attrs.asdict(launch)).decode()


def _from_json(text: str) -> Launch:
    launch = convert.structure(orjson.loads(text), Launch, path="$")
    return attrs.evolve(launch, outcome=Outcome(launch.outcome))  # cattrs leaves text in enums that are text
