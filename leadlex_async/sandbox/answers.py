"""What the sandbox says: answers in the API's envelope, and refusals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import orjson
from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Sequence


@frozen
class Answer:
    """Status and body of an answer, before the headers that all answers share."""

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json"
    headers: Mapping[str, str] = {}


class Refusal(ValueError):
    """The sandbox says no, as the API would: a status, a code, a message."""

    def __init__(self, status: int, code: str, message: str, **details: object) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.details = details

    def answer(self, **headers: str) -> Answer:
        """The error body; underscores in header names stand for hyphens."""
        error = {"code": self.code, "message": self.message} | ({"details": self.details} if self.details else {})
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return Answer(self.status, orjson.dumps({"error": error}), headers=named)


def data(payload: object) -> Answer:
    """A payload in the envelope."""
    return Answer(body=orjson.dumps({"data": payload}))


def paged(name: str, rows: Sequence[object], page: int, per_page: int) -> Answer:
    """One page of rows under their name, with ``meta``."""
    shown = rows[(page - 1) * per_page : page * per_page]
    meta = {"page": page, "per_page": per_page, "total": len(rows)}
    return Answer(body=orjson.dumps({"data": {name: shown}, "meta": meta}))


def invalid(text: str, **fields: str) -> Refusal:
    """Bad input; ``fields`` says what is wrong with which."""
    return Refusal(400, "validation_error", text, **({"fields": fields} if fields else {}))


def missing(what: str, code: str = "not_found") -> Refusal:
    """A record that does not exist in this workspace."""
    return Refusal(404, code, f"{what} not found")
