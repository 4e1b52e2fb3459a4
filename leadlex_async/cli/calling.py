"""Carrying out ``leadlex call``: the request, and what is printed of its answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from inspect import isawaitable
from typing import TYPE_CHECKING, cast, get_args

import click
from attrs import frozen

from .._http.record import Page
from ..catalog import Operation
from ..models.lexi import ChatDone, TextDelta, Thinking, ToolStep, UnknownChatEvent
from ..resources._chat import ChatStream
from ..resources._csv import Rows as Export
from . import report
from .clients import connected
from .forms import Rows, columns_of, print_record, print_rows
from .options import Form
from .records import as_row
from .run import Stopped
from .safe import LINES, json_line, one_line, safe

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..models.lexi import ChatEvent
    from .records import Row

EVENTS = {TextDelta: "text", Thinking: "thinking", ToolStep: "tool_step", ChatDone: "done"}


@frozen
class Order:
    """What is to be called, with which arguments, and in which form its answer is printed."""

    operation: Operation
    method: str
    arguments: dict[str, object]
    form: Form


async def carry_out(order: Order) -> int:
    """Call it and print the answer."""
    async with connected() as leadlex:
        resource: object = getattr(leadlex, order.operation.resource)
        method: Callable[..., object] = getattr(resource, order.method)
        try:
            answer = method(**order.arguments)
            if isinstance(answer, ChatStream) and order.form == "csv":  # until it is entered, nothing is sent
                raise click.UsageError("a stream has no --csv; use --json", click.get_current_context(silent=True))
            await _print(await answer if isawaitable(answer) else answer, order)
        except asyncio.CancelledError:
            changes = order.operation.op.method != "GET" and leadlex.requests_sent
            raise Stopped("stopped; the request may have been carried out" if changes else "stopped") from None
    return 0


async def _print(answer: object, order: Order) -> None:
    columns = columns_of(_row_kind(order.operation.op.returns))
    if isinstance(answer, ChatStream):
        await _print_chat(answer, order.form)
    elif isinstance(answer, Export):
        await _print_stream(answer, [], "json" if order.form == "json" else "csv")
    elif isinstance(answer, AsyncIterator):
        await _print_stream(cast("AsyncIterator[object]", answer), columns, order.form)
    elif isinstance(answer, Page):
        page = cast("Page[object]", answer)
        print_rows([as_row(each) for each in page.items], columns, order.form)
        _tell_more(page)
    elif isinstance(answer, Sequence):
        print_rows([as_row(each) for each in cast("Sequence[object]", answer)], columns, order.form)
    elif answer is not None:
        print_record(answer, order.form)
    else:
        report.say("done", err=True)


def _row_kind(returns: object) -> object:
    return next(iter(get_args(returns)), None)


def _tell_more(page: Page[object]) -> None:
    pages = page.total_pages
    if pages is not None and pages > 1:
        report.say(f"page {page.page} of {pages:,}, {page.total:,} rows in all; --all walks all pages", err=True)


async def _print_stream(rows: AsyncIterator[object], columns: Sequence[str], form: Form) -> None:
    """Rows as they come; a table must see all of them first."""
    if form == "people":
        print_rows([as_row(each) async for each in rows], columns, form)
        return
    stream = Rows(columns, form)
    async for each in rows:
        stream.add(each)


async def _print_chat(events: ChatStream, form: Form) -> None:
    """The answer piece by piece; what Lexi does meanwhile goes to stderr."""
    async with events:
        async for event in events:
            if form == "people":
                _print_piece(event)
            else:
                report.put(json_line(as_event(event)))
    if form == "people":
        report.put("")


def as_event(event: ChatEvent) -> Row:
    """An event of a chat as JSON, under the name that it has in the stream."""
    return {"event": event.name if isinstance(event, UnknownChatEvent) else EVENTS[type(event)], **as_row(event)}


def _print_piece(event: ChatEvent) -> None:
    if isinstance(event, TextDelta):
        report.put(safe(event.delta, LINES), end="")
    elif isinstance(event, ToolStep):
        report.say(one_line(f"[{event.tool}: {event.status}]"), err=True)
    elif isinstance(event, Thinking):
        report.say(one_line(f"[{event.text}]"), err=True)
