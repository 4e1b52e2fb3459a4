"""Deliveries of the sandbox in process: signed, tried again, logged, in virtual time."""

from __future__ import annotations

import asyncio
from socket import gaierror
from typing import TYPE_CHECKING

import pytest
from pushed import EVENT, URL, Receiver, delivered, logs
from support import in_process, settled, virtual

from leadlex_async.sandbox import Sandbox
from leadlex_async.sandbox.outbox import MOST_FINISHED
from leadlex_async.webhooks import verify

if TYPE_CHECKING:
    from collections.abc import Mapping

ATTEMPTS = [0, 30, 150, 750, 4_350, 25_950]
"""Seconds since the event: at once, and 30 s, 2 min, 10 min, 1 h and 6 h after the attempt before."""


# What is sent


@virtual
async def test_a_delivery_is_what_the_guide_describes() -> None:
    """Headers, envelope and signature; the SDK's own check believes it."""
    sandbox, receiver, secret = await delivered("task.approved")
    (got,) = receiver.got
    assert got.headers.keys() == {
        *("X-LeadLex-Signature", "X-LeadLex-Timestamp", "X-LeadLex-Delivery-ID"),
        *("Content-Type", "User-Agent"),
    }
    assert (got.headers["Content-Type"], got.headers["User-Agent"]) == ("application/json", "LeadLex-Webhook/1.0")
    assert got.signed(secret)
    assert [*got.told] == ["event", "delivery_id", "occurred_at", "workspace_id", "data"]
    assert (got.told["delivery_id"], got.told["workspace_id"]) == (got.id, "ws_sandbox")
    assert got.told["occurred_at"] == got.headers["X-LeadLex-Timestamp"]
    assert verify(got.body, got.headers, secret, now=sandbox.now()).id_of("task") == "t-1"


@virtual
async def test_each_webhook_has_deliveries_of_its_own() -> None:
    """With its own secret and another delivery id."""
    sandbox = Sandbox()
    secrets = [sandbox.add_webhook(f"{URL}/{number}", [EVENT]) for number in range(2)]
    receiver = Receiver(sandbox)
    async with sandbox.delivering(receiver):
        sandbox.emit(EVENT, {})
        await settled()
    assert [each.signed(secret) for each, secret in zip(receiver.got, secrets, strict=True)] == [True, True]
    assert len({each.id for each in receiver.got}) == 2


@virtual
async def test_what_is_told_is_of_the_moment_of_the_event() -> None:
    """A record that changes before the delivery does not change what is told."""
    sandbox = Sandbox()
    sandbox.add_webhook(URL, ["task.created"])
    receiver = Receiver(sandbox)
    async with in_process(sandbox) as leadlex:
        started = await leadlex.campaigns.start(sandbox.add_campaign())
        sandbox.approve(started.task_id or "")
        async with sandbox.delivering(receiver):
            await settled()
    task = receiver.got[0].data["task"]
    assert isinstance(task, dict)
    assert task["status"] == "pending"


# When it is sent again


@virtual
async def test_a_delivery_that_fails_is_tried_six_times() -> None:
    """At the documented times, the same in everything but timestamp; then it has failed."""
    sandbox, receiver, secret = await delivered(EVENT, answers=(500,) * 9, seconds=200_000)
    assert receiver.times == ATTEMPTS
    assert len({(each.id, each.body) for each in receiver.got}) == 1
    assert all(abs(each.sent - each.at) < 0.001 and each.signed(secret) for each in receiver.got)
    failed = ("failed", 500, "http_error")
    assert logs(sandbox, "attempt", "status", "response_status_code", "error") == [
        (number, *failed) for number in range(1, 7)
    ]


@virtual
async def test_a_delivery_that_gets_through_is_not_sent_again() -> None:
    """Any 2xx will do, on any attempt."""
    sandbox, receiver, _ = await delivered(EVENT, answers=(500, 302, 204), seconds=200_000)
    assert receiver.times == ATTEMPTS[:3]
    assert logs(sandbox, "status", "response_status_code") == [("failed", 500), ("failed", 302), ("success", 204)]


@virtual
async def test_a_receiver_has_ten_seconds() -> None:
    """The next attempt is that much later."""
    sandbox = Sandbox()
    sandbox.add_webhook(URL, [EVENT])
    receiver = Receiver(sandbox)
    pauses = [11.0, 9.0]

    async def slowly(body: bytes, headers: Mapping[str, str]) -> int:
        status = receiver(body, headers)
        await asyncio.sleep(pauses.pop(0))
        return status

    async with sandbox.delivering(slowly):
        sandbox.emit(EVENT, {})
        await asyncio.sleep(60)
    assert receiver.times == [0, 40]
    assert logs(sandbox, "status", "error", "response_status_code", "response_body", "duration_ms") == [
        ("failed", "timeout", None, None, 10_000),
        ("success", None, 200, "", 9_000),
    ]


@virtual
async def test_failures_of_the_network_are_logged_as_such() -> None:
    """Those a receiver in process raises."""
    sandbox, receiver, _ = await delivered(
        EVENT, answers=(ConnectionRefusedError(), TimeoutError(), gaierror(), ConnectionResetError()), seconds=5_000
    )
    assert receiver.times == ATTEMPTS[:5]
    assert logs(sandbox, "error") == ["connection_refused", "timeout", "dns_failure", "http_error", None]


@virtual
async def test_any_other_error_of_a_receiver_is_raised_at_the_end() -> None:
    """Meanwhile it is a 500, and what comes after it is delivered."""
    sandbox = Sandbox()
    sandbox.add_webhook(URL, [EVENT])
    receiver = Receiver(sandbox, [LookupError("a defect"), ValueError("another")])

    async def deliver() -> None:
        async with sandbox.delivering(receiver):
            sandbox.emit(EVENT, {})
            await asyncio.sleep(200)

    with pytest.raises(LookupError, match="a defect"):
        await deliver()
    assert logs(sandbox, "status", "response_status_code") == [("failed", 500), ("failed", 500), ("success", 200)]


@virtual
async def test_a_defect_of_the_sandbox_is_no_secret() -> None:
    """What breaks the courier is raised at the end."""
    sandbox = Sandbox()
    sandbox.add_webhook(URL, [EVENT])

    def broken(_: float) -> None:
        raise LookupError("a defect")

    async def deliver() -> None:
        async with sandbox.delivering(Receiver(sandbox)):
            sandbox.agenda.add(sandbox.now() + 5, broken)
            await asyncio.sleep(10)

    with pytest.raises(ExceptionGroup) as caught:
        await deliver()
    assert caught.group_contains(LookupError, match="a defect")


@virtual
async def test_time_that_is_driven_forward_has_retries_happen() -> None:
    """``advance`` need not be waited for."""
    sandbox = Sandbox()
    sandbox.add_webhook(URL, [EVENT])
    receiver = Receiver(sandbox, [500] * 9)
    async with sandbox.delivering(receiver):
        sandbox.emit(EVENT, {})
        await settled()
        for wait in (29, 1, 120, 600, 3_600, 21_600, 100_000):
            sandbox.advance(wait)
            await settled()
    assert receiver.times == ATTEMPTS


# Whom it is sent to


@virtual
async def test_retries_for_a_deleted_webhook_are_cancelled() -> None:
    """And their lines in the log with them."""
    sandbox = Sandbox()
    receiver = Receiver(sandbox, [500])
    async with in_process(sandbox) as leadlex, sandbox.delivering(receiver):
        made = await leadlex.webhooks.create(url=URL, events=[EVENT])
        sandbox.emit(EVENT, {})
        await settled()
        assert sorted(map(str, logs(sandbox, "status"))) == ["failed", "pending"]
        await leadlex.webhooks.delete(made.id)
        await asyncio.sleep(100_000)
    assert (receiver.times, logs(sandbox, "status")) == ([0], ["failed"])


@virtual
async def test_a_delivery_under_way_to_a_deleted_webhook_is_not_tried_again() -> None:
    """Its end leaves no trace."""
    sandbox = Sandbox()
    receiver = Receiver(sandbox, [500])

    async def slowly(body: bytes, headers: Mapping[str, str]) -> int:
        status = receiver(body, headers)
        await asyncio.sleep(5)
        return status

    async with in_process(sandbox) as leadlex, sandbox.delivering(slowly):
        made = await leadlex.webhooks.create(url=URL, events=[EVENT])
        sandbox.emit(EVENT, {})
        await settled()
        await leadlex.webhooks.delete(made.id)
        await asyncio.sleep(100_000)
    assert (receiver.times, logs(sandbox, "status")) == ([0], [])


@virtual
async def test_a_paused_webhook_gets_nothing() -> None:
    """Neither new events nor retries; once it is active it gets what happens from then on."""
    sandbox = Sandbox()
    receiver = Receiver(sandbox, [500])
    async with in_process(sandbox) as leadlex, sandbox.delivering(receiver):
        made = await leadlex.webhooks.create(url=URL, events=["deal.created", "deal.updated", "deal.deleted"])
        sandbox.emit("deal.created", {})
        await settled()
        await leadlex.webhooks.update(made.id, active=False)
        sandbox.emit("deal.updated", {})
        await asyncio.sleep(100_000)
        await leadlex.webhooks.update(made.id, active=True)
        sandbox.emit("deal.deleted", {})
        await settled()
    assert receiver.events == ["deal.created", "deal.deleted"]
    assert logs(sandbox, "event", "status") == [("deal.created", "failed"), ("deal.deleted", "success")]


@virtual
async def test_without_anybody_who_carries_attempts_are_pending() -> None:
    """They are made as soon as somebody does."""
    sandbox = Sandbox()
    receiver = Receiver(sandbox)
    async with in_process(sandbox) as leadlex:
        made = await leadlex.webhooks.create(url=URL, events=[EVENT])
        sandbox.emit(EVENT, {})
        await asyncio.sleep(60)
        (pending,) = (await leadlex.webhooks.list_logs(made.id)).items
        assert (pending.status, pending.attempt, pending.delivered_at) == ("pending", 1, None)
        assert (await leadlex.webhooks.list())[0].last_delivery_status is None
        async with sandbox.delivering(receiver):
            await settled()
        (done,) = (await leadlex.webhooks.list_logs(made.id, status="success")).items
        assert (done.delivery_id, done.event, done.response_status_code) == (receiver.got[0].id, EVENT, 200)
        (listed,) = await leadlex.webhooks.list()
        assert (listed.last_delivery_status, listed.last_delivery_at) == ("success", done.delivered_at)
    assert receiver.times == [60]


@virtual
async def test_finished_attempts_are_kept_within_bounds() -> None:
    """The oldest go first."""
    sandbox = Sandbox()
    sandbox.add_webhook(URL, [EVENT])
    receiver = Receiver(sandbox)
    async with sandbox.delivering(receiver):
        for _ in range(MOST_FINISHED + 5):
            sandbox.emit(EVENT, {})
        await asyncio.sleep(1)
    assert len(receiver.got) == MOST_FINISHED + 5
    assert [*logs(sandbox, "delivery_id")] == [each.id for each in receiver.got[5:]]


@virtual
async def test_deliveries_at_once_are_bounded() -> None:
    """A hundred; the others wait."""
    sandbox = Sandbox()
    sandbox.add_webhook(URL, [EVENT])
    under_way: list[int] = [0]

    async def slowly(_: bytes, __: Mapping[str, str]) -> int:
        under_way.append(under_way[-1] + 1)
        await asyncio.sleep(1)
        under_way.append(under_way[-1] - 1)
        return 200

    async with sandbox.delivering(slowly):
        for _ in range(250):
            sandbox.emit(EVENT, {})
        await asyncio.sleep(10)
    assert max(under_way) == 100
    assert logs(sandbox, "status") == ["success"] * 250
