"""``leadlex tasks`` and ``leadlex campaigns``, in pipes and on a terminal."""

from __future__ import annotations

import asyncio
import csv
import json
import os
import signal
from io import StringIO
from typing import TYPE_CHECKING

import pytest
from support import in_process, virtual
from terminals import Here, Terminal, ended_here, golden, program, terminal
from test_cli import KEY, Ended, Program, ended, task_of, until

from leadlex_async import AuthenticationError, Request
from leadlex_async.cli.tasks_watch import Watcher
from leadlex_async.sandbox import Fault, Sandbox

if TYPE_CHECKING:
    from leadlex_async import LexiTask

__all__ = ["ended_here"]
APPROVE = "POST /v1/lexi/tasks/{id}/approve"
LIST = "GET /v1/lexi/tasks"
QUESTION = "[a/d/s/q] "


@pytest.fixture
def leadlex(sandbox: Sandbox) -> Program:
    """The program, set up for the sandbox."""
    return program(sandbox)


def pending(sandbox: Sandbox, name: str, recipients: int = 150) -> str:
    """A task that waits for its approval."""
    campaign = sandbox.add_campaign(recipients=recipients, name=name, id=f"campaign-{name}")
    start(sandbox, campaign)
    task = task_of(sandbox, campaign)
    assert task is not None
    return task.id


def start(sandbox: Sandbox, campaign: str) -> None:
    """Start a campaign without a client."""
    headers = {"Authorization": f"Bearer {KEY}"}
    sandbox.handle(Request("POST", f"{sandbox.url}/v1/campaigns/{campaign}/start", headers))


async def test_list(sandbox: Sandbox, leadlex: Program) -> None:
    """A table for people, and the records as data; of another status there are none."""
    tasks = [pending(sandbox, name) for name in ("Basel", "Zürich")]
    table, as_json, as_csv, none = await asyncio.gather(
        leadlex.run("tasks", "list"),
        leadlex.run("tasks", "list", "--json"),
        leadlex.run("tasks", "list", "--csv"),
        leadlex.run("tasks", "list", "--status", "dismissed", "--csv"),
    )
    shown = table.out.replace(tasks[0], "1" * 36).replace(tasks[1], "2" * 36).splitlines()
    golden("tasks.txt", "\n".join([shown[0], *sorted(shown[1:])]))
    assert table.err == "too narrow for: type, created_at; --json shows all\n"
    assert {json.loads(line)["id"] for line in as_json.out.splitlines()} == {*tasks}
    rows = {row["id"]: row for row in csv.DictReader(StringIO(as_csv.out))}
    assert json.loads(rows[tasks[0]]["metadata"]) == {"campaign_id": "campaign-Basel", "contact_count": 150}
    assert none == Ended(0, "id,type,status,description,created_at,metadata\n", "")


async def test_decide(sandbox: Sandbox, leadlex: Program) -> None:
    """Several at once; what cannot be decided is told and keeps no other, and the exit code says so."""
    one, two, three = [pending(sandbox, name) for name in "abc"]
    approved = await leadlex.run("tasks", "approve", one, "no-such-task", two, one)
    assert (approved.code, approved.out) == (1, f"approved: task {one}\napproved: task {two}\n")
    assert approved.err.startswith(f"leadlex: task no-such-task: {APPROVE}: ")
    assert approved.err.count("\n") == 1
    dismissed = await leadlex.run("tasks", "dismiss", three, "--reason", "too soon", "--json")
    assert (dismissed.code, json.loads(dismissed.out)) == (0, {"task_id": three, "status": "dismissed"})
    assert sandbox.tasks[three].status == "dismissed"


def test_ids(ended_here: Here) -> None:
    """An id that cannot be is a usage error."""
    assert ended_here("tasks", "approve", "..").err.endswith("'..' is no task id. See: leadlex tasks approve --help\n")
    assert ended_here("tasks", "dismiss").code == 2


async def test_a_refused_key_ends_it(sandbox: Sandbox, leadlex: Program) -> None:
    """No further task is tried."""
    sandbox.fault(Fault("status", APPROVE, status=401, times=None))
    run = await leadlex.run("tasks", "approve", "x", "y")
    assert (run.code, run.err.count("\n"), sandbox.count()) == (1, 1, 1)


async def test_watch(sandbox: Sandbox, leadlex: Program) -> None:
    """New tasks and decisions are printed as they come; Ctrl-C is the end, and a good one."""
    first = pending(sandbox, "first")
    process, lines = await asyncio.gather(leadlex.start("tasks", "watch"), leadlex.start("tasks", "watch", "--json"))
    assert process.stdout is not None
    assert lines.stdout is not None
    assert f"pending    {first}  Start" in (await process.stdout.readline()).decode()
    assert json.loads(await lines.stdout.readline())["status"] == "pending"
    sandbox.approve(first)
    assert f"approved   {first}  " in (await process.stdout.readline()).decode()
    assert json.loads(await lines.stdout.readline())["status"] == "approved"
    process.send_signal(signal.SIGINT)
    lines.send_signal(signal.SIGTERM)
    ends = await asyncio.gather(ended(process), ended(lines))
    assert [(end.code, end.err) for end in ends] == [(0, "watching the tasks of Lexi, until Ctrl-C\n")] * 2


@virtual
async def test_what_a_watch_sees() -> None:
    """Each change once, whatever the decision; a task that is nowhere is told as gone after three looks."""
    sandbox = Sandbox(execution=1.0)
    async with in_process(sandbox) as leadlex:
        watcher = Watcher(leadlex)
        approved, dismissed, failed, gone = [pending(sandbox, name) for name in "abcd"]
        assert [task.status for task in await watcher.look()] == ["pending"] * 4
        assert await watcher.look() == []
        sandbox.approve(approved)
        sandbox.dismiss(dismissed, "no")
        sandbox.fail(failed)
        sandbox.vanish(gone)
        seen = await watcher.look()
        assert told(seen) == {approved: "approved", dismissed: "dismissed", failed: "failed"}
        assert await watcher.look() == []
        assert told(await watcher.look()) == {gone: "gone"}
        assert await watcher.look() == []


def told(tasks: list[LexiTask]) -> dict[str, str]:
    """The status of each."""
    return {task.id: str(task.status) for task in tasks}


@virtual
async def test_the_pace_of_a_watch() -> None:
    """Looks come ever less often, begin anew with every change, and never use up the day."""
    sandbox = Sandbox()
    async with in_process(sandbox) as leadlex:
        watcher = Watcher(leadlex)
        await watcher.look()
        pauses = [watcher.pause() for _ in range(8)]
        assert pauses == sorted(pauses)
        assert (pauses[0], pauses[-1]) == (2.0, 60.0)
        pending(sandbox, "x")
        await watcher.look()
        assert watcher.pause() == 2.0
    limited = Sandbox(plan="starter")
    async with in_process(limited) as leadlex:
        watcher = Watcher(leadlex)
        await watcher.look()
        assert leadlex.rate_limit is not None
        assert watcher.pause() * leadlex.rate_limit.remaining >= 2.0


@virtual
async def test_trouble_of_a_watch(capsys: pytest.CaptureFixture[str]) -> None:
    """What passes is told once and waited out; a spent day is waited for; a refused key is the end."""
    sandbox = Sandbox()
    async with in_process(sandbox, max_retries=0) as leadlex:
        watcher = Watcher(leadlex)
        sandbox.fault(Fault("status", LIST, status=500, times=2))
        assert [await watcher.look() for _ in range(3)] == [[], [], []]
        *trouble, again = capsys.readouterr().err.splitlines()
        assert all(each.endswith("; still watching") for each in trouble)
        assert again == "watching again"
        sandbox.fault(Fault("status", LIST, status=401))
        with pytest.raises(AuthenticationError):
            await watcher.look()
    spent = Sandbox(plan="starter")
    async with in_process(spent, max_retries=0) as leadlex:
        watcher = Watcher(leadlex)
        for _ in range(101):
            spent.quota.charge(spent.now())
        await watcher.look()
        assert watcher.pause() >= 60 or capsys.readouterr().err


async def asked(shown: Terminal, keys: str, expected: str) -> None:
    """Wait for the question, and answer."""
    await shown.expect(QUESTION)
    await shown.takes_keys()
    shown.press(keys)
    await shown.expect(expected)


async def test_review(sandbox: Sandbox, leadlex: Program) -> None:
    """Task after task with what it would do: approved, dismissed with a reason, skipped; those that come later, too."""
    tasks = [pending(sandbox, name, recipients) for name, recipients in (("A", 150), ("B", 1_600), ("C", 300))]
    async with terminal(leadlex, "tasks", "review") as shown:
        await shown.expect(f"1 of 3: task {tasks[0]}, made ")
        await shown.expect("would: Start campaign 'A' for 150 contacts")
        await shown.expect("campaign: A (pending_approval)")
        await asked(shown, "x", "that was none of a, d, s, q")
        await asked(shown, "a", "approved")
        await shown.expect("recipients: 1,600")
        await asked(shown, "d", "why? (may be empty) ")
        late = pending(sandbox, "late")
        shown.press("too many\n")
        await shown.expect("dismissed")
        await asked(shown, "s", "skipped")
        await shown.expect(f"1 of 1: task {late}")
        await asked(shown, "q", "quit")
        run = await shown.end()
    assert run.code == 0
    assert "1 approved, 1 dismissed, 1 skipped" in run.out
    assert [sandbox.tasks[each].status for each in (*tasks, late)][:2] != ["pending", "pending"]
    assert sandbox.tasks[tasks[1]].status == "dismissed"
    assert sandbox.tasks[tasks[2]].status == sandbox.tasks[late].status == "pending"


async def test_review_goes_on_after_errors(sandbox: Sandbox, leadlex: Program) -> None:
    """A task that somebody else has decided, a campaign that cannot be read, an answer that was lost."""
    one, two, three = [pending(sandbox, name) for name in "ABC"]
    sandbox.fault(Fault("status", "GET /v1/campaigns/{id}", status=403))
    async with terminal(leadlex, "tasks", "review") as shown:
        await shown.expect("campaign: campaign-A, which cannot be read: ")
        await shown.expect(QUESTION)
        sandbox.dismiss(one)
        await shown.takes_keys()
        shown.press("a")
        await shown.expect("leadlex: ")
        sandbox.fault(Fault("reset", APPROVE, when="before"))
        await asked(shown, "a", "the task is still pending")
        sandbox.fault(Fault("reset", APPROVE, when="after"))
        await asked(shown, "a", "the task is pending no more: it was decided")
        await asked(shown, "a", "approved")
        run = await shown.end()
    assert run.code == 0
    assert "2 with errors, 1 approved" in run.out
    assert sandbox.tasks[two].status != "pending"
    assert sandbox.tasks[three].status != "pending"


async def test_review_of_what_cannot_be_told(sandbox: Sandbox, leadlex: Program) -> None:
    """A lost answer that cannot be looked up; a reason that is broken off; a key that is refused, which is the end."""
    pending(sandbox, "A")
    async with sandbox.client() as client:
        await client.lexi.chat("Find prospects in Basel")
    async with terminal(leadlex, "tasks", "review") as shown:
        await shown.expect("recipients: 150")
        await shown.expect(QUESTION)
        sandbox.fault(Fault("reset", APPROVE, when="after"))
        sandbox.fault(Fault("status", LIST, status=403))
        await shown.takes_keys()
        shown.press("a")
        await shown.expect("whether it was decided cannot be read: ")
        await shown.expect("would: ")
        await asked(shown, "d", "why? (may be empty) ")
        shown.press("\x04")
        await shown.expect("not dismissed")
        sandbox.fault(Fault("status", APPROVE, status=401))
        await asked(shown, "a", "leadlex: ")
        assert (await shown.end()).code == 1


async def test_stopped_in_between(sandbox: Sandbox, leadlex: Program) -> None:
    """Ctrl-C while a decision is on its way says that it may have been made."""
    task, other = pending(sandbox, "A"), pending(sandbox, "B")
    sandbox.fault(Fault("slow", APPROVE, seconds=20, times=2))
    async with terminal(leadlex, "tasks", "review") as shown:
        await asked(shown, "a", "approve")
        process = await leadlex.start("tasks", "approve", other)
        await until(lambda: sandbox.count(APPROVE) == 2)
        process.send_signal(signal.SIGINT)
        shown.press("\x03")
        review, run = await asyncio.gather(shown.end(), ended(process))
    assert (review.code, run.code) == (130, 130)
    assert f"task {task} may have been decided" in review.out
    assert run.err == f"leadlex: stopped; task {other} may have been approved\n"


@pytest.mark.parametrize(("keys", "code"), [("\x03", 130), ("\x04", 0)])
async def test_review_is_left(sandbox: Sandbox, leadlex: Program, keys: str, code: int) -> None:
    """Ctrl-C and Ctrl-D decide nothing, and leave the terminal as it was."""
    task = pending(sandbox, "A")
    async with terminal(leadlex, "tasks", "review") as shown:
        await shown.expect(QUESTION)
        await shown.takes_keys()
        shown.press(keys)
        run = await shown.end()
    assert run.code == code
    assert "nothing was decided" in run.out
    assert sandbox.tasks[task].status == "pending"


async def test_review_needs_a_terminal(sandbox: Sandbox, leadlex: Program) -> None:
    """In a pipe it says what to use instead, and sends nothing; on a terminal without tasks it just ends."""
    run = await leadlex.run("tasks", "review")
    assert (run.code, run.err.count("\n")) == (2, 1)
    assert "in a pipe use tasks list, tasks approve and tasks dismiss. See: leadlex tasks review --help" in run.err
    assert sandbox.count() == 0
    async with terminal(leadlex, "tasks", "review") as shown:
        assert (await shown.end()).out == "nothing was decided\r\n"


async def test_campaigns(sandbox: Sandbox, leadlex: Program) -> None:
    """List, show with steps and contacts, stats with rates, pause."""
    active = sandbox.add_campaign(recipients=40, name="Newsletter", id="c-1", status="active")
    async with sandbox.client() as client:
        await client.campaigns.create_step("c-1", subject="Good news", body="Dear {{first_name}}\n\nIt works.")
    runs = await asyncio.gather(
        leadlex.run("campaigns", "list"),
        leadlex.run("campaigns", "list", "--csv"),
        leadlex.run("campaigns", "show", active),
        leadlex.run("campaigns", "show", active, "--json"),
        leadlex.run("campaigns", "stats", active),
        leadlex.run("campaigns", "stats", active, "--json"),
    )
    assert [run.code for run in runs] == [0] * 6
    table, as_csv, shown, as_json, stats, rates = runs
    golden("campaigns.txt", table.out)
    assert as_csv.out.startswith("id,name,status,")
    step = json.loads(as_json.out)["steps"][0]
    golden("campaign.txt", shown.out.replace(step["id"], "1" * 36))
    assert step["subject"] == "Good news"
    assert "open_rate: 0.0%" in stats.out
    assert json.loads(rates.out)["open_rate"] == 0.0
    paused = await leadlex.run("campaigns", "pause", active, "none")
    assert (paused.code, paused.out) == (1, "paused: campaign c-1\n")
    assert paused.err.startswith("leadlex: campaign none: ")


async def test_a_reader_who_leaves_stops_no_decision(sandbox: Sandbox, leadlex: Program) -> None:
    """What was asked for is done, whether anybody reads of it or not."""
    tasks = [pending(sandbox, name) for name in "ab"]
    reading, writing = os.pipe()
    os.close(reading)
    process = await leadlex.start("tasks", "approve", *tasks, stdout=writing)
    os.close(writing)
    assert (await ended(process)).code == 0
    await until(lambda: all(sandbox.tasks[task].status != "pending" for task in tasks))
