"""The ``leadlex`` program, run for real in a process of its own against a sandbox on a socket."""

from __future__ import annotations

import asyncio
import errno
import os
import pty
import shlex
import signal
import subprocess
import sys
from contextlib import suppress
from subprocess import PIPE
from typing import TYPE_CHECKING

import click
import pytest
from attrs import frozen

from leadlex_async import LaunchTicket, LaunchUpdate, UpdateKind
from leadlex_async.cli import report, status, values
from leadlex_async.errors import ApprovalLost, LeadLexError
from leadlex_async.sandbox import Fault, Sandbox, approve_after, dismiss_after, fail_after

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from leadlex_async.sandbox import TaskRow

KEY = "wbk_the_key_that_nobody_may_see"
PROGRAM = (sys.executable, "-m", "leadlex_async.cli")
PATIENCE = 30
START = "POST /v1/campaigns/{id}/start"
READ = "GET /v1/campaigns/{id}"


@frozen
class Ended:
    """How a run ended and what it printed."""

    code: int
    out: str
    err: str

    @property
    def command(self) -> list[str]:
        """The arguments of the printed command that goes on."""
        last = self.err.splitlines()[-1]
        address, program, *command = shlex.split(last.removeprefix("go on with: "))
        assert address.startswith("LEADLEX_BASE_URL=http://127.0.0.1:")
        assert program == "leadlex"
        return command


@frozen
class Program:
    """Runs ``leadlex`` with an environment."""

    variables: dict[str, str]

    async def start(self, *arguments: str, stdin: int | None = None, stdout: int = PIPE, stderr: int = PIPE) -> Process:
        """Start a run."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("LEADLEX_")}
        return await asyncio.create_subprocess_exec(
            *PROGRAM, *arguments, env=kept | self.variables, stdin=stdin, stdout=stdout, stderr=stderr
        )

    async def run(self, *arguments: str) -> Ended:
        """Run to the end."""
        return await ended(await self.start(*arguments))


async def ended(process: Process, stdin: bytes | None = None) -> Ended:
    """Wait for the end."""
    async with asyncio.timeout(PATIENCE):
        out, err = await process.communicate(stdin)
    return checked(process.returncode, out, err)


def checked(code: int | None, out: bytes | None, err: bytes | None) -> Ended:
    """How a run ended; none may ever show the key or a traceback."""
    result = Ended(code or 0, (out or b"").decode(), (err or b"").decode())
    assert KEY not in result.out + result.err
    assert "Traceback" not in result.out + result.err
    return result


async def until(condition: Callable[[], object]) -> None:
    """Wait until something has come true."""
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 - what comes true is the state of a server, which sets no event
            await asyncio.sleep(0.02)


def task_of(sandbox: Sandbox, campaign_id: str) -> TaskRow | None:
    """The approval task of a campaign."""
    return next((task for task in sandbox.tasks.values() if task.campaign_id == campaign_id), None)


class Beside:
    """A run that takes its time, beside the other tests, with an address that nothing listens on."""

    def __init__(self, *arguments: str) -> None:
        variables = {"LEADLEX_API_KEY": KEY, "LEADLEX_BASE_URL": "http://127.0.0.1:1"}
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            [*PROGRAM, *arguments], env={**os.environ, **variables}, stdout=PIPE, stderr=PIPE
        )

    def stop(self) -> None:
        """Leave nothing behind."""
        with self._process as process:
            process.kill()

    def ended(self) -> Ended:
        """Wait for the end."""
        out, err = self._process.communicate(timeout=PATIENCE)
        return checked(self._process.returncode, out, err)


@pytest.fixture(scope="module", autouse=True)
def demo() -> Iterator[Beside]:
    """The demo, in an environment it must not heed."""
    run = Beside("demo")
    yield run
    run.stop()


@pytest.fixture(scope="module", autouse=True)
def refused() -> Iterator[Beside]:
    """A launch that is refused a connection, again and again."""
    run = Beside("launch", "x")
    yield run
    run.stop()


@pytest.fixture
def leadlex(sandbox: Sandbox) -> Program:
    """The program, set up for the sandbox."""
    return Program({"LEADLEX_API_KEY": KEY, "LEADLEX_BASE_URL": sandbox.url})


async def test_outcomes(sandbox: Sandbox, leadlex: Program) -> None:
    """A launch exits with 0, 3 or 4 as it was approved, dismissed or failed, and says so in one line."""
    small, *large = [sandbox.add_campaign(recipients=recipients) for recipients in (40, 150, 300, 600)]
    decisions = {150: approve_after(0.2), 300: dismiss_after(0.2), 600: fail_after(0.2)}
    sandbox.reviewer = lambda task: decisions[int(str(task.metadata["contact_count"]))]
    at_once, approved, dismissed, failed = await asyncio.gather(
        *[leadlex.run("launch", campaign) for campaign in (small, *large)]
    )
    task = task_of(sandbox, large[0])
    assert task is not None
    assert (at_once.code, approved.code, dismissed.code, failed.code) == (0, 0, 3, 4)
    assert at_once.out == f"launched: campaign {small} (no approval needed)\n"
    assert approved.out.startswith(f"launched: campaign {large[0]} (approved, task {task.id}, waited ")
    assert approved.err.splitlines()[:2] == [
        f"starting campaign {large[0]}",
        f"started, needs approval (task {task.id})",
    ]
    assert dismissed.out + failed.out == ""
    assert dismissed.err.splitlines()[-1].startswith("leadlex: ")
    assert "dismissed" in dismissed.err.splitlines()[-1]
    assert "failed" in failed.err.splitlines()[-1]
    assert "go on with" not in dismissed.err + failed.err


async def test_until_completed(sandbox: Sandbox, leadlex: Program) -> None:
    """``--until completed`` also waits until the task is carried out."""
    # The first poll comes after 2 seconds and the last one just before the end.
    sandbox.reviewer, sandbox.execution = approve_after(1.0), 1.8
    result = await leadlex.run("launch", sandbox.add_campaign(), "--until", "completed", "--timeout", "3.8")
    assert result.code == 0
    assert " (approved and carried out, task " in result.out
    assert "approved, waiting until it is carried out" in result.err


async def test_timeout_goes_on(sandbox: Sandbox, leadlex: Program, tmp_path: Path) -> None:
    """A timeout exits with 5 and prints a command that goes on; the ticket may come from a file or stdin too."""
    campaign = sandbox.add_campaign()
    result = await leadlex.run("launch", campaign, "--timeout", "0.8")
    assert (result.code, result.out) == (5, "")
    assert result.err.splitlines()[-2].startswith("leadlex: ")
    assert result.err.splitlines()[-2].endswith(" within 0.8 s")
    task = task_of(sandbox, campaign)
    assert task is not None
    sandbox.approve(task.id)
    command, ticket = result.command
    file = tmp_path / "ticket.json"
    file.write_text(ticket)
    piped = await leadlex.start(command, "-", stdin=PIPE)
    runs = await asyncio.gather(
        leadlex.run(command, ticket), leadlex.run(command, f"@{file}"), ended(piped, ticket.encode())
    )
    assert [run.code for run in runs] == [0, 0, 0]
    assert all(run.out.startswith(f"launched: campaign {campaign} (approved, task ") for run in runs)


async def test_ticket_file(sandbox: Sandbox, leadlex: Program, tmp_path: Path) -> None:
    """``--ticket`` leaves the ticket as soon as the start is answered; ``wait`` reads it, and says what it saw."""
    campaign, file = sandbox.add_campaign(), tmp_path / "ticket.json"
    process = await leadlex.start("launch", campaign, "--ticket", str(file))
    await until(file.exists)
    assert campaign in file.read_text()
    assert file.stat().st_mode & 0o777 == 0o600
    assert os.listdir(tmp_path) == [file.name]  # noqa: PTH208 - a coroutine may not walk a Path
    process.send_signal(signal.SIGINT)
    assert (await ended(process)).code == 130
    sandbox.fault(Fault("slow", "GET /v1/lexi/tasks", seconds=20))
    known = sandbox.count()
    waiting = await leadlex.start("wait", f"@{file}")
    await until(lambda: sandbox.count() > known)
    waiting.send_signal(signal.SIGINT)
    assert "leadlex: stopped; no decision was seen\n" in (await ended(waiting)).err


async def test_ticket_of_a_lost_start(sandbox: Sandbox, leadlex: Program, tmp_path: Path) -> None:
    """A start whose answer did not come in time leaves its ticket, too."""
    sandbox.fault(Fault("slow", START, seconds=20))
    campaign, file = sandbox.add_campaign(), tmp_path / "ticket.json"
    process = await leadlex.start("launch", campaign, "--ticket", str(file))
    await until(lambda: sandbox.starts[campaign])
    process.send_signal(signal.SIGINT)
    await asyncio.sleep(0.1)
    process.send_signal(signal.SIGINT)
    assert (await ended(process)).command == ["wait", file.read_text().strip()]


@pytest.mark.parametrize("file", ["/dev/null", "/no/such/folder/ticket.json", "."])
async def test_ticket_file_that_cannot_be(sandbox: Sandbox, leadlex: Program, file: str) -> None:
    """A file that cannot be written is an error before anything is sent."""
    result = await leadlex.run("launch", sandbox.add_campaign(), "--ticket", file)
    assert (result.code, result.out, result.err.count("\n")) == (2, "", 1)
    assert sandbox.count() == 0


async def test_approved_and_stopped(sandbox: Sandbox, leadlex: Program) -> None:
    """A signal after the approval does not say that it is still open."""
    sandbox.reviewer, sandbox.execution = approve_after(0), 60
    process = await leadlex.start("launch", sandbox.add_campaign(), "--until", "completed")
    assert process.stderr is not None
    async with asyncio.timeout(PATIENCE):
        while b"approved, waiting" not in await process.stderr.readline():
            pass
    process.send_signal(signal.SIGINT)
    result = await ended(process)
    assert result.err.splitlines()[0] == "leadlex: stopped; approved, but not seen carried out yet"
    assert result.command[0] == "wait"


async def test_under_way_already(sandbox: Sandbox, leadlex: Program) -> None:
    """A campaign that is under way is an error that names ``--adopt``, which joins it under one deadline."""
    campaign = sandbox.add_campaign()
    await leadlex.run("launch", campaign, "--timeout", "0.3")
    refused, adopted = await asyncio.gather(
        leadlex.run("launch", campaign), leadlex.run("launch", campaign, "--adopt", "--timeout", "1")
    )
    assert refused.code == 1
    assert refused.err.endswith("Join the launch that is under way with --adopt\n")
    assert adopted.code == 5
    assert campaign in adopted.command[1]
    assert sandbox.starts[campaign] == 1


async def test_adopt_in_time(sandbox: Sandbox, leadlex: Program) -> None:
    """``--adopt`` ends at its deadline while the campaign cannot even be read."""
    sandbox.fault(Fault("slow", READ, seconds=20))
    result = await leadlex.run("launch", sandbox.add_campaign(), "--adopt", "--timeout", "0.3")
    assert result.code == 5
    assert "did not get through within 0.3 s" in result.err
    assert not sandbox.starts


async def test_unknown_outcome(sandbox: Sandbox, leadlex: Program) -> None:
    """A start whose answer is lost and cannot be looked up exits with 1 and says how to go on."""
    sandbox.fault(Fault("reset", START, when="after"))
    sandbox.fault(Fault("status", READ, status=403, times=None))
    sandbox.fault(Fault("status", "GET /v1/lexi/tasks", status=403, times=None))
    result = await leadlex.run("launch", sandbox.add_campaign())
    assert result.code == 1
    assert result.err.splitlines()[-2].endswith("; do not launch it again before you know")
    assert "approvals.wait" not in result.err
    assert result.command[0] == "wait"


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
async def test_signal(sandbox: Sandbox, leadlex: Program, number: signal.Signals, code: int) -> None:
    """A signal during the wait, or a whole series of them, leaves the ticket on the screen."""
    campaign = sandbox.add_campaign()
    process = await leadlex.start("launch", campaign)
    await until(lambda: task_of(sandbox, campaign))
    with suppress(ProcessLookupError):
        for _ in range(10):
            process.send_signal(number)
            await asyncio.sleep(0.001)
    result = await ended(process)
    assert (result.code, result.out) == (code, "")
    assert result.err.splitlines()[-2] == "leadlex: stopped; the approval stays open at LeadLex"
    assert campaign in result.command[1]


async def test_signal_during_start(sandbox: Sandbox, leadlex: Program) -> None:
    """A signal while the start is in flight waits for its answer, a second one does not."""
    campaigns = [sandbox.add_campaign() for _ in range(2)]
    small = sandbox.add_campaign(recipients=10)
    sandbox.fault(Fault("slow", START, seconds=1.2, times=3))
    patient, impatient, settled = [await leadlex.start("launch", campaign) for campaign in (*campaigns, small)]
    await until(lambda: len(sandbox.starts) == 3)
    for process in (patient, impatient, settled):
        process.send_signal(signal.SIGINT)
    await asyncio.sleep(0.1)
    impatient.send_signal(signal.SIGINT)
    heard, unheard, started = await asyncio.gather(ended(patient), ended(impatient), ended(settled))
    assert (heard.code, unheard.code, started.code) == (130, 130, 130)
    task = task_of(sandbox, campaigns[0])
    assert task is not None
    assert task.id in heard.command[1]
    assert unheard.err.splitlines()[-2] == "leadlex: stopped; the start was sent, its answer is not known"
    assert campaigns[1] in unheard.command[1]
    assert "the campaign is on its way" in started.err


async def test_signal_before_start(sandbox: Sandbox, leadlex: Program) -> None:
    """A signal before the start was sent says that none was."""
    sandbox.fault(Fault("slow", READ, seconds=20))
    process = await leadlex.start("launch", sandbox.add_campaign(), "--adopt")
    await until(sandbox.count)
    process.send_signal(signal.SIGINT)
    result = await ended(process)
    assert result.code == 130
    assert result.err.splitlines()[-1] == "leadlex: stopped; nothing was started"


async def test_errors(sandbox: Sandbox, leadlex: Program) -> None:
    """Every other error is one line and exits with 1."""
    keyless, unknown, mismatched = await asyncio.gather(
        Program({}).run("launch", "x"), leadlex.run("launch", "no-such-campaign"), leadlex.run("wait", TICKET)
    )
    assert [keyless.code, unknown.code, mismatched.code] == [1, 1, 1]
    assert keyless.err.startswith("leadlex: no API key: set LEADLEX_API_KEY;")
    assert keyless.err.count("\n") == 1
    assert "404 not_found" in unknown.err.splitlines()[-1]
    assert mismatched.err.endswith("; set LEADLEX_BASE_URL=https://elsewhere.example\n")
    assert not sandbox.starts


def test_refused_connection(refused: Beside) -> None:
    """A server that nobody can connect to is one line too."""
    result = refused.ended()
    assert (result.code, result.out) == (1, "")
    assert result.err.splitlines()[0] == "starting campaign x"
    assert result.err.splitlines()[-1].startswith(f"leadlex: {START}: ")
    assert result.err.count("\n") == 2


TICKET = (
    '{"version":1,"campaign_id":"c","task_id":null,"status":null,'
    '"started_at":"2026-01-01T00:00:00Z","base_url":"https://elsewhere.example"}'
)


async def test_usage(sandbox: Sandbox, leadlex: Program) -> None:
    """What cannot be meant exits with 2, in one line that says what is accepted, and sends nothing."""
    wrong = {
        ("launch", "x", "--timeout", "soon"): "use 90s, 15m, 1h, 2d, 1h30m or plain seconds",
        ("launch",): "Missing argument 'CAMPAIGN_ID'.",
        ("launch", ""): "'' is no campaign id.",
        ("launch", "x", "--adop"): "--adopt'? See: ",
        ("wait", "{}"): "this is no launch ticket",
        ("wait", "@/no/such/file"): "cannot be read",
        ("sandbox", "--host", "0.0.0.0"): "is not an address of this machine alone",  # noqa: S104 - refused
        ("nonsense",): "No such command",
        ("lunch",): "'launch-many'?) See: ",
        ("sandbox", "--approve-after", "1", "--fail-after", "1"): "--approve-after and --fail-after exclude each other",
    }
    results = await asyncio.gather(*[leadlex.run(*arguments) for arguments in wrong])
    for result, expected in zip(results, wrong.values(), strict=True):
        assert (result.code, result.out, result.err.count("\n")) == (2, "", 1)
        assert expected in result.err
    assert sandbox.count() == 0


async def test_help(leadlex: Program) -> None:
    """Help and version are there for every command, and without any."""
    pages = await asyncio.gather(
        *[leadlex.run(*arguments) for arguments in ((), ("-h",), ("launch", "-h"), ("wait", "--help"), ("--version",))]
    )
    assert all(page.code == 0 and not page.err for page in pages)
    assert "5 timed out, 130 Ctrl-C, 143 SIGTERM" in pages[0].out
    assert pages[0].out == pages[1].out
    assert "--adopt" in pages[2].out


def test_demo(demo: Beside) -> None:
    """The demo launches on a sandbox of its own whatever the environment says, and ends well."""
    result = demo.ended()
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith("A sandbox inside this process: it mails nobody")
    assert max(map(len, result.out.splitlines())) <= 80
    assert "starting" not in result.out
    words = ("started, no approval needed", "approved", "dismissed", "requests were spent", "at the next poll")
    assert all(word in result.out for word in words)


async def test_demo_is_stopped() -> None:
    """Ctrl-C ends the demo like any other program."""
    process = await Program({}).start("demo")
    assert process.stdout is not None
    async with asyncio.timeout(PATIENCE):
        while b"waiting" not in await process.stdout.readline():
            pass
    process.send_signal(signal.SIGINT)
    result = await ended(process)
    assert (result.code, result.err) == (130, "leadlex: stopped\n")


async def test_sandbox_serves() -> None:
    """The sandbox prints variables and campaigns that other commands work with, until it is stopped."""
    process = await Program({}).start("sandbox", "--approve-after", "0", "--plan", "org", "--campaigns", "2")
    assert process.stdout is not None
    async with asyncio.timeout(PATIENCE):
        exports, first, second, approve, dismiss, page = [(await process.stdout.readline()).decode() for _ in range(6)]
    variables = dict(word.split("=", 1) for word in shlex.split(exports)[1:])
    assert (first.split()[-2], second.split()[-2]) == ("40", "150")
    launched = await Program(variables).run("launch", second.split()[2])
    assert " (approved, task " in launched.out
    assert approve.endswith("$LEADLEX_BASE_URL/v1/lexi/tasks/TASK_ID/approve\n")
    assert dismiss.startswith("# dismiss: curl -X POST -H ")
    assert page == f"# or in a browser: {variables['LEADLEX_BASE_URL']}/\n"
    port = variables["LEADLEX_BASE_URL"].rpartition(":")[2]
    taken = await Program({}).run("sandbox", "--port", port)
    assert (taken.code, taken.err.count("\n")) == (1, 1)
    assert taken.err == f"leadlex: cannot listen on 127.0.0.1 port {port}: {os.strerror(errno.EADDRINUSE)}\n"
    process.send_signal(signal.SIGINT)
    assert await ended(process) == Ended(0, "", "")


@pytest.mark.parametrize(("option", "code"), [("--dismiss-after", 3), ("--fail-after", 4)])
async def test_sandbox_decides(option: str, code: int) -> None:
    """The sandbox's person may also say no, or fail."""
    process = await Program({}).start("sandbox", option, "0s")
    assert process.stdout is not None
    async with asyncio.timeout(PATIENCE):
        exports, _, large = [(await process.stdout.readline()).decode() for _ in range(3)]
    variables = dict(word.split("=", 1) for word in shlex.split(exports)[1:])
    assert (await Program(variables).run("launch", large.split()[2])).code == code
    process.send_signal(signal.SIGTERM)
    assert (await ended(process)).code == 0


async def test_live_line(sandbox: Sandbox, leadlex: Program) -> None:
    """On a terminal one line on stderr shows what is happening, how long, and what it has cost."""
    sandbox.reviewer = approve_after(0.5)
    terminal, theirs = pty.openpty()
    process = await leadlex.start("launch", sandbox.add_campaign(), stderr=theirs)
    os.close(theirs)
    shown, result = await asyncio.gather(asyncio.to_thread(everything, terminal), ended(process))
    assert " (approved, task " in result.out
    assert "started, needs approval (task " in shown
    assert "1 request\r" in shown
    assert KEY not in shown


def everything(terminal: int) -> str:
    """What was written to a terminal until the last writer left."""
    pieces: list[bytes] = []
    with os.fdopen(terminal, "rb", buffering=0) as file, suppress(OSError):  # Linux ends a pty with EIO
        while piece := file.read(4096):
            pieces.append(piece)
    return b"".join(pieces).decode(errors="replace")


async def test_reader_leaves(sandbox: Sandbox, leadlex: Program) -> None:
    """A reader who has gone, of either stream, changes neither the launch nor its exit code."""
    reading, writing = os.pipe()
    os.close(reading)
    small = [sandbox.add_campaign(recipients=10) for _ in range(2)]
    silent = await leadlex.start("launch", small[0], stderr=writing)
    unheard = await leadlex.start("launch", small[1], stdout=writing)
    os.close(writing)
    told, untold = await asyncio.gather(ended(silent), ended(unheard))
    assert (told.code, untold.code) == (0, 0)
    assert told.out.startswith("launched: ")
    assert untold.err == f"starting campaign {small[1]}\n"


async def test_full_disk(sandbox: Sandbox, leadlex: Program) -> None:
    """A result that cannot be written to stdout is told on stderr; what cannot be told there is given up."""
    small = [sandbox.add_campaign(recipients=10) for _ in range(2)]
    full = os.open("/dev/full", os.O_WRONLY)
    runs = [("launch", small[0]), ("--help",), ("demo",)]
    loud = [await leadlex.start(*run, stdout=full) for run in runs]
    silent = await leadlex.start("launch", small[1], stderr=full)
    os.close(full)
    launched, *others = await asyncio.gather(*[ended(process) for process in loud])
    reason = f"leadlex: cannot write to stdout: {os.strerror(errno.ENOSPC)}"
    told = f"launched: campaign {small[0]} (no approval needed)"
    assert (launched.code, launched.err.splitlines()[1:]) == (1, [told, reason])
    assert [(other.code, other.err.splitlines()[-1]) for other in others] == [(1, reason), (1, reason)]
    assert (await ended(silent)).code == 0


@pytest.mark.parametrize("option", ["--help", "--version"])
async def test_help_to_nobody(option: str) -> None:
    """A reader of a help page who has gone is no error."""
    reading, writing = os.pipe()
    os.close(reading)
    process = await Program({}).start(option, stdout=writing)
    os.close(writing)
    assert await ended(process) == Ended(0, "", "")


@pytest.mark.parametrize("missing", ["click", "rich"])
async def test_extra_is_missing(missing: str) -> None:
    """Without the extra one line says what to install."""
    code = f"import sys; sys.modules[{missing!r}] = None; from leadlex_async.cli import main; main()"
    result = await ended(await asyncio.create_subprocess_exec(sys.executable, "-c", code, stdout=PIPE, stderr=PIPE))
    assert result == Ended(1, "", 'the command line needs: pip install "leadlex_async[cli]"\n')


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("90s", 90),
        ("15m", 900),
        ("1h", 3600),
        ("2d", 172_800),
        ("1h30m", 5400),
        ("45", 45),
        ("0.5", 0.5),
        ("1.5H", 5400),
    ],
)
def test_durations(text: str, expected: float) -> None:
    """A duration is read from units or plain seconds."""
    assert values.duration(text) == expected


@pytest.mark.parametrize("text", ["", "soon", "1x", "-5", "0", "0s", "nan", "inf", "1m1h", "1e9", "9" * 400])
def test_no_durations(text: str) -> None:
    """Everything else is refused with what is accepted."""
    with pytest.raises(click.BadParameter, match="use 90s, 15m, 1h, 2d, 1h30m or plain seconds"):
        values.duration(text)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.10", "::1", "localhost"])
def test_loopback(host: str) -> None:
    """The sandbox listens where this machine alone can reach it."""
    assert values.loopback(host) == host


def test_unexpected_error(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """An error of ours is one line that shows nothing of its content, and the traceback on request."""
    error = ExceptionGroup("several", [KeyError(KEY)])
    assert report.failure(error) == 1
    line = capsys.readouterr().err
    assert line.startswith("leadlex: unexpected KeyError; please report it")
    assert line.count("\n") == 1
    monkeypatch.setenv("LEADLEX_DEBUG", "1")
    report.failure(LeadLexError("wrong"))
    assert "LeadLexError: wrong\n\nleadlex: wrong\n" in capsys.readouterr().err


def test_lost_is_an_error() -> None:
    """An approval that is gone is an error like any other to a script."""
    assert report.exit_code(ApprovalLost("gone")) == 1


def test_news() -> None:
    """Trouble is its first sentence, and what stood before comes back after it."""
    ticket = LaunchTicket.from_json(TICKET)
    news, error = status.News("starting"), LeadLexError("cannot connect; nothing was sent. Try later")
    kinds = [UpdateKind.TROUBLE, UpdateKind.RECOVERED, UpdateKind.APPROVED, UpdateKind.TROUBLE, UpdateKind.RECOVERED]
    approved = "approved, waiting until it is carried out"
    trouble = "cannot connect, still waiting"
    told = [news.of(LaunchUpdate(kind=kind, ticket=ticket, error=error)) for kind in kinds]
    assert told == [trouble, "starting", approved, trouble, approved]
