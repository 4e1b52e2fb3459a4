"""What a receiver does with a delivery, in any framework."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, TypedDict, Unpack

import pytest
from aiohttp import web
from deliveries import SECRET, START, Delivery, delivery, signed
from support import in_process, others, settled, virtual

from leadlex_async import ClientClosed, ConfigurationError, Launch, Plan, WebhookEvent
from leadlex_async.approvals.begin import GRACE
from leadlex_async.integrations import Receipt, WebhookReceiver, aiohttp as for_aiohttp
from leadlex_async.sandbox import Fault, Sandbox
from leadlex_async.webhooks import LARGEST_BODY, Deduplicator

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping

    from leadlex_async import LeadLex
    from leadlex_async.integrations._intake import Feed, Listener


class Shelf:
    """A store of seen keys that may be away."""

    def __init__(self) -> None:
        self.keys: set[str] = set()
        self.away = self.hangs = False

    async def add(self, key: str, seconds: float) -> bool:
        """Keep a key."""
        assert seconds > 0
        await self._reach()
        known = key in self.keys
        self.keys.add(key)
        return not known

    async def discard(self, key: str) -> None:
        """Forget a key."""
        await self._reach()
        self.keys.discard(key)

    async def _reach(self) -> None:
        if self.hangs:
            await asyncio.get_running_loop().create_future()
        if self.away:
            raise ConnectionError("the store is away")


class Notes:
    """Writes down the events it is told of."""

    def __init__(self) -> None:
        self.events: list[WebhookEvent] = []

    def __call__(self, event: WebhookEvent) -> None:
        """Note an event."""
        self.events.append(event)

    @property
    def tasks(self) -> list[str | None]:
        """The tasks that the events were about."""
        return [event.id_of("task") for event in self.events]


class Options(TypedDict, total=False):
    """What a receiver may be told to do."""

    feed: Feed | None
    accept: Listener | None
    on_event: Listener | None
    deduplicator: Deduplicator | None


def anytime(**options: Unpack[Options]) -> WebhookReceiver:
    """A receiver for virtual time, with which the clock of the machine does not keep up."""
    return WebhookReceiver(SECRET, tolerance=float("inf"), **options)


async def test_an_event_is_fed_accepted_and_handled() -> None:
    """Each function gets the event once, the last one after the answer."""
    fed, accepted, handled = Notes(), Notes(), Notes()
    receiver = WebhookReceiver(SECRET, feed=fed, accept=accepted, on_event=handled)
    receipt = await receiver.receive(*delivery(task={"id": "t-1"}))
    assert receipt == Receipt(200, "accepted")
    assert (fed.tasks, accepted.tasks, handled.tasks) == (["t-1"], ["t-1"], [])
    await receiver.aclose()
    assert handled.tasks == ["t-1"]


async def test_listeners_may_be_async() -> None:
    """Both kinds of functions serve as accept and on_event."""
    accepted, handled = Notes(), Notes()

    async def accept(event: WebhookEvent) -> int:
        await asyncio.sleep(0)
        accepted(event)
        return 1

    async def handle(event: WebhookEvent) -> None:
        await asyncio.sleep(0)
        handled(event)

    receiver = WebhookReceiver(SECRET, accept=accept, on_event=handle)
    await receiver.receive(*delivery(task={"id": "t-1"}))
    await receiver.aclose()
    assert (accepted.tasks, handled.tasks) == (["t-1"], ["t-1"])


@pytest.mark.parametrize(
    ("make", "status"),
    [
        (lambda: delivery(secret="whsec_of_somebody_else"), 401),
        (lambda: delivery(at=datetime.now(UTC) - timedelta(minutes=6)), 401),
        (lambda: delivery(at=datetime.now(UTC) + timedelta(minutes=6)), 401),
        (lambda: Delivery(b"", {}), 401),
        (lambda: Delivery(b"no json", signed(b"no json")), 400),
        (lambda: Delivery(b"{" * (LARGEST_BODY + 1), {}), 413),
    ],
    ids=["forged", "stale", "future", "absent", "content", "huge"],
)
async def test_what_is_not_to_be_believed_changes_nothing(make: Callable[[], Delivery], status: int) -> None:
    """It is refused with a reason that tells no secret, and nobody hears of it."""
    heard, given = Notes(), make()
    receiver = WebhookReceiver(SECRET, feed=heard, accept=heard, on_event=heard)
    receipt = await receiver.receive(*given)
    await receiver.aclose()
    assert (receipt.status, heard.events) == (status, [])
    assert receipt.reason
    assert SECRET not in receipt.reason
    assert given.headers.get("X-LeadLex-Signature", "?") not in receipt.reason


async def test_a_duplicate_is_answered_and_not_handled() -> None:
    """By its delivery id, and by its content under another id."""
    handled = Notes()
    receiver = WebhookReceiver(SECRET, accept=handled)
    first = delivery(id="d-1", task={"id": "t-1"})
    renamed = first.body.replace(b"d-1", b"d-2")
    answers = [await receiver.receive(*each) for each in (first, first, (renamed, signed(renamed)))]
    assert [answer.status for answer in answers] == [200, 200, 200]
    assert "duplicate" in answers[1].reason
    assert "duplicate" in answers[2].reason
    assert handled.tasks == ["t-1"]


@virtual
async def test_a_duplicate_shares_the_fate_of_the_first() -> None:
    """While the first is being accepted nobody says that it was."""
    for accepted in (True, False):
        gate = asyncio.Event()

        async def accept(_: WebhookEvent, gate: asyncio.Event = gate, accepted: bool = accepted) -> None:  # noqa: FBT001
            await gate.wait()
            if not accepted:
                raise ConnectionError("no room")

        receiver = anytime(accept=accept)
        given = delivery()
        both = [asyncio.create_task(receiver.receive(*given)) for _ in range(2)]
        await settled()
        assert not any(task.done() for task in both)
        gate.set()
        assert {(await task).status for task in both} == {200 if accepted else 503}
        await receiver.aclose()


async def test_an_event_that_was_not_accepted_is_new_when_it_comes_again(caplog: pytest.LogCaptureFixture) -> None:
    """LeadLex delivers again after a 503, and feed has believed it already."""
    fed, failures = Notes(), [ConnectionError("no room")]

    def accept(_: WebhookEvent) -> None:
        if failures:
            raise failures.pop()

    receiver = WebhookReceiver(SECRET, feed=fed, accept=accept)
    given = delivery(task={"id": "t-1"})
    assert (await receiver.receive(*given)).status == 503
    assert fed.tasks == ["t-1"]
    assert (await receiver.receive(*given)) == Receipt(200, "accepted")
    assert "t-1" not in caplog.text


@virtual
async def test_a_slow_accept_is_given_up_before_leadlex_gives_up() -> None:
    """After 8 s the answer is 503, and the event is new when it comes again."""
    calls: list[float] = []

    async def accept(_: WebhookEvent) -> None:
        calls.append(asyncio.get_running_loop().time())
        await asyncio.sleep(60 if len(calls) == 1 else 7)

    receiver = anytime(accept=accept)
    given = delivery()
    assert (await receiver.receive(*given)).status == 503
    assert asyncio.get_running_loop().time() == pytest.approx(8)
    assert (await receiver.receive(*given)).status == 200


@virtual
async def test_a_sender_that_leaves_loses_nothing() -> None:
    """The event is accepted and handled all the same."""
    accepted, handled = Notes(), Notes()

    async def accept(event: WebhookEvent) -> None:
        await asyncio.sleep(2)
        accepted(event)

    receiver = anytime(accept=accept, on_event=handled)
    given = delivery(task={"id": "t-1"})
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(receiver.receive(*given), 1)
    await asyncio.sleep(2)
    assert (accepted.tasks, handled.tasks) == (["t-1"], ["t-1"])
    assert "duplicate" in (await receiver.receive(*given)).reason


async def test_what_a_handler_raises_is_logged_and_disturbs_nobody(caplog: pytest.LogCaptureFixture) -> None:
    """The log says which event, and nothing of what was in it."""

    def handle(_: WebhookEvent) -> None:
        raise LookupError("it went wrong")

    receiver = WebhookReceiver(SECRET, feed=handle, on_event=handle)
    with caplog.at_level(logging.INFO, "leadlex_async.webhooks"):
        receipt = await receiver.receive(*delivery("contact.created", contact={"email": "jane@example.com"}))
        await receiver.aclose()
    assert receipt.status == 200
    assert [record.getMessage() for record in caplog.records] == [
        "feed failed on contact.created",
        "on_event failed on contact.created",
    ]
    assert "jane" not in caplog.text


@virtual
async def test_too_many_handlers_at_once_have_the_rest_delivered_again() -> None:
    """Beyond 1,000 the answer is 503; what was refused is new later."""
    fed, handled = Notes(), Notes()
    gate = asyncio.Event()

    async def handle(event: WebhookEvent) -> None:
        await gate.wait()
        handled(event)

    receiver = anytime(feed=fed, on_event=handle)
    answers = await asyncio.gather(*(receiver.receive(*delivery(task={"id": f"t-{i}"})) for i in range(1000)))
    late = delivery(task={"id": "late"})
    assert {answer.status for answer in answers} == {200}
    assert (await receiver.receive(*late)).status == 503
    assert "late" in fed.tasks
    gate.set()
    await asyncio.sleep(1)
    assert (await receiver.receive(*late)).status == 200
    await receiver.aclose()
    assert len(set(handled.tasks)) == len(handled.tasks) == 1001


@virtual
async def test_closing_waits_for_handlers_and_then_ends_them() -> None:
    """Those that take longer than the patience are cancelled, and nothing is left running."""
    handled = Notes()

    async def handle(event: WebhookEvent) -> None:
        await asyncio.sleep(5 if event.id_of("task") == "quick" else 50)
        handled(event)

    receiver = anytime(on_event=handle)
    for name in ("quick", "slow"):
        await receiver.receive(*delivery(task={"id": name}))
    await receiver.aclose(patience=10)
    assert handled.tasks == ["quick"]
    assert asyncio.get_running_loop().time() < 12
    assert others() == []


@virtual
async def test_a_receiver_that_is_closed_has_events_delivered_again() -> None:
    """Those under way are answered 503 and forgotten, those that come later too."""
    shelf, fed = Shelf(), Notes()

    async def accept(_: WebhookEvent) -> None:
        await asyncio.sleep(60)

    receiver = anytime(accept=accept, feed=fed, deduplicator=Deduplicator(shelf))
    early = asyncio.create_task(receiver.receive(*delivery(task={"id": "early"})))
    await settled()
    await receiver.aclose(patience=1)
    assert (await early).status == 503
    assert shelf.keys == set()
    assert (await receiver.receive(*delivery(task={"id": "late"}))).status == 503
    assert fed.tasks == ["early", "late"]
    assert others() == []


async def test_a_store_that_is_away_loses_no_event(caplog: pytest.LogCaptureFixture) -> None:
    """Nothing is accepted without it, but feed is told."""
    shelf, fed, accepted = Shelf(), Notes(), Notes()
    receiver = WebhookReceiver(SECRET, feed=fed, accept=accepted, deduplicator=Deduplicator(shelf))
    given = delivery(task={"id": "t-1"})
    shelf.away = True
    assert (await receiver.receive(*given)).status == 503
    shelf.away = False
    assert (await receiver.receive(*given)).status == 200
    assert (fed.tasks, accepted.tasks) == (["t-1", "t-1"], ["t-1"])
    assert "was not accepted" in caplog.text


@virtual
async def test_a_store_that_hangs_is_given_up() -> None:
    """The answer is a 503 in time, also to the next delivery; when the store is back, the event is accepted."""
    shelf, accepted = Shelf(), Notes()
    receiver = WebhookReceiver(SECRET, accept=accepted, deduplicator=Deduplicator(shelf))
    given = delivery(task={"id": "t-1"})
    shelf.hangs = True
    for _ in range(2):
        async with asyncio.timeout(9.5):
            assert (await receiver.receive(*given)).status == 503
    shelf.hangs = False
    assert (await receiver.receive(*given)).status == 200
    assert (accepted.tasks, others()) == (["t-1"], [])


async def pieces(*chunks: bytes | Exception, pause: float = 0.0) -> AsyncIterator[bytes]:
    """A body that comes in pieces, and may break off."""
    for chunk in chunks:
        await asyncio.sleep(pause)
        if isinstance(chunk, Exception):
            raise chunk
        yield chunk


@virtual
async def test_a_body_is_read_within_bounds() -> None:
    """Whole, slow, huge, and broken off."""
    receiver = anytime()
    body, headers = delivery()
    whole = await receiver.receive_from(pieces(body[:9], body[9:], pause=4), headers)
    slow = await receiver.receive_from(pieces(body[:9], body[9:], pause=6), headers)
    endless = await receiver.receive_from(pieces(*[b"x" * 2**16] * 10_000), headers)
    broken = await receiver.receive_from(pieces(body[:9], ConnectionResetError()), headers)
    assert [receipt.status for receipt in (whole, slow, endless, broken)] == [200, 408, 413, 400]


async def test_a_secret_is_rotated() -> None:
    """The old and the new one are believed."""
    receiver = WebhookReceiver(["whsec_old", "whsec_new"])
    answers = [await receiver.receive(*delivery(secret=f"whsec_{name}")) for name in ("old", "new", "other")]
    assert [answer.status for answer in answers] == [200, 200, 401]


async def test_secrets_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Several are separated by white space or commas."""
    monkeypatch.setenv("LEADLEX_WEBHOOK_SECRET", " whsec_old,\nwhsec_new ")
    receiver = WebhookReceiver()
    answers = [await receiver.receive(*delivery(secret=f"whsec_{name}")) for name in ("old", "new")]
    assert [answer.status for answer in answers] == [200, 200]


@pytest.mark.parametrize("secret", [None, "", [], [""], " whsec_1", ["whsec_1", ""]])
def test_a_secret_is_needed(secret: str | list[str] | None) -> None:
    """Without a good one nothing could be believed, and that is said at once, without saying it."""
    with pytest.raises(ConfigurationError, match="secret") as caught:
        WebhookReceiver(secret)
    assert "whsec_1" not in repr(caught.value)


async def waiting(leadlex: LeadLex, campaign_id: str) -> Launch:
    """Launch a campaign and wait."""
    return await leadlex.campaigns.start_and_wait_for_approval(campaign_id, timeout=3600)


@virtual
async def test_a_push_that_reaches_another_worker() -> None:
    """The worker that it reaches has the decision at once, the other one by its own polls, which do not slow down."""
    world = Sandbox()
    async with in_process(world) as here, in_process(world) as there:
        receiver = anytime(feed=there.approvals.feed)

        async def receive(body: bytes, headers: Mapping[str, str]) -> int:
            return (await receiver.receive(body, headers)).status

        world.add_webhook("https://backend.example/leadlex", ["task.approved", "campaign.started"], secret=SECRET)
        async with world.delivering(receive):
            for _ in range(5):
                waits = [
                    asyncio.create_task(waiting(leadlex, world.add_campaign(recipients=150)))
                    for leadlex in (here, there)
                ]
                await asyncio.sleep(1)
                for task_id in world.tasks:
                    if world.tasks[task_id].status == "pending":
                        world.approve(task_id)
                polled, pushed = [await wait for wait in waits]
                assert pushed.polls == 0
                assert pushed.waited == pytest.approx(1, abs=0.1)
                assert polled.polls > 0
                assert polled.waited < 60
        await receiver.aclose()


@virtual
async def test_a_start_that_is_not_heard_in_time_does_not_hold_the_end_up() -> None:
    """After 5 s the waits end all the same, and the ticket of the start is kept."""
    world = Sandbox()
    async with in_process(world) as leadlex:
        world.fault(Fault("timeout", START, seconds=25))
        start = asyncio.create_task(leadlex.approvals.begin(world.add_campaign(recipients=150)))
        await settled()
        await leadlex.approvals.aclose(grace=GRACE)
        assert asyncio.get_running_loop().time() == pytest.approx(5, abs=0.1)
        with pytest.raises(ClientClosed):
            await start
        assert len(leadlex.approvals.tickets) == 1


@virtual
async def test_a_start_that_waits_for_its_turn_does_not_hold_a_server_up() -> None:
    """5 s after the waits have ended the client is closed, and the start was not sent."""
    world = Sandbox(plan=Plan(1, None))
    app = web.Application()
    for_aiohttp.setup(app, leadlex=lambda: in_process(world), path=None)
    runner = web.AppRunner(app)
    await runner.setup()
    leadlex = app[for_aiohttp.LEADLEX]
    await leadlex.lists.list()
    start = asyncio.create_task(leadlex.approvals.begin(world.add_campaign(recipients=150)))
    await settled()
    await runner.shutdown()
    with pytest.raises(ClientClosed):
        await start
    assert asyncio.get_running_loop().time() == pytest.approx(5, abs=0.1)
    await runner.cleanup()
    assert not world.starts
    assert others() == []
