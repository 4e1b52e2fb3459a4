"""What both example backends do with launches: begin each once, wait, tell who listens, and go on after a restart."""

from __future__ import annotations

import asyncio
import logging
import uuid
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, TypeAlias, TypeVar

import _store
import attrs
from _answers import sse
from _store import Log

from leadlex_async import ClientClosed, LeadLexError, StartOutcomeUnknown, ValidationError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Coroutine, Generator
    from pathlib import Path

    from _store import Store, Stored

    from leadlex_async import LaunchTicket, LeadLex

    News: TypeAlias = asyncio.Queue[bytes | None]

T = TypeVar("T")
log = logging.getLogger("launches")

KEEP_ALIVE = 15.0
"""Seconds of silence after which an event stream says that it is still there."""
PAUSE = 60.0
"""Seconds until a wait that failed, because the key was refused, say, is tried again."""


class Launches:
    """The launches of one process; its store knows those of the processes before it."""

    def __init__(self, leadlex: LeadLex, store: Store) -> None:
        self._leadlex = leadlex
        self._store = store
        self._starting: dict[str, asyncio.Task[Stored]] = {}
        self._tasks: set[asyncio.Task[object]] = set()
        self._streams: dict[str, set[News]] = {}
        self._closing = False

    async def resume(self) -> None:
        """Go on with what an earlier process left open."""
        for launch in await self._store.all_open():
            self._spawn(self._follow(launch, unheard=launch.ticket.status is None))

    async def launch(self, campaign_id: str) -> Stored:
        """Start a campaign, or tell of its launch that is open already; goes on if whoever asked leaves."""
        if self._closing:
            raise ClientClosed("the server is shutting down")
        task = self._starting.get(campaign_id)
        if task is None:
            task = self._starting[campaign_id] = self._spawn(self._start(campaign_id))
            task.add_done_callback(lambda _: self._starting.pop(campaign_id))
        await asyncio.wait({task})
        if task.cancelled():
            raise ClientClosed("the server is shutting down; ask again when it is back")
        return task.result()

    async def named(self, id: str) -> Stored | None:
        """The launch of this id."""
        return await self._store.named(id)

    async def events(self, id: str) -> AsyncGenerator[bytes]:
        """Server-sent events: the state, each change of it, the decision as the last; cut short by ``aclose``."""
        with self._listening(id) as news:
            launch = await self._store.named(id)
            if launch is None or self._closing:
                return
            yield sse(launch)
            while launch.open and (event := await following(news)) is not None:
                yield event

    async def aclose(self) -> None:
        """End all streams and waits; starts on their way are heard for up to 5 s, and what is open stays stored."""
        self._closing = True
        for news in [news for streams in self._streams.values() for news in streams]:
            news.put_nowait(None)
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait([*self._tasks])

    async def _start(self, campaign_id: str) -> Stored:
        launch = await self._store.open_one(campaign_id)
        if launch is None:
            launch = await self._begin(campaign_id, Log(self._store, str(uuid.uuid4())))
            self._spawn(self._follow(launch))
        return launch

    async def _begin(self, campaign_id: str, told: Log, *, unheard: LaunchTicket | None = None) -> Stored:
        try:
            await self._leadlex.approvals.begin(campaign_id, log=told, unheard=unheard)
        except StartOutcomeUnknown as error:
            if error.ticket is not None:
                told.began(error.ticket)  # waiting with it reads on until the truth shows
        finally:
            await told.write()
        if told.launch is None:
            raise ValidationError("the start was refused")
        return told.launch

    async def _follow(self, launch: Stored, *, unheard: bool = False) -> None:
        """Wait for the decision, however long it takes."""
        while launch.open:
            try:
                if unheard:
                    known = Log(self._store, launch.id, launch)
                    launch = await self._begin(launch.ticket.campaign_id, known, unheard=launch.ticket)
                    unheard = False
                    self._tell(launch)
                launch = await self._decided(launch)
            except ClientClosed:
                return
            except LeadLexError as error:
                log.warning("launch %s: %s", launch.id, error)
                await asyncio.sleep(PAUSE)

    async def _decided(self, launch: Stored) -> Stored:
        end = await self._leadlex.approvals.wait(launch.ticket, timeout=None, raise_for_outcome=False)
        launch = attrs.evolve(launch, ticket=end.ticket, state=end.outcome.value, open=False)
        await self._store.save(launch)
        self._tell(launch)
        return launch

    def _tell(self, launch: Stored) -> None:
        for news in self._streams.get(launch.id, ()):
            news.put_nowait(sse(launch))
            if not launch.open:
                news.put_nowait(None)

    @contextmanager
    def _listening(self, id: str) -> Generator[News]:
        news: News = asyncio.Queue()
        streams = self._streams.setdefault(id, set())
        streams.add(news)
        try:
            yield news
        finally:
            streams.discard(news)
            if not streams:
                self._streams.pop(id, None)

    def _spawn(self, work: Coroutine[object, object, T]) -> asyncio.Task[T]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[object]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None and not isinstance(error, LeadLexError):  # whoever asked may have left
            log.error("a launch went wrong", exc_info=error)


async def following(news: News) -> bytes | None:
    """The next event of a stream, a sign of life if there is none for a while, None at its end."""
    try:
        return await asyncio.wait_for(news.get(), KEEP_ALIVE)
    except TimeoutError:
        return b": still waiting\n\n"


@asynccontextmanager
async def opened(leadlex: LeadLex, database: Path) -> AsyncGenerator[Launches]:
    """The launches that a file keeps, as long as the app runs."""
    async with _store.opened(database) as store:
        launches = Launches(leadlex, store)
        await launches.resume()
        try:
            yield launches
        finally:
            await launches.aclose()
