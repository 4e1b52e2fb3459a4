"""Exports: rows of text out of a stream of CSV that may be cut anywhere, and may break off."""

from __future__ import annotations

import csv
import io
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings, strategies as st

from leadlex_async import DecodeError, LeadLex, RateLimited, Request, Response, Stream, TransportError, ValidationError
from leadlex_async.resources._csv import LONGEST_RECORD, CSVParser
from leadlex_async.sandbox import Fault

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator

    from leadlex_async.sandbox import Sandbox

EXPORT = "GET /v1/contacts/export"
cells = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=8)


def parsed(text: bytes, size: int) -> list[list[str]]:
    """The records of a file that comes in pieces of some size."""
    parser = CSVParser()
    found = [record for at in range(0, len(text), size) for record in parser.feed(text[at : at + size])]
    rest = parser.rest()
    return [*found, rest] if rest else found


@settings(max_examples=300, deadline=None)
@given(
    rows=st.lists(st.lists(cells, min_size=2, max_size=4), max_size=5),
    end=st.sampled_from(["\n", "\r\n"]),
    size=st.integers(1, 7),
    ended=st.booleans(),
)
def test_what_was_written_is_read(rows: list[list[str]], end: str, size: int, *, ended: bool) -> None:
    """Quotes, commas, line breaks, any alphabet, with or without a line break at the end."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator=end, quoting=csv.QUOTE_ALL).writerows(rows)
    written = text.getvalue() if ended else text.getvalue().removesuffix(end)
    assert parsed(written.encode(), size) == rows


def test_a_byte_order_mark_is_no_part_of_a_name() -> None:
    """Spreadsheets write one."""
    assert parsed("\ufeffid,name\n1,Ärger\n".encode(), 1) == [["id", "name"], ["1", "Ärger"]]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b'id,name\n1,"An', "ends inside a cell"),
        (b"id\ra,name\n", "no CSV"),
        (b'"' + b"x" * LONGEST_RECORD + b"\n", "too large"),
    ],
)
def test_what_is_no_csv_is_an_error(text: bytes, reason: str) -> None:
    """Nothing is guessed and nothing fills the memory."""
    with pytest.raises(DecodeError, match=reason):
        parsed(text, 2**16)


async def people(leadlex: LeadLex, count: int) -> None:
    """So many contacts."""
    await leadlex.contacts.create_many(
        [
            {
                "full_name": f"Person {n:03}",
                "email": f"p{n}@example.com",
                "tags": ["VIP", "Basel"],
                "company": 'Lee "&" Co',
            }
            for n in range(count)
        ]
    )


async def test_contacts_come_as_rows(leadlex: LeadLex) -> None:
    """Named by the columns asked for, in their order; values are text."""
    await people(leadlex, 3)
    rows = [row async for row in leadlex.contacts.export(fields=["full_name", "company_name", "tags", "phone"])]
    assert rows[0] == {"full_name": "Person 000", "company_name": 'Lee "&" Co', "tags": "VIP,Basel", "phone": ""}
    assert len(rows) == 3


async def test_an_export_may_be_left_early(leadlex: LeadLex, sandbox: Sandbox) -> None:
    """The connection closes, and the client goes on."""
    await people(leadlex, 500)
    async with leadlex.contacts.export(limit=400) as rows:
        async for row in rows:
            assert row["full_name"] == "Person 000"
            break
    assert [row async for row in rows] == []
    assert (await leadlex.contacts.list()).total == 500
    assert sandbox.count(EXPORT) == 1


async def test_filters_choose(leadlex: LeadLex) -> None:
    """Tags must all be there; companies and deals have filters of their own."""
    await people(leadlex, 2)
    await leadlex.contacts.create(full_name="Bo", tags=["VIP"])
    chosen = [row["full_name"] async for row in leadlex.contacts.export(tag=["VIP", "Basel"])]
    assert chosen == ["Person 000", "Person 001"]
    await leadlex.companies.create(name="Lee AG", country="CH")
    await leadlex.companies.create(name="Lee Inc", country="US")
    assert [row["name"] async for row in leadlex.companies.export(country="CH")] == ["Lee AG"]
    await leadlex.deals.create(name="Retainer", estimated_value=5, status="won")
    await leadlex.deals.create(name="Will")
    assert [row["name"] async for row in leadlex.deals.export(status="open")] == ["Will"]


async def test_an_export_that_breaks_off_says_so(leadlex: LeadLex, sandbox: Sandbox) -> None:
    """What came before is not taken for the whole."""
    await people(leadlex, 50)
    sandbox.fault(Fault("truncated", EXPORT))
    seen: list[dict[str, str]] = []
    with pytest.raises(TransportError):
        seen.extend([row async for row in leadlex.contacts.export()])
    assert seen == []


async def test_an_export_has_limits(leadlex: LeadLex, sandbox: Sandbox) -> None:
    """50,000 rows at most, known columns only, ten an hour for the workspace."""
    with pytest.raises(ValidationError):
        [row async for row in leadlex.contacts.export(limit=50_001)]
    with pytest.raises(ValidationError):
        [row async for row in leadlex.contacts.export(fields=["shoe_size"])]
    for _ in range(10):
        assert [row async for row in leadlex.companies.export()] == []
    with pytest.raises(RateLimited):
        [row async for row in leadlex.contacts.export()]
    sandbox.advance(3600)
    assert [row async for row in leadlex.contacts.export()] == []


class Papers:
    """A transport that answers every request with one file."""

    def __init__(self, text: bytes) -> None:
        self._text = text

    async def send(self, request: Request) -> Response:
        """Not used by exports."""
        raise NotImplementedError(request.url)

    @asynccontextmanager
    async def open(self, request: Request) -> AsyncGenerator[Stream]:
        """The file, in pieces of five bytes."""
        assert request.headers["Accept"] == "text/csv"
        yield Stream(200, {}, self._pieces())

    async def _pieces(self) -> AsyncIterator[bytes]:
        for at in range(0, len(self._text), 5):
            yield self._text[at : at + 5]

    async def aclose(self) -> None:
        """Nothing to close."""


@pytest.mark.parametrize("text", [b"id,name\n1,Ann\n2\n", b"id,name\n1,Ann\n2,Bo,3"])
async def test_a_shifted_row_is_an_error(text: bytes) -> None:
    """A row with too few or too many cells would put values under the wrong names."""
    async with LeadLex("wbk_test", base_url="https://leadlex.test", transport=Papers(text)) as leadlex:
        rows = leadlex.contacts.export()
        assert await anext(rows) == {"id": "1", "name": "Ann"}
        with pytest.raises(DecodeError, match="cells under 2 columns") as caught:
            await anext(rows)
    assert caught.value.operation == EXPORT


async def test_an_empty_cell_is_a_row_where_there_is_one_column() -> None:
    """It is written as an empty line; where there are more columns such a line is none."""
    for text, count in ((b"email\na\n\nb\n", 3), (b"email,name\na,b\n\n", 1)):
        async with LeadLex("wbk_test", base_url="https://leadlex.test", transport=Papers(text)) as leadlex:
            assert len([row async for row in leadlex.contacts.export()]) == count


def test_a_cell_of_very_many_lines_takes_no_longer_than_its_size() -> None:
    """Each line is looked at once: half a million of them are read, or refused, in no time."""
    text = b'a,b\n"' + b"\n" * 500_000 + b'",2\n'
    with pytest.raises(DecodeError, match="field larger than"):
        parsed(text, 2**16)


async def test_a_text_is_no_list_of_columns(leadlex: LeadLex, sandbox: Sandbox) -> None:
    """It would be asked for letter by letter."""
    with pytest.raises(ValidationError, match="must be a list"):
        leadlex.contacts.export(fields="email")
    with pytest.raises(ValidationError, match="must be a list"):
        await leadlex.contacts.get("c-1", include="notes")  # type: ignore[arg-type]
    assert sandbox.count() == 0


async def test_a_file_without_a_line_break_at_its_end() -> None:
    """The last row counts; a file of a header only, or of nothing, has no rows."""
    for text, names in ((b"name\nAnn\nBo", ["Ann", "Bo"]), (b"name\n", []), (b"name", []), (b"", [])):
        async with LeadLex("wbk_test", base_url="https://leadlex.test", transport=Papers(text)) as leadlex:
            assert [row["name"] async for row in leadlex.contacts.export()] == names
