"""The operations are those documented: method, path, permission, kind of answer."""

from __future__ import annotations

import inspect
import re
from types import NoneType
from typing import TYPE_CHECKING, get_origin

from contract_table import OURS, TABLE, Documented, by_operation

from leadlex_async.sandbox.routes import TABLE as ROUTES

if TYPE_CHECKING:
    from leadlex_async.catalog import Operation

ROUTED = [route.label for route in ROUTES.routes]

ABSENT = {"", "text/csv", "text/event-stream"}
"""Kinds of answers that are no JSON, so no record is made of them."""


def test_all_operations_are_there() -> None:
    """All 140, and none that is not documented."""
    assert sorted(OURS) == sorted(TABLE)
    assert len(TABLE) == 140


def test_the_table_names_each_operation_once() -> None:
    """In the order of paths, so that it is easily found; no page documents two operations."""
    paths = [one.path for one in TABLE.values()]
    assert paths == sorted(paths)
    assert sum(len(one.pages) for one in TABLE.values()) == len({page for one in TABLE.values() for page in one.pages})


@by_operation
def test_the_permission_is_the_documented_one(documented: Documented, operation: Operation) -> None:
    """One scope, or none where the page names none; what an option needs besides is told by the method."""
    assert operation.op.scope == documented.scope
    told = "".join(inspect.getdoc(getattr(operation.kind, name)) or "" for name in operation.methods)
    for option, scope in documented.scope_if.items():
        assert f"``{option}`` needs the scope ``{scope}``" in told


@by_operation
def test_idempotency_is_as_documented(documented: Documented, operation: Operation) -> None:
    """Only what documents the key may be sent twice, besides what only reads."""
    assert operation.op.idempotent == documented.idempotency_key
    assert operation.op.safe == (documented.method == "GET" or documented.idempotency_key)


@by_operation
def test_credits_are_named_where_they_are_charged(documented: Documented, operation: Operation) -> None:
    """The pages name a price, so the operation does."""
    assert bool(operation.op.credits) == documented.credits


@by_operation
def test_the_kind_of_answer_is_the_documented_one(documented: Documented, operation: Operation) -> None:
    """No body, a stream, a page, a list or a record."""
    op = operation.op
    assert documented.no_content == (documented.content_type == "")
    assert (op.returns is NoneType) == (documented.content_type in ABSENT)
    assert op.paged == (documented.paging is not None)
    assert (op.paged or get_origin(op.returns) is list) == documented.many


@by_operation
def test_the_envelope_is_the_documented_one(documented: Documented, operation: Operation) -> None:
    """The payload is looked for where the page has it.

    Where that is ``data`` itself, a record may also lie under its own name: the newer pages wrap single records, and
    the older ones may follow. A payload that is no record, a count for instance, has no name to lie under.
    """
    accepted = {documented.envelope} if documented.envelope else {"", *names(documented.path)}
    assert operation.op.envelope in accepted


def names(path: str) -> set[str]:
    """The names that the record of a path may have: that of its last collection, for one and for many."""
    collection = [part for part in path.split("/") if not part.startswith("{") and part != "bulk"][-1].replace("-", "_")
    return {collection, f"{collection[:-3]}y" if collection.endswith("ies") else collection.removesuffix("s")}


@by_operation
def test_the_sandbox_has_a_route(documented: Documented, operation: Operation) -> None:
    """A literal path wins over one with an argument in its place: ``/contacts/export`` is no contact."""
    path = re.sub(r"{\w+}", "x", documented.path)
    assert documented.label in ROUTED
    assert ROUTES.find(documented.method, path)[0].op is operation.op
