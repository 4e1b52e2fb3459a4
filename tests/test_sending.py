"""Calls of all methods with arguments drawn from their types: what is given is sent, and nothing else."""

from __future__ import annotations

import asyncio
import inspect
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import parse_qsl, unquote, urlsplit

import orjson
import pytest
from arguments import METHODS, Method, queried, wired
from hypothesis import HealthCheck, Phase, given, settings

from leadlex_async import DecodeError, LeadLex, Request, Response, Stream, TransportError, ValidationError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable

    from leadlex_async._http.wire import JSONValue

Sent: TypeAlias = "tuple[list[str], list[tuple[str, str]], JSONValue]"
"""The segments of a path, a query and a body."""

# From the eleventh example on Hypothesis mutates what it has; on small spaces that walks in circles for seconds.
PHASES = [Phase.reuse, Phase.generate, Phase.shrink]
HOST = "https://api.leadlex.test"
LARGEST_PAGE = {"audit_logs.iter": 200}

ALWAYS = {"page", "status"}
"""What is sent even where it is what the API assumes anyway."""
JOINED = {"include", "fields"}
"""Lists that a query holds as one text."""

REFUSALS = re.compile(
    r"give at least one of \w|nothing to change: give at least one field$|must hold 1 to [\d,]+ \w+, not \d+$"
)
"""The local refusals that arguments of the right types can meet."""


class Recorder:
    """A transport that keeps what is sent and answers an empty list."""

    def __init__(self) -> None:
        self.sent: list[Request] = []

    async def send(self, request: Request) -> Response:
        """Keep a request."""
        self.sent.append(request)
        return Response(200, {}, b'{"data":[]}')

    @asynccontextmanager
    async def open(self, request: Request) -> AsyncGenerator[Stream]:
        """Keep a request for a stream, which ends at once."""
        self.sent.append(request)
        yield Stream(200, {}, nothing())

    async def aclose(self) -> None:
        """Nothing is held."""


async def nothing() -> AsyncIterator[bytes]:
    """The pieces of an empty stream."""
    pieces: list[bytes] = []
    for piece in pieces:
        yield piece


async def call(method: Method, arguments: dict[str, object]) -> tuple[list[Request], str]:
    """Call a method; what was sent, and why nothing was."""
    recorder, refusal = Recorder(), ""
    async with LeadLex("wbk_test", base_url=HOST, transport=recorder, max_retries=0) as leadlex:
        called: Callable[..., Awaitable[object] | AsyncIterator[object]]
        called = getattr(getattr(leadlex, method.operation.resource), method.name)
        try:
            answer = called(**arguments)
            with suppress(DecodeError, TransportError, StopAsyncIteration):
                await (anext(answer) if isinstance(answer, AsyncIterator) else answer)
        except ValidationError as error:
            refusal = error.message
    return recorder.sent, refusal


def expected(method: Method, arguments: dict[str, object]) -> Sent:
    """The path, the query and the body that these arguments make."""
    operation = method.alone
    places = {name: each.place for name, each in operation.parameters.items()}
    defaults = {
        name: parameter.default
        for name, parameter in inspect.signature(getattr(operation.kind, method.name)).parameters.items()
        if name in places and parameter.default is not inspect.Parameter.empty
    }
    unsent = {name for name in defaults if name not in ALWAYS and arguments.get(name) == defaults[name]}
    rest = {name: value for name, value in defaults.items() if name in ALWAYS} | arguments
    rest = {name: value for name, value in rest.items() if places[name] != "path" and name not in unsent}
    path = {name: value for name, value in arguments.items() if places[name] == "path"}
    in_query = operation.op.method in {"GET", "DELETE"}
    if method.walks:
        rest["page"] = 1
        if in_query:
            rest.setdefault("per_page", LARGEST_PAGE.get(str(method), 100))
    query = [(name, word) for name, value in rest.items() for word in words(name, value)] if in_query else []
    return [part.format(**path) for part in operation.op.path.split("/")], query, {} if in_query else wired(rest)


def words(name: str, value: object) -> list[str]:
    """How a value stands in a query; a list that joins to nothing is left out."""
    return [text for text in [",".join(queried(value))] if text] if name in JOINED else queried(value)


def received(request: Request) -> Sent:
    """The path, the query and the body as a server reads them."""
    url = urlsplit(request.url)
    path = [unquote(part, errors="strict") for part in url.path.split("/")]
    query = parse_qsl(url.query, keep_blank_values=True, strict_parsing=bool(url.query), errors="strict")
    return path, query, orjson.loads(request.body) if request.body is not None else {}


def plain(sent: Sent) -> bytes:
    """A request as text, in which 1, 1.0 and true are not the same."""
    path, query, body = sent
    return orjson.dumps([path, sorted(query), body], option=orjson.OPT_SORT_KEYS)


@pytest.mark.parametrize("method", METHODS, ids=str)
def test_what_is_given_is_sent(method: Method) -> None:
    """The request holds every argument in its place and in its form, and nothing that was not given."""
    count = 0

    @settings(max_examples=10, deadline=None, phases=PHASES, suppress_health_check=[HealthCheck.too_slow])
    @given(method.arguments())
    def check(arguments: dict[str, object]) -> None:
        nonlocal count
        sent, refusal = asyncio.run(call(method, arguments))
        if refusal:
            assert REFUSALS.search(refusal), refusal
            assert sent == []
            return
        (request,) = sent
        count += 1
        assert request.method == method.operation.op.method
        assert plain(received(request)) == plain(expected(method, arguments))

    check()
    assert count > 0
