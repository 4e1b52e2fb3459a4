# pyright: reportUnnecessaryTypeIgnoreComment=true
# Both checkers honour `type: ignore`, and each fails where its own error is not there: unused-ignore in mypy.
"""Campaigns and prospects: what calls give and what is refused; read by mypy and pyright, never run."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import assert_type

from leadlex_async import Launch, LeadLex, Page
from leadlex_async.bulk.launches import Launches
from leadlex_async.bulk.plan import LaunchPlan
from leadlex_async.bulk.report import LaunchReport
from leadlex_async.models.campaigns import (
    Campaign,
    CampaignEvent,
    CampaignStats,
    Enrolled,
    Enrollment,
    Started,
    Step,
    Unenrolled,
)
from leadlex_async.models.common import Deleted
from leadlex_async.models.contacts import ContactsCreated
from leadlex_async.models.prospects import Prospect, RevealedProspect, RevealedProspects

NOW = datetime(2026, 4, 1, tzinfo=UTC)


async def campaigns(leadlex: LeadLex) -> None:
    """What ``leadlex.campaigns`` gives."""
    assert_type(await leadlex.campaigns.create(name="Spring", list_id="l-1", template="Hi"), Campaign)
    assert_type(await leadlex.campaigns.get("cp-1"), Campaign)
    assert_type(await leadlex.campaigns.update("cp-1", daily_send_limit=50), Campaign)
    assert_type(await leadlex.campaigns.delete("cp-1"), Deleted)
    assert_type(await leadlex.campaigns.start("cp-1"), Started)
    assert_type(await leadlex.campaigns.pause("cp-1"), Campaign)
    assert_type(await leadlex.campaigns.list_contacts("cp-1", status="replied"), Page[Enrollment])
    assert_type(leadlex.campaigns.iter_contacts("cp-1", limit=5), AsyncIterator[Enrollment])
    assert_type(await leadlex.campaigns.add_contacts("cp-1", ["c-1"], source="fair"), Enrolled)
    assert_type(await leadlex.campaigns.remove_contact("cp-1", "c-1"), Unenrolled)
    assert_type(await leadlex.campaigns.list_steps("cp-1"), list[Step])
    assert_type(
        await leadlex.campaigns.create_step("cp-1", subject="Hi", body="Hello", send_condition="if_no_reply"), Step
    )
    assert_type(await leadlex.campaigns.update_step("cp-1", "s-1", delay_days=3), Step)
    assert_type(await leadlex.campaigns.delete_step("cp-1", "s-1"), Deleted)
    assert_type(await leadlex.campaigns.stats("cp-1"), CampaignStats)
    assert_type(await leadlex.campaigns.list_events("cp-1", type="opened", from_date=NOW), Page[CampaignEvent])
    assert_type(leadlex.campaigns.iter_events("cp-1"), AsyncIterator[CampaignEvent])
    assert_type(await leadlex.campaigns.list(), list[Campaign])
    assert_type(leadlex.campaigns.plan_launch(1000), LaunchPlan)
    assert_type(leadlex.campaigns.launch_many(["cp-1"], timeout=60), Launches)
    assert_type(await leadlex.campaigns.launch_all(None, timeout=None, journal="run.db"), LaunchReport)
    assert_type(await leadlex.campaigns.start_and_wait_for_approval("cp-1", timeout=60, until="completed"), Launch)


async def campaigns_misused(leadlex: LeadLex) -> None:
    """What ``leadlex.campaigns`` does not take."""
    await leadlex.campaigns.create(name="Spring", list_id="l-1", template="Hi", start=True)  # type: ignore[call-arg]
    await leadlex.campaigns.create(name="Spring")  # type: ignore[call-arg]
    await leadlex.campaigns.update("cp-1", track_opens="no")  # type: ignore[arg-type]
    await leadlex.campaigns.list(page=2)  # type: ignore[call-arg]
    await leadlex.campaigns.start_and_wait_for_approval("cp-1")  # type: ignore[call-arg]
    await leadlex.campaigns.start_and_wait_for_approval("cp-1", timeout="1h")  # type: ignore[arg-type]
    await leadlex.campaigns.start_and_wait_for_approval("cp-1", timeout=60, reviewr=None)  # type: ignore[call-arg]
    campaign = await leadlex.campaigns.get("cp-1")
    _ = campaign.satus  # type: ignore[attr-defined]


async def prospector(leadlex: LeadLex) -> None:
    """What ``leadlex.prospector`` gives."""
    assert_type(await leadlex.prospector.search(titles=["Counsel"], min_funding=1e6), Page[Prospect])
    assert_type(leadlex.prospector.iter_search(name="Ann", limit=5), AsyncIterator[Prospect])
    assert_type(await leadlex.prospector.reveal(member_id="m-1"), RevealedProspect)
    assert_type(await leadlex.prospector.reveal_many([{"member_id": "m-1"}]), RevealedProspects)


async def prospector_misused(leadlex: LeadLex) -> None:
    """What ``leadlex.prospector`` does not take."""
    await leadlex.prospector.search(title="Counsel")  # type: ignore[call-arg]
    await leadlex.prospector.reveal_many()  # type: ignore[call-arg]
    await leadlex.prospector.search(min_funding="1m")  # type: ignore[arg-type]


async def prospects(leadlex: LeadLex) -> None:
    """What ``leadlex.prospects`` gives."""
    assert_type(await leadlex.prospects.search(jobTitles=["Counsel"]), Page[Prospect])
    assert_type(leadlex.prospects.iter_search(query="Counsel"), AsyncIterator[Prospect])
    assert_type(await leadlex.prospects.save([{"name": "Ann Lee"}], list_id="l-1"), ContactsCreated)


async def prospects_misused(leadlex: LeadLex) -> None:
    """What ``leadlex.prospects`` does not take."""
    await leadlex.prospects.search(job_titles=["Counsel"])  # type: ignore[call-arg]
    await leadlex.prospects.save()  # type: ignore[call-arg]
    await leadlex.prospects.save([{"name": "Ann"}], list_id=1)  # type: ignore[arg-type]
