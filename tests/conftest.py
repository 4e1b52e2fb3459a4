"""Fixtures: a sandbox on a socket and a client of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from leadlex_async import LeadLex
from leadlex_async.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

pytest_plugins = ["support"]


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test may talk to the real LeadLex because of a key in the environment."""
    monkeypatch.delenv("LEADLEX_API_KEY", raising=False)
    monkeypatch.delenv("LEADLEX_BASE_URL", raising=False)


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    """A sandbox without limits, on a socket."""
    async with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
async def leadlex(sandbox: Sandbox) -> AsyncIterator[LeadLex]:
    """A client of the sandbox."""
    async with LeadLex(sandbox.api_key, base_url=sandbox.url, timeout=5) as leadlex:
        yield leadlex
