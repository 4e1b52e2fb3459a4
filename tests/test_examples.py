"""What the documents promise: examples and README run as they stand, and links lead somewhere."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PATIENCE = 30
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted(ROOT.glob("docs/*.md"))]
BLOCKS = re.findall(r"^```python\n(.*?)^```", (ROOT / "README.md").read_text(), re.DOTALL | re.MULTILINE)

EXPECTED = {
    "aiohttp_backend.py": [
        r"80 recipients: 202, launch [\w-]{36}",
        r"80 recipients: auto_started",
        r"150 recipients: pending_approval",
        r"150 recipients: approved",
        r"600 recipients: dismissed",
        r"3 starts, and \d requests to LeadLex in all",
    ],
    "bulk_launch.py": [
        r"30 campaigns: starts go out on 1 day, at most 40 a minute",
        r"10 of 30 decided, \d+ requests, left of the day: \d+",
        r"30 campaigns: 20 auto_started, 10 approved; \d+ requests",
        r"again: .*; 0 requests",
    ],
    "durable_launch.py": [
        r"replica one left with \d+ of 20 started",
        r"replica two: 20 campaigns: \d+ (approved|completed).*; \d+ requests",
        r"starts of each campaign: 1",
    ],
    "fastapi_backend.py": [
        r"80 recipients: auto_started",
        r"150 recipients: approved",
        r"600 recipients: dismissed",
        r"3 starts, and \d requests to LeadLex in all",
    ],
    "own_session.py": [r"GET /v1/lists: 200", r"lists: Clients", r"the session is still open"],
    "quickstart.py": [r"no LEADLEX_API_KEY", r"started: campaign [\w-]{36}", r"approved after [\d.]+ s, polls: \d+"],
    "reviewer_policy.py": [
        r"150 recipients: approved after 0 min",
        r"300 recipients: (approved|completed) after 3\d min",
        r"600 recipients: dismissed",
        r"reasons given: 600 recipients, but at most 500 are allowed",
    ],
    "stream_chat.py": [r"\(contacts\.search completed\)", r"The workspace holds", r"\(left early\)"],
    "wait_elsewhere.py": [r"began the launch: \{", r"saw the decision: approved"],
}


async def printed(*arguments: str) -> str:
    """What a Python program prints that ends well: no exit code, no warning, nothing on stderr."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("LEADLEX_")}
    pipe = asyncio.subprocess.PIPE
    program = await asyncio.create_subprocess_exec(
        sys.executable, "-W", "error", *arguments, cwd=ROOT, env=clean, stdout=pipe, stderr=pipe
    )
    try:
        out, err = await asyncio.wait_for(program.communicate(), PATIENCE)
    finally:
        if program.returncode is None:
            program.kill()
            await program.wait()
    assert (program.returncode, err.decode()) == (0, "")
    return out.decode()


def test_every_example_has_an_expectation() -> None:
    """No example is forgotten by the test below."""
    assert {path.name for path in ROOT.glob("examples/[!_]*.py")} == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
async def test_examples_run_as_they_stand(name: str) -> None:
    """An example ends by itself and prints what it is about."""
    out = await printed(f"examples/{name}")
    for pattern in EXPECTED[name]:
        assert re.search(pattern, out), f"{pattern!r} is not in:\n{out}"


async def test_quickstart_with_a_key_asks_for_the_campaign(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a key and no campaign nothing is launched."""
    monkeypatch.setenv("LEADLEX_API_KEY", "wbk_a_key_that_is_never_sent")
    pipe = asyncio.subprocess.PIPE
    program = await asyncio.create_subprocess_exec(sys.executable, "examples/quickstart.py", cwd=ROOT, stderr=pipe)
    _, err = await asyncio.wait_for(program.communicate(), PATIENCE)
    assert program.returncode == 1
    assert b"CAMPAIGN_ID" in err


def test_the_readme_has_a_python_block() -> None:
    """The test below has something to run."""
    assert BLOCKS


@pytest.mark.parametrize("block", BLOCKS)
async def test_readme_blocks_run_as_they_stand(block: str, tmp_path: Path) -> None:
    """What the README shows can be pasted into a file and launches a campaign."""
    program = tmp_path / "block.py"
    program.write_text(block)
    assert "approved" in await printed(str(program))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_relative_links_lead_to_files(document: Path) -> None:
    """No document points at a file that is not there."""
    links = re.findall(r"\]\((?!\w+:|#)([^)#\s]+)", document.read_text())
    assert [link for link in links if not (document.parent / link).exists()] == []
