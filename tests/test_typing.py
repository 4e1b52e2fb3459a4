"""What type checkers see: ``tests/typed`` asserts the type of every call, and no call gives an unknown one."""

from __future__ import annotations

import ast
from collections.abc import Hashable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args, get_origin, get_type_hints, is_typeddict

import attrs
import pytest

from leadlex_async import catalog
from leadlex_async.bulk.campaigns import Campaigns

if TYPE_CHECKING:
    from collections.abc import Iterator

FILES = sorted((Path(__file__).parent / "typed").glob("*.py"))
KINDS = {**catalog.kinds(), "campaigns": Campaigns}
METHODS = [
    (resource, name)
    for resource, kind in KINDS.items()
    for name in dir(kind)
    if not name.startswith("_") and callable(getattr(kind, name))
]
MISUSES = {"call-arg", "arg-type", "list-item", "typeddict-item"}


def called(node: ast.AST) -> tuple[str, str] | None:
    """The resource and the method of ``leadlex.<resource>.<method>(...)``, awaited or not."""
    node = node.value if isinstance(node, ast.Await) else node
    match node:
        case ast.Call(func=ast.Attribute(ast.Attribute(ast.Name("leadlex"), resource), method)):
            return resource, method
        case _:
            return None


def asserted() -> Iterator[tuple[str, str]]:
    """The calls whose types are asserted."""
    for node in (node for file in FILES for node in ast.walk(ast.parse(file.read_text("utf-8")))):
        match node:
            case ast.Call(func=ast.Name("assert_type"), args=[call, _]) if found := called(call):
                yield found
            case _:
                pass


def test_the_type_of_every_call_is_asserted() -> None:
    """A new method needs a line in ``tests/typed``, and one that is gone has none."""
    assert sorted(set(asserted())) == sorted(METHODS)


@pytest.mark.parametrize("resource", KINDS)
def test_every_resource_is_misused(resource: str) -> None:
    """Each resource has lines that a type checker must refuse."""
    lines = [line for file in FILES for line in file.read_text("utf-8").splitlines() if f" leadlex.{resource}." in line]
    found = [line.partition("# type: ignore[")[2].rstrip("]") for line in lines if "# type: ignore[" in line]
    assert set(found) <= MISUSES
    assert "call-arg" in found
    assert len(found) >= 2


def test_an_error_that_is_not_there_is_one() -> None:
    """Both checkers say so where an expected error is none: mypy by its strictness, pyright where a file asks."""
    for file in FILES:
        assert file.read_text("utf-8").startswith("# pyright: reportUnnecessaryTypeIgnoreComment=true\n")


def parts(hint: object, seen: set[object]) -> Iterator[object]:
    """A type and all it is made of, down to the fields of records and bodies; what may be any JSON is one part."""
    yield hint
    if is_json(hint):
        return
    for part in get_args(hint):
        yield from parts(part, seen)
    if isinstance(hint, type) and (attrs.has(hint) or is_typeddict(hint)) and hint not in seen:
        seen.add(hint)
        for each in get_type_hints(hint).values():
            yield from parts(each, seen)


def is_json(hint: object) -> bool:
    """Whether a type says that any JSON may be there, which is all that is known of some fields."""
    return {dict, list} <= {get_origin(part) for part in get_args(hint)}


BARE = {Any, object, dict, list, tuple, Mapping, Sequence}


@pytest.mark.parametrize("operation", catalog.operations(), ids=lambda operation: operation.name)
def test_no_call_gives_an_unknown_type(operation: catalog.Operation) -> None:
    """No ``Any``, no bare container, no rows without names: what comes back is a record, or a list of records."""
    for method in operation.methods:
        gives: object = get_type_hints(getattr(operation.kind, method))["return"]
        found = [*parts(gives, set())]
        assert [part for part in found if isinstance(part, Hashable) and part in BARE] == [], method
        assert [part for part in (gives, *get_args(gives)) if get_origin(part) in {dict, Mapping}] == [], method
        assert [part for part in found if get_origin(part) is dict] == [], method


@pytest.mark.parametrize("operation", catalog.operations(), ids=lambda operation: operation.name)
def test_no_call_takes_an_unknown_type(operation: catalog.Operation) -> None:
    """What is given is checked as well: no parameter takes just anything."""
    for parameter in operation.parameters.values():
        found = [*parts(parameter.type, set())]
        assert [part for part in found if isinstance(part, Hashable) and part in BARE] == [], parameter.name
