"""Deliveries of the sandbox over real sockets: what a receiver gets, what the log keeps, and how it all ends."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

import pytest
from aiohttp import web
from pushed import EVENT, Got, Receiver, logs
from support import others, settled

from leadlex_async.sandbox import Sandbox, approve_after
from leadlex_async.webhooks import verify

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable


async def accept(_: web.BaseRequest) -> web.StreamResponse:
    """Answer 200."""
    return web.Response()


class Server:
    """A receiver on a socket: notes what comes in ``got`` and answers by ``respond``."""

    def __init__(self) -> None:
        self.got: asyncio.Queue[Got] = asyncio.Queue()
        self.url = ""
        self.respond: Callable[[web.BaseRequest], Awaitable[web.StreamResponse]] = accept

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Note it, and answer."""
        self.got.put_nowait(Got(0.0, await request.read(), request.headers))
        return await self.respond(request)

    async def next(self) -> Got:
        """The next that comes."""
        return await asyncio.wait_for(self.got.get(), 10)


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    """A receiver that listens."""
    async with listening() as server:
        yield server


@asynccontextmanager
async def listening() -> AsyncGenerator[Server]:
    """A receiver for a while."""
    server = Server()
    runner = web.ServerRunner(web.Server(server.handle), shutdown_timeout=0.05)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    try:
        yield server
    finally:
        await runner.cleanup()


async def logged(sandbox: Sandbox, *names: str) -> list[object]:
    """The log, as soon as no first attempt is pending any more."""
    while any((row["status"], row["attempt"]) == ("pending", 1) for row in sandbox.store.deliveries):  # noqa: ASYNC110
        await asyncio.sleep(0.005)  # a log has no event that tells of a new line
    return logs(sandbox, *names)


async def test_a_running_sandbox_delivers_by_itself(server: Server) -> None:
    """A scripted person decides though nobody asks; each delivery is signed and logged."""
    sandbox = Sandbox(reviewer=approve_after(0.05), execution=0.05, allow_loopback=True)
    async with sandbox, sandbox.client() as leadlex:
        wanted = ["task.created", "task.approved", "campaign.started", "task.updated"]
        made = await leadlex.webhooks.create(url=server.url, events=wanted)
        await leadlex.campaigns.start(sandbox.add_campaign())
        got = [await server.next() for _ in wanted]
        await logged(sandbox, "status")
        assert {each.event for each in got} == {*wanted}
        assert all(verify(each.body, each.headers, made.secret or "") for each in got)
        assert all(each.headers["User-Agent"] == "LeadLex-Webhook/1.0" for each in got)
        page = await leadlex.webhooks.list_logs(made.id, status="success")
        assert {each.delivery_id for each in page.items} == {each.id for each in got}


async def test_a_sandbox_without_webhooks_has_no_courier(server: Server) -> None:
    """It comes with the first one, and goes with the end."""
    async with Sandbox(allow_loopback=True) as sandbox:
        assert not [each for each in others() if "Courier" in each]
        sandbox.add_webhook(server.url, [EVENT])
        assert len([each for each in others() if "Courier" in each]) == 1
    assert not [each for each in others() if "Courier" in each]


async def test_webhooks_of_before_the_start_are_served(server: Server) -> None:
    """And so is what was pending."""
    sandbox = Sandbox()
    sandbox.add_webhook(server.url, [EVENT])
    sandbox.emit(EVENT, {"deal": {"id": "d-1"}})
    async with sandbox:
        assert (await server.next()).data == {"deal": {"id": "d-1"}}


async def test_the_log_keeps_the_beginning_of_the_answer(server: Server) -> None:
    """Two kilobytes, whatever its encoding."""

    async def respond(_: web.BaseRequest) -> web.StreamResponse:
        return web.Response(status=503, body=b"\xff" + b"x" * 100_000)

    server.respond = respond
    async with Sandbox() as sandbox:
        sandbox.add_webhook(server.url, [EVENT])
        sandbox.emit(EVENT, {})
        (row, *_) = await logged(sandbox, "status", "response_status_code", "error", "response_body")
    assert row == ("failed", 503, "http_error", "\ufffd" + "x" * 2047)


async def test_redirects_are_not_followed(server: Server) -> None:
    """One is a failure."""

    async def respond(request: web.BaseRequest) -> web.StreamResponse:
        return web.Response(status=307, headers={"Location": str(request.url)})

    server.respond = respond
    async with Sandbox() as sandbox:
        sandbox.add_webhook(server.url, [EVENT])
        sandbox.emit(EVENT, {})
        (row, *_) = await logged(sandbox, "status", "response_status_code")
    assert (row, server.got.qsize()) == (("failed", 307), 1)


async def test_a_connection_that_breaks_is_a_failure(server: Server) -> None:
    """There is no status then."""

    async def respond(request: web.BaseRequest) -> web.StreamResponse:
        if request.transport is not None:
            request.transport.abort()
        return web.Response()

    server.respond = respond
    async with Sandbox() as sandbox:
        sandbox.add_webhook(server.url, [EVENT])
        sandbox.emit(EVENT, {})
        (row, *_) = await logged(sandbox, "status", "response_status_code", "error")
    assert row == ("failed", None, "http_error")


@pytest.mark.parametrize(
    ("url", "error"),
    [
        ("http://127.0.0.1:1/hook", "connection_refused"),
        ("https://127.0.0.1:1/hook", "connection_refused"),
        ("https://hooks.example.org/leadlex", "dns_failure"),
        ("https://8.8.8.8/leadlex", "dns_failure"),
        ("http://10.0.0.1/leadlex", "dns_failure"),
    ],
)
async def test_nothing_but_this_machine_is_reached(url: str, error: str) -> None:
    """A public address is as one that has no name, and is tried again like it."""
    async with Sandbox() as sandbox:
        sandbox.add_webhook(url, [EVENT])
        sandbox.emit(EVENT, {})
        first, second = await logged(sandbox, "attempt", "status", "error", "response_body")
    assert (first, second) == ((1, "failed", error, None), (2, "pending", None, None))


async def test_a_delivery_in_the_middle_does_not_keep_the_sandbox_from_stopping(server: Server) -> None:
    """Nothing is left open; it is pending, and made once the sandbox is started again."""
    hold = asyncio.Event()

    async def respond(_: web.BaseRequest) -> web.StreamResponse:
        with suppress(TimeoutError):
            await asyncio.wait_for(hold.wait(), 10)
        return web.Response()

    server.respond = respond
    sandbox = Sandbox()
    async with sandbox:
        sandbox.add_webhook(server.url, [EVENT])
        for number in range(120):
            sandbox.emit(EVENT, {"number": number})
        await server.next()
    assert not [each for each in others() if "sandbox" in each.lower()]
    assert logs(sandbox, "status") == ["pending"] * 120
    hold.set()
    async with sandbox:
        await logged(sandbox, "status")
    assert logs(sandbox, "status", "attempt") == [("success", 1)] * 120


async def test_the_clock_of_a_running_sandbox_can_be_driven() -> None:
    """A receiver that is back is tried again at once, if a day passes."""
    async with Sandbox() as sandbox:
        async with listening() as server:
            url = server.url
        sandbox.add_webhook(url, [EVENT])
        sandbox.emit(EVENT, {})
        assert (await logged(sandbox, "error"))[0] == "connection_refused"
        async with listening() as server:
            next(iter(sandbox.store.webhooks))["url"] = server.url
            sandbox.advance(86_400)
            await server.next()


async def test_a_running_sandbox_may_deliver_in_process_for_a_while(server: Server) -> None:
    """Over sockets again afterwards, unless it was stopped."""
    sandbox = Sandbox()
    sandbox.add_webhook(server.url, [EVENT])
    receiver = Receiver(sandbox)
    async with sandbox.delivering(receiver):
        await sandbox.start()
        sandbox.emit(EVENT, {"n": 1})
        await settled()
    sandbox.emit(EVENT, {"n": 2})
    assert ([each.data for each in receiver.got], (await server.next()).data) == ([{"n": 1}], {"n": 2})
    async with sandbox.delivering(receiver):
        await sandbox.stop()
        sandbox.emit(EVENT, {"n": 3})
        await settled()
    assert (len(receiver.got), server.got.qsize()) == (1, 0)
    assert [each for each in others() if "Courier" in each] == []
