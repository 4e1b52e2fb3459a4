"""Events that were here before: known by delivery id and by content, for a while and within bounds."""

from __future__ import annotations

import asyncio
import math
from datetime import UTC, datetime
from typing import cast

import pytest
from attrs import define, field
from hypothesis import given, settings, strategies as st
from support import virtual

from leadlex_async import ConfigurationError, WebhookEvent
from leadlex_async.testing import run_virtual
from leadlex_async.webhooks import Deduplicator, MemoryStore

NOON = datetime(2026, 4, 17, 12, tzinfo=UTC)


def event(delivery_id: str | None = "d-1", about: str = "t-1", at: datetime | None = NOON) -> WebhookEvent:
    """A decision on a task."""
    return WebhookEvent(event="task.approved", delivery_id=delivery_id, occurred_at=at, data={"task": {"id": about}})


@virtual
async def test_an_event_is_new_once() -> None:
    """Each delivery after the first is none."""
    seen = Deduplicator()
    assert [await seen.first(event()) for _ in range(3)] == [True, False, False]
    assert await seen.first(event("d-2", "t-2"))


@virtual
async def test_a_replay_under_another_id_is_known() -> None:
    """By its content, which is signed; the id of such a delivery is then known, too."""
    seen = Deduplicator()
    assert await seen.first(event("d-1"))
    assert not await seen.first(event("d-2"))
    assert not await seen.first(event(None))


@virtual
async def test_a_delivery_that_says_something_else_is_known_by_its_id() -> None:
    """What it says is not remembered: the delivery that it belongs to is still new."""
    seen = Deduplicator()
    assert await seen.first(event("d-1", "t-1"))
    assert not await seen.first(event("d-1", "t-2"))
    assert await seen.first(event("d-2", "t-2"))


@virtual
async def test_the_same_at_an_unknown_time_may_be_two() -> None:
    """Without a time the content alone tells nothing, and without an id nothing does."""
    seen = Deduplicator()
    assert await seen.first(event("d-1", at=None))
    assert not await seen.first(event("d-1", at=None))
    assert await seen.first(event("d-2", at=None))
    assert [await seen.first(event(None, at=None)) for _ in range(2)] == [True, True]


@virtual
async def test_an_event_that_could_not_be_handled_is_forgotten() -> None:
    """So that it counts as new when it comes again, under whatever id."""
    seen = Deduplicator()
    assert await seen.first(event("d-1"))
    await seen.forget(event("d-1"))
    assert await seen.first(event("d-2"))
    await seen.forget(event("unheard of", "t-9"))


@virtual
async def test_events_are_remembered_for_a_while() -> None:
    """A day, unless told otherwise, by the clock of the loop."""
    for seconds, seen in ((86_400, Deduplicator()), (60, Deduplicator(seconds=60))):
        assert await seen.first(event())
        await asyncio.sleep(seconds - 1)
        assert not await seen.first(event())
        await asyncio.sleep(2)
        assert await seen.first(event())
        assert not await seen.first(event())


@virtual
async def test_memory_is_bounded() -> None:
    """The oldest are forgotten first."""
    store = MemoryStore(limit=10)
    seen = Deduplicator(store)
    for number in range(100):
        assert await seen.first(event(f"d-{number}", f"t-{number}"))
        assert len(store) <= 10
    assert not await seen.first(event("d-99", "t-99"))
    assert not await seen.first(event("d-95", "t-95"))
    assert await seen.first(event("d-94", "t-94"))


@virtual
async def test_what_is_over_takes_no_memory() -> None:
    """Even if the bound is far."""
    store = MemoryStore()
    for number in range(50):
        assert await store.add(str(number), 10)
        await asyncio.sleep(1)
    assert len(store) <= 11


@virtual
async def test_keys_may_be_kept_for_different_times() -> None:
    """A key that is kept for longer hides none that is over."""
    store = MemoryStore()
    assert await store.add("long", 100)
    assert await store.add("short", 1)
    await asyncio.sleep(2)
    assert await store.add("short", 1)
    assert not await store.add("long", 1)


@pytest.mark.parametrize("limit", [0, -1, True, 1.5, None])
def test_a_limit_that_cannot_be_is_a_mistake(limit: object) -> None:
    """Nothing could be remembered."""
    with pytest.raises(ConfigurationError, match="limit"):
        MemoryStore(cast("int", limit))


@pytest.mark.parametrize("seconds", [0, -1, math.inf, math.nan, True, "60", None])
def test_a_time_that_cannot_be_is_a_mistake(seconds: object) -> None:
    """Nothing would be remembered, or all for ever."""
    with pytest.raises(ConfigurationError, match="seconds"):
        Deduplicator(seconds=cast("float", seconds))


# Stores


@define
class SlowStore:
    """A store that answers after a while, and fails as it is told: before or after the key is kept."""

    fails: dict[int, str] = field(factory=dict[int, str])
    kept: set[str] = field(factory=set[str])
    calls: int = 0

    async def add(self, key: str, seconds: float) -> bool:
        """Keep a key."""
        self.calls += 1
        failing = self.fails.get(self.calls)
        if failing == "before":
            raise OSError("no connection")
        new = key not in self.kept
        self.kept.add(key)
        await asyncio.sleep(seconds / 1e6)
        if failing == "after":
            raise OSError("connection lost")
        return new

    async def discard(self, key: str) -> None:
        """Forget a key."""
        await asyncio.sleep(0)
        if "discard" in self.fails.values():
            raise OSError("no connection")
        self.kept.discard(key)


@given(copies=st.lists(st.tuples(st.sampled_from(["d-1", "d-2", None]), st.booleans()), min_size=1, max_size=8))
@settings(max_examples=60, deadline=None)
def test_of_many_at_once_one_is_first(copies: list[tuple[str | None, bool]]) -> None:
    """Whatever comes beside it, under whatever id, one of those that say the same is new and no other."""

    async def run() -> None:
        seen = Deduplicator(SlowStore())

        async def receive(delivery_id: str | None, *, late: bool) -> bool:
            await asyncio.sleep(0.05 if late else 0)
            return await seen.first(event(delivery_id))

        found = await asyncio.gather(*(receive(name, late=late) for name, late in copies))
        assert sum(found) == 1

    run_virtual(run())


@pytest.mark.parametrize("call", [1, 2])
@pytest.mark.parametrize("when", ["before", "after"])
def test_what_a_store_raises_goes_on(call: int, when: str) -> None:
    """The event counts as not seen: LeadLex delivers it again."""

    async def run() -> None:
        seen = Deduplicator(SlowStore({call: when}))
        with pytest.raises(OSError, match="connection"):
            await seen.first(event())
        assert await seen.first(event())
        assert not await seen.first(event())

    run_virtual(run())


@virtual
async def test_the_first_error_of_a_store_is_the_one_told() -> None:
    """Even if it cannot forget either."""
    seen = Deduplicator(SlowStore({1: "after", 99: "discard"}))
    with pytest.raises(OSError, match="connection lost"):
        await seen.first(event())


@virtual
async def test_a_question_that_is_cancelled_leaves_nothing() -> None:
    """Whoever asked is gone, and so nobody handles the event."""
    store = SlowStore()
    seen = Deduplicator(store)
    asking = asyncio.create_task(seen.first(event()))
    await asyncio.sleep(0.01)
    assert store.kept
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert store.kept == set()
    assert await seen.first(event())
