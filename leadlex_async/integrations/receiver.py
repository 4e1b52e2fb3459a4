"""``WebhookReceiver``: what is done with a delivery, whatever the web framework."""

from __future__ import annotations

import asyncio
import logging
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from ..errors import WebhookVerificationError
from ..webhooks import Deduplicator, verify
from ._intake import beginning, checked, outcome
from .receipt import (
    ACCEPTED,
    BODY_PATIENCE,
    BROKEN,
    BUSY,
    CLOSING,
    DUPLICATE,
    MOST_AT_ONCE,
    REFUSED,
    SLOW,
    STATUS,
    Receipt,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Generator, Iterable

    from ..webhooks import Headers, WebhookEvent
    from ._intake import Feed, Listener

PATIENCE = 8.0
"""Seconds that an event may take to be accepted: LeadLex waits 10 s for an answer."""
HEAD_START = 0.01
"""Seconds that the answer is ahead of the work after it: a listener that blocks must not hold the answer up."""
FORGETTING = 1.0
"""Seconds that a store may take to forget, and a cancelled handler to end."""

_log = logging.getLogger("leadlex_async.webhooks")


class WebhookReceiver:
    """Verifies deliveries, sorts out duplicates, and hands each event on, once.

    ``secret`` is what LeadLex signs with, or several while a secret is being replaced; without it
    ``LEADLEX_WEBHOOK_SECRET`` is read, where white space or commas stand between several. ``feed`` is told of an event
    at once: ``leadlex.approvals.feed``. ``accept``, async or not, puts the event where it cannot be lost, before
    LeadLex is answered: ``durable.feed``, say. It has 8 s; if it fails or takes longer, the answer is 503 and LeadLex
    delivers again. ``on_event``, async or not, is what is done after the answer, for up to 1,000 events at once; what
    it raises is logged as ``leadlex_async.webhooks``. ``deduplicator`` keeps what was seen in a store of your own;
    ``tolerance`` is how many seconds the timestamp may be off.

    Without any secret it is a ``ConfigurationError`` (guide: webhooks).
    """

    def __init__(  # noqa: PLR0913 - each is an independent choice of the caller
        self,
        secret: str | Iterable[str] | None = None,
        *,
        feed: Feed | None = None,
        accept: Listener | None = None,
        on_event: Listener | None = None,
        deduplicator: Deduplicator | None = None,
        tolerance: float = 300.0,
    ) -> None:
        self._secrets = checked(secret)
        self._feed = feed
        self._accept = accept
        self._on_event = on_event
        self._seen = deduplicator if deduplicator is not None else Deduplicator()
        self._tolerance = tolerance
        self._taking: dict[str, asyncio.Future[Receipt]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._closing = False

    async def receive(self, body: bytes, headers: Headers) -> Receipt:
        """Take one delivery in; ``body`` is the raw bytes of the request, before any parsing.

        The answer is 200 for an event that was accepted, now or before, 401 for a wrong signature or timestamp, 413 or
        400 for a body that is no event, and 503 for one that LeadLex is to deliver again. Cancelled, because the sender
        has gone, it loses nothing: the event is accepted all the same, or forgotten (guide: webhooks).
        """
        try:
            event = verify(body, headers, self._secrets, tolerance=self._tolerance)
        except WebhookVerificationError as error:
            return Receipt(STATUS[error.check], error.message)
        answer = self._under_way(event) or self._begin(event)
        await asyncio.wait({answer})  # unlike awaiting the answer itself, this may be cancelled without it
        return answer.result()

    async def receive_from(self, chunks: AsyncIterable[bytes], headers: Headers) -> Receipt:
        """Read a body piece by piece, then ``receive`` it; no more than 1 MiB is read, for 10 s at most.

        A body that does not arrive is answered 408 or 400, one that is too large 413; close the connection then.
        """
        try:
            async with asyncio.timeout(BODY_PATIENCE):
                body = await beginning(chunks)
        except TimeoutError:
            return SLOW
        except Exception:  # noqa: BLE001 - each framework has errors of its own for a sender that has gone
            return BROKEN
        return await self.receive(body, headers)

    async def aclose(self, patience: float = 10.0) -> None:
        """Take no more events and wait up to ``patience`` seconds for those being handled, then cancel them."""
        self._closing = True
        loop = asyncio.get_running_loop()
        end = loop.time() + patience
        while self._tasks and (left := end - loop.time()) > 0:
            await asyncio.wait([*self._tasks], timeout=left)
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            _log.warning("%d events were still being handled and are given up", len(self._tasks))
            await asyncio.wait([*self._tasks], timeout=FORGETTING)

    def _under_way(self, event: WebhookEvent) -> asyncio.Future[Receipt] | None:
        """The answer to the same event, which is being accepted right now: a duplicate shares its fate."""
        return next((self._taking[key] for key in _keys(event) if key in self._taking), None)

    def _begin(self, event: WebhookEvent) -> asyncio.Future[Receipt]:
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Receipt] = loop.create_future()
        taking = dict.fromkeys(_keys(event), answer)
        self._taking.update(taking)
        answer.add_done_callback(partial(self._answered, taking))
        task = loop.create_task(self._see_to(event, answer))
        self._tasks.add(task)
        task.add_done_callback(partial(self._ended, answer))
        return answer

    def _answered(self, keys: Iterable[str], _: asyncio.Future[Receipt]) -> None:
        for key in keys:
            del self._taking[key]

    def _ended(self, answer: asyncio.Future[Receipt], task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not answer.done():  # cancelled meanwhile
            answer.set_result(CLOSING)

    async def _see_to(self, event: WebhookEvent, answer: asyncio.Future[Receipt]) -> None:
        receipt = await self._take(event)
        answer.set_result(receipt)
        if receipt is ACCEPTED and self._on_event is not None:
            await asyncio.sleep(HEAD_START)
            with _logged("on_event failed on %s", event):
                await outcome(self._on_event, event)

    async def _take(self, event: WebhookEvent) -> Receipt:
        if self._closing or (self._on_event is not None and len(self._tasks) > MOST_AT_ONCE):
            self._tell(event)
            return CLOSING if self._closing else BUSY
        new = False
        try:
            async with asyncio.timeout(PATIENCE):
                new = await self._seen.first(event)
                if not new:
                    return DUPLICATE
                self._tell(event)
                await outcome(self._accept, event)
        except BaseException as error:
            _log.warning("%s was not accepted; LeadLex is to deliver it again", event.event, exc_info=error)
            if new:
                await self._give_back(event)
            else:  # the deduplicator has seen to its keys
                self._tell(event)
            if isinstance(error, Exception):
                return REFUSED
            raise
        return ACCEPTED

    def _tell(self, event: WebhookEvent) -> None:
        if self._feed is not None:
            with _logged("feed failed on %s", event):
                self._feed(event)

    async def _give_back(self, event: WebhookEvent) -> None:
        """Forget the event, so that it is new when LeadLex delivers it again."""
        with _logged("%s was not forgotten by the deduplicator: delivered again it may pass for a duplicate", event):
            async with asyncio.timeout(FORGETTING):
                await self._seen.forget(event)


@contextmanager
def _logged(message: str, event: WebhookEvent) -> Generator[None]:
    """Whatever a function of the program raises is logged, without the payload, and disturbs nothing else."""
    try:
        yield
    except Exception:  # noqa: BLE001 - it may raise anything
        _log.exception(message, event.event)


def _keys(event: WebhookEvent) -> list[str]:
    """What an event has in common with its duplicates, as the deduplicator sees it."""
    content = event.fingerprint if event.occurred_at is not None else None
    return [key for key in (event.delivery_id, content) if key is not None]
