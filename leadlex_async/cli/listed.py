"""Printing all records of a kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from .clients import connected
from .forms import columns_of, print_rows
from .records import as_row

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from ..client import LeadLex
    from .options import Form
    from .records import Row

T = TypeVar("T")


async def print_all(
    kind: type[T],
    ask: Callable[[LeadLex], Awaitable[Sequence[T]]],
    shown: Callable[[T], Row],
    columns: Sequence[str],
    form: Form,
) -> None:
    """Ask for them and print them: people see these columns of what ``shown`` makes of each, data has all fields."""
    async with connected() as leadlex:
        found = await ask(leadlex)
    if form == "people":
        print_rows([shown(each) for each in found], columns, form)
    else:
        print_rows([as_row(each) for each in found], columns_of(kind), form)
