"""The sandbox describes itself: an OpenAPI document made of the SDK's own operations and types."""

from __future__ import annotations

from functools import cache
from types import NoneType
from typing import TYPE_CHECKING

import orjson

from .. import __version__
from ..catalog import operations
from .routes import TABLE
from .schema import Schema, schema_of

if TYPE_CHECKING:
    from .._http.op import Op
    from .._http.wire import JSONValue
    from ..catalog import Operation, Parameter

PATH = "/openapi.json"

_EVENT: Schema = {
    "type": "object",
    "required": ["event", "data"],
    "properties": {"event": {"type": "string"}, "data": {"type": "string"}},
}
_STREAMS: dict[str, tuple[str, Schema]] = {"/v1/lexi/chat/stream": ("text/event-stream", _EVENT)}
_FILE: tuple[str, Schema] = ("text/csv", {"type": "string"})
_ERROR: Schema = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message"],
            "properties": {
                "code": {"type": "string"},
                "message": {"type": "string"},
                "details": {"type": "object"},
            },
        }
    },
}
_META: Schema = {
    "type": "object",
    "required": ["page", "per_page", "total"],
    "properties": {name: {"type": "integer"} for name in ("page", "per_page", "total", "total_pages")},
}


@cache
def document() -> bytes:
    """The whole document, as JSON."""
    served = {route.label for route in TABLE.routes}
    paths: dict[str, dict[str, Schema]] = {}
    for operation in operations():
        if operation.op.label in served:
            paths.setdefault(operation.op.path, {})[operation.op.method.lower()] = _operation(operation)
    return orjson.dumps(
        {
            "openapi": "3.1.0",
            "info": {"title": "LeadLex sandbox", "version": __version__},
            "security": [{"key": []}],
            "components": {"securitySchemes": {"key": {"type": "http", "scheme": "bearer"}}},
            "paths": paths,
        }
    )


def _operation(operation: Operation) -> Schema:
    taken = operation.parameters.values()
    described: Schema = {
        "operationId": operation.name,
        "summary": operation.summary,
        "tags": [operation.resource],
        "parameters": [_parameter(each) for each in taken if each.place != "body"],
        "responses": {_status(operation.op): _answer(operation.op), "default": _content("application/json", _ERROR)},
    }
    body = [each for each in taken if each.place == "body"]
    if body:
        described["requestBody"] = _content("application/json", _object(body)) | {"required": True}
    return described


def _parameter(taken: Parameter) -> Schema:
    return {"name": taken.name, "in": taken.place, "required": taken.required, "schema": schema_of(taken.type)}


def _object(taken: list[Parameter]) -> Schema:
    required: list[JSONValue] = [each.name for each in taken if each.required]
    return {"type": "object", "properties": {each.name: schema_of(each.type) for each in taken}, "required": required}


def _status(op: Op[object]) -> str:
    return "204" if op.method == "DELETE" and op.returns is NoneType else "200"


def _answer(op: Op[object]) -> Schema:
    if _status(op) == "204":
        return {"description": "Done"}
    if op.returns is NoneType:
        return _content(*_STREAMS.get(op.path, _FILE))
    properties: Schema = {"data": _payload(op)}
    if op.paged and op.method == "GET":
        properties["meta"] = _META
    required: list[JSONValue] = [*properties]
    return _content("application/json", {"type": "object", "required": required, "properties": properties})


def _payload(op: Op[object]) -> Schema:
    """What lies in ``data``: the payload under its key, or bare where the page has it so."""
    payload = schema_of(op.returns)
    if not op.envelope:
        return payload
    properties: Schema = {op.envelope: payload}
    if op.paged and op.method == "POST":
        properties["pagination"] = _META
    wrapped: Schema = {"type": "object", "required": [*properties], "properties": properties}
    wrapped["additionalProperties"] = False
    return wrapped if op.paged or (op.method == "GET" and payload["type"] == "array") else {"anyOf": [wrapped, payload]}


def _content(kind: str, schema: Schema) -> Schema:
    return {"description": kind, "content": {kind: {"schema": schema}}}
