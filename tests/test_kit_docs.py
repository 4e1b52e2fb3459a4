"""docs/testing.md: what it shows is pasted into files, and runs as it stands."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

pytest_plugins = ["pytester"]

PAGE = (Path(__file__).parent.parent / "docs" / "testing.md").read_text("utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
NAMES = ["my_launch", "test_my_launch", "test_unittest", "test_pushes", "test_environment"]
LIGHT = ["-p", "no:schemathesis", "-p", "no:hypothesispytest", "-p", "no:cacheprovider", "-W", "error"]


def test_what_it_shows_with_pytest_asyncio(pytester: pytest.Pytester) -> None:
    """In strict mode, the default."""
    pytester.makeini("[pytest]\naddopts = --strict-markers\nasyncio_default_fixture_loop_scope = function\n")
    pytester.makepyfile(**dict(zip(NAMES, BLOCKS, strict=True)))
    pytester.runpytest_subprocess(*LIGHT, timeout=60).assert_outcomes(passed=8)


def test_what_it_shows_with_anyio(pytester: pytest.Pytester) -> None:
    """With the one change that the page tells."""
    assert "Write `pytest.mark.anyio` in place of `pytest.mark.asyncio`" in PAGE
    blocks = [block.replace("pytest.mark.asyncio", "pytest.mark.anyio") for block in BLOCKS]
    pytester.makepyfile(**dict(zip(NAMES[:2], blocks, strict=False)))
    pytester.runpytest_subprocess(*LIGHT, "-p", "no:asyncio", timeout=60).assert_outcomes(passed=5)
