"""Calls made of nothing but types, over a transport that notes what would be sent."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Awaitable, Mapping
from typing import TYPE_CHECKING, cast

from contract_types import alternatives, kind_of

from leadlex_async import LeadLex
from leadlex_async.sandbox.schema import schema_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager

    from contract_table import Documented, Field

    from leadlex_async import Request, Response, Stream
    from leadlex_async.catalog import Operation
    from leadlex_async.sandbox.schema import Schema

KEY = "wbk_contract_0123456789"
SAMPLES: dict[str, object] = {"string": "x", "number": 1.0, "integer": 1, "boolean": True, "any": "x"}
ADDRESSES = {"url": "https://example.com/hook"}
"""Values that are not just any text."""


class SentError(Exception):
    """A request has passed all checks of the SDK."""

    def __init__(self, request: Request) -> None:
        super().__init__(f"{request.method} {request.url}")
        self.headers = request.headers


class Counter:
    """A transport that sends nothing and tells what would have been sent."""

    async def send(self, request: Request) -> Response:
        """Refuse to send."""
        raise SentError(request)

    def open(self, request: Request) -> AbstractAsyncContextManager[Stream]:
        """Refuse to send."""
        raise SentError(request)

    async def aclose(self) -> None:
        """There is nothing to close."""


async def call(operation: Operation, method: str, arguments: Mapping[str, object]) -> object:
    """Call a method, up to the first step of what is stepped through."""
    async with LeadLex(KEY, base_url="https://api.test", transport=Counter()) as leadlex:
        resource = cast("object", getattr(leadlex, operation.resource))
        called = cast("Callable[..., object]", getattr(resource, method))(**arguments)
        if isinstance(called, AsyncIterator):
            return await anext(cast("AsyncIterator[object]", called))
        return await cast("Awaitable[object]", called)


def least(documented: Documented, operation: Operation, method: str) -> dict[str, object]:
    """A value for each argument that a call needs to be sent."""
    arguments = needed(operation, method)
    groups = documented.one_of
    if documented.method == "PATCH" and not groups:  # an update must change something
        groups = [[field.name for field in documented.params if field.place == "body"]]
    for names in groups:
        if not {*names} & {*arguments}:
            arguments[names[0]] = value(operation, names[0])
    return arguments


def needed(operation: Operation, method: str) -> dict[str, object]:
    """A value for each argument that a method cannot be called without."""
    taken = inspect.signature(cast("Callable[..., object]", getattr(operation.kind, method))).parameters
    return {
        name: value(operation, name)
        for name, parameter in operation.parameters.items()
        if parameter.required or (name in taken and taken[name].default is inspect.Parameter.empty)
    }


def value(operation: Operation, name: str) -> object:
    """A value for one parameter."""
    return ADDRESSES.get(name, sample(type_of(operation, name)))


def type_of(operation: Operation, name: str) -> Schema:
    """The type of one parameter, the first where there are several."""
    return next(alternatives(schema_of(operation.parameters[name].type)))


def sample(schema: Schema) -> object:
    """Some value of a type."""
    schema = next(alternatives(schema))
    if "enum" in schema:
        return cast("list[object]", schema["enum"])[0]
    if schema.get("format") == "date-time":
        return "2026-04-17T14:30:00Z"
    if schema["type"] == "array":
        return [sample(cast("Schema", schema["items"]))]
    if schema["type"] == "object":
        parts = cast("dict[str, Schema]", schema.get("properties", {}))
        names = cast("list[str]", schema.get("required", [*parts][:1]))
        return {name: sample(parts[name]) for name in names}
    return SAMPLES[kind_of(schema)]


def sized(operation: Operation, field: Field, size: int) -> object:
    """A text, a list or an object of a size in the unit of the field."""
    schema = type_of(operation, field.name)
    if schema["type"] == "array":
        return [sample(cast("Schema", schema["items"]))] * size
    if schema["type"] == "object":
        return {"k": "x" * (size - len('{"k":""}'))}
    return "x" * (size * 4 // 3 if field.name.endswith("base64") else size)
