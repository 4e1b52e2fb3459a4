"""Starts that meet trouble: outages, lost answers, lagging reads, a queue, a full pool of connections."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

import aiohttp
import orjson
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from support import in_process, settled, virtual
from test_odd_answers import edited
from test_waiting import CAMPAIGN, START, begun, detoured, later, only_task

from leadlex_async import LeadLex, Outcome, Response, StartOutcomeUnknown, TransportError
from leadlex_async._http.transport import AiohttpTransport
from leadlex_async.sandbox import Fault, Sandbox, approve_after

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from leadlex_async import Request


# Outages


@virtual
async def test_an_outage_uses_up_no_quota() -> None:
    """After three hours without a network, an approval is noticed within ten minutes, on the smallest plan."""
    sandbox = Sandbox(plan="starter")
    async with in_process(sandbox) as leadlex:
        ticket, task_id = await begun(leadlex, sandbox)
        wait = asyncio.ensure_future(leadlex.approvals.wait(ticket, timeout=2 * 86_400))
        await asyncio.sleep(30)
        fault = sandbox.fault(Fault("refused", times=None))
        await asyncio.sleep(3 * 3_600)
        sandbox.faults.clear()
        sandbox.approve(task_id)
        back = asyncio.get_running_loop().time()
        assert (await wait).launched
        assert asyncio.get_running_loop().time() - back <= 600
        assert fault.hits > 20
        assert leadlex.requests_sent == sandbox.count()


@virtual
async def test_refused_connections_take_nothing_of_the_minute() -> None:
    """What never left is not counted: three minutes' worth of refused calls, and the next is let through at once."""
    sandbox = Sandbox(plan="starter")
    async with in_process(sandbox, max_retries=0) as leadlex:
        await leadlex.campaigns.list()
        sandbox.fault(Fault("refused", times=30))
        for _ in range(30):
            with pytest.raises(TransportError) as caught:
                await leadlex.campaigns.list()
            assert not caught.value.sent
        await asyncio.gather(*(leadlex.campaigns.list() for _ in range(9)))
        assert asyncio.get_running_loop().time() < 1
        assert (leadlex.requests_sent, sandbox.count()) == (10, 10)


# Lost answers


@virtual
async def test_already_active_after_a_lost_answer_is_our_own_start() -> None:
    """Reads that lag behind allow a second start; its "already" leads to the first one, which is waited for."""
    sandbox, stale = Sandbox(execution=86_400), [True]

    def lag(request: Request, response: Response) -> Response:
        if not stale[0] or request.method != "GET":
            return response
        body = orjson.loads(response.body)
        if "/lexi/tasks" in request.url:
            body["data"]["tasks"] = []
        else:
            body["data"].get("campaign", body["data"])["status"] = "draft"
        return Response(response.status, response.headers, orjson.dumps(body))

    sandbox.fault(Fault("reset", START, when="after"))
    async with edited(sandbox, lag) as leadlex:
        began = sandbox.now()
        ticket, task_id = await begun(leadlex, sandbox)
        assert ticket.started_at.timestamp() <= began + 0.1
        assert leadlex.approvals.tickets == [ticket]
        stale[0] = False
        later(60, lambda: sandbox.approve(task_id))
        launch = await leadlex.approvals.wait(ticket, timeout=600)
    assert (launch.outcome, launch.task_id) == (Outcome.APPROVED, task_id)
    assert (sandbox.count(START), sandbox.starts[ticket.campaign_id]) == (2, 1)


@virtual
async def test_another_refusal_after_a_lost_answer_hides_nothing() -> None:
    """A 400 for another reason does not tell what became of the first start: its ticket is kept."""
    sandbox, posts = Sandbox(), list[str]()

    def turn(request: Request) -> Response | None:
        posts.extend([request.url] if request.method == "POST" else [])
        if request.method == "GET" or len(posts) == 1:
            return None
        return Response(400, {}, b'{"error":{"code":"validation_error","message":"Campaign has no steps"}}')

    sandbox.fault(Fault("reset", START))
    async with detoured(sandbox, turn) as leadlex:
        campaign_id = sandbox.add_campaign()
        with pytest.raises(StartOutcomeUnknown, match="no steps") as caught:
            await leadlex.approvals.begin(campaign_id)
        assert caught.value.ticket is not None
        assert leadlex.approvals.tickets == [caught.value.ticket]
    assert (len(posts), caught.value.ticket.campaign_id) == (2, campaign_id)


@pytest.mark.parametrize("skip", [0, 1, 2])
@pytest.mark.parametrize("failed", [0, 1, 2])
@virtual
async def test_three_draft_readings_allow_a_second_start(failed: int, skip: int) -> None:
    """A failed reading is made up for by another; then the campaign is started again."""
    sandbox = Sandbox()
    sandbox.fault(Fault("reset", START))
    sandbox.fault(Fault("status", CAMPAIGN, status=503, times=failed, skip=skip))
    async with in_process(sandbox) as leadlex:
        ticket, task_id = await begun(leadlex, sandbox)
    assert (ticket.task_id, sandbox.count(START)) == (task_id, 2)
    assert sandbox.count(CAMPAIGN) == 3 + failed


@pytest.mark.parametrize("skip", [0, 1, 2])
@pytest.mark.parametrize("failed", [3, 4, 5])
@virtual
async def test_fewer_readings_allow_none(failed: int, skip: int) -> None:
    """With fewer than three readings of five, nothing is sent again."""
    sandbox = Sandbox()
    sandbox.fault(Fault("reset", START))
    sandbox.fault(Fault("status", CAMPAIGN, status=503, times=failed, skip=skip))
    async with in_process(sandbox) as leadlex:
        with pytest.raises(StartOutcomeUnknown) as caught:
            await leadlex.approvals.begin(sandbox.add_campaign())
        assert leadlex.approvals.tickets == [caught.value.ticket]
    assert (sandbox.count(START), sandbox.count(CAMPAIGN)) == (1, 5)


@pytest.mark.parametrize("until", [1.0, 5.0, 3_600.0])
@virtual
async def test_a_campaign_once_paused_allows_none(until: float) -> None:
    """A campaign that was not a draft in every reading may be the one just started."""
    sandbox = Sandbox()
    sandbox.fault(Fault("reset", START))
    async with in_process(sandbox) as leadlex:
        campaign_id = sandbox.add_campaign(status="paused")
        later(until, lambda: setattr(sandbox.campaigns[campaign_id], "status", "draft"))
        with pytest.raises(StartOutcomeUnknown):
            await leadlex.approvals.begin(campaign_id)
    assert sandbox.count(START) == 1


@pytest.mark.parametrize("times", [1, None])
@pytest.mark.parametrize("skip", [0, 2])
@virtual
async def test_a_campaign_once_gone_allows_none(times: int | None, skip: int) -> None:
    """A campaign that is not found in one reading is nothing to start again."""
    sandbox = Sandbox()
    sandbox.fault(Fault("reset", START))
    sandbox.fault(Fault("status", CAMPAIGN, status=404, times=times, skip=skip))
    async with in_process(sandbox) as leadlex:
        with pytest.raises(StartOutcomeUnknown):
            await leadlex.approvals.begin(sandbox.add_campaign())
    assert sandbox.count(START) == 1


# When it was started


@virtual
async def test_started_at_is_when_the_start_was_sent() -> None:
    """Starts that queue for minutes are dated by their sending, to the second."""
    sandbox = Sandbox(plan="starter")
    async with in_process(sandbox) as leadlex:
        tickets = await asyncio.gather(*(leadlex.approvals.begin(sandbox.add_campaign()) for _ in range(30)))
    sent = {entry.path.split("/")[-2]: entry.at for entry in sandbox.log}
    lags = [sent[ticket.campaign_id] - ticket.started_at.timestamp() for ticket in tickets]
    assert max(sent.values()) - min(sent.values()) > 120
    assert (min(lags) >= -0.01, max(lags) <= 1.01) == (True, True)


@virtual
async def test_a_decision_made_while_a_start_queues_is_not_ours() -> None:
    """A colleague's launch of the campaign, dismissed before ours is sent, does not dismiss ours."""
    sandbox = Sandbox(plan="starter", execution=86_400)
    sandbox.null_task_id = True
    async with in_process(sandbox) as leadlex, in_process(sandbox) as colleague:
        queue = [asyncio.ensure_future(leadlex.approvals.begin(sandbox.add_campaign())) for _ in range(16)]
        await settled()
        campaign_id = sandbox.add_campaign()
        mine = asyncio.ensure_future(leadlex.campaigns.start_and_wait_for_approval(campaign_id, timeout=3_600))
        await asyncio.sleep(5)
        await colleague.campaigns.start(campaign_id)
        old = only_task(sandbox)
        sandbox.dismiss(old)
        sandbox.visibility_delay, sandbox.reviewer = 30, approve_after(120)
        launch = await mine
        await asyncio.gather(*queue)
    assert launch.outcome == Outcome.APPROVED
    assert launch.task_id not in {old, None}
    assert sandbox.starts[campaign_id] == 2


# Over sockets


class Backend:
    """A server whose chat streams stay open and which counts the starts it gets."""

    def __init__(self) -> None:
        self.starts = 0

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """Say one word and then nothing until the client leaves."""
        answer = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await answer.prepare(request)
        await answer.write(b'event: text\ndata: {"delta":"a"}\n\n')
        await asyncio.sleep(30)
        return answer

    async def start(self, _: web.Request) -> web.Response:
        """Start anything."""
        self.starts += 1
        return web.json_response({"data": {"status": "active"}})

    @asynccontextmanager
    async def serve(self) -> AsyncGenerator[str]:
        """Listen; the base URL."""
        app = web.Application()
        app.router.add_post("/v1/lexi/chat/stream", self.stream)
        app.router.add_post("/v1/campaigns/{id}/start", self.start)
        async with TestServer(app, shutdown_timeout=0.1) as server:
            yield str(server.make_url("")).rstrip("/")


NARROW = [{"limit": 1}, {"limit_per_host": 1}, {"limit": 1, "limit_per_host": 1}]


@pytest.mark.parametrize("narrow", NARROW, ids=repr)
async def test_a_stream_that_holds_the_connection_loses_no_start(narrow: dict[str, int]) -> None:
    """Starts behind a stream on the session's only connection wait for it and then get through."""
    backend = Backend()
    connector = aiohttp.TCPConnector(limit=narrow.get("limit", 100), limit_per_host=narrow.get("limit_per_host", 0))
    async with backend.serve() as url, aiohttp.ClientSession(connector=connector) as session:
        async with LeadLex("wbk_x", base_url=url, session=session, timeout=0.3, max_retries=0) as leadlex:
            async with leadlex.lexi.chat_stream(message="hi") as stream:
                await anext(stream)
                starts = [asyncio.ensure_future(leadlex.campaigns.start(f"c{number}")) for number in range(4)]
                await asyncio.sleep(0.5)
                assert backend.starts == 0
            results = await asyncio.gather(*starts, return_exceptions=True)
        assert not [result for result in results if isinstance(result, BaseException)]
    assert backend.starts == 4


@pytest.mark.parametrize("narrow", NARROW, ids=repr)
async def test_a_start_that_got_no_connection_was_not_sent(narrow: dict[str, int]) -> None:
    """When others hold the caller's only connection, the error says that nothing was sent, and nothing was."""
    backend = Backend()
    connector = aiohttp.TCPConnector(limit=narrow.get("limit", 100), limit_per_host=narrow.get("limit_per_host", 0))
    async with (
        backend.serve() as url,
        aiohttp.ClientSession(connector=connector) as session,
        session.post(f"{url}/v1/lexi/chat/stream"),
        LeadLex("wbk_x", base_url=url, session=session, timeout=0.2, max_retries=0) as leadlex,
    ):
        starts = (leadlex.campaigns.start(f"c{number}") for number in range(3))
        results = await asyncio.gather(*starts, return_exceptions=True)
    assert [getattr(result, "sent", result) for result in results] == [False] * 3
    assert backend.starts == 0


@pytest.mark.parametrize("launch", [False, True])
async def test_a_handshake_that_never_ends_sends_nothing(*, launch: bool) -> None:
    """A TLS port that reads and never answers is a ``TransportError`` that surely was not sent."""
    left = asyncio.Event()

    async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            await reader.read()
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
        left.set()

    server = await asyncio.start_server(mute, "127.0.0.1", 0)
    url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server, LeadLex("wbk_x", base_url=url, timeout=0.3, max_retries=0) as leadlex:
        start = leadlex.approvals.begin("c") if launch else leadlex.campaigns.start("c")
        with pytest.raises(TransportError, match="nothing was sent") as caught:
            await start
        assert (caught.value.sent, leadlex.requests_sent, leadlex.approvals.tickets) == (False, 0, [])
        await left.wait()


@pytest.mark.parametrize("steps", range(6))
async def test_closing_again_after_a_cancelled_close_closes_the_session(sandbox: Sandbox, steps: int) -> None:
    """``aclose`` cancelled half-way, wherever that is, leaves no session open once it is called again."""
    leadlex = LeadLex(sandbox.api_key, base_url=sandbox.url)
    wait = asyncio.ensure_future(
        leadlex.campaigns.start_and_wait_for_approval(sandbox.add_campaign(recipients=150), timeout=None)
    )
    await leadlex.campaigns.list()
    closing = asyncio.ensure_future(leadlex.aclose())
    for _ in range(steps):
        await asyncio.sleep(0)
    closing.cancel()
    await asyncio.wait({closing})
    await leadlex.aclose()
    await asyncio.gather(wait, return_exceptions=True)
    transport = leadlex._core.transport  # pyright: ignore[reportPrivateUsage] - a white box here
    assert isinstance(transport, AiohttpTransport)
    session = transport._session  # pyright: ignore[reportPrivateUsage]
    assert session is not None
    assert session.closed
