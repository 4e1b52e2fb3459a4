"""Print Lexi's answer as it comes, and leave another one early.

Run: python examples/stream_chat.py
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from leadlex_async.models.lexi import ChatDone, TextDelta, Thinking, ToolStep
from leadlex_async.sandbox import Sandbox

if TYPE_CHECKING:
    from leadlex_async import LeadLex


async def whole(leadlex: LeadLex) -> None:
    """Print every event of an answer."""
    async for event in leadlex.lexi.chat_stream(message="Who are my newest contacts?"):
        match event:
            case TextDelta():
                print(event.delta, end="", flush=True)
            case Thinking():
                print(f"({event.text})")
            case ToolStep():
                print(f"({event.tool} {event.status})")
            case ChatDone():
                print(f"\n({event.credits_remaining} credits left)")
            case _:
                pass  # an event this release has no class for


async def first_words(leadlex: LeadLex) -> None:
    """Leave as soon as the answer begins; the block closes the connection at once."""
    async with leadlex.lexi.chat_stream(message="Tell me everything") as stream:
        async for event in stream:
            if isinstance(event, TextDelta):
                print(f"{event.delta.strip()} (left early)")
                break


async def main() -> None:
    """Ask twice."""
    async with Sandbox() as sandbox, sandbox.client() as leadlex:
        await whole(leadlex)
        await first_words(leadlex)


if __name__ == "__main__":
    asyncio.run(main())
