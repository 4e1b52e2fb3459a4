"""What webhooks of the sandbox are told of a launch, whoever decides it; in virtual time."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from pushed import URL, Receiver
from support import in_process, settled, virtual

from leadlex_async.sandbox import Sandbox, approve_after, dismiss_after, fail_after
from leadlex_async.sandbox.event_types import NAMES

if TYPE_CHECKING:
    from leadlex_async._http.wire import JSONValue
    from leadlex_async.sandbox.decisions import Decision


async def launched(reviewer: Decision | None, *, recipients: int = 150) -> tuple[Sandbox, Receiver, str]:
    """A launch of which everything was told, a minute after its start."""
    sandbox = Sandbox(reviewer=reviewer)
    sandbox.add_webhook(URL, sorted(NAMES))
    receiver = Receiver(sandbox)
    async with in_process(sandbox) as leadlex, sandbox.delivering(receiver):
        campaign_id = sandbox.add_campaign(recipients=recipients, name="Autumn")
        await leadlex.campaigns.start(campaign_id)
        await asyncio.sleep(60)
    return sandbox, receiver, campaign_id


def statuses(receiver: Receiver) -> list[JSONValue]:
    """The status of the task or the campaign that each event tells of."""
    records = [next(iter(each.data.values())) for each in receiver.got]
    return [record["status"] for record in records if isinstance(record, dict)]


@virtual
async def test_an_approved_launch_is_told_from_start_to_end() -> None:
    """Though nobody asks: the sandbox has its reviewer decide on time."""
    sandbox, receiver, campaign_id = await launched(approve_after(30))
    assert receiver.events == ["task.created", "task.approved", "campaign.started", "task.updated"]
    assert receiver.times == [0, 30, 30, 35]
    assert statuses(receiver) == ["pending", "approved", "active", "completed"]
    (task,) = sandbox.tasks.values()
    shown = receiver.got[1].data["task"]
    assert isinstance(shown, dict)
    assert (shown["id"], shown["type"]) == (task.id, "campaign_start")
    assert shown["metadata"] == {"campaign_id": campaign_id, "contact_count": 150}
    assert receiver.got[2].data == {"campaign": {"id": campaign_id, "name": "Autumn", "status": "active"}}


@virtual
async def test_a_dismissed_launch_is_told() -> None:
    """Nothing is started."""
    _, receiver, _ = await launched(dismiss_after(30, "no"))
    assert receiver.events == ["task.created", "task.dismissed"]
    assert statuses(receiver) == ["pending", "dismissed"]


@virtual
async def test_a_failed_launch_is_told() -> None:
    """Nobody hears of an approval that came to nothing."""
    _, receiver, _ = await launched(fail_after(30))
    assert receiver.events == ["task.created", "task.updated"]
    assert statuses(receiver) == ["pending", "failed"]


@virtual
async def test_a_small_launch_is_told_as_started() -> None:
    """It needs no task."""
    _, receiver, _ = await launched(None, recipients=40)
    assert (receiver.events, statuses(receiver)) == (["campaign.started"], ["active"])


@virtual
async def test_people_and_the_api_are_told_alike() -> None:
    """An approval by hand, by the API, a dismissal by each; then a pause and a resumption."""
    sandbox = Sandbox()
    sandbox.add_webhook(URL, ["task.approved", "task.dismissed", "campaign.started", "campaign.paused"])
    receiver = Receiver(sandbox)
    async with in_process(sandbox) as leadlex, sandbox.delivering(receiver):
        campaigns = [sandbox.add_campaign() for _ in range(4)]
        tasks = [(await leadlex.campaigns.start(each)).task_id or "" for each in campaigns]
        sandbox.approve(tasks[0])
        await leadlex.lexi.approve(tasks[1])
        sandbox.dismiss(tasks[2])
        await leadlex.lexi.dismiss(tasks[3])
        await leadlex.campaigns.pause(campaigns[0])
        await leadlex.campaigns.start(campaigns[0])
        await settled()
    launch = ["task.approved", "campaign.started"]
    assert receiver.events == [*launch, *launch, *["task.dismissed"] * 2, "campaign.paused", "campaign.started"]


@virtual
async def test_a_task_proposed_in_a_chat_is_told() -> None:
    """What Lexi looks up and writes down on the way is not."""
    sandbox = Sandbox()
    sandbox.add_webhook(URL, sorted(NAMES))
    receiver = Receiver(sandbox)
    async with in_process(sandbox) as leadlex, sandbox.delivering(receiver):
        await leadlex.lexi.chat("How many contacts are there?")
        reply = await leadlex.lexi.chat("find lawyers in Basel")
        await settled()
    (got,) = receiver.got
    task = got.data["task"]
    assert isinstance(task, dict)
    assert (got.event, task["id"], task["type"]) == ("task.created", reply.task_id, "prospect_search")
