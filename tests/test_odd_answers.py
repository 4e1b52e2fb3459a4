"""Answers that are not what the API documents: odd rows, odd headers, and what may be printed of them."""

from __future__ import annotations

import asyncio
import copy
import pickle
import uuid
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, cast

import orjson
import pytest
from support import in_process, virtual
from test_waiting import CAMPAIGN, START, TASKS, begun, detoured, later, only_task

from leadlex_async import (
    ApprovalTimeout,
    Approve,
    AuthenticationError,
    LaunchTicket,
    LeadLex,
    LexiTask,
    Outcome,
    PermissionDenied,
    RateLimited,
    Response,
    ValidationError,
    WebhookEvent,
)
from leadlex_async.sandbox import Fault, Sandbox, approve_after

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractAsyncContextManager

    from leadlex_async import Request, Stream, Transport
    from leadlex_async._http.wire import JSONValue

Row = dict[str, object]


class Edited:
    """A transport that edits answers on their way back."""

    def __init__(self, inner: Transport, edit: Callable[[Request, Response], Response]) -> None:
        self._inner = inner
        self._edit = edit

    async def send(self, request: Request) -> Response:
        """Send one request and edit its answer."""
        return self._edit(request, await self._inner.send(request))

    def open(self, request: Request) -> AbstractAsyncContextManager[Stream]:
        """Open a stream."""
        return self._inner.open(request)

    async def aclose(self) -> None:
        """Close what is behind."""
        await self._inner.aclose()


def edited(sandbox: Sandbox, edit: Callable[[Request, Response], Response]) -> LeadLex:
    """A client that gets edited answers."""
    return LeadLex(sandbox.api_key, base_url=sandbox.url, transport=Edited(sandbox.transport(), edit))


def tasks_edited(edit: Callable[[str, list[Row]], object]) -> Callable[[Request, Response], Response]:
    """Edit the rows of every list of tasks; ``edit`` is told the URL, too."""

    def change(request: Request, response: Response) -> Response:
        if "/lexi/tasks?" not in request.url or response.status != 200:
            return response
        body: dict[str, dict[str, list[Row]]] = orjson.loads(response.body)
        edit(request.url, body["data"]["tasks"])
        return Response(response.status, response.headers, orjson.dumps(body))

    return change


def with_header(name: str, value: str) -> Callable[[Request, Response], Response]:
    """Every answer has this header."""

    def change(_: Request, response: Response) -> Response:
        return Response(response.status, {**response.headers, name: value}, response.body)

    return change


# Rows

STATUSES: list[object] = [{}, [], None, 7, "galactic", [{}]]
METADATA: list[object] = [[], None, 7, "x", {"campaign_id": {}}]
IDS: list[object] = [None, 7, {}, []]
ODD_ROWS: list[Row] = [
    *[Row(id="alien", status=status) for status in STATUSES],
    *[Row(id="alien", status="pending", metadata=metadata) for metadata in METADATA],
    *[Row(id=odd, status="pending") for odd in IDS],
    {"id": "alien", "type": {}, "status": "pending", "metadata": {"campaign_id": "x"}},
    {"status": {}},
    {},
]


@pytest.mark.parametrize("null_task_id", [False, True])
@pytest.mark.parametrize("row", ODD_ROWS, ids=repr)
@virtual
async def test_an_odd_row_disturbs_nobody(row: Row, *, null_task_id: bool) -> None:
    """Those whose tasks are listed beside an odd row learn of their own decisions."""
    sandbox = Sandbox(execution=86_400)
    sandbox.null_task_id = null_task_id
    async with edited(sandbox, tasks_edited(lambda _, rows: rows.insert(0, row))) as leadlex:
        (first, approved), (second, dismissed) = await begun(leadlex, sandbox), await begun(leadlex, sandbox)
        later(60, lambda: sandbox.approve(approved))
        later(90, lambda: sandbox.dismiss(dismissed))
        launches = await asyncio.gather(
            *(leadlex.approvals.wait(one, timeout=600, raise_for_outcome=False) for one in (first, second))
        )
    assert [launch.outcome for launch in launches] == [Outcome.APPROVED, Outcome.DISMISSED]
    assert [launch.task_id for launch in launches] == [approved, dismissed]


@pytest.mark.parametrize("row", ODD_ROWS, ids=repr)
@virtual
async def test_an_odd_row_hides_no_lost_start(row: Row) -> None:
    """A start whose answer was lost is found beside an odd row."""
    sandbox = Sandbox()
    sandbox.fault(Fault("reset", START, when="after"))
    async with edited(sandbox, tasks_edited(lambda _, rows: rows.insert(0, row))) as leadlex:
        ticket, task_id = await begun(leadlex, sandbox)
    assert (ticket.task_id, sandbox.starts[ticket.campaign_id]) == (task_id, 1)


@virtual
async def test_a_pending_row_without_a_status_is_reviewed() -> None:
    """``"status": null`` in the pending list is pending, and a reviewer is shown the task."""
    sandbox, shown = Sandbox(execution=86_400), list[LexiTask]()

    def review(task: LexiTask) -> Approve:
        shown.append(task)
        return Approve()

    def blank(_: str, rows: list[Row]) -> None:
        for row in rows:
            row["status"] = None

    async with edited(sandbox, tasks_edited(blank)) as leadlex:
        campaign_id = sandbox.add_campaign()
        launch = await leadlex.campaigns.start_and_wait_for_approval(campaign_id, timeout=600, reviewer=review)
    assert (launch.outcome, [task.status for task in shown]) == (Outcome.APPROVED, ["pending"])


@virtual
async def test_an_undated_decision_is_not_ours() -> None:
    """An approved task of the same campaign that does not say when it was made decides no later launch."""
    sandbox = Sandbox(reviewer=approve_after(120), execution=86_400)
    sandbox.null_task_id, sandbox.visibility_delay = True, 20
    campaign_id = sandbox.add_campaign()
    old: Row = {"id": "old", "type": "campaign_start", "status": "approved", "metadata": {"campaign_id": campaign_id}}

    def undate(url: str, rows: list[Row]) -> None:
        for row in rows:
            del row["created_at"]
        if "approved" in url:
            rows.append(old)

    async with edited(sandbox, tasks_edited(undate)) as leadlex:
        launch = await leadlex.campaigns.start_and_wait_for_approval(campaign_id, timeout=3_600)
    assert (launch.outcome, launch.task_id) == (Outcome.APPROVED, only_task(sandbox))
    assert launch.waited >= 120


# Refusals


@virtual
async def test_a_campaign_that_may_not_be_read_ends_one_wait() -> None:
    """The 403 about a vanished task's campaign is for its own waiter; the others are approved."""
    sandbox = Sandbox()
    sandbox.fault(Fault("status", CAMPAIGN, status=403, times=None))
    sandbox.execution = 86_400
    async with in_process(sandbox) as leadlex:
        (lost, vanished), *others = [await begun(leadlex, sandbox) for _ in range(4)]
        sandbox.vanish(vanished)
        for _, task_id in others:
            later(1_200, partial(sandbox.approve, task_id))
        waits = (leadlex.approvals.wait(ticket, timeout=3_600) for ticket in (lost, *(ticket for ticket, _ in others)))
        denied, *launches = await asyncio.gather(*waits, return_exceptions=True)
    assert isinstance(denied, PermissionDenied)
    assert [getattr(launch, "outcome", launch) for launch in launches] == [Outcome.APPROVED] * 3


@virtual
async def test_a_refused_key_ends_every_wait_with_its_own_error() -> None:
    """A 401 on a poll ends all waits, and no two waiters share an error."""
    sandbox = Sandbox()
    sandbox.fault(Fault("status", TASKS, status=401, times=None))
    async with in_process(sandbox) as leadlex:
        tickets = [(await begun(leadlex, sandbox))[0] for _ in range(4)]
        waits = (leadlex.approvals.wait(ticket, timeout=600) for ticket in tickets)
        errors = await asyncio.gather(*waits, return_exceptions=True)
    assert {type(error) for error in errors} == {AuthenticationError}
    assert len({id(error) for error in errors}) == 4
    assert len({str(error) for error in errors}) == 1


# Quotas and headers


@virtual
async def test_the_servers_limit_counts_for_the_reserve() -> None:
    """With a larger plan given than the key has, the polls' share is one of what the server allows."""
    sandbox = Sandbox(plan="pro", reviewer=approve_after(30))
    async with sandbox.client(plan="org") as leadlex:
        for _ in range(3):
            launch = await leadlex.campaigns.start_and_wait_for_approval(sandbox.add_campaign(), timeout=600)
            assert launch.launched


@virtual
async def test_one_answer_without_a_quota_lifts_no_plan() -> None:
    """A learnt plan outlives an answer that does not speak of the quota: the minute is not run into."""
    sandbox, left_out = Sandbox(plan="starter"), [False]

    def change(_: Request, response: Response) -> Response:
        headers = {name: value for name, value in response.headers.items() if not name.startswith("X-RateLimit")}
        return Response(response.status, headers, response.body) if left_out[0] else response

    async with edited(sandbox, change) as leadlex:
        await leadlex.campaigns.list()
        left_out[0] = True
        await leadlex.campaigns.list()
        left_out[0] = False
        await asyncio.gather(*(leadlex.campaigns.list() for _ in range(30)))
    assert {entry.status for entry in sandbox.log} == {200}


@virtual
async def test_a_long_retry_after_holds_for_a_minute() -> None:
    """While the day is not spent, nobody is held back for as long as ``Retry-After: 86400`` says."""
    sandbox = Sandbox(plan="org")
    sandbox.retry_after = True
    sandbox.fault(Fault("status", status=429, seconds=86_400))
    async with in_process(sandbox, max_retries=0) as leadlex:
        with pytest.raises(RateLimited) as caught:
            await leadlex.campaigns.list()
        assert (caught.value.scope, caught.value.retry_after) == ("minute", 86_400)
        await leadlex.campaigns.list()
    assert asyncio.get_running_loop().time() <= 61


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Date", "Mon, 01 Jan 2024 00:00:00 +99999999999999999"),
        ("Date", "Mon, 01 Jan 0001 00:00:00 -0000"),
        ("Date", "Fri, 31 Dec 9999 23:59:59 GMT"),
        ("Date", "yesterday"),
        ("X-RateLimit-Remaining", "9" * 5_000),
        ("X-RateLimit-Limit", "9" * 5_000),
        ("X-RateLimit-Reset", "9" * 400),
        ("X-RateLimit-Reset", "253402300799"),
        ("Retry-After", "9" * 400),
        ("Retry-After", "Mon, 01 Jan 2024 00:00:00 +99999999999999999"),
    ],
    ids=lambda text: str(text)[-32:],
)
@virtual
async def test_a_header_of_nonsense_breaks_nothing(name: str, value: str) -> None:
    """Whatever a header says, calls are tried again after a 429 and a launch is waited for."""
    sandbox = Sandbox(plan="org", reviewer=approve_after(30))
    sandbox.fault(Fault("status", status=429))
    async with edited(sandbox, with_header(name, value)) as leadlex:
        await leadlex.campaigns.list()
        launch = await leadlex.campaigns.start_and_wait_for_approval(sandbox.add_campaign(), timeout=600)
    assert launch.launched


# What is printed, and what is taken


@pytest.mark.parametrize("with_ticket", [False, True])
def test_an_error_that_travels_reads_the_same(*, with_ticket: bool) -> None:
    """Pickled or copied, a timeout prints what it printed, hint included."""
    ticket = LaunchTicket(campaign_id="c", base_url="https://example.com", started_at=datetime.now(UTC))
    error = ApprovalTimeout("not in time", ticket=ticket if with_ticket else None)
    assert ("approvals.wait" in str(error)) == with_ticket
    for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):  # noqa: S301 - our own
        assert (str(twin), twin.ticket) == (str(error), error.ticket)


@virtual
async def test_a_key_behind_an_escape_is_redacted() -> None:
    """A key that the server's JSON hides behind an escape is in no part of the error."""
    said = rb'"key wbk\u005fsecret is bad"'
    body = b'{"error":{"code":%b,"message":%b,"details":{"fields":{"wbk\\u005fsecret":%b}}}}' % (said, said, said)
    async with detoured(Sandbox(), lambda _: Response(400, {}, body)) as leadlex:
        with pytest.raises(ValidationError, match=r"wbk_\*\*\*") as caught:
            await leadlex.campaigns.list()
    error = caught.value
    assert error.fields
    assert "secret" not in f"{error} {error!r} {error.__dict__}"


@virtual
async def test_a_uuid_is_an_id() -> None:
    """``uuid.UUID`` objects name records to every call."""
    sandbox, key = Sandbox(), uuid.uuid4()
    sandbox.add_campaign(id=str(key))
    async with in_process(sandbox) as leadlex:
        campaign_id = cast("str", key)
        assert (await leadlex.campaigns.get(campaign_id)).id == str(key)
        task_id = (await leadlex.campaigns.start(campaign_id)).task_id
        assert (await leadlex.lexi.approve(cast("str", uuid.UUID(task_id)))).status == "approved"


@pytest.mark.parametrize("null_task_id", [False, True])
@virtual
async def test_a_launch_by_uuid_is_the_same_launch(*, null_task_id: bool) -> None:
    """A launch begun with a ``uuid.UUID`` finds its task and its pushes, and its ticket travels."""
    sandbox, key = Sandbox(), uuid.uuid4()
    sandbox.null_task_id = null_task_id
    sandbox.add_campaign(id=str(key))
    async with in_process(sandbox) as leadlex:
        ticket = await leadlex.approvals.begin(cast("str", key))
        data: dict[str, JSONValue] = {"task": {"id": only_task(sandbox), "metadata": {"campaign_id": str(key)}}}
        event = WebhookEvent(event="task.approved", occurred_at=ticket.started_at, data=data)
        later(30, lambda: leadlex.approvals.feed(event))
        launch = await leadlex.approvals.wait(ticket, timeout=60, raise_for_outcome=False)
    assert (launch.outcome, launch.task_id) == (Outcome.APPROVED, only_task(sandbox))
    assert LaunchTicket.from_json(ticket.to_json()) == ticket


@virtual
async def test_a_stream_without_a_message_is_refused() -> None:
    """``chat_stream()`` without a message is a ``ValidationError``, and nothing is sent."""
    sandbox = Sandbox()
    async with in_process(sandbox) as leadlex:
        nothing: Mapping[str, JSONValue] = {}
        with pytest.raises(ValidationError, match="message"):
            cast("Callable[..., object]", leadlex.lexi.chat_stream)(**nothing)
    assert sandbox.count() == 0
