"""aiohttp, Starlette and FastAPI: the client's life, the endpoint, and the end of the server."""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import subprocess
import sys
from collections import Counter
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import aiohttp
import pytest
from aiohttp import web
from deliveries import SECRET, START, TASKS, delivery, signed
from served import HOOK, MAKERS, served, with_starlette
from starlette.applications import Starlette
from starlette.routing import Route
from support import others, settled

from leadlex_async import ConfigurationError, LeadLex, WebhookEvent
from leadlex_async.integrations import aiohttp as for_aiohttp
from leadlex_async.integrations.starlette import LeadLexBackend, get_leadlex
from leadlex_async.sandbox import Fault, Sandbox
from leadlex_async.webhooks import LARGEST_BODY

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from served import App
    from starlette.requests import Request
    from starlette.responses import Response

EVENTS = ["task.approved", "task.dismissed", "campaign.started", "contact.created"]


@pytest.fixture
async def world() -> AsyncIterator[Sandbox]:
    """A LeadLex that delivers to this machine."""
    async with Sandbox(allow_loopback=True) as world:
        yield world


@pytest.fixture(params=MAKERS)
def make(request: pytest.FixtureRequest, world: Sandbox) -> Callable[..., App]:
    """Makes an app whose client talks to that LeadLex."""
    maker = MAKERS[request.param]

    def make(**options: object) -> App:
        return maker(**{"leadlex": world.client, "secret": SECRET, **options})

    return make


async def posted(
    url: str, body: bytes | BytesIO | AsyncIterator[bytes] = b"", headers: dict[str, str] | None = None
) -> tuple[int, str]:
    """What a POST is answered."""
    async with aiohttp.ClientSession() as session, session.post(url, data=body, headers=headers) as answer:
        return answer.status, await answer.text()


async def outcome(url: str) -> str:
    """How a launch within a request ended."""
    _, text = await posted(url)
    return str(json.loads(text)["outcome"])


async def waited_for(condition: Callable[[], object], patience: float = 10) -> None:
    """Until something has come about."""
    async with asyncio.timeout(patience):
        while not condition():  # noqa: ASYNC110 - nothing tells it sooner
            await asyncio.sleep(0.01)


async def nothing_left(world: Sandbox) -> None:
    """Neither server has left a task behind."""
    await world.stop()
    await settled()
    gc.collect()  # an open socket is told, and that is an error here
    assert others() == []


async def test_a_pushed_decision_ends_a_wait(make: Callable[..., App], world: Sandbox) -> None:
    """LeadLex delivers, the waiter has its answer, and no poll was needed."""
    handled: list[WebhookEvent] = []
    async with served(make(on_event=handled.append)) as address:
        world.add_webhook(address + HOOK, EVENTS, secret=SECRET)
        campaign_id = world.add_campaign(recipients=150)
        wait = asyncio.create_task(outcome(f"{address}/launch/{campaign_id}"))
        await waited_for(lambda: campaign_id in world.starts)
        world.fault(Fault("status", TASKS, times=None))
        world.approve(next(iter(world.tasks)))
        assert await wait == "approved"
        await waited_for(lambda: len(handled) == 2)
    assert {event.event for event in handled} == {"task.approved", "campaign.started"}
    await nothing_left(world)


async def test_a_forged_delivery_changes_nothing(make: Callable[..., App]) -> None:
    """It is refused, and nobody hears of it."""
    heard: list[WebhookEvent] = []
    async with served(make(accept=heard.append, on_event=heard.append)) as address:
        status, reason = await posted(address + HOOK, *delivery(secret="whsec_of_somebody_else"))
    assert (status, heard) == (401, [])
    assert "signature" in reason


async def test_bodies_of_all_sizes(make: Callable[..., App]) -> None:
    """One that is absent, as large as may be, and too large, told by its length or not."""
    body = json.dumps({"event": "contact.created", "data": {"text": "x" * (LARGEST_BODY - 1000)}}).encode()

    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b"x" * 2**16

    async with served(make()) as address:
        statuses = [(await posted(address + HOOK))[0], (await posted(address + HOOK, body, signed(body)))[0]]
        statuses += [
            (await posted(address + HOOK, data, signed(b"")))[0]
            for data in (BytesIO(b"x" * (LARGEST_BODY + 1)), chunks())
        ]
        await asyncio.sleep(0.1)  # aiohttp goes on reading for a while; told to stop meanwhile it takes 10 s for that
    assert statuses == [401, 200, 413, 413]


async def test_a_sender_that_breaks_off_disturbs_nobody(
    make: Callable[..., App], caplog: pytest.LogCaptureFixture
) -> None:
    """Half a body, then nothing: no error is logged, and the next delivery is accepted."""
    heard: list[WebhookEvent] = []
    async with served(make(accept=heard.append)) as address:
        with caplog.at_level(logging.ERROR):
            for _ in range(3):
                _, writer = await asyncio.open_connection("127.0.0.1", urlsplit(address).port)
                writer.write(f"POST {HOOK} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf".encode())
                await writer.drain()
                await asyncio.sleep(0.05)
                writer.close()
                await writer.wait_closed()
            assert (await posted(address + HOOK, *delivery()))[0] == 200
    assert len(heard) == 1
    assert caplog.records == []
    assert others() == []


async def test_work_goes_on_after_the_answer(make: Callable[..., App]) -> None:
    """The delivery is answered while its handler works, and a handler has the client."""
    begun, gate, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def handle(_: WebhookEvent) -> None:
        begun.set()
        await gate.wait()
        ended.set()

    async with served(make(on_event=handle)) as address:
        assert (await posted(address + HOOK, *delivery()))[0] == 200
        await begun.wait()
        assert not ended.is_set()
        gate.set()
    assert ended.is_set()


async def test_what_is_not_accepted_is_delivered_again(make: Callable[..., App], world: Sandbox) -> None:
    """LeadLex gets 503, and comes again after 30 s of its own clock."""
    accepted: list[WebhookEvent] = []

    def accept(event: WebhookEvent) -> None:
        accepted.append(event)
        if len(accepted) == 1:
            raise ConnectionError("no room")

    async with served(make(accept=accept)) as address:
        world.add_webhook(address + HOOK, EVENTS, secret=SECRET)
        world.emit("contact.created", {"contact": {"id": "c-1"}})
        await waited_for(lambda: len(accepted) == 1)
        await asyncio.sleep(0.1)
        world.advance(31)
        await waited_for(lambda: len(accepted) == 2)
    assert [event.id_of("contact") for event in accepted] == ["c-1", "c-1"]


async def test_waits_end_when_the_server_stops(make: Callable[..., App], world: Sandbox) -> None:
    """A server is not held up by those who wait for a decision, and nothing is left open."""
    async with served(make()) as address:
        ids = [world.add_campaign(recipients=150) for _ in range(20)]
        waits = [asyncio.create_task(outcome(f"{address}/launch/{campaign_id}")) for campaign_id in ids]
        await waited_for(lambda: len(world.starts) == 20)
        await asyncio.sleep(0.1)
    assert {await wait for wait in waits} == {"closed"}
    await nothing_left(world)


async def test_starts_on_their_way_are_heard_when_the_server_stops(make: Callable[..., App], world: Sandbox) -> None:
    """A start that takes a second is answered, although the server was told to stop meanwhile."""
    async with served(make()) as address:
        campaign_id = world.add_campaign(recipients=150)
        world.fault(Fault("slow", START, seconds=1))
        start = asyncio.create_task(posted(f"{address}/begin/{campaign_id}"))
        await waited_for(lambda: campaign_id in world.starts)
    status, text = await start
    assert (status, json.loads(text)["task_id"]) == (200, next(iter(world.tasks)))


async def test_a_server_with_a_limit_cancels_waits(world: Sandbox) -> None:
    """Where nobody tells the backend that uvicorn stops, its own limit ends the waits; nothing is left open."""
    app = with_starlette(leadlex=world.client, secret=SECRET)
    app.state.backend = LeadLexBackend()  # another one, so that ours is not told
    campaign_id = world.add_campaign(recipients=150)
    async with served(app, limit=1) as address:
        wait = asyncio.create_task(posted(f"{address}/launch/{campaign_id}"))
        await waited_for(lambda: campaign_id in world.starts)
    assert (await wait)[0] == 500
    await nothing_left(world)


async def test_handlers_are_heard_out_when_the_server_stops(make: Callable[..., App]) -> None:
    """What was answered with 200 is handled before the client is closed."""
    ended: list[str] = []

    async def handle(event: WebhookEvent) -> None:
        await asyncio.sleep(0.3)
        ended.append(event.event)

    async with served(make(on_event=handle)) as address:
        for _ in range(10):
            assert (await posted(address + HOOK, *delivery()))[0] == 200
    assert len(ended) == 10
    assert others() == []


async def test_what_handlers_need_outlives_them(world: Sandbox) -> None:
    """A resource that was set up after the client is closed before it, and after the last event is handled."""
    open_, handled = [True], list[bool]()

    async def keep(app: web.Application) -> AsyncIterator[None]:
        assert app[for_aiohttp.LEADLEX]
        yield
        open_.clear()

    async def handle(_: WebhookEvent) -> None:
        await asyncio.sleep(0.3)
        handled.append(bool(open_))

    app = MAKERS["aiohttp"](leadlex=world.client, secret=SECRET, on_event=handle)
    assert isinstance(app, web.Application)
    app.cleanup_ctx.append(keep)
    async with served(app) as address:
        assert (await posted(address + HOOK, *delivery()))[0] == 200
    assert (handled, open_) == ([True], [])


def test_an_app_of_aiohttp_is_set_up_once() -> None:
    """A second client would take the first one's place, and its waits."""
    app = MAKERS["aiohttp"](secret=SECRET)
    assert isinstance(app, web.Application)
    with pytest.raises(ConfigurationError, match="once"):
        for_aiohttp.setup(app, secret=SECRET, path=None)


@pytest.mark.parametrize("maker", ["aiohttp", "starlette"])
async def test_5000_deliveries_beside_1000_waiters(maker: str, world: Sandbox) -> None:
    """Every decision reaches its waiter by its push alone, and every event is handled once."""
    handled: Counter[str | None] = Counter()
    clients: list[LeadLex] = []

    def client() -> LeadLex:
        clients.append(world.client())
        return clients[-1]

    def handle(event: WebhookEvent) -> None:
        handled[event.delivery_id] += 1

    async with served(MAKERS[maker](leadlex=client, secret=SECRET, on_event=handle)) as address:
        world.add_webhook(address + HOOK, EVENTS, secret=SECRET)
        approvals = clients[0].approvals
        tickets = await asyncio.gather(*(approvals.begin(world.add_campaign(recipients=150)) for _ in range(1000)))
        world.fault(Fault("status", TASKS, times=None))
        waits = [asyncio.create_task(approvals.wait(ticket, timeout=60, raise_for_outcome=False)) for ticket in tickets]
        await settled()
        for number, ticket in enumerate(tickets):
            (world.dismiss if number % 2 else world.approve)(str(ticket.task_id))
            for again in range(3 + number % 2):
                world.emit("contact.created", {"contact": {"id": f"c-{number}-{again}"}})
        outcomes = [(await wait).outcome.value for wait in waits]
        await waited_for(lambda: len(handled) == 5000, patience=30)
    assert outcomes == ["approved", "dismissed"] * 500
    assert set(handled.values()) == {1}
    await nothing_left(world)


async def test_two_apps_share_nothing(make: Callable[..., App], world: Sandbox) -> None:
    """Each has a client, a secret and a memory of its own."""
    made: list[LeadLex] = []

    def client() -> LeadLex:
        made.append(world.client())
        return made[-1]

    given = delivery()
    async with (
        served(make(leadlex=client)) as one,
        served(make(leadlex=client, secret=["whsec_another", SECRET])) as two,
    ):
        answers = [await posted(address + HOOK, *given) for address in (one, two)]
    assert answers == [(200, "accepted"), (200, "accepted")]
    assert len(made) == 2
    assert all("closed" in repr(leadlex) for leadlex in made)


async def test_an_app_may_be_served_again(world: Sandbox) -> None:
    """The backend of an ASGI app makes a client for each run."""
    backend = LeadLexBackend(leadlex=world.client, secret=SECRET)
    app = Starlette(lifespan=backend.lifespan, routes=[backend.route()])
    app.state.backend = backend
    for _ in range(2):
        async with served(app) as address:
            assert backend.leadlex.base_url == world.url
            assert (await posted(address + HOOK, *delivery()))[0] == 200
    with pytest.raises(ConfigurationError, match="while the app runs"):
        _ = backend.leadlex
    await backend.stop()  # does nothing: nothing runs


async def test_a_backend_belongs_to_one_app(world: Sandbox) -> None:
    """Two lifespans of one backend at once are a mistake that is told."""
    backend = LeadLexBackend(leadlex=world.client, secret=SECRET)
    async with backend.lifespan(None):
        with pytest.raises(ConfigurationError, match="one of its own"):
            async with backend.lifespan(None):
                raise AssertionError


async def test_without_the_lifespan_it_is_said_what_is_missing() -> None:
    """An app that was given the route but not the lifespan."""

    async def ask(request: Request) -> Response:
        raise AssertionError(get_leadlex(request))

    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    async def send(_: object) -> None: ...

    backend = LeadLexBackend(secret=SECRET)
    app = Starlette(routes=[backend.route(), Route("/ask", ask)])
    for path, method in (("/ask", "GET"), (HOOK, "POST")):
        scope: dict[str, Any] = {"type": "http", "path": path, "method": method, "headers": [], "query_string": b""}
        with pytest.raises(ConfigurationError, match=r"lifespan=backend\.lifespan"):
            await app(scope, receive, send)


def test_a_missing_secret_is_told_before_the_app_starts() -> None:
    """An endpoint that could believe nothing is not made; a client alone needs none."""
    app = web.Application()
    with pytest.raises(ConfigurationError, match="LEADLEX_WEBHOOK_SECRET"):
        for_aiohttp.setup(app)
    for_aiohttp.setup(app, path=None)
    with pytest.raises(ConfigurationError, match="LEADLEX_WEBHOOK_SECRET"):
        LeadLexBackend().route()


async def test_a_client_without_an_endpoint(world: Sandbox) -> None:
    """An app may have the client only."""
    backend = LeadLexBackend(leadlex=world.client)
    async with backend.lifespan(None) as state:
        assert state["leadlex"] is backend.leadlex
    app = web.Application()
    for_aiohttp.setup(app, leadlex=world.client, path=None)
    async with served(app) as address:
        assert app[for_aiohttp.LEADLEX].base_url == world.url
        assert (await posted(address + HOOK))[0] == 404


def test_without_starlette_it_is_said_what_to_install() -> None:
    """The import names the extra."""
    program = "import sys; sys.modules['starlette'] = None; import leadlex_async.integrations.starlette"
    run = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert run.returncode == 1
    assert 'ImportError: this needs: pip install "leadlex_async[starlette]"' in run.stderr
