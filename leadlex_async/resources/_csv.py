"""An exported file as an async iterator of rows, none of which waits for the rest of the file."""

from __future__ import annotations

import csv
from codecs import getincrementaldecoder
from typing import TYPE_CHECKING, Self, cast

from ..errors import DecodeError
from ._checks import require_list

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence

    from .._http.core import Core
    from .._http.op import Op

LONGEST_RECORD = 2**20
"""Characters; what has no end by then is no CSV."""

BLANK = [""]
"""A line with nothing in it: a row where the file has one column, else none."""


class Rows:
    """The rows of an export by column name, in the order of the file; nothing is sent before the first step.

    Iterate it, or enter it with ``async with`` to be sure that leaving early closes the connection at once. Values are
    text as the file has it: an empty cell is ``""``. A file that breaks off raises ``TransportError``.
    """

    def __init__(self, core: Core, op: Op[None], query: Mapping[str, object]) -> None:
        columns = require_list("fields", cast("Sequence[str]", query.get("fields") or ()))
        self._rows = _rows(core, op, {**query, "fields": ",".join(columns) or None})

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> dict[str, str]:
        return await anext(self._rows)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connection; the rest of the file is dropped."""
        await self._rows.aclose()


async def _rows(core: Core, op: Op[None], query: Mapping[str, object]) -> AsyncGenerator[dict[str, str], None]:
    request = core.request(op, query=query)
    request.headers = request.headers | {"Accept": "text/csv"}
    columns: list[str] | None = None
    async with core.stream(op, request) as stream:
        parser = CSVParser()
        async for chunk in stream.chunks:
            for record in parser.feed(chunk):
                if columns is not None and _is_row(record, columns):
                    yield _named(columns, record, op.label)
                elif columns is None and record != BLANK:
                    columns = record
    if (record := parser.rest()) and columns is not None and _is_row(record, columns):
        yield _named(columns, record, op.label)


def _is_row(record: list[str], columns: list[str]) -> bool:
    return record != BLANK or len(columns) == 1


def _named(columns: list[str], record: list[str], operation: str) -> dict[str, str]:
    if len(record) != len(columns):
        text = f"a row of the export has {len(record)} cells under {len(columns)} columns"
        raise DecodeError(text, operation=operation)
    return dict(zip(columns, record, strict=True))


def _cells(record: str) -> list[str]:
    try:
        return next(csv.reader([record])) or BLANK
    except csv.Error as error:
        raise DecodeError(f"a row of the export is no CSV: {error}") from None


class CSVParser:
    """Records out of bytes that may be cut anywhere; a cell in quotes may hold line breaks."""

    def __init__(self) -> None:
        self._decoder = getincrementaldecoder("utf-8-sig")(errors="replace")
        self._line = ""
        self._record = ""
        self._quoted = False
        """Whether the record so far ends inside a cell."""

    def feed(self, chunk: bytes) -> Iterator[list[str]]:
        """Take the next bytes and give the records they complete."""
        *lines, self._line = (self._line + self._decoder.decode(chunk)).split("\n")
        for line in lines:
            self._record += line + "\n"
            # An odd number of quotes: the line broke inside a cell. Doubled ones, which stand for one, do not matter.
            self._quoted ^= line.count('"') % 2 == 1
            if not self._quoted:
                record, self._record = self._record, ""
                yield _cells(record)
        if len(self._record) + len(self._line) > LONGEST_RECORD:
            raise DecodeError("a row of the export is too large")

    def rest(self) -> list[str]:
        """The last record, where no line break ends the file."""
        record = self._record + self._line
        if self._quoted ^ (self._line.count('"') % 2 == 1):
            raise DecodeError("the export ends inside a cell")
        return _cells(record) if record else []
