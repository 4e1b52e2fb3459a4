"""``leadlex doctor``: what works and what does not, with three requests."""

from __future__ import annotations

import asyncio
import json
import socket
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING

import pytest
from terminals import NOBODY, Here, ended_here, golden, program
from test_cli import KEY, Program

from leadlex_async import LeadLex, Plan, Request, Response, Transport
from leadlex_async.cli.doctor_requests import Noted, ask_all
from leadlex_async.cli.doctor_run import Findings
from leadlex_async.sandbox import Fault, Sandbox

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from leadlex_async.sandbox.faults import FaultKind

__all__ = ["ended_here"]
DAY = datetime(2026, 1, 31, 12, tzinfo=UTC).timestamp()


@pytest.fixture
async def limited() -> AsyncIterator[Sandbox]:
    """A sandbox with the quota of a plan."""
    async with Sandbox(plan="pro") as sandbox:
        yield sandbox


async def test_all_is_well(limited: Sandbox) -> None:
    """A line for each finding, three requests, exit code 0."""
    people, data = await asyncio.gather(program(limited).run("doctor"), program(limited).run("doctor", "--json"))
    assert (people.code, data.code, limited.count()) == (0, 0, 6)
    found = {(each["check"], each["status"]) for each in map(json.loads, data.out.splitlines())}
    assert {"fail"} & {status for _, status in found} == set()
    assert {"version", "key", "address", "proxy", "connection", "accepted", "permission", "quota", "clock"} == {
        check for check, _ in found
    }
    lines = [line for line in people.out.splitlines() if "version" not in line and "requests" not in line]
    golden("doctor.txt", "\n".join(lines).replace(limited.url, "http://127.0.0.1:8000"))


async def asked(sandbox: Sandbox, key: str = KEY) -> dict[str, str]:
    """What three requests find, in process."""
    findings, noted = Findings(), Noted(sandbox.transport())
    async with LeadLex(key, base_url=sandbox.url, transport=noted, max_retries=0) as leadlex:
        await ask_all(leadlex, noted, key, findings)
        assert leadlex.requests_sent <= 3
    return {f"{each.status} {each.message}": each.advice for each in findings.found}


async def test_a_key_that_lists_keys() -> None:
    """Then its permissions are known, and when it expires."""
    sandbox = Sandbox()
    able = await asked(sandbox, sandbox.add_key("admin:api_keys", "lexi", "read", "write"))
    assert "ok write: starting campaigns" in able
    unable = await asked(sandbox, sandbox.add_key("admin:api_keys", "lexi", "campaigns:read"))
    assert unable["fail write is missing: starting campaigns"] == "make a key that has it"
    async with sandbox.client() as leadlex:
        soon = datetime.now(UTC) + timedelta(days=2)
        made = await leadlex.api_keys.create(
            name="x", permissions=["admin:api_keys", "lexi", "read", "write"], expires_at=soon
        )
    assert f"ok the key expires at {soon:%Y-%m-%d %H:%M} UTC" in await asked(sandbox, made.key or "")


async def test_missing_permissions() -> None:
    """Each is told by its name."""
    sandbox = Sandbox()
    found = await asked(sandbox, sandbox.add_key("contacts:read"))
    assert "fail lexi is missing: waiting for approvals" in found
    assert "fail campaigns:read is missing: reading campaigns" in found


async def test_refusals() -> None:
    """A refused key ends the questions; a server that fails leaves open what it did not answer."""
    sandbox = Sandbox()
    sandbox.fault(Fault("status", "GET /v1/lexi/tasks", status=401))
    assert any(each.startswith("fail the key is refused: ") for each in await asked(sandbox))
    assert sandbox.count() == 1
    sandbox.fault(Fault("status", "GET /v1/campaigns/{id}", status=503))
    assert any(each.startswith("fail campaigns:read: cannot be told: ") for each in await asked(sandbox))


UNTOLD = [
    Fault("status", times=None, status=503),
    Fault("status", times=None, status=402),
    Fault("html", times=None),
    Fault("html", times=None, status=502),
    Fault("garbage", times=None),
]


@pytest.mark.parametrize("fault", UNTOLD, ids=lambda fault: f"{fault.kind} {fault.answers}")
async def test_no_answer_that_tells(fault: Fault) -> None:
    """The key counts as accepted only where the answer says so; what cannot be told is no reason to exit with 0."""
    sandbox = Sandbox()
    sandbox.fault(fault)
    found = await asked(sandbox)
    assert "ok the key is accepted" not in found
    (untold,) = [each for each in found if each.startswith("fail ")]
    assert untold.startswith("fail cannot be told: ")
    assert found[untold] == "try again later, and check HTTPS_PROXY and LEADLEX_BASE_URL"
    assert sandbox.count() == 1


async def test_redirected() -> None:
    """A redirect means that the address is wrong."""
    sandbox = Sandbox()
    sandbox.fault(Fault("redirect", times=None))
    ((told, advice),) = (await asked(sandbox)).items()
    assert told.startswith("fail the server redirects to https://elsewhere.example/v1/lexi/tasks; ")
    assert "base_url" not in told
    assert advice == "check the network, HTTPS_PROXY and LEADLEX_BASE_URL"


async def test_another_server() -> None:
    """A server that knows no page at all is no LeadLex to launch at."""
    sandbox = Sandbox()
    sandbox.fault(Fault("html", times=None, status=404))
    assert any(each.startswith("fail lexi: cannot be told: ") for each in await asked(sandbox))


@pytest.mark.parametrize("kind", ["status", "html", "redirect", "truncated"])
@pytest.mark.parametrize("operation", ["GET /v1/campaigns/{id}", "GET /v1/api-keys"])
async def test_a_later_request_is_not_answered(kind: FaultKind, operation: str) -> None:
    """Then what it would have told cannot be told either."""
    sandbox = Sandbox()
    sandbox.fault(Fault(kind, operation))
    found = await asked(sandbox)
    assert "ok the key is accepted" in found
    assert len([each for each in found if each.startswith("fail ") and "cannot be told: " in each]) == 1


ASKED = ["GET /v1/lexi/tasks", "GET /v1/campaigns/{id}", "GET /v1/api-keys"]


@pytest.mark.parametrize("operation", ASKED)
async def test_a_dropped_request_is_not_sent_again(operation: str) -> None:
    """Neither by this program nor by aiohttp, on a kept connection or a new one."""
    async with Sandbox() as sandbox:
        sandbox.fault(Fault("reset", operation))
        run = await program(sandbox).run("doctor")
        assert run.code == 1
        assert "the connection broke before a whole answer came" in " ".join(run.out.split())
        assert sandbox.count(operation) == 1
        assert sandbox.count() == (1 if operation == ASKED[0] else 3)


async def test_quota() -> None:
    """What is left, what is scarce, what is spent, and when it is renewed."""
    sandbox = Sandbox(plan=Plan(1_000, 100), now=lambda: DAY)
    assert "ok 97 of 100 requests are left today (plan Starter)" in await asked(sandbox)
    for _ in range(88):
        sandbox.quota.charge(DAY - 3600)
    assert (await asked(sandbox))["warn 6 of 100 requests are left today (plan Starter)"] == "it resets at 00:00 UTC"
    for _ in range(6):
        sandbox.quota.charge(DAY - 3600)
    assert "fail the day's requests are spent; it resets at 2026-02-01 00:00 UTC" in await asked(sandbox)
    busy = Sandbox(plan="starter", now=lambda: DAY)
    for _ in range(10):
        busy.quota.charge(DAY)
    found = await asked(busy)
    assert found["warn the minute's requests are spent; they are renewed within a minute"] == "wait for it"
    assert "ok the key is accepted" in found
    assert "ok no limit is told" in await asked(Sandbox())


@pytest.mark.parametrize(
    ("headers", "told"),
    [
        ({}, "warn the requests of the minute or of the day are spent; the day's are renewed at 00:00 UTC"),
        ({"X-RateLimit-Remaining": "0"}, "fail the day's requests are spent; it resets at 00:00 UTC"),
        ({"X-RateLimit-Remaining": "1"}, "warn the minute's requests are spent; they are renewed within a minute"),
    ],
)
async def test_a_refusal_that_tells_little(headers: dict[str, str], told: str) -> None:
    """What is spent, and until when, is told without guessing."""

    class Spent(Noted):
        async def send(self, request: Request) -> Response:
            return Response(429, headers, (await super().send(request)).body)

    findings, noted = Findings(), Spent(Sandbox().transport())
    async with LeadLex(KEY, transport=noted, max_retries=0) as leadlex:
        await ask_all(leadlex, noted, KEY, findings)
    assert told in {f"{each.status} {each.message}" for each in findings.found}


@pytest.mark.parametrize(("ahead", "word"), [(3600, "behind"), (-3600, "ahead of")])
async def test_clock(ahead: float, word: str) -> None:
    """A clock that is wrong by more than a minute is told, and which way."""
    sandbox = Sandbox(now=lambda: datetime.now(UTC).timestamp() + ahead)
    (told,) = [each for each in await asked(sandbox) if "server's" in each]
    assert told.startswith("warn 3,")
    assert told.endswith(f" s {word} the server's")


class Dated(Noted):
    """A transport whose answers have another date."""

    def __init__(self, inner: Transport, date: str) -> None:
        super().__init__(inner)
        self._date = date

    async def send(self, request: Request) -> Response:
        """Send a request and change the date of the answer."""
        response = await super().send(request)
        return Response(response.status, {**response.headers, "Date": self._date}, response.body)


@pytest.mark.parametrize("date", ["", "soon", format_datetime(datetime(2026, 1, 1))])  # noqa: DTZ001 - without a zone
async def test_no_clock(date: str) -> None:
    """A server that tells no time that can be read is a warning only."""
    sandbox, findings = Sandbox(), Findings()
    noted = Noted(Dated(sandbox.transport(), date))
    async with LeadLex(KEY, base_url=sandbox.url, transport=noted) as leadlex:
        await ask_all(leadlex, noted, KEY, findings)
    assert "the server tells no time" in {each.message for each in findings.found}


def test_no_key(ended_here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a key or with an address that cannot be nothing is sent, and the exit code is 1."""
    monkeypatch.setenv("LEADLEX_BASE_URL", "http://elsewhere.example")
    run = ended_here("doctor", "--json")
    assert run.code == 1
    found = {each["check"]: each for each in map(json.loads, run.out.splitlines())}
    assert found["key"]["status"] == found["address"]["status"] == "fail"
    assert "LEADLEX_BASE_URL must be https" in found["address"]["message"]
    assert "connection" not in found


async def test_nobody_there() -> None:
    """An address that nothing listens on, and a proxy of the wrong kind."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    address = {"LEADLEX_API_KEY": KEY, "LEADLEX_BASE_URL": f"http://127.0.0.1:{port}", **NOBODY}
    socks = {"LEADLEX_API_KEY": KEY, **NOBODY, "NO_PROXY": "x", "no_proxy": "x", "HTTPS_PROXY": "socks5://u:pw@x:1"}
    proxy = {**socks, "HTTPS_PROXY": "http://u:pw@127.0.0.1:1"}
    closed, wrong, proxied = await asyncio.gather(*[Program(each).run("doctor") for each in (address, socks, proxy)])
    assert (closed.code, wrong.code, proxied.code) == (1, 1, 1)
    assert "http://127.0.0.1:1, from HTTPS_PROXY" in proxied.out
    assert "pw" not in proxied.out
    assert f"cannot connect to 127.0.0.1:{port}" in closed.out
    assert "Check the network, HTTPS_PROXY and LEADLEX_BASE_URL" in " ".join(closed.out.split())
    assert "HTTPS_PROXY must be like" in wrong.out
    assert "pw" not in wrong.out


@pytest.mark.parametrize(
    "proxy", ["http://[:x", "http://u:SECRET@x:99999", "http://u:12345#SECRET@x:1", "u:SECRET@[x:1"]
)
def test_a_proxy_that_cannot_be(ended_here: Here, monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    """What is wrong with it is told without its password."""
    for name, value in {"LEADLEX_API_KEY": KEY, "HTTPS_PROXY": proxy, "NO_PROXY": "x", "no_proxy": "x"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("https_proxy", raising=False)
    run = ended_here("doctor", "--json")
    assert (run.code, run.err) == (1, "")
    (told,) = [each for each in map(json.loads, run.out.splitlines()) if each["status"] == "fail"]
    assert told["check"] == "proxy"
    assert told["message"].startswith("HTTPS_PROXY must ")
    assert "SECRET" not in run.out
    assert "12345" not in run.out


async def test_streams_are_let_through() -> None:
    """The transport in between is a whole one."""
    sandbox = Sandbox()
    async with LeadLex(KEY, base_url=sandbox.url, transport=Noted(sandbox.transport())) as leadlex:
        assert [row async for row in leadlex.contacts.export()] == []
