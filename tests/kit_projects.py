"""Projects of their own that use the pytest plugin: each run is a pytest in another process, warnings are errors."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

STRICT, AUTO = ["--asyncio-mode=strict"], ["--asyncio-mode=auto"]
ANYIO = ["-p", "no:asyncio"]
LAUNCH = """
import asyncio

import pytest

from leadlex_async.sandbox import approve_after
from leadlex_async.testing import VirtualTimeLoop

HOUR = 3600


def virtual():
    return isinstance(asyncio.get_running_loop(), VirtualTimeLoop)


async def launched(leadlex, sandbox):
    sandbox.reviewer = approve_after(2 * HOUR)
    return await leadlex.campaigns.start_and_wait_for_approval(sandbox.add_campaign(), timeout=24 * HOUR)
"""


def ran(pytester: pytest.Pytester, options: list[str], **files: str) -> pytest.RunResult:
    """What pytest says of a project that consists of these files."""
    ini = "" if options == ANYIO else "asyncio_default_fixture_loop_scope = function\n"
    pytester.makeini(f"[pytest]\naddopts = --strict-markers --strict-config\n{ini}")
    pytester.makepyfile(launching=LAUNCH, **files)
    light = ["-p", "no:schemathesis", "-p", "no:hypothesispytest", "-p", "no:cacheprovider"]
    return pytester.runpytest_subprocess(*light, *options, "-W", "error", "-v", timeout=60)


def told(result: pytest.RunResult) -> str:
    """What was printed, as one line."""
    return re.sub(r"\s+", " ", "\n".join([*result.outlines, *result.errlines]))
