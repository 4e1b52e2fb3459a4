"""Deliveries of the sandbox led astray by a script, in virtual time."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from pushed import EVENT, URL, Receiver, delivered, logs
from support import in_process, settled, virtual

from leadlex_async.sandbox import PushFault, Sandbox

if TYPE_CHECKING:
    from leadlex_async.sandbox.push_faults import PushFaultKind


@virtual
async def test_a_lost_push_is_never_sent() -> None:
    """Though the log tells of a success."""
    sandbox, receiver, _ = await delivered(EVENT, EVENT, fault=PushFault("lost"), seconds=100_000)
    assert receiver.times == [0]
    assert logs(sandbox, "status", "response_status_code") == [("success", 200)] * 2


@virtual
async def test_a_late_push_is_sent_later() -> None:
    """It tells when the event was."""
    _, receiver, _ = await delivered(EVENT, fault=PushFault("late", seconds=90), seconds=100)
    (got,) = receiver.got
    assert receiver.times == [90]
    assert (got.sent - receiver.began) == pytest.approx(90, abs=0.01)
    assert got.told["occurred_at"] != got.headers["X-LeadLex-Timestamp"]


@virtual
async def test_a_duplicate_has_the_same_id() -> None:
    """Each is logged."""
    sandbox, receiver, secret = await delivered(EVENT, fault=PushFault("duplicate"), seconds=100)
    first, second = receiver.got
    assert (first.id, first.body) == (second.id, second.body)
    assert second.signed(secret)
    assert logs(sandbox, "delivery_id", "attempt") == [(first.id, 1)] * 2


@virtual
async def test_a_push_is_overtaken_by_the_next() -> None:
    """It comes right after that one has been made."""
    _, receiver, _ = await delivered(
        "deal.created", "deal.updated", "deal.deleted", fault=PushFault("reorder"), seconds=99
    )
    assert receiver.events == ["deal.updated", "deal.deleted", "deal.created"]
    assert receiver.times == [0, 0, 0]


@virtual
async def test_a_push_that_nothing_overtakes_is_held_back_for_a_while() -> None:
    """One to another webhook does not count."""
    sandbox = Sandbox()
    sandbox.add_webhook(URL, ["deal.created"])
    sandbox.add_webhook(f"{URL}/2", ["deal.updated"])
    sandbox.push_fault(PushFault("reorder", seconds=20))
    receiver = Receiver(sandbox)
    async with sandbox.delivering(receiver):
        for each in ("deal.created", "deal.updated"):
            sandbox.emit(each, {})
        await asyncio.sleep(60)
    assert (receiver.events, receiver.times) == (["deal.updated", "deal.created"], [0, 20])


@virtual
async def test_a_push_held_back_is_freed_by_one_that_has_nowhere_to_go() -> None:
    """Whatever becomes of the next, this one is sent."""
    sandbox = Sandbox()
    receiver = Receiver(sandbox)
    sandbox.push_fault(PushFault("reorder", seconds=1_000))
    async with in_process(sandbox) as leadlex:
        made = await leadlex.webhooks.create(url=URL, events=["deal.created"])
        sandbox.emit("deal.created", {})
        sandbox.emit("deal.created", {})
        dropped = sandbox.outbox.ready[0].row_id or ""
        del sandbox.store.deliveries.rows[dropped]
        async with sandbox.delivering(receiver):
            await settled()
        assert (await leadlex.webhooks.list_logs(made.id)).total == 1
    assert receiver.times == [0]


@pytest.mark.parametrize(
    ("event", "forged"),
    [("task.approved", "task.dismissed"), ("task.dismissed", "task.approved"), ("deal.created", "deal.created")],
)
@virtual
async def test_a_forgery_comes_first_and_is_signed_wrongly(event: str, forged: str) -> None:
    """It tells the contrary under the delivery id of the true one, and LeadLex knows nothing of it."""
    sandbox, receiver, secret = await delivered(event, fault=PushFault("forged"), answers=(401,), seconds=100_000)
    false, true = receiver.got
    assert ([false.event, true.event], false.id) == ([forged, event], true.id)
    assert [false.signed(secret), true.signed(secret)] == [False, True]
    task = false.data["task"]
    assert isinstance(task, dict)
    assert (false.data.get("forged"), task["status"]) == (
        (None, forged.removeprefix("task.")) if event != forged else (True, "created")
    )
    assert logs(sandbox, "delivery_id", "status") == [(true.id, "success")]


@virtual
async def test_a_stale_push_has_an_old_timestamp() -> None:
    """Its retry has a fresh one."""
    _, receiver, secret = await delivered(EVENT, fault=PushFault("stale", seconds=20), answers=(401,), seconds=60)
    assert [round(each.at - each.sent) for each in receiver.got] == [320, 0]
    assert all(each.signed(secret) for each in receiver.got)


@virtual
async def test_a_replay_has_the_true_body_and_a_fresh_timestamp() -> None:
    """LeadLex knows nothing of it, and it is not tried again."""
    sandbox, receiver, secret = await delivered(
        EVENT, fault=PushFault("again", seconds=500), answers=(200, 500), seconds=100_000
    )
    true, replayed = receiver.got
    assert receiver.times == [0, 500]
    assert (replayed.body, replayed.id) == (true.body, true.id)
    assert replayed.signed(secret)
    assert abs(replayed.sent - replayed.at) < 0.001
    assert logs(sandbox, "status") == ["success"]


@virtual
async def test_a_renamed_push_has_another_id_the_second_time() -> None:
    """In the body, too; all else is the same."""
    sandbox, receiver, secret = await delivered(EVENT, fault=PushFault("renamed"), seconds=100)
    first, second = receiver.got
    assert first.id != second.id == second.told["delivery_id"]
    assert first.told | {"delivery_id": second.id} == second.told
    assert second.signed(secret)
    assert logs(sandbox, "delivery_id", "status") == [(first.id, "success"), (second.id, "success")]


@virtual
async def test_a_push_fault_strikes_what_it_is_scripted_for() -> None:
    """One kind of event, after some, as often as said; retries are not counted."""
    sandbox = Sandbox()
    sandbox.add_webhook(URL, ["deal.created", "deal.updated"])
    fault = sandbox.push_fault(PushFault("lost", "deal.created", times=2, skip=1))
    receiver = Receiver(sandbox, [500])
    async with sandbox.delivering(receiver):
        for _ in range(5):
            sandbox.emit("deal.created", {})
        sandbox.emit("deal.updated", {})
        await asyncio.sleep(60)
    assert sandbox.push_faults == [fault]
    assert fault.hits == 2
    assert receiver.events == [*["deal.created"] * 3, "deal.updated", "deal.created"]


def test_a_push_fault_that_does_not_exist_is_refused() -> None:
    """A misspelt kind would do nothing."""
    kind: PushFaultKind = "lots"  # type: ignore[assignment]
    with pytest.raises(ValueError, match="kind of a PushFault is one of lost, late"):
        PushFault(kind)
