"""The example backends: over real sockets, with real deliveries, in this process and as processes that are killed."""

from __future__ import annotations

import asyncio
import gc
import json
import signal
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from backends import BACKENDS, EVENTS, HOOK, PROMPT, example, free_port, process, served, until
from deliveries import SECRET, START, TASKS
from support import in_process, others, settled, virtual

from leadlex_async import LaunchTicket, Plan
from leadlex_async.sandbox import Fault, Sandbox, approve_after

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from backends import Browser

pytestmark = pytest.mark.filterwarnings("error")


@pytest.fixture
async def world() -> AsyncIterator[Sandbox]:
    """A LeadLex that delivers to this machine."""
    async with Sandbox(allow_loopback=True) as world:
        yield world


@pytest.fixture(params=BACKENDS)
def name(request: pytest.FixtureRequest) -> str:
    """Each of the examples."""
    return str(request.param)


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """Where the launches are kept."""
    return tmp_path / "launches.sqlite"


async def nothing_left(world: Sandbox) -> None:
    """No task of either server, nor of the store, is still there."""
    await world.stop()
    await settled()
    gc.collect()  # an open socket is told, and that is an error here
    assert others() == []


def only_task(world: Sandbox) -> str:
    """The task of the one campaign that waits for approval."""
    (task_id,) = world.tasks
    return task_id


async def test_a_launch_is_begun_streamed_and_decided(name: str, world: Sandbox, database: Path) -> None:
    """202 with a ticket, then its states as they change, the last of them pushed by LeadLex."""
    async with served(name, world, database) as browser:
        launch = await browser.launch(world.add_campaign(recipients=150))
        assert LaunchTicket.from_json(json.dumps(launch["ticket"])).task_id == only_task(world)
        world.fault(Fault("status", TASKS, times=None))
        states: list[str] = []
        async for state in browser.states(launch):
            states.append(state)
            if state == "pending_approval":
                world.approve(only_task(world))
        assert states == ["pending_approval", "approved"]
        _, shown = await browser.get(f"/launches/{launch['id']}")
        assert (shown["state"], shown["open"]) == ("approved", False)
        assert [state async for state in browser.states(launch)] == ["approved"]
    await nothing_left(world)


async def test_a_launch_without_approval_ends_at_once(name: str, world: Sandbox, database: Path) -> None:
    """The stream ends with the decision, which nobody made."""
    async with served(name, world, database) as browser:
        launch = await browser.launch(world.add_campaign(recipients=10))
        assert [state async for state in browser.states(launch)][-1] == "auto_started"


async def test_a_launch_that_is_open_is_not_begun_again(name: str, world: Sandbox, database: Path) -> None:
    """Whoever asks again, at once or later, is told of the same launch; after a dismissal it is another."""
    async with served(name, world, database) as browser:
        campaign_id = world.add_campaign(recipients=150)
        at_once = await asyncio.gather(*(browser.launch(campaign_id) for _ in range(5)))
        later = await browser.launch(campaign_id)
        assert len({launch["id"] for launch in [*at_once, later]}) == 1
        assert world.starts[campaign_id] == 1
        world.dismiss(only_task(world))
        await browser.state(later, "dismissed")
        assert (await browser.launch(campaign_id))["id"] != later["id"]
    assert world.starts[campaign_id] == 2


async def test_refusals_are_told(name: str, world: Sandbox, database: Path) -> None:
    """An unknown campaign, one that runs already, a spent quota, a refused key, and LeadLex away."""
    async with served(name, world, database) as browser:
        assert (await browser.post("/campaigns/none/launch"))[0] == 404
        running = world.add_campaign(recipients=150, status="active")
        assert (await browser.post(f"/campaigns/{running}/launch"))[0] == 409
        campaign_id = world.add_campaign(recipients=150)
        for status, told in ((401, 503), (403, 503)):
            world.fault(Fault("status", START, status=status))
            assert (await browser.post(f"/campaigns/{campaign_id}/launch"))[0] == told
        await world.stop()
        assert (await browser.post(f"/campaigns/{campaign_id}/launch"))[0] == 503
        for path in ("/launches/none", "/launches/none/events"):
            assert (await browser.get(path))[0] == 404
    assert world.starts[campaign_id] == 0


async def test_a_spent_day_says_when_to_come_back(name: str, database: Path) -> None:
    """429, with the seconds until the quota is renewed."""
    async with Sandbox(allow_loopback=True, plan=Plan(600, 1)) as world, served(name, world, database) as browser:
        status, told = await browser.post(f"/campaigns/{world.add_campaign(recipients=150)}/launch")
    assert status == 429
    assert int(told["retry_after"] or 0) > 0


async def test_a_client_that_leaves_does_not_lose_its_launch(name: str, world: Sandbox, database: Path) -> None:
    """The start goes on, and whoever asks again is told of it."""
    async with served(name, world, database) as browser:
        campaign_id = world.add_campaign(recipients=150)
        world.fault(Fault("slow", START, seconds=0.5))
        leaving = asyncio.create_task(browser.launch(campaign_id))
        await until(lambda: world.starts[campaign_id])
        leaving.cancel()
        await asyncio.wait([leaving])
        assert (await browser.launch(campaign_id))["state"] == "pending_approval"
    assert world.starts[campaign_id] == 1


async def test_listeners_that_leave_are_forgotten(name: str, world: Sandbox, database: Path) -> None:
    """Others go on, and nothing is left of those who left."""
    async with served(name, world, database) as browser:
        launch = await browser.launch(world.add_campaign(recipients=150))
        for _ in range(5):
            leaving = browser.states(launch)
            assert await anext(leaving) == "pending_approval"
            await leaving.aclose()
        staying = browser.states(launch)
        await anext(staying)
        world.approve(only_task(world))
        assert [state async for state in staying] == ["approved"]
    await nothing_left(world)


async def test_stopping_ends_streams_and_waits_and_a_restart_goes_on(name: str, world: Sandbox, database: Path) -> None:
    """Nothing is left open, and the next run has every decision, those made meanwhile too."""
    async with served(name, world, database) as browser:
        launches = [await browser.launch(world.add_campaign(recipients=150)) for _ in range(10)]
        streams = [asyncio.create_task(collect(browser, launch)) for launch in launches for _ in range(3)]
        await asyncio.sleep(0.2)
    assert [await stream for stream in streams] == [["pending_approval"]] * 30
    tasks = [*world.tasks]
    world.approve(tasks[0])
    async with served(name, world, database) as browser:
        await browser.state(launches[0], "approved", "completed")
        for task_id in tasks[1:]:
            world.dismiss(task_id)
        for launch in launches[1:]:
            await browser.state(launch, "dismissed")
    assert set(world.starts.values()) == {1}
    await nothing_left(world)


async def collect(browser: Browser, launch: dict[str, object]) -> list[str]:
    """All states until the stream ends."""
    return [state async for state in browser.states(launch)]


async def test_a_start_on_its_way_is_heard_when_the_server_stops(name: str, world: Sandbox, database: Path) -> None:
    """Its ticket is stored, so that the next run asks nothing."""
    campaign_id = world.add_campaign(recipients=150)
    async with served(name, world, database) as browser:
        world.fault(Fault("slow", START, seconds=1))
        asking = asyncio.create_task(browser.post(f"/campaigns/{campaign_id}/launch"))
        await until(lambda: world.starts[campaign_id])
    await asyncio.wait([asking])
    async with served(name, world, database) as browser:
        launch = await browser.launch(campaign_id)
        assert (launch["state"], launch["ticket"]["task_id"]) == ("pending_approval", only_task(world))
    assert world.starts[campaign_id] == 1


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
async def test_a_process_that_ends_while_waiting_is_followed_by_another(
    name: str, world: Sandbox, database: Path, end: signal.Signals
) -> None:
    """Told to stop it stops promptly, with streams open; killed or not, the next one has the decision."""
    port = free_port()
    world.add_webhook(f"http://127.0.0.1:{port}{HOOK}", EVENTS, secret=SECRET)
    async with process(name, world, database, port) as (browser, program):
        launch = await browser.launch(world.add_campaign(recipients=150))
        stream = browser.states(launch)
        assert await anext(stream) == "pending_approval"
        program.send_signal(end)
        async with asyncio.timeout(PROMPT):
            assert await program.wait() in {0, -end}
        await stream.aclose()
    world.approve(only_task(world))
    async with process(name, world, database, port) as (browser, _):
        assert await browser.state(launch, "approved", "completed")
    assert [*world.starts.values()] == [1]


async def test_a_process_killed_between_start_and_answer_starts_once(name: str, world: Sandbox, database: Path) -> None:
    """The intent is on the disk: the next process finds the launch, and sends nothing."""
    port, campaign_id = free_port(), world.add_campaign(recipients=150)
    world.add_webhook(f"http://127.0.0.1:{port}{HOOK}", EVENTS, secret=SECRET)
    world.fault(Fault("slow", START, seconds=30))
    async with process(name, world, database, port) as (browser, program):
        asking = asyncio.create_task(browser.launch(campaign_id))
        await until(lambda: world.starts[campaign_id])
        program.kill()
        await asyncio.wait([asking])
        asking.exception()
    async with process(name, world, database, port) as (browser, _):
        launch = await browser.launch(campaign_id)
        assert await browser.state(launch, "pending_approval")
        world.approve(only_task(world))
        assert await browser.state(launch, "approved", "completed")
    assert world.starts[campaign_id] == 1


@virtual
async def test_an_intent_that_was_never_sent_is_started_once() -> None:
    """The next process reads the truth, which takes 10 s, and then starts."""
    world = Sandbox()
    campaign_id = world.add_campaign(recipients=10)
    store, launches = example("_store"), example("_launches")
    async with in_process(world) as leadlex, store.opened(":memory:") as kept:
        intent = LaunchTicket(campaign_id=campaign_id, base_url=leadlex.base_url, started_at=datetime.now(UTC))
        await kept.save(store.Stored("l-1", intent))
        running = launches.Launches(leadlex, kept)
        await running.resume()
        while (await kept.named("l-1")).open:  # noqa: ASYNC110 - nothing tells it sooner
            await asyncio.sleep(1)
        await running.aclose()
        assert (await kept.named("l-1")).state == "auto_started"
    assert world.starts[campaign_id] == 1


@virtual
async def test_a_silent_stream_gives_signs_of_life() -> None:
    """Every 15 s a comment, so that nobody on the way takes it for dead."""
    launches = example("_launches")
    assert await launches.following(asyncio.Queue()) == b": still waiting\n\n"
    assert asyncio.get_running_loop().time() == pytest.approx(15)


@virtual
async def test_a_wait_that_is_refused_is_tried_again() -> None:
    """A key that is refused for a while ends no launch: a minute later it is waited for again."""
    world = Sandbox(reviewer=approve_after(90))
    store, launches = example("_store"), example("_launches")
    async with in_process(world) as leadlex, store.opened(":memory:") as kept:
        running = launches.Launches(leadlex, kept)
        launch = await running.launch(world.add_campaign(recipients=150))
        world.fault(Fault("status", TASKS, status=401))
        stream = running.events(launch.id)
        events = [event async for event in stream if not event.startswith(b":")]
        await running.aclose()
    assert [json.loads(event.split(b"data: ")[1])["state"] for event in events] == ["pending_approval", "approved"]


@virtual
async def test_a_start_whose_outcome_is_unknown_is_waited_for() -> None:
    """The launch is open, its ticket goes on, and the truth shows when it can be read again."""
    world = Sandbox(reviewer=approve_after(60))
    store, launches = example("_store"), example("_launches")
    async with in_process(world, max_retries=0) as leadlex, store.opened(":memory:") as kept:
        running = launches.Launches(leadlex, kept)
        await leadlex.lists.list()
        world.fault(Fault("reset", START, when="after"))
        away = world.fault(Fault("status", "GET /v1/campaigns/{id}", status=503, times=None))
        campaign_id = world.add_campaign(recipients=150)
        launch = await running.launch(campaign_id)
        away.times = away.hits
        assert (launch.open, (await running.launch(campaign_id)).id) == (True, launch.id)
        events = [event async for event in running.events(launch.id) if not event.startswith(b":")]
        await running.aclose()
    assert json.loads(events[-1].split(b"data: ")[1])["state"] in {"approved", "completed"}
    assert world.starts[campaign_id] == 1
