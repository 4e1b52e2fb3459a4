"""Doing the same to several records."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from ..errors import AuthenticationError, LeadLexError
from . import report
from .clients import connected
from .records import as_row
from .run import Stopped
from .safe import json_line

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from ..client import LeadLex
    from .options import Form

    Act = Callable[[LeadLex, str], Awaitable[object]]


async def in_turn(ids: Iterable[str], kind: str, word: str, act: Act, form: Form) -> int:
    """Do it to each and say so; what goes wrong with one is said and keeps no other. Tells the exit code."""
    code = 0
    async with connected() as leadlex:
        for each in dict.fromkeys(ids):
            try:
                answer = await act(leadlex, each)
            except asyncio.CancelledError:
                raise Stopped(f"stopped; {kind} {each} may have been {word}") from None
            except AuthenticationError:
                raise
            except LeadLexError as error:
                report.say(f"leadlex: {kind} {each}: {report.sentence(error)}", err=True)
                code = report.ERROR
            else:
                report.say(json_line(as_row(answer)) if form == "json" else f"{word}: {kind} {each}")
    return code
