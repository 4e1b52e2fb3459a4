"""Routes: which handler carries out which documented operation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias, TypeVar, cast
from urllib.parse import unquote

from attrs import frozen

from .._http.op import Op
from .answers import Answer, Refusal
from .call import Call
from .check import Check
from .world import World

T = TypeVar("T")

Handler: TypeAlias = Callable[[World, Call], Answer]

GATEWAY = "/functions/v1/api-gateway"
"""The prefix of the vendor's base URL, taken off so that a client may keep it."""


@frozen(eq=False)
class Route:
    """An operation and its handler; ``label`` is the ``Op.label``."""

    label: str
    method: str
    path: str
    handler: Handler
    op: Op[object]
    check: Check
    segments: tuple[str, ...]

    def arguments(self, segments: Iterable[str]) -> dict[str, str] | None:
        """The arguments of a path of as many segments, None if it is another path."""
        found: dict[str, str] = {}
        for wanted, given in zip(self.segments, segments, strict=True):
            if wanted.startswith("{"):
                found[wanted[1:-1]] = unquote(given)
            elif wanted != given:
                return None
        return found


def route(op: Op[T], handler: Handler, *, missing: str = "validation_error", **codes: str) -> Route:
    """The route of one operation; ``missing`` is the code for a field that must be there, ``codes`` those of others."""
    known = cast("Op[object]", op)
    return Route(op.label, op.method, op.path, handler, known, Check(known, missing, codes), tuple(op.path.split("/")))


class Table:
    """All routes; a literal path wins over one with arguments."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self.routes = tuple(sorted(routes, key=_arguments))
        self._by_size: defaultdict[int, list[Route]] = defaultdict(list)
        for known in self.routes:
            self._by_size[len(known.segments)].append(known)

    def find(self, method: str, path: str) -> tuple[Route, Mapping[str, str]]:
        """The route of a request and the arguments in its path, or a refusal."""
        segments = path.removeprefix(GATEWAY).split("/")
        elsewhere = False
        for known in self._by_size.get(len(segments), ()):
            arguments = known.arguments(segments)
            if arguments is not None and known.method == method:
                return known, arguments
            elsewhere = elsewhere or arguments is not None
        if elsewhere:
            raise Refusal(405, "method_not_allowed", f"{method} is not allowed on this path")
        raise Refusal(404, "not_found", "No such endpoint")


def _arguments(known: Route) -> int:
    return known.path.count("{")
