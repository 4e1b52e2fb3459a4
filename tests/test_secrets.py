"""The key is in nothing that is printed, logged, stored or sent on."""

from __future__ import annotations

import asyncio
import logging
import pickle
import traceback
from typing import TYPE_CHECKING

import pytest
from aiohttp import web
from support import in_process

from leadlex_async import (
    ApprovalDismissed,
    ApprovalLost,
    ApprovalTimeout,
    AuthenticationError,
    ConfigurationError,
    DecodeError,
    LeadLex,
    LeadLexError,
    RateLimited,
    RequestTimeout,
    ServerError,
    StartOutcomeUnknown,
    TransportError,
)
from leadlex_async.errors import AmbiguousReference, APIError, ApprovalFailed, ValidationError
from leadlex_async.resources.lists import LIST
from leadlex_async.sandbox import Fault, Sandbox, dismiss_after, fail_after
from leadlex_async.testing import run_virtual

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

# In no local variable of a test: tracebacks are searched with the locals of their frames.
SECRET = "wbk_live_TOPSECRET0123456789"  # noqa: S105 - a key to look for
MARK = "TOPSECRET"
START = "POST /v1/campaigns/{id}/start"


@pytest.fixture(autouse=True)
def _everything_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)


@pytest.fixture
async def client(sandbox: Sandbox) -> AsyncIterator[LeadLex]:
    """A client with the key, over a socket."""
    async with LeadLex(SECRET, base_url=sandbox.url, timeout=0.5, max_retries=1) as client:
        yield client


def chain(error: BaseException | None) -> list[BaseException]:
    """An error and all that stands behind it."""
    return [] if error is None else [error, *chain(error.__cause__), *chain(error.__context__)]


def tells(error: BaseException) -> list[str]:
    """Every way in which an error gives the key away."""
    found: list[str] = []
    for link in chain(error):
        shown = {
            "str": str(link),
            "repr": repr(link),
            "attributes": repr(vars(link)),
            "arguments": repr(link.args),
            "pickle": str(pickle.dumps(link)),
            "traceback": "".join(traceback.TracebackException.from_exception(link, capture_locals=True).format()),
        }
        found += [f"{type(link).__name__} by {way}" for way, text in shown.items() if MARK in text]
    return found


def logged(caplog: pytest.LogCaptureFixture) -> bool:
    """Whether any log record has the key, in its text or in its arguments."""
    return any(MARK in f"{record.getMessage()} {vars(record)!r}" for record in caplog.records)


async def failing(call: Awaitable[object], kind: type[BaseException]) -> BaseException:
    """The error that a call raises."""
    try:
        await call
    except kind as error:
        return error
    raise AssertionError("it did not fail")


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault("status", status=401), AuthenticationError),
        (Fault("status", status=400), ValidationError),
        (Fault("status", status=429, times=2), RateLimited),
        (Fault("status", status=500, times=2), ServerError),
        (Fault("reset", times=None), TransportError),
        (Fault("timeout", times=2), RequestTimeout),
        (Fault("truncated", times=2), TransportError),
        (Fault("garbage"), DecodeError),
        (Fault("html"), DecodeError),
        (Fault("html", status=502, times=2), ServerError),
        (Fault("huge"), DecodeError),
        (Fault("redirect"), APIError),
    ],
    ids=lambda value: f"{value.kind} {value.status or ''}" if isinstance(value, Fault) else None,
)
async def test_an_error_does_not_hold_the_key(
    sandbox: Sandbox, client: LeadLex, caplog: pytest.LogCaptureFixture, fault: Fault, kind: type[LeadLexError]
) -> None:
    """Neither the error nor what stands behind it, nor a traceback with the locals of its frames."""
    sandbox.retry_after, fault.seconds, fault.hits = True, 0.9 if fault.kind == "timeout" else 0, 0
    sandbox.fault(fault)
    error = await failing(client.lists.list(), kind)
    assert tells(error) == []
    assert not logged(caplog)


async def test_nobody_listens(caplog: pytest.LogCaptureFixture) -> None:
    """A refused connection, too, for a call and for a stream."""
    async with LeadLex(SECRET, base_url="http://127.0.0.1:1", max_retries=0) as client:
        for call in (client.lists.list(), anext(client.lexi.chat_stream(message="Hi"))):
            assert tells(await failing(call, TransportError)) == []
    assert not logged(caplog)


Echo = tuple[int, bytes, dict[str, str]]
ERROR = b'{"error":{"code":"%s","message":"Key %s: no","details":{"fields":{"key":"%s"},"invalid_ids":["%s"]}}}'


def echoed(code: bytes, status: int) -> Echo:
    """An error answer that repeats the key wherever it can."""
    key = SECRET.encode()
    return status, ERROR % (code, key, key, key), {}


# What the server repeats is seen here, and nowhere else: answers are local variables of the frames they pass.
ECHOES: dict[str, tuple[Echo, type[LeadLexError]]] = {
    "message": (
        (401, b'{"error":{"code":"invalid_key","message":"%s"}}' % SECRET.encode(), {}),
        AuthenticationError,
    ),
    "details": (echoed(b"validation_error", 400), ValidationError),
    "candidates": (
        (400, b'{"error":{"code":"ambiguous_reference","message":"A (%s)"}}' % SECRET.encode(), {}),
        AmbiguousReference,
    ),
    "code": (
        (401, b'{"error":{"code":"%s","message":"no"}}' % SECRET.encode(), {}),
        AuthenticationError,
    ),
    "request id": (
        (404, b"{}", {"X-Request-ID": SECRET}),
        APIError,
    ),
    "location": ((307, b"", {"Location": f"https://x.test/?key={SECRET}"}), APIError),
    "server error": (echoed(b"internal_error", 500), ServerError),
    "rate limit": (echoed(b"rate_limited", 429), RateLimited),
    "success": ((200, b'{"data":{"lists":[{"id":"%s","created_at":7}]}}' % SECRET.encode(), {}), DecodeError),
}


@pytest.fixture
async def echo() -> AsyncIterator[Callable[[str], Awaitable[LeadLex]]]:
    """A client of a server that repeats the key in some way."""
    clients: list[LeadLex] = []
    runners: list[web.ServerRunner] = []

    async def start(way: str) -> LeadLex:
        async def answer(_: web.BaseRequest) -> web.Response:
            status, body, headers = ECHOES[way][0]
            return web.Response(status=status, body=body, headers=headers)

        runner = web.ServerRunner(web.Server(answer), shutdown_timeout=0.05)
        runners.append(runner)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        clients.append(LeadLex(SECRET, base_url=url, max_retries=0))
        return clients[-1]

    yield start
    for client in clients:
        await client.aclose()
    for runner in runners:
        await runner.cleanup()


def by_traceback(found: list[str]) -> list[str]:
    """Those that need the locals of frames."""
    return [way for way in found if way.endswith("traceback")]


@pytest.mark.parametrize(
    "way",
    [*ECHOES],
)
async def test_a_key_that_the_server_repeats(
    echo: Callable[[str], Awaitable[LeadLex]], caplog: pytest.LogCaptureFixture, way: str
) -> None:
    """What comes back from the server is cleaned before it is kept."""
    client = await echo(way)
    error = await failing(client.lists.list(), ECHOES[way][1])
    found = tells(error)
    assert [way for way in found if way not in by_traceback(found)] == []
    assert not logged(caplog)


@pytest.mark.parametrize("way", ["message", "server error", "rate limit"])
async def test_a_traceback_does_not_show_what_the_server_repeats(
    echo: Callable[[str], Awaitable[LeadLex]], way: str
) -> None:
    """Error trackers store the locals of every frame."""
    client = await echo(way)
    assert by_traceback(tells(await failing(client.lists.list(), ECHOES[way][1]))) == []


async def outcome(sandbox: Sandbox, client: LeadLex, kind: str) -> object:
    """A launch that ends in this way."""
    campaign_id = sandbox.add_campaign()
    if kind == "vanished":
        ticket = await client.approvals.begin(campaign_id)
        sandbox.vanish(ticket.task_id or "")
        sandbox.campaigns[campaign_id].status = "draft"
        return await client.approvals.wait(ticket, timeout=600)
    if kind == "unknown":
        sandbox.fault(Fault("reset", operation=START))
        sandbox.fault(Fault("status", operation="GET /v1/campaigns/{id}", times=None))
    return await client.campaigns.start_and_wait_for_approval(campaign_id, timeout=1 if kind == "timeout" else 600)


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("dismissed", ApprovalDismissed),
        ("failed", ApprovalFailed),
        ("timeout", ApprovalTimeout),
        ("vanished", ApprovalLost),
        ("unknown", StartOutcomeUnknown),
    ],
)
def test_the_error_of_a_launch_does_not_hold_the_key(
    caplog: pytest.LogCaptureFixture, kind: str, error: type[LeadLexError]
) -> None:
    """Nor does the ticket it carries."""
    caught = run_launch(kind, error)
    assert tells(caught) == []
    assert not logged(caplog)
    ticket = getattr(caught, "ticket", None)
    assert ticket is not None
    assert MARK not in f"{ticket.to_json()} {ticket!r}"


def run_launch(kind: str, error: type[LeadLexError]) -> BaseException:
    """The same in virtual time, where a wait costs nothing."""

    async def run() -> BaseException:
        sandbox = Sandbox(reviewer={"dismissed": dismiss_after(5), "failed": fail_after(5)}.get(kind))
        sandbox.api_key = SECRET
        async with in_process(sandbox) as client:
            return await failing(outcome(sandbox, client, kind), error)

    return run_virtual(run())


async def test_a_client_and_its_tickets_do_not_show_the_key(
    sandbox: Sandbox, client: LeadLex, caplog: pytest.LogCaptureFixture
) -> None:
    """What works shows no key either: client, request, ticket, and the log of a whole launch."""
    launch = await client.campaigns.start_and_wait_for_approval(sandbox.add_campaign(recipients=3), timeout=5)
    core = client._core  # pyright: ignore[reportPrivateUsage] - a white box here
    request = core.request(LIST)
    shown = [client, vars(core), launch, launch.ticket, launch.ticket.to_json(), request]
    assert MARK not in " ".join(map(repr, shown))
    assert not logged(caplog)


async def test_asyncio_in_debug_mode_does_not_show_the_key(
    sandbox: Sandbox, client: LeadLex, caplog: pytest.LogCaptureFixture
) -> None:
    """Debug mode logs what is slow, with the repr of the coroutine that was."""
    loop = asyncio.get_running_loop()
    loop.slow_callback_duration = 0
    loop.set_debug(True)
    try:
        sandbox.fault(Fault("reset", times=None))
        assert tells(await failing(client.lists.list(), TransportError)) == []
    finally:
        loop.set_debug(False)
    assert caplog.records
    assert not logged(caplog)


def built(**options: object) -> BaseException:
    """The error of a client that cannot be built with the key from the environment."""
    try:
        LeadLex(**options)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType] - wrong on purpose
    except ConfigurationError as error:
        return error
    raise AssertionError("it was built")


@pytest.mark.parametrize("options", [{"timeout": -1}, {"base_url": "http://x.test"}, {"plan": "gold"}])
def test_a_client_that_cannot_be_built(monkeypatch: pytest.MonkeyPatch, options: dict[str, object]) -> None:
    """A key from the environment is in no frame of the error."""
    monkeypatch.setenv("LEADLEX_API_KEY", SECRET)
    assert tells(built(**options)) == []


def test_a_key_with_a_line_break_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key read from a file often ends in one; the error must not give it to an error tracker."""
    monkeypatch.setenv("LEADLEX_API_KEY", f"{SECRET}\n")
    assert tells(built()) == []
