"""``leadlex webhooks listen``, with real deliveries of a sandbox."""

from __future__ import annotations

import asyncio
import errno
import json
import os
import re
import signal
import socket
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp
import pytest
from terminals import Here, ended_here, program, terminal
from test_cli import PATIENCE, Ended, Program, checked, ended

from leadlex_async import ConfigurationError
from leadlex_async.cli.listening import Listener, serving
from leadlex_async.cli.registering import keep
from leadlex_async.cli.webhooks import ITSELF, Listening
from leadlex_async.models.webhooks import Webhook
from leadlex_async.sandbox import Sandbox
from leadlex_async.webhooks import LARGEST_BODY, SIGNATURE, TIMESTAMP, signature

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import AsyncGenerator, AsyncIterator

__all__ = ["ended_here"]
SECRET = "whsec_of_the_tests"  # noqa: S105 - a test secret
OURS = "https://hooks.example/leadlex"


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    """A sandbox that delivers to this machine."""
    async with Sandbox(allow_loopback=True) as sandbox:
        yield sandbox


class Run:
    """A listener that runs: its address, and what it printed so far."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.told: list[str] = []
        self.url = ""

    async def ready(self) -> None:
        """Wait until it listens."""
        while not self.url:
            line = await self._line(self.process.stderr)
            self.told.append(line)
            found = re.search(r"listening on (http://\S+), until", line)
            self.url = found[1] if found else ""

    async def line(self) -> str:
        """The next event."""
        return await self._line(self.process.stdout)

    async def refusal(self) -> str:
        """The next line on stderr."""
        return await self._line(self.process.stderr)

    async def end(self, number: signal.Signals = signal.SIGINT) -> Ended:
        """Stop it."""
        self.process.send_signal(number)
        return await ended(self.process)

    async def _line(self, stream: asyncio.StreamReader | None) -> str:
        assert stream is not None
        async with asyncio.timeout(PATIENCE):
            line = (await stream.readline()).decode()
        assert line, self.told
        return line.rstrip("\n")


@asynccontextmanager
async def listening(leadlex: Program, *arguments: str) -> AsyncGenerator[Run]:
    """A listener on any free port."""
    run = Run(await leadlex.start("webhooks", "listen", "--port", "0", *arguments))
    try:
        await run.ready()
        yield run
    finally:
        if run.process.returncode is None:
            run.process.kill()
            await run.process.communicate()


async def test_its_own_address(sandbox: Sandbox) -> None:
    """With a sandbox it registers itself, prints what is delivered, and takes the webhook away again."""
    leadlex = program(sandbox)
    async with listening(leadlex, "--ensure", "--events", "deal.created,campaign.started") as run:
        assert re.fullmatch(r"webhook \S+ gets deal\.created, campaign\.started", run.told[0])
        sandbox.emit("deal.created", {"deal": {"id": "d-1", "name": "\x1b[31mred"}})
        line = await run.line()
        assert re.fullmatch(r"[\d-]{10} [\d:]{8}  deal\.created  d-1  \S+", line)
        assert await run.end() == Ended(0, "", "")
    assert len(sandbox.store.webhooks) == 0


@pytest.mark.skipif(not Path("/proc/net/if_inet6").exists(), reason="there is no IPv6 here")
@pytest.mark.parametrize(("host", "registered"), [("::", "[::1]"), ("0.0.0.0", "127.0.0.1")])  # noqa: S104 - a test
async def test_listening_everywhere(sandbox: Sandbox, host: str, registered: str) -> None:
    """The address that is registered is one of this machine, of the kind that is listened on."""
    async with listening(program(sandbox), "--host", host, "--ensure", "--events", "deal.created") as run:
        (row,) = sandbox.store.webhooks
        assert str(row["url"]).startswith(f"http://{registered}:")
        sandbox.emit("deal.created", {"deal": {"id": "d-1"}})
        assert "deal.created  d-1" in await run.line()
        assert (await run.end()).code == 0


async def test_what_is_left_behind_is_replaced(sandbox: Sandbox) -> None:
    """The secret of a listener that was killed is lost: a new webhook takes its place."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
    sandbox.add_webhook(f"http://127.0.0.1:{port}/hook", ["deal.created"])
    arguments = ("--ensure", "--events", "deal.created", "--path", "/hook", "--port", port, "--json")
    async with listening(program(sandbox), *arguments) as run:
        assert run.url == f"http://127.0.0.1:{port}/hook"
        sandbox.emit("deal.created", {"deal": {"id": "d-1"}})
        event = json.loads(await run.line())
        assert (event["event"], event["data"]) == ("deal.created", {"deal": {"id": "d-1"}})
        assert [*event] == ["event", "delivery_id", "occurred_at", "workspace_id", "data"]
        assert (await run.end(signal.SIGTERM)).code == 0


async def deliver(run: Run, body: bytes, **headers: str) -> tuple[int, str]:
    """Send a delivery: how it is answered."""
    known = {SIGNATURE: signature(body, SECRET), TIMESTAMP: datetime.now(UTC).isoformat()} | headers
    async with aiohttp.ClientSession() as session, session.post(run.url, data=BytesIO(body), headers=known) as response:
        return response.status, await response.text()


async def test_forgeries() -> None:
    """What does not prove to come from LeadLex is refused and told with the check it failed; repeats are silent."""
    leadlex = Program({"LEADLEX_WEBHOOK_SECRET": f"whsec_another, {SECRET}"})
    async with listening(leadlex) as run:
        body = b'{"event": "import.completed", "delivery_id": "x\\u001b[2J", "data": {"job_id": "j-1"}}'
        assert await deliver(run, body) == (200, "accepted")
        assert (await run.line()).endswith("  import.completed  j-1  x\\x1b[2J")
        assert (await deliver(run, body))[0] == 200
        wrong = {
            "signature": await deliver(run, body, **{SIGNATURE: signature(body, "whsec_wrong")}),
            "timestamp": await deliver(run, body, **{TIMESTAMP: "2020-01-01T00:00:00Z"}),
            "content": await deliver(run, b"[]"),
            "size": await deliver(run, b"x" * (LARGEST_BODY + 2)),
        }
        assert {check: status for check, (status, _) in wrong.items()} == {
            "signature": 401,
            "timestamp": 401,
            "content": 400,
            "size": 413,
        }
        for check in wrong:
            assert (await run.refusal()).startswith(f"refused, {check}: ")
        assert await deliver(run, b'{"event": "novel"}') == (200, "accepted")
        assert (await run.line()).endswith("  novel  -  -")
        assert await deliver(run, b'{"type": "calendar.sync.completed", "id": "d", "data": {"job_id": "j"}}') == (
            200,
            "accepted",
        )
        assert (await run.line()).endswith("  calendar.sync.completed  j  d")
        assert (await run.end()).out == ""


async def test_the_secret_goes_into_a_file(sandbox: Sandbox, tmp_path: Path) -> None:
    """A new webhook's secret is kept with mode 600, before those that were there; the next run reads it."""
    file = tmp_path / "secret"
    file.write_text("whsec_old\n")
    file.chmod(0o600)
    options = ("--ensure", OURS, "--secret-file", str(file))
    async with listening(program(sandbox), *options) as run:
        assert run.told[0] == f"the webhook's secret is in {file}"
        assert not [line for line in run.told if "whsec_" in line]
    new, old = file.read_text().split()
    assert (old, file.stat().st_mode & 0o777) == ("whsec_old", 0o600)
    (row,) = sandbox.store.webhooks
    assert row["secret"] == new
    async with listening(program(sandbox), *options) as run:
        assert run.told[0].startswith("webhook ")
    assert file.read_text().split() == [new, old]


async def test_the_secret_is_shown_on_a_terminal(sandbox: Sandbox) -> None:
    """Once, and on a terminal only."""
    async with terminal(program(sandbox), "webhooks", "listen", "--port", "0", "--ensure", OURS) as shown:
        await shown.expect("the webhook's secret, shown this once: whsec_")
        await shown.expect("until Ctrl-C")
        shown.press("\x03")
        assert (await shown.end()).code == 0
    piped, lost = await asyncio.gather(
        program(sandbox).run("webhooks", "listen", "--ensure", "https://other.example"),
        program(sandbox).run("webhooks", "listen", "--port", "0", "--ensure", OURS, "--secret-file", "/tmp/none"),  # noqa: S108 - never made
    )
    assert (piped.code, len(sandbox.store.webhooks)) == (2, 1)
    assert "give --secret-file FILE to keep it in, or run this on a terminal" in piped.err
    assert lost.code == 1
    assert "exists already and its secret is not known here: set LEADLEX_WEBHOOK_SECRET, or make a new one" in lost.err


def test_usage(ended_here: Here, tmp_path: Path) -> None:
    """What cannot be is told before anything is sent or listened to."""
    file = tmp_path / "secret"
    file.write_text(SECRET)
    file.chmod(0o644)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        wrong = {
            (): (1, "no webhook secret: set LEADLEX_WEBHOOK_SECRET or give --secret-file FILE"),
            ("--secret-file", str(file)): (1, f"which holds a secret: run chmod 600 {file}"),
            ("--path", "hook"): (2, "'hook' is no path; it begins with /"),
            ("--events", ","): (2, "name at least one event"),
            ("--ensure", OURS, "--secret-file", "/no/such/folder/secret"): (2, "cannot be written"),
            ("--ensure", "--port", port): (
                1,
                f"cannot listen on 127.0.0.1 port {port}: {os.strerror(errno.EADDRINUSE)}",
            ),
            ("--ensure", "--host", "no.such.host.invalid"): (1, "cannot listen on no.such.host.invalid port"),
        }
        for arguments, (code, expected) in wrong.items():
            run = ended_here("webhooks", "listen", *arguments)
            assert (run.code, run.out) == (code, "")
            assert expected in run.err


def test_only_a_sandbox_needs_no_address(ended_here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    """The real LeadLex cannot deliver to this machine."""
    monkeypatch.setenv("LEADLEX_API_KEY", "wbk_x")
    run = ended_here("webhooks", "listen", "--ensure", "--port", "0")
    assert (run.code, run.err.count("\n")) == (2, 1)
    assert "--ensure needs URL, the public https address that leads here" in run.err


async def test_a_reader_who_leaves_ends_it() -> None:
    """Nobody reads the events any more: there is nothing left to listen for."""
    reading, writing = os.pipe()
    leadlex = Program({"LEADLEX_WEBHOOK_SECRET": SECRET})
    process = await leadlex.start("webhooks", "listen", "--port", "0", stdout=writing)
    os.close(writing)
    run = Run(process)
    await run.ready()
    os.close(reading)
    assert (await deliver(run, b'{"event": "novel"}'))[0] == 200
    async with asyncio.timeout(PATIENCE):
        _, err = await process.communicate()
    assert checked(process.returncode, b"", err) == Ended(0, "", "")


async def test_not_ready_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is delivered before the secret is known is to be delivered again."""
    monkeypatch.delenv("LEADLEX_WEBHOOK_SECRET", raising=False)
    given = Listening(
        host="127.0.0.1", port=0, path="/x", secret_file=None, ensure=ITSELF, events=["deal.created"], as_json=False
    )
    async with (
        serving(Listener([], as_json=False), given) as url,
        aiohttp.ClientSession() as session,
        session.post(url, data=b"{}") as response,
    ):
        assert response.status == 503


def test_a_secret_that_cannot_be_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is never shown to a file or a pipe: the error says how to make a new one."""
    webhook = Webhook(id="w-1", secret=SECRET)
    with pytest.raises(ConfigurationError, match="the secret of webhook w-1 is lost; make a new one: leadlex call"):
        keep(webhook, tmp_path / "none" / "secret")
    assert SECRET not in "".join(capsys.readouterr())
