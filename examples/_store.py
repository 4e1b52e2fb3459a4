"""Where the example backends keep their launches: a table of SQLite."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import aiosqlite
from attrs import frozen

from leadlex_async import LaunchTicket

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

SCHEMA = """
CREATE TABLE IF NOT EXISTS launches (
    id TEXT PRIMARY KEY, campaign_id TEXT NOT NULL, ticket TEXT NOT NULL, state TEXT NOT NULL, open INTEGER NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS one_open_launch ON launches (campaign_id) WHERE open;
"""
SAVE = """
INSERT INTO launches VALUES (?, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET ticket = excluded.ticket, state = excluded.state, open = excluded.open
"""


@frozen
class Stored:
    """A launch: its ticket, its state, and whether its decision is still to come."""

    id: str
    ticket: LaunchTicket
    state: str = "starting"
    open: bool = True


class Store:
    """The table; what it has saved is on the disk."""

    def __init__(self, database: aiosqlite.Connection) -> None:
        self._database = database

    async def save(self, launch: Stored) -> None:
        """Write a launch down, or what has become of it."""
        row = (launch.id, launch.ticket.campaign_id, launch.ticket.to_json(), launch.state, launch.open)
        await self._database.execute(SAVE, row)

    async def delete(self, id: str) -> None:
        """Forget a launch that was refused."""
        await self._database.execute("DELETE FROM launches WHERE id = ?", (id,))

    async def named(self, id: str) -> Stored | None:
        """The launch of this id."""
        return next(iter(await self._find("id = ?", id)), None)

    async def open_one(self, campaign_id: str) -> Stored | None:
        """The launch of this campaign that is not decided."""
        return next(iter(await self._find("open AND campaign_id = ?", campaign_id)), None)

    async def all_open(self) -> list[Stored]:
        """Every launch that is not decided."""
        return await self._find("open")

    async def _find(self, condition: str, *values: str) -> list[Stored]:
        query = f"SELECT id, ticket, state, open FROM launches WHERE {condition}"  # noqa: S608 - our own words only
        rows = await self._database.execute_fetchall(query, values)
        return [Stored(row[0], LaunchTicket.from_json(row[1]), row[2], bool(row[3])) for row in rows]


class Log:
    """What ``begin`` tells of one start; the intent is on the disk before anything is sent."""

    def __init__(self, store: Store, id: str, launch: Stored | None = None) -> None:
        self._store = store
        self._id = id
        self.launch = launch

    async def intend(self, intent: LaunchTicket) -> None:
        """A start is about to be sent."""
        self.launch = Stored(self._id, intent)
        await self._store.save(self.launch)

    def began(self, ticket: LaunchTicket) -> None:
        """The start was answered, or its launch was found."""
        self.launch = Stored(self._id, ticket, ticket.status or "starting")

    def refused(self, intent: LaunchTicket) -> None:  # noqa: ARG002 - the launch is known by its id
        """The start had no effect."""
        self.launch = None

    async def write(self) -> None:
        """Save what has become of it."""
        if self.launch is not None:
            await self._store.save(self.launch)
        else:
            await self._store.delete(self._id)


@asynccontextmanager
async def opened(path: Path) -> AsyncGenerator[Store]:
    """Open the file; each statement is a transaction of its own."""
    async with aiosqlite.connect(path, isolation_level=None) as database:
        await database.executescript(SCHEMA)
        yield Store(database)
