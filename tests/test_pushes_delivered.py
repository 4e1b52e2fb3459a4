"""Waits that the sandbox's own deliveries end, through a receiver, however pushes and polls go wrong; virtual time."""

from __future__ import annotations

import asyncio
import math
from collections import Counter
from typing import TYPE_CHECKING, Literal

from attrs import frozen
from hypothesis import given, settings, strategies as st
from support import in_process

from leadlex_async import Outcome, WebhookEvent
from leadlex_async.integrations import WebhookReceiver
from leadlex_async.sandbox import Decision, Fault, PushFault, Sandbox
from leadlex_async.sandbox.push_faults import PushFaultKind
from leadlex_async.testing import run_virtual
from leadlex_async.webhooks import LexiTaskEvent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from leadlex_async.sandbox import TaskRow

SECRET = "whsec_everybody_here_knows_it"  # noqa: S105 - a test secret
DECISIONS = ["task.approved", "task.dismissed"]
KINDS: tuple[PushFaultKind, ...] = ("lost", "late", "duplicate", "reorder", "forged", "again", "renamed")
OUTCOMES = {"approve": Outcome.APPROVED, "dismiss": Outcome.DISMISSED}


@frozen
class Part:
    """One launch: how it is decided and when, and what becomes of its push."""

    action: Literal["approve", "dismiss"]
    after: float
    fault: PushFaultKind | None
    seconds: float
    refused: bool


parts = st.builds(
    Part,
    st.sampled_from(["approve", "dismiss"]),
    st.sampled_from([0.0, 1.0, 30.0, 900.0, 7_200.0]),
    st.sampled_from([None, None, *KINDS]),
    st.sampled_from([0.5, 20.0, 90.0, 1_000.0]),
    st.booleans(),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(parts, min_size=1, max_size=6), st.booleans())
def test_every_launch_ends_as_it_was_decided(plot: list[Part], polled: bool) -> None:  # noqa: FBT001
    """Deliveries lost, late, doubled, forged, replayed and refused: each launch ends right, each event counts once."""
    prompt = all(part.fault in {None, "duplicate", "forged", "renamed"} for part in plot)
    run_virtual(_play(plot, polled=polled or not prompt))


async def _play(plot: list[Part], *, polled: bool) -> None:
    sandbox, accepted = Sandbox(execution=86_400), Counter[str]()
    ids = [sandbox.add_campaign() for _ in plot]
    sandbox.reviewer = lambda task: _decision(sandbox, plot[ids.index(str(task.campaign_id))], task)
    refused = {campaign_id for campaign_id, part in zip(ids, plot, strict=True) if part.refused}

    def accept(event: WebhookEvent) -> None:
        """Fail on the first delivery of some."""
        assert isinstance(event, LexiTaskEvent)
        campaign_id = str(event.campaign_id)
        if campaign_id in refused:
            refused.discard(campaign_id)
            raise ConnectionError
        accepted[campaign_id] += 1

    async with in_process(sandbox) as leadlex:
        # Virtual time has left this machine's clock behind.
        receiver = WebhookReceiver(SECRET, feed=leadlex.approvals.feed, accept=accept, tolerance=math.inf)
        sandbox.add_webhook("https://backend.example/leadlex", DECISIONS, secret=SECRET)

        async def receive(body: bytes, headers: Mapping[str, str]) -> int:
            return (await receiver.receive(body, headers)).status

        async with sandbox.delivering(receive):
            tickets = [await leadlex.approvals.begin(campaign_id) for campaign_id in ids]
            if not polled:
                sandbox.fault(Fault("status", "GET /v1/lexi/tasks", times=None))
            waits = [leadlex.approvals.wait(each, timeout=None, raise_for_outcome=False) for each in tickets]
            async with asyncio.timeout(100_000):
                ends = await asyncio.gather(*waits)
            await asyncio.sleep(30_000)  # late retries and replays
        await receiver.aclose()
    assert [end.outcome for end in ends] == [OUTCOMES[part.action] for part in plot]
    assert all(accepted[each] == (part.fault != "lost") for each, part in zip(ids, plot, strict=True))


def _decision(sandbox: Sandbox, part: Part, task: TaskRow) -> Decision:
    """Decide so, and have the push of it go astray."""
    event = "task.approved" if part.action == "approve" else "task.dismissed"

    def stray(_: float) -> None:
        if part.fault is not None and task.status == "pending":
            sandbox.push_fault(PushFault(part.fault, event, seconds=part.seconds))

    # Just before the decision, so that the fault strikes this push and no other.
    sandbox.agenda.add(sandbox.now() + part.after, stray)
    return Decision(part.after, part.action)
