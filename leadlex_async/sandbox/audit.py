"""The audit log: one entry for every write that succeeded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson
from multidict import CIMultiDict

from .keys import SHOWN
from .table import GATEWAY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .._http.wire import JSONValue
    from .call import Call
    from .records import Record
    from .world import World

_ACTIONS = {"POST": "create", "PATCH": "update", "DELETE": "delete"}
_SUCCESS = range(200, 300)
_ADDRESS = "127.0.0.1"


def record(  # noqa: PLR0913, PLR0917 - the facts of one exchange
    world: World,
    call: Call,
    method: str,
    path: str,
    status: int,
    request_id: str,
    *,
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
) -> None:
    """Note a write; what only read or was refused leaves no entry.

    ``headers`` are those of the request: they tell the key and the program. ``body`` is the answer's: it tells the id
    of a record that was made.
    """
    if method not in _ACTIONS or status not in _SUCCESS:
        return
    path = path.removeprefix(GATEWAY)
    sent = CIMultiDict(headers or {})
    details: Record = {"method": method, "path": path, "request_id": request_id, "status_code": status}
    entry: Record = {
        "user": _actor(sent.get("Authorization", "")),
        "action": "delete" if path.endswith("/bulk-delete") else _ACTIONS[method],
        "resource_type": _kind(path),
        "resource_id": next(iter(call.arguments.values()), None) or _made(body),
        "details": details,
        "ip_address": _ADDRESS,
        "user_agent": sent.get("User-Agent"),
    }
    world.store.audit.add(call.now, entry)


def _actor(authorization: str) -> Record:
    """A key acts without a user; it is named by its first characters."""
    key = authorization.rpartition(" ")[2]
    return {"id": None, "email": f"api-key:{key[:SHOWN]}", "type": "api_key"}


def _kind(path: str) -> str:
    """What kind of record a path is about: ``/v1/contacts/...``, but ``/v1/import/contacts``."""
    first, *others = path.split("/")[2:]
    return (others[0] if first == "import" and others else first).replace("-", "_")


def _made(body: bytes) -> JSONValue:
    """The id in an answer, bare or one level down."""
    try:
        answer: Record = orjson.loads(body or b"{}")
    except orjson.JSONDecodeError:
        return None  # a stream of events
    found = answer.get("data")
    if isinstance(found, dict) and len(found) == 1:
        (found,) = found.values()
    return found.get("id") if isinstance(found, dict) else None
