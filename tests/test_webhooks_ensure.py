"""``leadlex.webhooks.ensure``: registered as often as one likes, there once."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from leadlex_async import Conflict, LeadLex, TransportError, ValidationError
from leadlex_async.resources.webhooks import CREATE
from leadlex_async.sandbox import Fault, Sandbox
from leadlex_async.webhooks import EventName

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

URL = "https://example.com/leadlex/webhook"
EVENTS = (EventName.TASK_APPROVED, EventName.TASK_DISMISSED)


@pytest.fixture
def world() -> Sandbox:
    """A sandbox in process."""
    return Sandbox()


@pytest.fixture
async def client(world: Sandbox) -> AsyncIterator[LeadLex]:
    """A client of it."""
    async with world.client(max_retries=0) as client:
        yield client


async def test_a_webhook_is_created_once(world: Sandbox, client: LeadLex) -> None:
    """The first call has the secret; those after it find it as it should be, with one request each."""
    made = await client.webhooks.ensure(URL, EVENTS, description="Decisions")
    assert made.secret is not None
    assert (made.url, made.events, made.description, made.active) == (URL, EVENTS, "Decisions", True)
    before = len(world.log)
    for events in (EVENTS, [*reversed(EVENTS)], ["task.approved", "task.dismissed", "task.approved"]):
        found = await client.webhooks.ensure(URL, events, description="Decisions")
        assert (found.id, found.secret) == (made.id, None)
    assert len(world.log) == before + 3
    assert len(await client.webhooks.list()) == 1


@pytest.mark.parametrize("url", ["https://EXAMPLE.com/leadlex/webhook", "https://example.com:443/leadlex/webhook"])
async def test_a_url_may_be_spelt_differently(client: LeadLex, url: str) -> None:
    """As long as it leads to the same place."""
    made = await client.webhooks.ensure(URL, EVENTS)
    assert (await client.webhooks.ensure(url, EVENTS)).id == made.id


async def test_another_url_is_another_webhook(client: LeadLex) -> None:
    """Even if only its query is another."""
    made = await client.webhooks.ensure(URL, EVENTS)
    other = await client.webhooks.ensure(f"{URL}?workspace=2", EVENTS)
    assert other.id != made.id
    assert other.secret is not None


async def test_a_webhook_without_a_proper_url_is_passed_over(world: Sandbox, client: LeadLex) -> None:
    """Whatever else the workspace has."""
    for url in ("https://[", None):
        world.store.webhooks.add(world.settle(), {"url": url, "events": [], "active": True, "description": None})
    made = await client.webhooks.ensure(URL, EVENTS)
    assert made.secret is not None
    assert (await client.webhooks.ensure(URL, EVENTS)).id == made.id


@pytest.mark.parametrize(
    ("events", "description", "after"),
    [
        (("task.approved",), None, ("task.approved", "Decisions")),
        (("task.approved", "note.created"), "Both", ("task.approved,note.created", "Both")),
        (EVENTS, "Others", ("task.approved,task.dismissed", "Others")),
    ],
)
async def test_a_webhook_that_differs_is_changed(
    client: LeadLex, events: Sequence[str], description: str | None, after: tuple[str, str]
) -> None:
    """It keeps its secret; a description that is not given stays."""
    made = await client.webhooks.ensure(URL, EVENTS, description="Decisions")
    changed = await client.webhooks.ensure(URL, events, description=description)
    assert (changed.id, changed.secret) == (made.id, None)
    (found,) = await client.webhooks.list()
    assert (",".join(found.events), found.description) == after


async def test_a_paused_webhook_is_made_active(client: LeadLex) -> None:
    """Whoever ensures it wants its events."""
    made = await client.webhooks.create(url=URL, events=EVENTS, active=False)
    assert (await client.webhooks.ensure(URL, EVENTS)).active
    assert [(each.id, each.active) for each in await client.webhooks.list()] == [(made.id, True)]


async def test_workers_that_start_together_have_one_webhook(client: LeadLex) -> None:
    """One of them creates it and has the secret; the others find it."""
    found = await asyncio.gather(*(client.webhooks.ensure(URL, EVENTS) for _ in range(10)))
    assert len({each.id for each in found}) == 1
    assert len([each for each in found if each.secret is not None]) == 1
    assert len(await client.webhooks.list()) == 1


async def test_a_conflict_that_nobody_caused_is_an_error(world: Sandbox, client: LeadLex) -> None:
    """The API says that there is one, and shows none."""
    world.fault(Fault("status", status=409, operation=CREATE.label))
    with pytest.raises(Conflict):
        await client.webhooks.ensure(URL, EVENTS)
    assert (await client.webhooks.ensure(URL, EVENTS)).secret is not None


async def test_a_create_whose_answer_is_lost_is_not_sent_again(world: Sandbox) -> None:
    """The next call finds a webhook whose secret nobody knows; deleted and ensured again it has a new one."""
    async with world.client(max_retries=3) as client:
        world.fault(Fault("reset", operation=CREATE.label, when="after"))
        with pytest.raises(TransportError) as caught:
            await client.webhooks.ensure(URL, EVENTS)
        assert caught.value.sent
        assert world.count(CREATE.label) == 1
        found = await client.webhooks.ensure(URL, EVENTS)
        assert found.secret is None
        await client.webhooks.delete(found.id)
        assert (await client.webhooks.ensure(URL, EVENTS)).secret is not None


@pytest.mark.parametrize(
    ("url", "events", "description"),
    [
        ("http://example.com/hook", EVENTS, None),
        ("example.com/hook", EVENTS, None),
        ("ftp://127.0.0.1/hook", EVENTS, None),
        ("", EVENTS, None),
        (None, EVENTS, None),
        (URL, (), None),
        (URL, "task.approved", None),
        (URL, EVENTS, "x" * 201),
        (URL, EVENTS, ""),
    ],
)
async def test_what_cannot_be_is_not_sent(
    world: Sandbox, client: LeadLex, url: str, events: Sequence[str], description: str | None
) -> None:
    """A request is too dear for finding out."""
    with pytest.raises(ValidationError) as caught:
        await client.webhooks.ensure(url, events, description=description)
    assert caught.value.status is None
    assert len(world.log) == 0


LOCAL = ["http://127.0.0.1:8080/hook", "http://localhost/hook", "http://[::1]:8080/hook", "HTTP://127.0.0.9/hook"]
REMOTE = ["http://192.168.0.1/hook", "http://example.com/hook", "http://", "http://[/hook", "http:///hook", "127.0.0.1"]


@pytest.mark.parametrize("url", LOCAL)
async def test_a_sandbox_may_deliver_to_this_machine(url: str) -> None:
    """Without https, if it allows that itself."""
    async with Sandbox(allow_loopback=True).client() as client:
        made = await client.webhooks.ensure(url, EVENTS)
        assert made.secret is not None
        assert (await client.webhooks.update(made.id, url=f"{url}2")).url == f"{url}2"


@pytest.mark.parametrize("url", REMOTE)
async def test_nobody_delivers_elsewhere_in_the_clear(client: LeadLex, url: str) -> None:
    """Not even a sandbox."""
    for call in (
        client.webhooks.ensure(url, EVENTS),
        client.webhooks.create(url=url, events=EVENTS),
        client.webhooks.update("wh_1", url=url),
    ):
        with pytest.raises(ValidationError, match="https"):
            await call


@pytest.mark.parametrize("url", LOCAL)
async def test_leadlex_does_not_deliver_to_this_machine(url: str) -> None:
    """It is another one; nothing is sent."""
    async with LeadLex("wbk_x", base_url="https://api.leadlex.test", transport=Sandbox().transport()) as client:
        with pytest.raises(ValidationError, match="https"):
            await client.webhooks.ensure(url, EVENTS)
        with pytest.raises(ValidationError, match="https"):
            await client.webhooks.create(url=url, events=EVENTS)
