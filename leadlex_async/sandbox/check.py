"""What every request is checked for before its handler sees it: types, words, required fields, permission."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, cast

from ..catalog import operation
from .answers import Refusal
from .schema import Schema, faults, schema_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from .._http.op import Op
    from .._http.wire import JSONValue
    from .call import Call


class Check:
    """The check of one operation, made of its documented parameters; built when it is first called."""

    def __init__(self, op: Op[object], missing: str, codes: Mapping[str, str]) -> None:
        self._op = op
        self._missing = missing
        self._codes = codes

    def __call__(self, call: Call) -> None:
        """Refuse what does not fit."""
        if call.permissions is not None and not allows(call.permissions, self._op):
            raise Refusal(403, "insufficient_permissions", f"Missing required permission: {self._op.scope}")
        body, query = self._schemas
        found = dict(faults(body, call.body if body["properties"] else {}))
        found |= dict(faults(query, {name: _asked(call, name, each) for name, each in _given(call, query)}))
        if found:
            name, reason = next(iter(found.items()))
            code = self._codes.get(name.partition("[")[0]) or (self._missing if reason == "Required" else "")
            raise Refusal(400, code or "validation_error", f"{name}: {reason}", fields=found)

    @cached_property
    def _schemas(self) -> tuple[Schema, Schema]:
        taken = operation(self._op).parameters.values()
        return tuple(
            {
                "type": "object",
                "properties": {each.name: schema_of(each.type) for each in taken if each.place == place},
                "required": [each.name for each in taken if each.place == place and each.required],
            }
            for place in ("body", "query")
        )  # type: ignore[return-value]  # a tuple of two, from a generator


def _given(call: Call, query: Schema) -> list[tuple[str, Schema]]:
    properties = cast("dict[str, Schema]", query["properties"])
    return [(name, each) for name, each in properties.items() if call.query.get(name)]


def _asked(call: Call, name: str, schema: Schema) -> JSONValue:
    """The value of a query parameter, in the type that is wanted; what cannot be read stays text."""
    text, kind = call.query[name], schema.get("type")
    if kind == "array":
        return [*call.many(name)]
    if kind == "boolean" or True in cast("list[JSONValue]", schema.get("enum", [])):
        return {"true": True, "false": False}.get(text, text)
    try:
        return int(text) if kind == "integer" else float(text) if kind == "number" else text
    except ValueError:
        return text


def allows(permissions: Collection[str], op: Op[object]) -> bool:
    """Whether a key with these permissions may call an operation, in any of the API's three vocabularies."""
    action = "read" if op.method == "GET" else "write"
    wanted = {frozenset(op.scope.split(":")), frozenset({action})}
    if ":" not in op.scope:
        wanted.add(frozenset({action, op.path.split("/")[2]}))
    elif op.scope.endswith(":delete"):
        wanted.add(frozenset({"write", op.scope.partition(":")[0]}))
    elif "admin" in op.scope:
        wanted.discard(frozenset({action}))
    return not op.scope or any(frozenset(each.split(":")) in wanted for each in permissions)
