"""A streamed answer of Lexi as an async iterator of typed events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self, cast

import orjson

from .._http import convert
from .._http.sse import EventParser
from .._http.wire import Response
from ..errors import TransportError
from ..models.lexi import ChatDone, ChatEvent, TextDelta, Thinking, ToolStep, UnknownChatEvent

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping

    from .._http.core import Core
    from .._http.op import Op
    from .._http.sse import ServerEvent
    from .._http.wire import JSONValue

END = "[DONE]"

KINDS: dict[str, type[Thinking | ToolStep | TextDelta | ChatDone]] = {
    "thinking": Thinking,
    "tool_step": ToolStep,
    "text": TextDelta,
    "done": ChatDone,
}


class ChatStream:
    """The events of one streamed answer, in order; nothing is sent before the first step.

    Iterate it, or enter it with ``async with`` to be sure that leaving early closes the connection at once.
    It ends after the last event; a stream that breaks off before raises ``TransportError``.
    """

    def __init__(self, core: Core, op: Op[None], body: Mapping[str, object], idempotency_key: str | None) -> None:
        self._events = _events(core, op, body, idempotency_key)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> ChatEvent:
        return await anext(self._events)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connection; the rest of the answer is dropped."""
        await self._events.aclose()


async def _events(
    core: Core, op: Op[None], body: Mapping[str, object], idempotency_key: str | None
) -> AsyncGenerator[ChatEvent, None]:
    request = core.request(op, json=body, idempotency_key=idempotency_key)
    request.headers = request.headers | {"Accept": "text/event-stream"}
    async with core.stream(op, request) as stream:
        parser = EventParser()
        async for chunk in stream.chunks:
            for event in parser.feed(chunk):
                if event.data == END:
                    return
                yield _typed(event, op.label, stream.headers)
    raise TransportError("the stream broke off before the answer was complete", operation=op.label)


def _typed(event: ServerEvent, operation: str, headers: Mapping[str, str]) -> ChatEvent:
    if event.name == "error":
        from .._http import faults  # noqa: PLC0415 - it imports aiohttp, which reading the operations does not need

        raise faults.error_from(_as_answer(event.data, headers), operation)
    kind = KINDS.get(event.name)
    data = _parsed(event.data)
    if kind is None:
        return UnknownChatEvent(name=event.name, data=data)
    return convert.structure(data, kind, path="$", operation=operation)


def _parsed(data: str) -> JSONValue:
    """JSON where it is JSON; an unknown event may carry plain text."""
    try:
        return cast("JSONValue", orjson.loads(data))
    except orjson.JSONDecodeError:
        return data


def _as_answer(data: str, headers: Mapping[str, str]) -> Response:
    """An error sent inside the stream has the payload of an error answer, but no status: 500 stands for it."""
    payload = _parsed(data)
    if isinstance(payload, str):
        payload = {"message": payload}
    wrapped = payload if isinstance(payload, dict) and "error" in payload else {"error": payload}
    return Response(500, headers, orjson.dumps(wrapped))
