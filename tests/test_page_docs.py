"""The guide to the sandbox: each block of it runs as it stands, and prints what it says."""

from __future__ import annotations

import ast
import asyncio
import re
from inspect import iscoroutine
from pathlib import Path
from typing import get_args

import pytest

from leadlex_async.sandbox import Sandbox
from leadlex_async.sandbox.faults import FaultKind
from leadlex_async.sandbox.page.site import PREFIX
from leadlex_async.sandbox.push_faults import PushFaultKind

TEXT = (Path(__file__).parent.parent / "docs" / "sandbox.md").read_text()
BLOCKS = re.findall(r"^```python\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE)
PRINTED = {
    0: r"http://127\.0\.0\.1:\d+ active 1\n",
    2: "True 1\n",
    3: "task.approved\ntask.approved\n",
    4: r"\[\]\n",
}


@pytest.mark.parametrize("number", range(len(BLOCKS)))
def test_a_block_runs(number: int, capsys: pytest.CaptureFixture[str]) -> None:
    """As a program of its own."""
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    code = compile(BLOCKS[number], "sandbox.md", "exec", flags, dont_inherit=True)
    main = eval(code, {"__name__": "__doc__"})  # noqa: S307 - our own document
    if iscoroutine(main):
        asyncio.run(main)
    assert re.fullmatch(PRINTED.get(number, ""), capsys.readouterr().out)


def test_every_fault_is_named() -> None:
    """The kinds of both scripts, and the attributes by which the world misbehaves."""
    kinds = {*get_args(FaultKind), *get_args(PushFaultKind)}
    assert not {kind for kind in kinds if f"`{kind}`" not in TEXT}
    named = re.findall(r"`(latency|visibility_delay|list_cap|null_task_id|retry_after|credits)`", TEXT)
    assert len(named) == 6
    assert all(hasattr(Sandbox(), name) for name in named)
    assert PREFIX in TEXT
