"""Reading campaign ids: one a line, or a column of a CSV."""

from __future__ import annotations

import csv
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TextIO

import click

if TYPE_CHECKING:
    from collections.abc import Iterator

    Ids = Iterator[tuple[int, str]]

NAMES = {"id", "campaign_id"}
"""What a column of ids is called where nobody says."""
DELIMITERS = ",;\t"
SHOWN = 60


class _Rows(Protocol):
    """What ``csv.reader`` returns, whose type has no public name."""

    @property
    def line_num(self) -> int: ...

    def __next__(self) -> list[str]: ...

    def __iter__(self) -> Iterator[list[str]]: ...


def campaign_ids(file: str, column: str | None) -> list[str]:
    """All ids, each of them checked: what is wrong with one is told before the first start is sent."""
    name = "stdin" if file == "-" else file
    try:
        with _opened(file) as lines:
            ids = [_checked(name, line, text) for line, text in _numbered(name, lines, column)]
    except OSError as error:
        raise click.BadParameter(f"{name} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise click.BadParameter(f"{name} is not UTF-8 text; save it as UTF-8") from None
    except csv.Error as error:
        raise click.BadParameter(f"{name} is no CSV: {error}") from None
    if not ids:
        raise click.BadParameter(f"{name} holds no campaign ids")
    return ids


def _opened(file: str) -> TextIO:
    if file == "-":
        return open(0, encoding="utf-8-sig", newline="", closefd=False)
    return Path(file).open(encoding="utf-8-sig", newline="")


def _numbered(name: str, lines: Iterator[str], column: str | None) -> Ids:
    """Ids and the lines they stand in."""
    skipped, first = next((found for found in enumerate(lines) if _matters(found[1])), (0, ""))
    no_titles: list[str] = []
    delimiter = max(DELIMITERS, key=first.count)
    titles = [title.strip() for title in next(csv.reader([first], delimiter=delimiter), no_titles)]
    place = _place(name, titles, column)
    rows = chain([first], lines)
    if place is not None:
        return _cells(name, csv.reader(rows, delimiter=delimiter, strict=True), place, skipped)
    return _lines(name, rows, skipped)


def _matters(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


def _place(name: str, titles: list[str], column: str | None) -> int | None:
    """Which column holds the ids; None where there are no columns."""
    if column is None:
        known = [place for place, title in enumerate(titles) if title.casefold() in NAMES]
        return known[0] if len(known) == 1 else None
    places = [place for place, title in enumerate(titles) if title == column.strip()]
    if len(places) != 1 and titles:
        trouble = "several columns" if places else "no column"
        raise click.BadParameter(f"{name} has {trouble} {column!r}; its first line is {', '.join(titles)[:SHOWN]!r}")
    return places[0] if places else None


def _lines(name: str, lines: Iterator[str], skipped: int) -> Ids:
    for number, line in enumerate(lines, skipped + 1):
        if not _matters(line):
            continue
        if any(mark in line.strip() for mark in DELIMITERS):
            shown = line.strip()[:SHOWN]
            raise click.BadParameter(f"{name} line {number}: {shown!r} is no campaign id; for a CSV use --column NAME")
        yield number, line


def _cells(name: str, rows: _Rows, place: int, skipped: int) -> Ids:
    width = len(next(rows))
    for row in rows:
        if not any(cell.strip() for cell in row) or row[0].lstrip().startswith("#"):
            continue
        if len(row) != width:
            raise click.BadParameter(
                f"{name} line {rows.line_num + skipped} has another number of cells than the first line"
            )
        yield rows.line_num + skipped, row[place]


def _checked(name: str, line: int, text: str) -> str:
    """An id that can stand in a path."""
    text = text.strip()
    if len(text.split()) != 1 or text in {".", ".."} or not text.isprintable():
        raise click.BadParameter(f"{name} line {line}: {text[:SHOWN]!r} is no campaign id")
    return text
