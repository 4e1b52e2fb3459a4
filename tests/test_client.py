"""The client: how it is built, shared, closed and misused."""

from __future__ import annotations

import asyncio
import math
import threading
from typing import TYPE_CHECKING, cast

import aiohttp
import pytest
from aiohttp import web
from support import in_process

from leadlex_async import (
    APIError,
    ClientClosed,
    ConfigurationError,
    LeadLex,
    NotFound,
    Plan,
    RequestTimeout,
    ServerError,
    TransportError,
)
from leadlex_async.sandbox import Fault, Sandbox

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

    from leadlex_async import Transport
    from leadlex_async._http.core import Core

KEY = "wbk_test_0123456789"
VENDOR = "https://data.leadlex.com/functions/v1/api-gateway"
ELSEWHERE = "https://elsewhere.test/v9"


def core(leadlex: LeadLex) -> Core:
    """What a client is made of."""
    return leadlex._core  # pyright: ignore[reportPrivateUsage] - a white box here


def in_flight(leadlex: LeadLex) -> int:
    """How many turns are taken and not given back."""
    return core(leadlex).pace._in_flight  # pyright: ignore[reportPrivateUsage] - no caller needs to know


def test_key_and_address_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The two variables are read when a client is built, and what is given wins."""
    monkeypatch.setenv("LEADLEX_API_KEY", KEY)
    assert LeadLex().base_url == VENDOR
    monkeypatch.setenv("LEADLEX_BASE_URL", ELSEWHERE + "/")
    assert LeadLex().base_url == ELSEWHERE
    assert LeadLex(base_url="https://third.test").base_url == "https://third.test"
    monkeypatch.setenv("LEADLEX_BASE_URL", "")
    monkeypatch.setenv("LEADLEX_API_KEY", "nonsense")
    assert LeadLex(KEY).base_url == VENDOR


@pytest.mark.parametrize("key", [None, ""])
def test_a_missing_key_is_told(key: str | None) -> None:
    """The message names the variable and the place where keys are made."""
    with pytest.raises(ConfigurationError, match=r"LEADLEX_API_KEY.*Settings"):
        LeadLex(key)


@pytest.mark.parametrize(
    "key",
    ["x", "wbk_", "WBK_abc", "wbk-abc", " wbk_abc", "wbk_abc\n", "wbk_a b", "Bearer wbk_abc", "wbk_a\r\nX: 1", "wbk_é"],
)
def test_a_malformed_key_is_refused_and_not_shown(key: str) -> None:
    """What cannot be a key never becomes a header, and is not printed."""
    with pytest.raises(ConfigurationError, match="malformed") as caught:
        LeadLex(key)
    assert len(key) < 5 or key not in str(caught.value)


@pytest.mark.parametrize("key", ["wbk_" + "a" * 52, "wbk_live_" + "B" * 32, "wbk_a-b_C9"])
def test_both_forms_of_keys_are_known(key: str) -> None:
    """Only the prefix is promised."""
    LeadLex(key)


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://x.test", "https://x.test"),
        ("https://x.test:8443/a/b/", "https://x.test:8443/a/b"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("http://127.0.0.1", "http://127.0.0.1"),
        ("http://127.8.8.8:1", "http://127.8.8.8:1"),
        ("http://[::1]:8080/", "http://[::1]:8080"),
    ],
)
def test_an_address_is_kept(url: str, kept: str) -> None:
    """Over https anywhere, over http on this machine."""
    assert LeadLex(KEY, base_url=url).base_url == kept


@pytest.mark.parametrize(
    "url",
    [
        "http://data.leadlex.com",
        "HTTP://data.leadlex.com",
        "http://localhost.evil.test",
        "http://127.0.0.1.evil.test",
        "http://0.0.0.0",
        "http://192.168.0.1",
        "http://[::ffff:8.8.8.8]",
        "https://user:pw@x.test",
        "https://@x.test",
        "http://127.0.0.1@evil.test",
        "https://x.test?a=1",
        "https://x.test#a",
        "ftp://x.test",
        "x.test",
        "//x.test",
        "https://",
        "https://:443",
        "https://x.test:port",
        "https://x.test:99999",
        "https://[::1",
    ],
)
def test_an_address_that_would_leak_or_fail_is_refused(url: str) -> None:
    """No key in the clear, no user in the address, no nonsense."""
    with pytest.raises(ConfigurationError, match="base_url") as caught:
        LeadLex(KEY, base_url=url)
    assert "pw" not in str(caught.value)


@pytest.mark.parametrize("url", ["https://x.test?", "https://x.test#", "https://x.test\n", "https://x test"])
def test_an_address_that_would_bend_every_path_is_refused(url: str) -> None:
    """What is put behind it must stay a path."""
    with pytest.raises(ConfigurationError):
        LeadLex(KEY, base_url=url)


@pytest.mark.parametrize("timeout", [0, -1, math.nan, math.inf])
def test_a_timeout_must_be_one(timeout: float) -> None:
    """Each try must end some time."""
    with pytest.raises(ConfigurationError, match="timeout"):
        LeadLex(KEY, timeout=timeout)
    with pytest.raises(ConfigurationError, match="timeout"):
        LeadLex(KEY).with_options(timeout=timeout)


@pytest.mark.parametrize("retries", [-1, cast("int", 1.5)])
def test_retries_must_be_a_count(retries: int) -> None:
    """None or more, and whole."""
    with pytest.raises(ConfigurationError, match="max_retries"):
        LeadLex(KEY, max_retries=retries)
    with pytest.raises(ConfigurationError, match="max_retries"):
        LeadLex(KEY).with_options(max_retries=retries)


@pytest.mark.parametrize("plan", ["gold", "", cast("str", 5)])
def test_a_plan_must_be_known(plan: str) -> None:
    """The message lists the names."""
    with pytest.raises(ConfigurationError, match="starter, pro, org"):
        LeadLex(KEY, plan=plan)


@pytest.mark.parametrize("plan", [(0, 100), (-1, None)])
def test_a_plan_must_let_something_through(plan: tuple[int, int | None]) -> None:
    """A limit of nothing is a mistake."""
    with pytest.raises(ConfigurationError):
        LeadLex(KEY, plan=Plan(*plan))


@pytest.mark.parametrize("plan", ["Starter", Plan.PRO, Plan(7, None), Plan.UNLIMITED])
def test_a_plan_may_be_a_name_or_a_plan(plan: Plan | str) -> None:
    """Both forms are taken."""
    assert core(LeadLex(KEY, plan=plan)).pace.plan == Plan.named(plan)


async def test_a_session_and_a_transport_are_two_answers(sandbox: Sandbox) -> None:
    """Only one of them can carry the requests."""
    async with aiohttp.ClientSession() as session:
        with pytest.raises(ConfigurationError, match="not both"):
            LeadLex(KEY, session=session, transport=sandbox.transport())


def test_a_client_is_built_without_a_loop() -> None:
    """A module-level client works in the loop that uses it first, and in no other."""
    sandbox = Sandbox()
    with asyncio.Runner() as first, asyncio.Runner() as second:
        first.run(sandbox.start())
        leadlex = LeadLex(KEY, base_url=sandbox.url)
        assert first.run(leadlex.campaigns.list()) == []
        with pytest.raises(ConfigurationError, match="another event loop"):
            second.run(leadlex.campaigns.list())
        first.run(leadlex.aclose())
        first.run(sandbox.stop())


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    """A session of the caller's own."""
    async with aiohttp.ClientSession(headers={"X-Own": "1"}, raise_for_status=True) as session:
        yield session


async def test_an_own_session_is_used_and_stays_open(sandbox: Sandbox, session: aiohttp.ClientSession) -> None:
    """The caller's session carries the requests and is the caller's to close."""
    async with LeadLex(KEY, base_url=sandbox.url, session=session) as leadlex:
        assert await leadlex.campaigns.list() == []
        with pytest.raises(NotFound):
            await leadlex.campaigns.get("unknown")
    assert not session.closed
    async with session.get(f"{sandbox.url}/v1/lists", headers={"Authorization": f"Bearer {KEY}"}) as response:
        assert response.status == 200


async def test_an_own_session_that_is_closed(sandbox: Sandbox) -> None:
    """The error names the session, not some detail of aiohttp."""
    session = aiohttp.ClientSession()
    await session.close()
    async with LeadLex(KEY, base_url=sandbox.url, session=session) as leadlex:
        with pytest.raises(ConfigurationError, match="session given to this client is closed"):
            await leadlex.campaigns.list()


async def test_closing(sandbox: Sandbox) -> None:
    """Closing twice is fine; after it every call is refused and nothing is left running."""
    leadlex = LeadLex(KEY, base_url=sandbox.url)
    view = leadlex.with_options(timeout=1)
    assert leadlex.approvals is leadlex.approvals
    await leadlex.campaigns.list()
    session = core(leadlex).transport.__dict__["_session"]
    await leadlex.aclose()
    await leadlex.aclose()
    assert cast("aiohttp.ClientSession", session).closed
    calls: list[Awaitable[object]] = [leadlex.campaigns.list(), view.lists.list(), leadlex.request("GET", "/v1/lists")]
    for call in calls:
        with pytest.raises(ClientClosed):
            await call
    with pytest.raises(ClientClosed):
        await anext(leadlex.lexi.chat_stream(message="Hi"))
    with pytest.raises(ClientClosed):
        await leadlex.__aenter__()
    assert "closed" in repr(leadlex)


async def test_closing_before_any_use() -> None:
    """A client that was never used has nothing to close."""
    async with LeadLex(KEY):
        pass


async def test_closing_in_process(sandbox: Sandbox) -> None:
    """A transport of one's own is closed with the client."""
    async with in_process(sandbox) as leadlex:
        await leadlex.campaigns.list()
    with pytest.raises(ClientClosed):
        await leadlex.campaigns.list()


async def test_a_view_shares_all_but_its_options(sandbox: Sandbox, leadlex: LeadLex) -> None:
    """``with_options`` changes timeout and retries; pace, approvals and connections are those of the client."""
    view = leadlex.with_options(timeout=0.05, max_retries=0)
    second = view.with_options(timeout=1)
    assert view.approvals is leadlex.approvals is second.approvals
    assert core(view).pace is core(leadlex).pace is core(second).pace
    assert view.base_url == leadlex.base_url
    assert (core(second).timeout, core(second).max_retries) == (1, 0)
    sandbox.fault(Fault("slow", seconds=0.3))
    with pytest.raises(RequestTimeout):
        await view.campaigns.list()
    sandbox.fault(Fault("status", status=503))
    with pytest.raises(ServerError):
        await view.campaigns.list()
    async with view:
        await view.aclose()
    assert await view.campaigns.list() == await leadlex.campaigns.list() == []


async def test_a_call_that_may_take_longer_still_heeds_the_view(sandbox: Sandbox, leadlex: LeadLex) -> None:
    """Who asks for another timeout gets it for every call."""
    sandbox.fault(Fault("slow", seconds=0.3))
    with pytest.raises(RequestTimeout):
        await leadlex.with_options(timeout=0.05).lexi.chat("Hi")


async def test_any_endpoint_can_be_called(sandbox: Sandbox, leadlex: LeadLex) -> None:
    """``request`` sends what it is given and returns the whole body."""
    assert await leadlex.request("GET", "/v1/lists") == {"data": {"lists": []}}
    answer = await leadlex.request("POST", "/v1/lists", json={"name": "A"})
    assert isinstance(answer, dict)
    assert isinstance(answer["data"], dict)
    assert answer["data"]["name"] == "A"
    await leadlex.request("GET", "/v1/contacts", query={"per_page": 3, "search": None, "sort": "full_name"})
    assert sandbox.log[-1].query == "per_page=3&sort=full_name"
    with pytest.raises(NotFound) as caught:
        await leadlex.request("DELETE", "/v1/unknown/x")
    assert caught.value.operation == "DELETE /v1/unknown/x"


async def test_only_a_get_is_tried_again(sandbox: Sandbox, leadlex: LeadLex) -> None:
    """What a POST did is unknown, so it is left alone."""
    sandbox.fault(Fault("status", status=503, times=2))
    await leadlex.request("GET", "/v1/lists")
    sandbox.fault(Fault("status", status=503, times=2))
    with pytest.raises(ServerError):
        await leadlex.request("POST", "/v1/lists", json={"name": "A"})
    assert [entry.method for entry in sandbox.log] == ["GET", "GET", "GET", "POST"]


@pytest.mark.parametrize("path", ["", "v1/lists", "/v1/lists?a=1", "/v1/lists#a", "https://elsewhere.test/v1"])
async def test_a_path_must_be_one(leadlex: LeadLex, path: str) -> None:
    """Queries go into ``query``; another host is out of reach."""
    with pytest.raises(ConfigurationError, match="path"):
        await leadlex.request("GET", path)


@pytest.mark.parametrize(
    "path",
    [
        "/v1/a%2Fb",
        "/v1/%7Bx%7D",
        "/v1/%7Bx%7D%20",
    ],
)
async def test_a_path_is_sent_as_it_is(sandbox: Sandbox, leadlex: LeadLex, path: str) -> None:
    """Nothing in it is encoded, decoded or filled in."""
    with pytest.raises(NotFound):
        await leadlex.request("GET", path)
    assert sandbox.log[-1].path == path


@pytest.mark.parametrize(
    ("path", "sent"),
    [("/v1/a b", "/v1/a%20b"), ("/v1/a\r\nX: 1", "/v1/a%0D%0AX:%201"), ("/v1/ü{x}", "/v1/%C3%BC%7Bx%7D")],
)
async def test_a_path_that_http_cannot_carry(sandbox: Sandbox, leadlex: LeadLex, path: str, sent: str) -> None:
    """What may not stand in a path is percent-encoded."""
    with pytest.raises(NotFound):
        await leadlex.request("GET", path)
    assert sandbox.log[-1].path == sent


async def test_the_rate_limit_is_told() -> None:
    """The day's quota is what the last answer said."""
    async with Sandbox(plan="pro") as sandbox, LeadLex(KEY, base_url=sandbox.url) as leadlex:
        assert leadlex.rate_limit is None
        await leadlex.lists.list()
        limit = leadlex.with_options(timeout=1).rate_limit
    assert limit is not None
    assert (limit.limit, limit.remaining) == (1000, 999)
    assert limit.reset_at is not None
    assert (limit.reset_at.hour, limit.reset_at.minute) == (0, 0)


def test_a_client_does_not_show_its_key() -> None:
    """Neither the client nor what it is made of prints the key."""
    leadlex = LeadLex(KEY, base_url=ELSEWHERE)
    assert repr(leadlex) == f"<LeadLex {ELSEWHERE}>"
    parts = [core(leadlex), core(leadlex).transport, leadlex.campaigns, leadlex.approvals, vars(core(leadlex))]
    assert KEY not in "".join(map(repr, parts))


def test_a_client_that_is_not_built_yet_has_a_repr() -> None:
    """Tools that print the locals of a traceback meet one."""
    assert "unfinished" in repr(LeadLex.__new__(LeadLex))


def test_clients_of_two_loops_do_not_meet() -> None:
    """Two threads with a loop and a client each work at the same time."""
    found: dict[int, list[str]] = {}
    barrier = threading.Barrier(2, timeout=10)

    async def work(number: int) -> None:
        async with Sandbox() as sandbox, LeadLex(KEY, base_url=sandbox.url) as leadlex:
            barrier.wait()
            for _ in range(10):
                await leadlex.lists.create(name=f"{number} {len(sandbox.log)}")
            found[number] = [row.name or "" for row in await leadlex.lists.list()]
            barrier.wait()

    threads = [threading.Thread(target=asyncio.run, args=(work(number),)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert found == {number: [f"{number} {count}" for count in range(10)] for number in range(2)}


@pytest.fixture
async def serve() -> AsyncIterator[Callable[[web.Response], Awaitable[tuple[str, list[web.BaseRequest]]]]]:
    """Servers that answer each request with one response, and what they were asked."""
    runners: list[web.ServerRunner] = []

    async def start(response: web.Response) -> tuple[str, list[web.BaseRequest]]:
        seen: list[web.BaseRequest] = []

        async def answer(request: web.BaseRequest) -> web.Response:
            seen.append(request)
            return web.Response(status=response.status, headers=response.headers, body=response.body)

        runner = web.ServerRunner(web.Server(answer), shutdown_timeout=0.05)
        runners.append(runner)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        return f"http://127.0.0.1:{runner.addresses[0][1]}", seen

    yield start
    for runner in runners:
        await runner.cleanup()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_takes_the_key_nowhere(
    serve: Callable[[web.Response], Awaitable[tuple[str, list[web.BaseRequest]]]], status: int
) -> None:
    """The other host never hears of the request, for a call, a raw request or a stream."""
    there, reached = await serve(web.json_response({"data": {}}))
    here, asked = await serve(web.Response(status=status, headers={"Location": f"{there}/v1/lists"}))
    async with LeadLex(KEY, base_url=here) as leadlex:
        calls = [leadlex.lists.list(), leadlex.request("POST", "/v1/x"), anext(leadlex.lexi.chat_stream(message="Hi"))]
        for call in calls:
            with pytest.raises(APIError, match="redirects are not followed") as caught:
                await call
            assert (caught.value.status, caught.value.code) == (status, "redirect")
    assert (len(asked), reached) == (3, [])


async def test_no_cookie_is_kept(
    serve: Callable[[web.Response], Awaitable[tuple[str, list[web.BaseRequest]]]],
) -> None:
    """A gateway's cookies do not bind the client to one of its machines."""
    url, asked = await serve(web.Response(body=b'{"data":{"lists":[]}}', headers={"Set-Cookie": "machine=7"}))
    async with LeadLex(KEY, base_url=url) as leadlex:
        await leadlex.lists.list()
        await leadlex.lists.list()
    assert "Cookie" not in asked[1].headers


async def test_an_answer_is_bounded(sandbox: Sandbox, leadlex: LeadLex) -> None:
    """An endless answer does not fill the memory."""
    sandbox.fault(Fault("huge"))
    with pytest.raises(Exception, match="larger than 64 MiB"):
        await leadlex.lists.list()


async def test_a_burst_is_served_whole(sandbox: Sandbox, leadlex: LeadLex) -> None:
    """More calls than connections wait for each other without timing out, and leave nothing behind."""
    sandbox.latency = 0.02
    lists = await asyncio.gather(*(leadlex.lists.list() for _ in range(250)))
    assert lists == [[]] * 250
    assert (in_flight(leadlex), core(leadlex).pace.queued) == (0, 0)


async def test_a_cancelled_call_leaves_nothing(sandbox: Sandbox, leadlex: LeadLex) -> None:
    """Its turn and its connection are free again."""
    sandbox.fault(Fault("timeout", seconds=30))
    call = asyncio.create_task(leadlex.lists.list())
    await asyncio.sleep(0.1)
    assert len(sandbox.log) == 1
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert in_flight(leadlex) == 0
    assert await leadlex.lists.list() == []


async def test_a_transport_of_ones_own() -> None:
    """Anything with three methods can carry requests."""

    class Refusing:
        closed = False

        async def send(self, request: object) -> object:
            raise TransportError(f"no {type(request).__name__} today", sent=False)

        def open(self, request: object) -> object:
            raise TransportError(f"no {type(request).__name__} today", sent=False)

        async def aclose(self) -> None:
            self.closed = True

    transport = Refusing()
    async with LeadLex(KEY, transport=cast("Transport", transport), max_retries=0) as leadlex:
        with pytest.raises(TransportError, match="no Request today") as caught:
            await leadlex.lists.list()
        assert caught.value.operation == "GET /v1/lists"
        with pytest.raises(TransportError, match="no Request today"):
            await anext(leadlex.lexi.chat_stream(message="Hi"))
    assert transport.closed


async def test_tls_that_fails_was_not_sent(sandbox: Sandbox) -> None:
    """Without a safe connection nothing is sent, and trying again does not help."""
    async with LeadLex(KEY, base_url=sandbox.url.replace("http:", "https:")) as leadlex:
        with pytest.raises(TransportError, match="TLS") as caught:
            await leadlex.lists.list()
    assert (caught.value.sent, caught.value.permanent) == (False, True)
    assert sandbox.log == []


async def test_a_proxy_that_refuses(
    serve: Callable[[web.Response], Awaitable[tuple[str, list[web.BaseRequest]]]],
) -> None:
    """The proxy's status is told, and nothing is tried again."""
    proxy, asked = await serve(web.Response(status=403))
    async with (
        aiohttp.ClientSession(proxy=proxy) as session,
        LeadLex(KEY, base_url="https://x.test", session=session) as leadlex,
    ):
        with pytest.raises(TransportError, match="proxy refused the connection with status 403") as caught:
            await leadlex.lists.list()
    assert (caught.value.sent, caught.value.permanent, len(asked)) == (False, True, 1)
    assert "Authorization" not in asked[0].headers


async def test_a_session_that_cannot_send_the_key(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A session with a login of its own for this host would have to choose between two."""
    logins = tmp_path / "netrc"
    logins.write_text("machine 127.0.0.1 login a password b\n")
    monkeypatch.setenv("NETRC", str(logins))
    async with (
        aiohttp.ClientSession(trust_env=True) as session,
        LeadLex(KEY, base_url=sandbox.url, session=session) as leadlex,
    ):
        with pytest.raises(ConfigurationError, match="session"):
            await leadlex.lists.list()
    assert sandbox.log == []


async def test_requests_are_counted(sandbox: Sandbox, leadlex: LeadLex) -> None:
    """Every try counts, of views too; what is refused here does not."""
    assert leadlex.requests_sent == 0
    sandbox.fault(Fault("status", status=503))
    await leadlex.lists.list()
    await leadlex.with_options(timeout=1).campaigns.list()
    with pytest.raises(ConfigurationError):
        await leadlex.request("GET", "nonsense")
    assert leadlex.requests_sent == sandbox.count() == 3
