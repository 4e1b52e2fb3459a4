"""One operation a row: how it is called, what it sends, what its documented answer looks like."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta, timezone
from typing import cast

from attrs import field, frozen

from leadlex_async import LeadLex

HELD = "2026-04-17T14:30:00Z"
META = {"page": 2, "per_page": 25, "total": 51}
SINCE = datetime(2026, 4, 1, 2, tzinfo=timezone(timedelta(hours=2)))


@frozen
class Row:
    """One operation: how it is called, what it sends, what the documented answer looks like."""

    name: str
    call: Callable[[LeadLex], Awaitable[object]]
    request: str
    data: object
    body: object = None
    query: dict[str, str] = field(factory=dict[str, str])
    envelope: str = ""
    meta: dict[str, int] | None = None
    idempotent: bool = False

    def __str__(self) -> str:
        return self.name

    @property
    def answer(self) -> dict[str, object]:
        """The documented answer."""
        return {"data": self.data} | ({"meta": self.meta} if self.meta else {})

    @property
    def payload(self) -> object:
        """What is to be read out of it."""
        return cast("dict[str, object]", self.data)[self.envelope] if self.envelope else self.data


async def collect(items: AsyncIterator[object]) -> list[object]:
    """All items of an async iterator."""
    return [item async for item in items]
