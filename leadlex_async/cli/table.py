"""Tables for people, as wide as the terminal."""

from __future__ import annotations

import os
import shutil
import sys
import unicodedata
from typing import TYPE_CHECKING

import click

from . import report
from .safe import colourful, on_terminal, one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

GAP = "  "
LEAST = 12
"""Columns that a long text keeps before whole columns of the table are left out."""
WHOLE = 40
"""Columns up to which what has no spaces, ids above all, is never cut."""
ELLIPSIS = "…"
COLOURS = {
    **dict.fromkeys(("approved", "completed", "active", "ok", "success"), "green"),
    **dict.fromkeys(("dismissed", "failed", "fail", "gone"), "red"),
    **dict.fromkeys(("pending", "pending_approval", "paused", "warn"), "yellow"),
}


def show(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table on stdout; columns that do not fit are left out, which is said on stderr."""
    lines, shown = lines_of(titles, rows)
    for line in lines:
        report.put(line)
    if left_out := [each.lower() for each in titles[shown:]]:
        report.say(f"too narrow for: {', '.join(left_out)}; --json shows all", err=True)


def lines_of(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> tuple[list[str], int]:
    """The lines of a table, and how many of its columns fit."""
    cells = [[one_line(cell) for cell in row] for row in rows]
    columns = [*zip(titles, *cells, strict=True)]
    widths = _fitted(columns, room())
    numeric = [all(map(_is_number, column[1:])) for column in columns]
    titled = [_line(titles, widths, numeric, title=True)]
    return titled + [_line(row, widths, numeric) for row in cells], len(widths)


def room() -> int:
    """The columns of the terminal, or those that ``COLUMNS`` promises; in a pipe there is no end."""
    if on_terminal(sys.stdout) or os.environ.get("COLUMNS", "").isdecimal():
        return max(1, shutil.get_terminal_size().columns)
    return sys.maxsize


def width_of(text: str) -> int:
    """The columns that a text takes."""
    return len(text) if text.isascii() else sum(map(_width, text))


def cut(text: str, width: int) -> str:
    """The text, or as much of its beginning as fits, and an ellipsis."""
    if width_of(text) <= width:
        return text
    kept, left = "", width - 1
    for each in text:
        left -= _width(each)
        if left < 0:
            break
        kept += each
    return kept + ELLIPSIS


def painted(text: str, word: str) -> str:
    """The text in the colour of the word it stands for, if stdout has colours."""
    return click.style(text, fg=COLOURS[word]) if word in COLOURS and colourful() else text


def _fitted(columns: Sequence[Sequence[str]], room: int) -> list[int]:
    """The widths of the columns that are shown: long texts are cut down first, then the last columns left out."""
    widths = [max(map(width_of, column)) for column in columns]
    floors = [_floor(column, width) for column, width in zip(columns, widths, strict=True)]
    while len(floors) > 1 and _total(floors) > room:
        floors.pop()
    del widths[len(floors) :]
    while _total(widths) > room and widths != floors:
        _, widest = max((width, at) for at, width in enumerate(widths) if width > floors[at])
        widths[widest] -= 1
    return [min(widths[0], room), *widths[1:]]


def _floor(column: Sequence[str], width: int) -> int:
    whole = width <= WHOLE and not any(" " in cell for cell in column)
    return width if whole else min(width, max(width_of(column[0]), LEAST))


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + len(GAP) * (len(widths) - 1)


def _line(row: Sequence[str], widths: Sequence[int], numeric: Sequence[bool], *, title: bool = False) -> str:
    return GAP.join(_cells(row, widths, numeric, title=title)).rstrip()


def _cells(row: Sequence[str], widths: Sequence[int], numeric: Sequence[bool], *, title: bool) -> Iterator[str]:
    for at, width in enumerate(widths):
        text = cut(row[at], width)
        space = " " * (width - width_of(text))
        shown = click.style(text, bold=True) if title and colourful() else painted(text, row[at])
        yield space + shown if numeric[at] else shown + space if at < len(widths) - 1 else shown


def _is_number(text: str) -> bool:
    return text.removesuffix(" %").replace(",", "").replace(".", "").isdecimal()


def _width(character: str) -> int:
    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1
