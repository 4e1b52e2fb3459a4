"""``mocked()``: aiohttp answered from memory, for tests of what a call sends and how its answer is read.

aioresponses 0.7.9 builds a ``ClientResponse`` without the ``stream_writer`` that aiohttp 3.14 asks for. The class below
supplies it where it is wanted. Timeouts, pools and middlewares are bypassed, so nothing of these is tested with it.
"""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

import orjson
from aiohttp import ClientResponse
from aioresponses import CallbackResult, aioresponses
from attrs import define, field, frozen

if TYPE_CHECKING:
    from collections.abc import Generator

    from yarl import URL

ANY = re.compile(".*")


class _Idle:
    """A writer that has nothing to write any more."""

    output_size = 0


def _response_class() -> type[ClientResponse]:
    wanted = "stream_writer" in inspect.signature(ClientResponse).parameters
    filled = functools.partialmethod(ClientResponse.__init__, **({"stream_writer": _Idle()} if wanted else {}))
    return cast("type[ClientResponse]", type("MockedResponse", (ClientResponse,), {"__init__": filled}))


RESPONSE_CLASS = _response_class()


@frozen
class Sent:
    """One request as aiohttp was asked to send it; ``path`` has the encoding of the wire."""

    method: str
    host: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    raw: bytes | None

    @property
    def body(self) -> object:
        """The JSON of the body; None without one."""
        return None if self.raw is None else orjson.loads(self.raw)


@define
class Mocked:
    """What was sent, and what will be answered, in the order it is announced."""

    sent: list[Sent] = field(factory=list[Sent])
    _answers: list[CallbackResult] = field(factory=list[CallbackResult])

    def answer(
        self, payload: object = None, *, status: int = 200, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> None:
        """Answer the next request."""
        self._answers.append(
            CallbackResult(
                status=status,
                body=body if payload is None else orjson.dumps(payload),
                headers=dict(headers or {}),
                response_class=RESPONSE_CLASS,
            )
        )

    def take(self, method: str, url: URL, headers: Mapping[str, str], data: bytes | None) -> CallbackResult:
        """Note a request and give its answer."""
        self.sent.append(Sent(method, str(url.host), url.raw_path, dict(url.query), dict(headers), data))
        return self._answers.pop(0)


@contextmanager
def mocked() -> Generator[Mocked]:
    """Let no request out; each must be announced by ``answer``."""
    calls = Mocked()
    with aioresponses() as mock:
        for method in ("GET", "POST", "PATCH", "DELETE"):

            def taken(url: URL, method: str = method, **sent: object) -> CallbackResult:
                headers, data = cast("Mapping[str, str]", sent["headers"]), cast("bytes | None", sent.get("data"))
                return calls.take(method, url, headers, data)

            mock.add(ANY, method, callback=taken, repeat=True)  # pyright: ignore[reportUnknownMemberType] - bare dicts
        yield calls
