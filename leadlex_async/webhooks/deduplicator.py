"""Whether an event was here before."""

from __future__ import annotations

import math
from asyncio import get_running_loop, timeout
from contextlib import suppress
from typing import TYPE_CHECKING, Protocol

from ..errors import ConfigurationError

if TYPE_CHECKING:
    from ..models.webhooks import WebhookEvent

FORGETTING = 1.0
"""Seconds that a store may take to forget what it could not keep."""
LARGEST_MEMORY = 100_000
"""Keys that are kept in memory; an event has up to two."""


class SeenStore(Protocol):
    """Where keys are kept: a database that all workers share, say."""

    async def add(self, key: str, seconds: float) -> bool:
        """Keep a key for so many seconds; False if it is kept already. Of two calls at once only one may be True."""
        ...

    async def discard(self, key: str) -> None:
        """Forget a key, if it is kept."""
        ...


class MemoryStore:
    """Keys in the memory of this process, at most ``limit`` of them: the oldest go first."""

    def __init__(self, limit: int = LARGEST_MEMORY) -> None:
        if isinstance(limit, bool) or not isinstance(limit, int) or limit < 1:
            raise ConfigurationError(f"limit is 1 or more, not {limit!r}")
        self._limit = limit
        self._until: dict[str, float] = {}

    def __len__(self) -> int:
        return len(self._until)

    async def add(self, key: str, seconds: float) -> bool:
        """Keep a key for so many seconds of the loop's clock; False if it is kept already."""
        now = get_running_loop().time()
        known = self._until.get(key, -math.inf) > now
        if not known:
            self._until.pop(key, None)  # so that it comes last
            self._until[key] = now + seconds
            self._tidy(now)
        return not known

    async def discard(self, key: str) -> None:
        """Forget a key, if it is kept."""
        self._until.pop(key, None)

    def _tidy(self, now: float) -> None:
        """Forget the oldest: those whose time is over, and as many as are too many."""
        while len(self._until) > self._limit or next(iter(self._until.values())) <= now:
            del self._until[next(iter(self._until))]


class Deduplicator:
    """Tells an event that is new from one that was here before, within ``seconds`` (guide: webhooks).

    LeadLex delivers at least once, and whoever has seen a delivery can send it again with a new timestamp, which the
    signature does not cover. So an event is known by its delivery id and by its content, if its time is known: without
    that, two that say the same may well be two. ``store`` keeps what was seen; without one it is this process's memory.
    What the store raises goes on to the caller, and the event counts as not seen.
    """

    def __init__(self, store: SeenStore | None = None, *, seconds: float = 86_400.0) -> None:
        if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or not 0 < seconds < math.inf:
            raise ConfigurationError(f"seconds is more than 0, not {seconds!r}")
        self._store = store if store is not None else MemoryStore()
        self._seconds = seconds

    async def first(self, event: WebhookEvent) -> bool:
        """Whether the event was not here before; from now on it was."""
        tried: list[str] = []
        try:
            for key in _keys(event):
                tried.append(key)
                if not await self._store.add(key, self._seconds):
                    return False
        except BaseException:
            # Handling an event twice is better than never: a key may have been kept although the answer was lost.
            await self._discard(tried)
            raise
        return True

    async def forget(self, event: WebhookEvent) -> None:
        """Let the event count as new when it is delivered again, since it could not be handled."""
        for key in _keys(event):
            await self._store.discard(key)

    async def _discard(self, keys: list[str]) -> None:
        with suppress(Exception):
            async with timeout(FORGETTING):  # a store that hangs must not hold up an answer, nor a cancellation
                for key in keys:
                    await self._store.discard(key)


def _keys(event: WebhookEvent) -> list[str]:
    keys = [f"delivery:{event.delivery_id}"] if event.delivery_id else []
    return [*keys, f"content:{event.fingerprint}"] if event.occurred_at is not None else keys
