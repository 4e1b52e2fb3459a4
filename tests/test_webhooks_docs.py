"""The page on webhooks: what it shows can be pasted into a program and works."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, cast

from webhook_bodies import BODY, CONTACT, SECRET, pushed, signed

from leadlex_async import LeadLex, WebhookEvent
from leadlex_async.sandbox import Sandbox
from leadlex_async.webhooks import Deduplicator, EventName, SeenStore

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from contextlib import AbstractAsyncContextManager

    import pytest

PAGE = (Path(__file__).parent.parent / "docs" / "webhooks.md").read_text("utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
ROWS = re.findall(r"^\| (`.*?) \| `(\w+)` \|", PAGE, re.MULTILINE)


def shown(name: str) -> object:
    """What the page defines by this name."""
    (block,) = (code for code in BLOCKS if re.search(rf"^(async def|def|class) {name}\b", code, re.MULTILINE))
    found: dict[str, object] = {}
    exec(compile(block, f"docs/webhooks.md: {name}", "exec", dont_inherit=True), found)  # noqa: S102 - our own page
    return found[name]


async def test_deliveries_are_received(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """A delivery is handled once, a forgery not at all."""
    monkeypatch.setenv("LEADLEX_WEBHOOK_SECRET", SECRET)
    receive = cast("Callable[[bytes, Mapping[str, str]], Awaitable[int]]", shown("receive"))
    now = datetime.now(UTC)
    assert await receive(BODY, signed(BODY, at=now)) == 200
    assert await receive(BODY, signed(BODY, at=now)) == 200
    assert await receive(BODY, signed(BODY, "whsec_other", at=now)) == 401
    handled, refused = capsys.readouterr().out.splitlines()
    assert handled == "contact.created at 2026-04-17 11:59:58+00:00"
    assert refused.startswith("refused: the signature")


def test_events_are_told_apart() -> None:
    """By class and contents."""
    told = cast("Callable[[WebhookEvent], str]", shown("told"))
    assert told(pushed("task.approved", task={"id": "t"}, campaign_id="c-1")) == "campaign c-1 is on its way"
    assert told(pushed("contact.created", contact=CONTACT)) == "contact.created: jane@example.com"
    assert told(pushed("deal.bulk_updated", count=3)) == "deal.bulk_updated: 3 records"
    assert told(pushed("contact.promoted")) == "contact.promoted"


def test_the_table_of_events_is_complete() -> None:
    """Every known event stands in it, beside its class."""
    found: dict[str, str] = {}
    for names, kind in ROWS:
        group = ""
        for name in re.findall(r"`([\w.]+)`", names):
            group = name.partition(".")[0] if "." in name else group
            found[name if "." in name else f"{group}.{name}"] = kind
    assert found == {str(name): type(pushed(name)).__name__ for name in EventName}


async def test_events_are_remembered_in_a_table(tmp_path: Path) -> None:
    """Which two workers share, and which outlives both."""
    table = cast("Callable[[str], AbstractAsyncContextManager[SeenStore]]", shown("SeenTable"))
    path = str(tmp_path / "seen.db")
    events = [WebhookEvent(event="task.approved", delivery_id=str(number)) for number in range(20)]
    async with table(path) as one, table(path) as other:
        workers = [Deduplicator(one), Deduplicator(other)]
        found = await asyncio.gather(*(worker.first(event) for event in events for worker in workers))
        assert found.count(True) == 20
        await workers[1].forget(events[0])
        assert await workers[0].first(events[0])
    async with table(path) as later:
        assert not await Deduplicator(later).first(events[0])
        assert await later.add("gone at once", 0)
        assert await later.add("gone at once", 0)


async def test_a_webhook_is_registered() -> None:
    """Its secret is told once."""
    register = cast("Callable[[LeadLex, str], Awaitable[str | None]]", shown("register"))
    async with Sandbox().client() as leadlex:
        secret = await register(leadlex, "https://example.com/leadlex/webhook")
        assert secret is not None
        assert secret.startswith("whsec_")
        assert await register(leadlex, "https://example.com/leadlex/webhook") is None
