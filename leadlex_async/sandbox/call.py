"""``Call``: one request as a handler sees it, with readers that refuse bad input as the API does."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

import orjson
from attrs import define

from .answers import Refusal, invalid

if TYPE_CHECKING:
    from .._http.wire import JSONValue


_LONGEST = 9
"""Digits of a number in a query."""


@define(eq=False)
class Call:
    """When it came, the arguments of its path, its query and its body."""

    now: float
    arguments: Mapping[str, str]
    raw_query: str
    raw_body: bytes
    permissions: frozenset[str] | None = None
    """What the key may do; None is everything."""

    @cached_property
    def query(self) -> dict[str, str]:
        """Query parameters; of a repeated one the last counts."""
        return dict(parse_qsl(self.raw_query, keep_blank_values=True))

    @cached_property
    def body(self) -> dict[str, JSONValue]:
        """The JSON object sent; nothing sent is an empty one."""
        try:
            body: JSONValue = orjson.loads(self.raw_body or b"{}")
        except orjson.JSONDecodeError:
            raise invalid("Invalid JSON body") from None
        if not isinstance(body, dict):
            raise invalid("The body must be a JSON object")
        return body

    def many(self, name: str) -> list[str]:
        """All values of a query parameter that may be repeated, or hold several with commas between."""
        values = [value for key, value in parse_qsl(self.raw_query) if key == name]
        return [part.strip() for value in values for part in value.split(",") if part.strip()]

    def text(self, name: str) -> str | None:
        """An optional text."""
        value = self.body.get(name)
        if value is not None and not isinstance(value, str):
            raise invalid("Invalid request parameters", **{name: "Must be a string"})
        return value

    def required(self, name: str, code: str = "validation_error") -> str:
        """A text that must be there."""
        value = self.text(name)
        if not value:
            raise Refusal(400, code, f"{name} is required", fields={name: "Required"})
        return value

    def flag(self, name: str) -> bool | None:
        """An optional boolean."""
        value = self.body.get(name)
        if value is not None and not isinstance(value, bool):
            raise invalid("Invalid request parameters", **{name: "Must be a boolean"})
        return value

    def number(self, name: str, least: int, most: int, code: str = "validation_error") -> int | None:
        """An optional integer within bounds."""
        value = self.body.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            message = f"{name} must be an integer from {least} to {most}"
            raise Refusal(400, code, message, fields={name: message})
        return value

    def choice(self, name: str, words: tuple[str, ...], code: str = "validation_error") -> str | None:
        """An optional word out of some."""
        value = self.text(name)
        if value is not None and value not in words:
            raise Refusal(400, code, f"{name} must be one of {', '.join(words)}", fields={name: "Unknown value"})
        return value

    def ids(self, name: str, code: str = "validation_error") -> list[str]:
        """A list of ids that must be there and hold at least one."""
        value = self.body.get(name)
        if not isinstance(value, list) or not value:
            raise Refusal(400, code, f"{name} is required", fields={name: "Required"})
        return [str(item) for item in value]

    def mapping(self, name: str) -> dict[str, JSONValue]:
        """An optional object."""
        value = self.body.get(name)
        if value is not None and not isinstance(value, dict):
            raise invalid("Invalid request parameters", **{name: "Must be an object"})
        return value or {}

    def page(self, per_page: int = 50, most: int = 100) -> tuple[int, int]:
        """Which page is asked for, and how many rows it holds; a wish above the maximum is cut to it."""
        return self.whole("page", 1), min(self.whole("per_page", per_page), most)

    def whole(self, name: str, default: int) -> int:
        """A positive integer of the query."""
        value = self.query.get(name, str(default))
        if not value.isdecimal() or len(value) > _LONGEST or int(value) < 1:
            raise invalid("Invalid request parameters", **{name: "Must be a positive integer"})
        return int(value)

    def among(self, name: str, words: tuple[str, ...], code: str = "validation_error") -> str | None:
        """An optional word of the query, out of some."""
        value = self.query.get(name) or None
        if value is not None and value not in words:
            raise Refusal(400, code, f"{name} must be one of {', '.join(words)}", fields={name: "Unknown value"})
        return value
