"""What commands print: for people, as JSON, as CSV."""

from __future__ import annotations

import csv
import io
import re
import sys
from typing import TYPE_CHECKING

from . import report
from .outline import brief, outline
from .records import as_row, fields
from .safe import json_line, on_terminal, safe
from .table import show

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .._http.wire import JSONValue
    from .options import Form
    from .records import Row

BREAK = "\r\n"
"""Cells that hold one of these are quoted because of it."""
MOMENT = re.compile(r"^(\d{4}-\d\d-\d\dT\d\d:\d\d):\d\d(\.\d+)?Z$")
"""Nobody looks for seconds in a table."""


def print_record(record: object, form: Form) -> None:
    """Print one record."""
    row = as_row(record)
    if form == "people":
        for line in outline(row):
            report.put(line)
    else:
        print_rows([row], [*row], form)


def print_rows(rows: Sequence[Row], columns: Sequence[str], form: Form) -> None:
    """Print rows; the columns are those of the CSV."""
    if form == "people":
        print_table(rows, columns)
    else:
        stream = Rows(columns, form)
        for row in rows:
            stream.add(row)


def print_table(rows: Sequence[Row], columns: Sequence[str]) -> None:
    """Print those of the columns in which something stands that fits into a cell."""
    cells = {name: [_text(row.get(name)) for row in rows] for name in columns}
    useful = [name for name, column in cells.items() if any(column)]
    if not rows:
        report.say("there are none", err=True)
    elif useful:
        show([name.upper() for name in useful], [[cells[name][at] or "" for name in useful] for at in range(len(rows))])


class Rows:
    """Rows that are printed as they come, as CSV or JSON; the title line of the CSV comes first, and always."""

    def __init__(self, columns: Iterable[str], form: Form) -> None:
        self._columns = [*columns]
        self._csv = form == "csv"
        if self._csv and self._columns:
            self._put(self._columns)

    def add(self, record: object) -> None:
        """Print one; without columns those of the first row are taken."""
        row = as_row(record)
        if not self._csv:
            report.put(json_line(row))
            return
        if not self._columns:
            self._columns = [*row]
            self._put(self._columns)
        self._put([_cell(row.get(name)) for name in self._columns])

    def _put(self, cells: Sequence[str]) -> None:
        line = io.StringIO()
        csv.writer(line, lineterminator=BREAK).writerow(cells)
        text = line.getvalue().removesuffix(BREAK)
        # In a pipe it is data; a terminal must not obey what is in a name.
        report.put(safe(text) if on_terminal(sys.stdout) else text)


def _text(value: JSONValue) -> str | None:
    """What a cell of a table has; None for what does not fit into one."""
    if isinstance(value, str):
        return MOMENT.sub(r"\1Z", value)
    return brief(value)


def columns_of(kind: object) -> list[str]:
    """The columns that rows of this type have, whether there are any or not."""
    return fields(kind) if isinstance(kind, type) else []


def _cell(value: JSONValue) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return json_line(value)
