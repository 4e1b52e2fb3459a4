"""Every method says what it answers and which page it is documented on."""

from __future__ import annotations

import inspect
import re
from collections.abc import AsyncIterator, Callable
from types import NoneType
from typing import TYPE_CHECKING, cast, get_args, get_origin, get_type_hints

import attrs
import pytest
from contract_table import PAIRS, TABLE, Documented, by_operation

from leadlex_async import Page, catalog
from leadlex_async.resources._chat import ChatStream
from leadlex_async.resources._csv import Rows

if TYPE_CHECKING:
    from leadlex_async.catalog import Operation

Method = Callable[..., object]

WRAPPERS = {AsyncIterator, Page, list}
STREAMS: dict[object, str] = {ChatStream: "text/event-stream", Rows: "text/csv"}
PAGES = {page for documented in TABLE.values() for page in documented.pages}
SLUG = re.compile(r" \(([a-z-]+/[a-z-]+(?:, [a-z-]+/[a-z-]+)*)\)\.$", re.MULTILINE)

METHODS = [
    pytest.param(
        documented, operation, cast("Method", getattr(operation.kind, name)), id=f"{operation.resource}.{name}"
    )
    for documented, operation in PAIRS
    for name in operation.methods
]
MADE_OF_SEVERAL = {("webhooks", "ensure")}
by_method = pytest.mark.parametrize(("documented", "operation", "method"), METHODS)


def answered(method: Method) -> object:
    """The annotation of what a method answers."""
    return cast("object", get_type_hints(method)["return"])


@pytest.mark.parametrize("resource", catalog.kinds())
def test_every_public_method_is_an_operation(resource: str) -> None:
    """There is nothing on a resource that no page documents, but what is made of several operations."""
    kind = catalog.kinds()[resource]
    public = {name for name, _ in inspect.getmembers(kind, callable) if not name.startswith("_")}
    known = {name for _, operation in PAIRS if operation.resource == resource for name in operation.methods}
    assert public - known == {name for kind, name in MADE_OF_SEVERAL if kind == resource}
    assert known <= public


@by_method
def test_every_argument_has_a_type(documented: Documented, operation: Operation, method: Method) -> None:
    """None is left to guess, and none may be anything."""
    hints = get_type_hints(method)
    assert {*inspect.signature(method).parameters} - {"self"} == {*hints} - {"return"}
    assert not {object, dict, list} & {*map(type_alone, hints.values())}
    assert documented.label == operation.op.label


def type_alone(kind: object) -> object:
    """A type that has no parameters; nothing else is of interest."""
    return kind if isinstance(kind, type) else None


@by_method
def test_what_is_answered_has_a_type(documented: Documented, operation: Operation, method: Method) -> None:
    """A record, or pages, lists and iterators of records; plain text for tags, None for nothing."""
    kind = answered(method)
    if kind in STREAMS:
        assert documented.content_type == STREAMS[kind]
        return
    row = get_args(kind)[0] if get_origin(kind) in WRAPPERS else kind
    assert row is (NoneType if documented.no_content else str if documented.items else row)
    assert (isinstance(row, type) and attrs.has(row)) != (row in {str, NoneType})
    if get_origin(kind) is not AsyncIterator:
        assert kind == operation.op.returns
        assert inspect.iscoroutinefunction(method)
    else:
        assert operation.op.paged
        assert Page[row] == operation.op.returns  # type: ignore[valid-type]  # a type known at run time


@by_method
def test_the_docstring_names_the_page(documented: Documented, operation: Operation, method: Method) -> None:
    """At the end of a paragraph, so that a reader finds the rest."""
    (slugs,) = SLUG.findall(inspect.getdoc(method) or "")
    assert {*slugs.split(", ")} <= {*documented.pages}, operation.name


@by_operation
def test_every_page_is_named(documented: Documented, operation: Operation) -> None:
    """By one of the methods that call its operation."""
    texts = [inspect.getdoc(getattr(operation.kind, name)) or "" for name in operation.methods]
    assert {page for text in texts for slugs in SLUG.findall(text) for page in slugs.split(", ")} == {*documented.pages}
