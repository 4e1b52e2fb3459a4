"""The connection to the database that replicas share: short transactions, tried again until they get through."""

from __future__ import annotations

import asyncio
import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Self, TypeVar

import sqlalchemy as sa
from sqlalchemy import event, exc

from ..errors import ClientClosed, ConfigurationError

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

T = TypeVar("T")

LOG = logging.getLogger("leadlex_async.durable")

LONGEST_PAUSE = 15.0
SCHEMA_LOCK = 0x4C4C4431
"""Taken while tables are made: two replicas that start at once would stand in each other's way."""
_SCHEMA = (
    """
    CREATE TABLE IF NOT EXISTS leadlex_starts (
        batch VARCHAR NOT NULL,
        campaign_id VARCHAR NOT NULL,
        ticket VARCHAR NOT NULL,
        task_id VARCHAR,
        answered INTEGER NOT NULL,
        closed INTEGER NOT NULL DEFAULT 0,
        token VARCHAR NOT NULL,
        PRIMARY KEY (batch, campaign_id)
    )
    """,
    "CREATE INDEX IF NOT EXISTS leadlex_starts_campaign ON leadlex_starts (campaign_id)",
    "CREATE INDEX IF NOT EXISTS leadlex_starts_task ON leadlex_starts (task_id)",
    """
    CREATE TABLE IF NOT EXISTS leadlex_replicas (
        queue VARCHAR NOT NULL,
        run VARCHAR NOT NULL,
        executor_id VARCHAR NOT NULL,
        seen DOUBLE PRECISION NOT NULL,
        PRIMARY KEY (queue, run)
    )
    """,
)


def checked_url(database: str) -> sa.URL:
    """The URL of an SQLite file or of a PostgreSQL; the error of another one does not show its password."""
    try:
        url = sa.make_url(database)
    except (exc.ArgumentError, ValueError):
        url = None
    if url is not None and url.get_backend_name() == "sqlite" and url.database not in {None, "", ":memory:"}:
        return url.set(drivername="sqlite")
    if url is not None and url.get_backend_name() == "postgresql":
        return url.set(drivername="postgresql+psycopg")
    raise ConfigurationError(
        "database is a URL: sqlite:///launches.sqlite, or postgresql://user:password@host:5432/name"
    )


class Database:
    """One connection in a thread of its own, so that the event loop never waits for it."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="leadlex-durable")
        self._closing = threading.Event()

    @classmethod
    async def open(cls, url: sa.URL) -> Self:
        """Connect and make the tables; ``ConfigurationError`` if that is not possible."""
        made = sa.create_engine(url, pool_size=1, max_overflow=0, pool_pre_ping=True)
        if url.get_backend_name() == "sqlite":
            event.listen(made, "connect", _prepare_sqlite)
        database = cls(made)
        try:
            await database._in_thread(lambda: _make_tables(made))
        except exc.SQLAlchemyError as error:
            await database.aclose()
            shown = url.render_as_string(hide_password=True)
            raise ConfigurationError(f"the database {shown} cannot be used: {_reason(error)}") from None
        return database

    async def aclose(self) -> None:
        """Give up what is being tried again, and disconnect."""
        self._closing.set()
        await self._in_thread(self._engine.dispose)
        self._thread.shutdown()

    async def run(self, work: Callable[[sa.Connection], T]) -> T:
        """Do ``work``, which must be harmless when repeated, in one transaction, however long it takes to succeed."""
        if self._closing.is_set():
            raise ClientClosed("these durable launches are closed; nothing was sent")
        return await self._in_thread(lambda: self._try(work))

    def _try(self, work: Callable[[sa.Connection], T]) -> T:
        pause = 0.5
        while True:
            try:
                with self._engine.begin() as connection:
                    return work(connection)
            except exc.DBAPIError as error:
                LOG.warning("the database does not answer, trying again: %s", _reason(error))
            if self._closing.wait(pause):
                raise ClientClosed("these durable launches are closed; nothing was sent")
            pause = min(2 * pause, LONGEST_PAUSE)

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)


def _prepare_sqlite(connection: sqlite3.Connection, _: object) -> None:
    """Writers wait for each other, and a commit is one write to the disk; the file keeps that for DBOS, too."""
    connection.isolation_level = "IMMEDIATE"
    connection.execute("PRAGMA busy_timeout = 30000")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")


def _make_tables(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": SCHEMA_LOCK})
        for statement in _SCHEMA:
            connection.execute(sa.text(statement))


def _reason(error: exc.SQLAlchemyError) -> str:
    """The driver's own words in one line, without the statement and its parameters."""
    return " ".join(str(getattr(error, "orig", None) or error).split())
