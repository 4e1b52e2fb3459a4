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
def _no_environment(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """No test may talk to the real LeadLex because of a key in the environment, or in a file of whoever runs it."""
    for name in ("LEADLEX_API_KEY", "LEADLEX_API_KEY_FILE", "LEADLEX_BASE_URL", "LEADLEX_WEBHOOK_SECRET"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.getbasetemp() / "no-configuration"))


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
