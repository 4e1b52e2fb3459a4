"""One record for people: an outline of its fields."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .safe import one_line, safe
from .table import painted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .._http.wire import JSONValue

STEP = "  "
BLANK: tuple[JSONValue, ...] = (None, "", [], {})


def outline(record: dict[str, JSONValue], indent: str = "") -> Iterator[str]:
    """The lines of an outline; what is empty is left out."""
    for name, value in record.items():
        if value in BLANK:
            continue
        text = brief(value)
        if text is None:
            yield f"{indent}{one_line(name)}:"
            yield from _block(value, indent + STEP)
        else:
            yield f"{indent}{one_line(name)}: {painted(text, text)}"


def brief(value: JSONValue) -> str | None:
    """A value that takes one line, on that line; None for what takes more."""
    if isinstance(value, list):
        parts = [brief(each) for each in value]
        flat = all(part is not None and not isinstance(each, list) for part, each in zip(parts, value, strict=True))
        return ", ".join(part or "" for part in parts) if flat else None
    if isinstance(value, dict) or (isinstance(value, str) and "\n" in value.strip()):
        return None
    if value is None or isinstance(value, bool):
        return {None: "", True: "true", False: "false"}[value]
    return one_line(str(value))


def _block(value: JSONValue, indent: str) -> Iterator[str]:
    if isinstance(value, dict):
        yield from outline(value, indent)
    elif isinstance(value, list):
        for each in value:
            lines = [*_block(each, indent + STEP)]
            yield from (f"{indent}- {line[len(indent + STEP) :]}" if at == 0 else line for at, line in enumerate(lines))
    else:
        yield from (f"{indent}{safe(line)}".rstrip() for line in str(value).strip().splitlines())
