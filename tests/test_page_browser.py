"""The sandbox's page in a real browser, used as a person would."""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import PIPE
from typing import TYPE_CHECKING

import pytest
from browser import Tab, chromium, running, tab

from leadlex_async import LeadLex
from leadlex_async.sandbox import Sandbox, approve_after

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

PROGRAM = chromium()
HOSTILE = (
    "<script>document.title='run'</script><img src=x onerror=document.title='run'>",
    "</bdi></li><h1>Approved</h1>&lt;b&gt;",
    "\u202etxet desrever \u2067 gnol \u200f",
    "x" * 10_000,
    "Z\u0334\u0321\u030d" * 50,
    "{{7*7}} ${7*7} %s \x00\x1b[31m\r\n'\"`",
)
FOCUSED = (
    "document.activeElement.getAttribute('aria-label') || document.activeElement.id || document.activeElement.tagName"
)


@pytest.fixture(scope="module")
def chrome() -> Iterator[str]:
    """A running browser."""
    if PROGRAM is None:
        pytest.skip("Chromium is not installed; on Debian: apt-get install chromium-headless-shell")
    with running(PROGRAM) as address:
        yield address


@pytest.fixture
async def page(chrome: str) -> AsyncIterator[Tab]:
    """A tab, which must have nothing to complain of."""
    async with tab(chrome) as page:
        yield page
        assert page.problems == []


async def started(sandbox: Sandbox, *names: str) -> list[str]:
    """The tasks of started campaigns, made without a socket."""
    async with LeadLex(sandbox.api_key, base_url=sandbox.url, transport=sandbox.transport()) as leadlex:
        ids = [sandbox.add_campaign(name=name) for name in names]
        return [(await leadlex.campaigns.start(each)).task_id or "" for each in ids]


async def opened(page: Tab, sandbox: Sandbox) -> None:
    """The page, with the first state in it."""
    await page.open(sandbox.url)
    await page.until("document.title.includes('LeadLex') && document.getElementById('now').dateTime")


async def launch(sandbox: Sandbox, campaign_id: str) -> tuple[int | None, str]:
    """The real program in a process of its own: its exit code, and what it said."""
    known = {"LEADLEX_API_KEY": sandbox.api_key, "LEADLEX_BASE_URL": sandbox.url}
    command = (sys.executable, "-m", "leadlex_async.cli", "launch", campaign_id, "--timeout", "30s")
    process = await asyncio.create_subprocess_exec(*command, env={**os.environ, **known}, stdout=PIPE, stderr=PIPE)
    out, err = await process.communicate()
    return process.returncode, (out + err).decode()


async def test_a_launch_in_a_terminal_ends_with_a_click(sandbox: Sandbox, page: Tab) -> None:
    """Approve ends it with exit code 0; Dismiss asks for a reason and ends it with 3."""
    autumn, spring = [sandbox.add_campaign(name=name) for name in ("Autumn", "Spring")]
    await opened(page, sandbox)
    async with asyncio.TaskGroup() as group:
        approved, dismissed = [group.create_task(launch(sandbox, each)) for each in (autumn, spring)]
        await page.click("[aria-label='Approve Autumn']")
        await page.click("[aria-label='Dismiss Spring']")
        await page.write("The wrong list")
        await page.click("dialog .no")
        await page.until("document.querySelector('#notice').textContent.includes('Dismissed: ')")
    code, said = approved.result()
    assert (code, sandbox.campaigns[autumn].status) == (0, "active"), said
    code, said = dismissed.result()
    assert (code, sandbox.campaigns[spring].status) == (3, "draft"), said
    assert {task.reason for task in sandbox.tasks.values()} == {None, "The wrong list"}


async def test_hostile_names_are_text(sandbox: Sandbox, page: Tab) -> None:
    """Markup is shown, not run; text that runs right to left or is far too long stays where it is."""
    await started(sandbox, *HOSTILE)
    await page.look(375)
    await opened(page, sandbox)
    shown = await page.js("[...document.querySelectorAll('#tasks .name')].map((name) => name.textContent)")
    assert [name[:100] for name in shown] == [name[:100] for name in HOSTILE]
    assert await page.js("document.title") == "(6) LeadLex sandbox"
    assert await page.js("document.querySelectorAll('#tasks script, #tasks img, #tasks h1').length") == 0
    assert await page.js("document.querySelectorAll('#tasks > li').length") == 6
    assert await page.js("[...document.querySelectorAll('bdi')].every((each) => each.scrollWidth <= innerWidth)")
    await page.click("#tasks li:nth-child(2) [data-action=approve]")
    await page.until("document.querySelector('#notice').textContent.includes('Approved: \\u2068</bdi></li>')")


async def test_the_policy_stops_what_gets_in(sandbox: Sandbox, chrome: str) -> None:
    """Markup cannot be written at all, and a script or a style that was put into the page is not run."""
    async with tab(chrome) as page:
        await opened(page, sandbox)
        markup = "try { document.body.innerHTML = '<b>x</b>' } catch (error) { error.name }"
        assert await page.js(markup) == "TypeError"
        image = "Object.assign(document.createElement('img'), {src: 'http://127.0.0.1:1/x.png'})"
        style = "Object.assign(document.createElement('style'), {textContent: 'body { display: none }'})"
        await page.js(f"document.body.append({image}, {style})")
        assert await page.text()
        assert any("contentSecurityPolicyIssueDetails" in problem for problem in page.problems)


@pytest.mark.parametrize("width", [320, 375, 1280])
async def test_nothing_is_wider_than_the_window(sandbox: Sandbox, page: Tab, width: int) -> None:
    """On a phone all is read by scrolling down, and the buttons are as large as a finger."""
    sandbox.add_webhook("https://example.com/" + "hook" * 100, ["task.created"])
    await started(sandbox, *HOSTILE, "Autumn")
    await page.look(width)
    await opened(page, sandbox)
    assert await page.js("document.documentElement.scrollWidth") <= width
    box = "(each) => each.getBoundingClientRect().toJSON()"
    boxes = await page.js(f"[...document.querySelectorAll('li button')].map({box})")
    assert min(min(box["width"], box["height"]) for box in boxes) >= 44
    assert max(box["right"] for box in boxes) <= width


async def test_both_schemes_can_be_read(sandbox: Sandbox, page: Tab) -> None:
    """The text is dark on light, or light on dark, as the system has it."""
    await opened(page, sandbox)
    colours = "['color', 'backgroundColor'].map((name) => +getComputedStyle(document.body)[name].match(/\\d+/)[0])"
    text, ground = await page.js(colours)
    assert ground - text > 150
    await page.look(1280, dark=True)
    text, ground = await page.js(colours)
    assert text - ground > 150


async def test_the_keyboard_alone_decides(sandbox: Sandbox, page: Tab) -> None:
    """Tab and Enter reach all; after a decision the focus is on the next task, where Enter decides nothing."""
    first, second, third = await started(sandbox, "One", "Two", "Three")
    await opened(page, sandbox)
    while await page.js(FOCUSED) != "Approve One":
        await page.press("Tab")
    assert await page.js("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    await page.press("Enter", "Enter")
    await page.until("document.activeElement.innerText?.startsWith('Two')")
    await page.press("Enter", "Tab", "Tab", "Enter")
    assert await page.js(FOCUSED) == "reason"
    await page.press("Escape")
    assert await page.js(FOCUSED) == "Dismiss Two"
    await page.press("Enter")
    await page.write("No")
    await page.press("Enter")
    await page.until("document.activeElement.innerText?.startsWith('Three')")
    await page.until("document.querySelectorAll('#tasks > li').length === 1")
    assert await page.js("document.activeElement.dataset.id") == third
    tasks = sandbox.tasks
    assert [(tasks[each].status, tasks[each].reason) for each in (second, third)] == [
        ("dismissed", "No"),
        ("pending", None),
    ]
    assert tasks[first].status in {"approved", "completed"}


async def test_everything_is_named_for_who_cannot_see_it(sandbox: Sandbox, page: Tab) -> None:
    """Buttons and fields have names, sections have headings, and what changes is told politely."""
    await started(sandbox, "Autumn")
    await opened(page, sandbox)
    tree = (await page.send("Accessibility.getFullAXTree"))["nodes"]
    named = {(node["role"]["value"], node.get("name", {}).get("value")) for node in tree if "role" in node}
    assert {
        ("button", "Approve Autumn"),
        ("button", "Dismiss Autumn"),
        ("searchbox", "Filter by name or id"),
        ("region", "Approvals"),
        ("region", "Campaigns"),
        ("region", "Requests"),
        ("region", "Webhook deliveries"),
        ("columnheader", "State"),
    } <= named
    assert await page.js("[...document.querySelectorAll('[role=status]')].map((each) => each.id)") == [
        "notice",
        "tasks-count",
    ]


async def test_states_change_while_one_only_looks(sandbox: Sandbox, page: Tab) -> None:
    """A scripted person decides, a new task comes: the page follows, and the focus stays where it was."""
    await started(sandbox, "Mine")
    await opened(page, sandbox)
    await page.js("document.querySelector('[aria-label=\"Approve Mine\"]').focus()")
    sandbox.reviewer = approve_after(1.2)
    await started(sandbox, "Theirs")
    await page.until("document.querySelector('#campaigns-count').textContent === '2 pending approval.'")
    await page.until("document.querySelector('#campaigns tr').innerText.includes('active')")
    assert "It is not pending any more." in await page.text("#tasks")
    assert await page.js(FOCUSED) == "Approve Mine"


async def test_a_task_decided_meanwhile_is_said_so(sandbox: Sandbox, page: Tab) -> None:
    """Somebody else was faster than the person who was still writing the reason."""
    (task,) = await started(sandbox, "Autumn")
    await opened(page, sandbox)
    await page.click("[data-action=dismiss]")
    sandbox.approve(task)
    await page.until("document.querySelector('#tasks > li.decided')")
    await page.write("Too late")
    await page.press("Enter")
    await page.until("document.querySelector('#notice').textContent.startsWith('Task has already been approved: ')")
    assert await page.js(FOCUSED) == "tasks-title"


async def test_a_big_world_stays_usable(sandbox: Sandbox, page: Tab) -> None:
    """Of 10,000 campaigns and tasks a hundred are shown; the filter finds any, and it can be approved."""
    tasks = await started(sandbox, *(f"Campaign {number:05}" for number in range(10_000)))
    await opened(page, sandbox)
    assert await page.js("document.querySelectorAll('#campaigns tr, #tasks li, #requests tr').length") == 300
    assert "10,000 tasks wait for a decision. 100 shown." in await page.text()
    await page.js("document.getElementById('filter').focus()")
    await page.write("campaign 07777")
    await page.until("document.querySelectorAll('#tasks li').length === 1")
    await page.click("[aria-label='Approve Campaign 07777']")
    await page.until("document.querySelector('#campaigns tr').innerText.includes('active')")
    assert sandbox.tasks[tasks[7777]].status == "approved"


async def test_the_quota_is_shown(page: Tab) -> None:
    """What is left of the minute and of the day."""
    async with Sandbox(plan="starter") as sandbox:
        await started(sandbox, "Autumn")
        await opened(page, sandbox)
        assert await page.text("#quota") == "Minute\n9 of 10 left\nDay\n99 of 100 left"


async def test_the_page_outlives_a_restart(sandbox: Sandbox, page: Tab) -> None:
    """It says that nobody answers, and goes on by itself."""
    (task,) = await started(sandbox, "Autumn")
    await opened(page, sandbox)
    await sandbox.stop()
    await page.click("[data-action=approve]")
    await page.until("document.querySelector('#notice').textContent.startsWith('The sandbox does not answer.')")
    assert sandbox.tasks[task].status == "pending"
    await sandbox.start()
    await page.until("document.querySelector('#notice').textContent === ''")
    await page.click("[data-action=approve]")
    await page.until("document.querySelector('#notice').textContent.startsWith('Approved: ')")
    assert sandbox.tasks[task].status == "approved"


async def test_another_page_decides_nothing(sandbox: Sandbox, chrome: str) -> None:
    """Neither a plain request of another origin, nor one with the header, nor one of a page of no origin."""
    (task,) = await started(sandbox, "Autumn")
    path = f"{sandbox.url}/_sandbox/tasks/{task}/approve"
    plain = f"fetch('{path}', {{method: 'POST', mode: 'no-cors'}}).catch((error) => error.name)"
    dressed = f"fetch('{path}', {{method: 'POST', headers: {{'X-Sandbox-Page': '1'}}}}).catch((error) => error.name)"
    async with Sandbox() as other, tab(chrome) as page:
        for url in (f"{other.url}/openapi.json", "about:blank"):
            await page.open(url)
            await page.until(f"location.href === '{url}' && document.readyState === 'complete'")
            assert await page.js(plain) == "TypeError"
            assert await page.js(dressed) == "TypeError"
    assert sandbox.tasks[task].status == "pending"
