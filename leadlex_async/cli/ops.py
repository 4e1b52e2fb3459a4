"""``leadlex ops``: every documented operation, and how Python calls it."""

from __future__ import annotations

import json
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING

import click

from . import report

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..catalog import Operation

HEAD = """# The API

Every documented operation of LeadLex and the method that calls it. This page is made by `leadlex ops --markdown`.

*Permission* is the one that the operation's page names, *Again* tells whether a request whose answer was lost is sent
again: `reads` change nothing, `key` stands for an `Idempotency-Key`, sent by itself or given as `idempotency_key`.
Arguments in brackets may be left out. Methods in one row are forms of one call.
"""


@click.command(short_help="List every operation of the API.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.option("--markdown", is_flag=True, help="As the page docs/api.md.")
def ops(*, as_json: bool, markdown: bool) -> None:
    """List every operation of the API: method, path, permission, credits, and its name in Python."""
    from ..catalog import operations

    known = operations()
    lines = _json(known) if as_json else _markdown(known) if markdown else _table(known)
    report.say("\n".join(lines))


def _json(known: Iterable[Operation]) -> Iterator[str]:
    for each in known:
        facts = {
            "name": each.name,
            "methods": [*each.methods],
            "method": each.op.method,
            "path": each.op.path,
            "scope": each.op.scope,
            "credits": each.op.credits,
            "idempotent": each.op.idempotent,
            "parameters": {name: taken.place for name, taken in each.parameters.items()},
            "required": [name for name, taken in each.parameters.items() if taken.required],
        }
        yield json.dumps(facts)


def _table(known: Iterable[Operation]) -> Iterator[str]:
    rows: list[tuple[str, ...]] = [
        (each.name, each.op.method, each.op.path, each.op.scope, each.op.credits) for each in known
    ]
    rows.insert(0, ("PYTHON", "METHOD", "PATH", "PERMISSION", "CREDITS"))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _markdown(known: Iterable[Operation]) -> Iterator[str]:
    yield HEAD
    for resource, group in groupby(known, attrgetter("resource")):
        yield f"## {resource}\n"
        yield "| Python | What it does | Operation | Permission | Credits | Again |"
        yield "|---|---|---|---|---|---|"
        for each in group:
            again = "reads" if each.op.method == "GET" else "key" if each.op.idempotent else ""
            calls = ", ".join(f"`{method}`" for method in each.methods)
            scope = f"`{each.op.scope}`" if each.op.scope else ""
            does = each.summary.replace("``", "`").replace("|", "\\|")
            call = f"{calls}({_arguments(each)})"
            yield f"| {call} | {does} | `{each.op.label}` | {scope} | {each.op.credits} | {again} |"
        yield ""


def _arguments(operation: Operation) -> str:
    taken = sorted(operation.parameters.values(), key=lambda each: (not each.required, each.place != "path"))
    return ", ".join(each.name if each.required else f"[{each.name}]" for each in taken)
