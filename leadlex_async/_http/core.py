"""``Core``: one call through the whole house, from an ``Op`` and its arguments to a record."""

from __future__ import annotations

import uuid
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, TypeVar, cast

import backoff

from ..errors import LeadLexError
from . import convert, faults, retry, wire
from .wire import Request, Response

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Generator, Mapping

    from .clock import ServerClock
    from .op import Op
    from .pace import Lane, Pacer
    from .record import Page
    from .transport import Stream, Transport
    from .wire import JSONValue

T = TypeVar("T")

LARGEST_PAGE = 100
LARGEST_ERROR = 2**16
"""Bytes of an error answer to a stream that are read."""


class Core:
    """Builds requests, sends them in their turn, tries again what may be tried again, decodes the answers."""

    def __init__(  # noqa: PLR0913 - the one place where a client's parts come together
        self,
        transport: Transport,
        pace: Pacer,
        clock: ServerClock,
        *,
        base_url: str,
        headers: Mapping[str, str],
        timeout: float,
        max_retries: int,
        own_timeout: bool = False,
    ) -> None:
        self.transport = transport
        self.pace = pace
        self.clock = clock
        self.base_url = base_url
        self.timeout = timeout
        self.max_retries = max_retries
        self._own_timeout = own_timeout
        self._headers = dict(headers)
        self._json_headers = self._headers | {"Content-Type": "application/json"}
        self._safely = self._retrying(safe=True)
        self._once = self._retrying(safe=False)

    def with_options(self, *, timeout: float | None = None, max_retries: int | None = None) -> Core:
        """The same connection, quota and clock with another timeout or number of retries."""
        return Core(
            self.transport,
            self.pace,
            self.clock,
            base_url=self.base_url,
            headers=self._headers,
            timeout=self.timeout if timeout is None else timeout,
            max_retries=self.max_retries if max_retries is None else max_retries,
            own_timeout=self._own_timeout or timeout is not None,
        )

    async def call(
        self,
        op: Op[T],
        *,
        json: object = None,
        query: Mapping[str, object] | None = None,
        idempotency_key: str | None = None,
        **path: str,
    ) -> T:
        """Carry out one operation."""
        request = self.request(op, json=json, query=query, idempotency_key=idempotency_key, **path)
        response = await self.send(op, request)
        return convert.decode(op, response)

    def iterate(
        self,
        op: Op[Page[T]],
        *,
        query: Mapping[str, object] | None = None,
        json: Mapping[str, object] | None = None,
        limit: int | None = None,
        key: str = "id",
        **path: str,
    ) -> AsyncIterator[T]:
        """Walk a paged list, one request a page; ``key`` is the attribute that tells rows apart.

        With ``json`` the page is asked for in the body, and its size is the server's.
        """
        if json is not None:
            return self._walk(lambda page: self.call(op, json={**json, "page": page}, query=None, **path), limit, key)
        asked = {**(query or {}), "per_page": (query or {}).get("per_page") or LARGEST_PAGE}
        return self._walk(lambda page: self.call(op, query={**asked, "page": page}, **path), limit, key)

    async def _walk(self, read: Callable[[int], Awaitable[Page[T]]], limit: int | None, key: str) -> AsyncIterator[T]:
        # Rows that are added or removed meanwhile move others between pages: no row is given twice.
        seen: set[object] = set()
        walked, number, found = 0, 1, -1
        # A page without anything new ends the walk, too: a server that ignores `page` would never end it.
        while len(seen) > found and (limit is None or len(seen) < limit):
            page, found = await read(number), len(seen)
            for row in page.items:
                if (mark := getattr(row, key) or repr(row)) not in seen:
                    seen.add(mark)
                    yield row
                    if len(seen) == limit:
                        return
            walked, number = walked + len(page.items), number + 1
            if page.total is not None and walked >= page.total:
                return

    def request(
        self,
        op: Op[T],
        *,
        json: object = None,
        query: Mapping[str, object] | None = None,
        idempotency_key: str | None = None,
        **path: str,
    ) -> Request:
        """Build the request of one operation; nothing is sent."""
        url = self.base_url + wire.expand(op.path, path)
        if query and (encoded := wire.encode_query(query)):
            url = f"{url}?{encoded}"
        headers = self._headers if json is None else self._json_headers
        if op.idempotent:
            headers = headers | {"Idempotency-Key": idempotency_key or str(uuid.uuid4())}
        body = None if json is None else wire.encode_json(json)
        return Request(op.method, url, headers, body, self._timeout_of(op))

    def _timeout_of(self, op: Op[T]) -> float:
        """Long calls have longer timeouts of their own, unless the caller set one for just this."""
        return self.timeout if self._own_timeout or op.timeout is None else max(op.timeout, self.timeout)

    async def send(self, op: Op[T], request: Request) -> Response:
        """Send a request, again where that is safe and may help, and return its successful answer."""
        try:
            return await self.attempt(op.label, request)
        except LeadLexError as error:
            failed = [error]
        # The first try is made outside of backoff, whose bookkeeping takes 5 % of a request's CPU time (measured).
        return await (self._safely if op.safe else self._once)(op.label, request, failed)

    async def attempt(self, operation: str, request: Request, lane: Lane = "call") -> Response:
        """One try: wait for a turn, send, learn from the answer, raise what is no success."""
        await self.pace.acquire(lane)
        return await self.attempt_now(operation, request)

    async def attempt_now(self, operation: str, request: Request) -> Response:
        """One try whose turn was granted already."""
        answer, sent = None, True
        try:
            answer = response = await self.transport.send(request)
        except LeadLexError as error:
            error.operation = error.operation or operation
            sent = retry.ambiguous(error)
            raise
        finally:
            self.pace.release(answer, sent=sent)
        if response.status >= 300:
            raise faults.error_from(response, operation)
        return response

    @asynccontextmanager
    async def stream(self, op: Op[T], request: Request) -> AsyncGenerator[Stream, None]:
        """Open a streaming answer; it takes a turn like any request and is not tried again."""
        await self.pace.acquire()
        answered, sent = False, True
        try:
            async with self.transport.open(request) as stream:
                answered = True
                self.pace.answered(Response(stream.status, stream.headers, b""))
                if stream.status >= 300:
                    body = await _beginning(stream.chunks)
                    raise faults.error_from(Response(stream.status, stream.headers, body), op.label)
                yield stream
        except LeadLexError as error:
            error.operation = error.operation or op.label
            sent = retry.ambiguous(error)
            raise
        finally:
            if answered:
                self.pace.leave()
            else:
                self.pace.release(None, sent=sent)

    async def raw(self, op: Op[object], request: Request) -> JSONValue:
        """Send a request of an undocumented operation and return its parsed body."""
        response = await self.send(op, request)
        return convert.any_json(response, op.label)

    async def _again(self, operation: str, request: Request, failed: list[LeadLexError]) -> Response:
        if failed:
            raise failed.pop()
        return await self.attempt(operation, request)

    def _retrying(self, *, safe: bool) -> Callable[[str, Request, list[LeadLexError]], Awaitable[Response]]:
        return backoff.on_exception(
            # backoff sends the error into the generator, which its annotation does not say.
            cast("Callable[[], Generator[float, None, None]]", retry.pauses),
            LeadLexError,
            max_tries=self.max_retries + 1,
            giveup=retry.hopeless(safe=safe),
            jitter=None,
            logger=None,
        )(self._again)


async def _beginning(chunks: AsyncIterator[bytes]) -> bytes:
    """The first bytes of a body: as many as an error has."""
    body = b""
    async for chunk in chunks:
        body += chunk
        if len(body) >= LARGEST_ERROR:
            break
    return body
