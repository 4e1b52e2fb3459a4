"""Chat streams over a real socket."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

import pytest
from aiohttp import web
from attrs import define, field
from support import in_process

from leadlex_async import (
    DecodeError,
    InsufficientCredits,
    LeadLex,
    LeadLexError,
    NotFound,
    RequestTimeout,
    ServerError,
    TransportError,
)
from leadlex_async.models.lexi import ChatDone, ChatEvent, TextDelta, Thinking, ToolStep, UnknownChatEvent
from leadlex_async.resources.lexi import CHAT_STREAM
from leadlex_async.sandbox import Fault, Sandbox

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from leadlex_async._http.core import Core

KEY = "wbk_test_0123456789"
TEXT = b'event: text\ndata: {"delta": "Hi", "conversation_id": "conv_1"}\n\n'
END = b"data: [DONE]\n\n"


def core(leadlex: LeadLex) -> Core:
    """What a client is made of."""
    return leadlex._core  # pyright: ignore[reportPrivateUsage] - a white box here


def in_flight(leadlex: LeadLex) -> int:
    """How many turns are taken and not given back."""
    return core(leadlex).pace._in_flight  # pyright: ignore[reportPrivateUsage] - no caller needs to know


@define
class Speaker:
    """A server that says its pieces, then hangs on or hangs up, and knows when it is left."""

    pieces: list[bytes] = field(factory=list[bytes])
    holds: bool = False
    url: str = ""
    left: asyncio.Event = field(factory=asyncio.Event)

    async def serve(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request."""
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "X-Request-ID": "req_7"})
        await response.prepare(request)
        try:
            for piece in self.pieces:
                await response.write(piece)
                await asyncio.sleep(0.01)
            if self.holds:
                await asyncio.sleep(30)
        except (asyncio.CancelledError, ConnectionError):
            self.left.set()
            raise
        return response


@pytest.fixture
async def speaker() -> AsyncIterator[Speaker]:
    """A server whose every word is the test's."""
    speaker = Speaker()
    runner = web.ServerRunner(web.Server(speaker.serve, handler_cancellation=True), shutdown_timeout=0.05)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    speaker.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield speaker
    await runner.cleanup()


@pytest.fixture
async def listener(speaker: Speaker) -> AsyncIterator[LeadLex]:
    """A client of that server."""
    async with LeadLex(KEY, base_url=speaker.url) as listener:
        yield listener


async def heard(client: LeadLex, message: str = "Hi") -> list[ChatEvent]:
    """All events of one answer."""
    async with client.lexi.chat_stream(message=message) as stream:
        return [event async for event in stream]


@pytest.mark.parametrize("where", ["socket", "process"])
async def test_an_answer_comes_in_typed_events(sandbox: Sandbox, leadlex: LeadLex, where: str) -> None:
    """Thoughts, tools, text and the end have a class each; the text adds up to the answer."""
    async with in_process(sandbox) as inside:
        events = await heard(leadlex if where == "socket" else inside, "How many?")
    kinds = [type(event) for event in events]
    assert kinds[:3] == [Thinking, ToolStep, ToolStep]
    assert kinds[-1] is ChatDone
    assert set(kinds[3:-1]) == {TextDelta}
    text = "".join(event.delta for event in events if isinstance(event, TextDelta))
    assert text.startswith("You asked: 'How many?'.")
    done = events[-1]
    assert isinstance(done, ChatDone)
    assert done.credits_remaining == 4999
    assert done.message_id is not None
    conversation = next(event.conversation_id for event in events if isinstance(event, TextDelta))
    assert conversation is not None
    messages = (await leadlex.lexi.get_conversation(conversation, include_tool_steps=True)).messages
    assert messages[-1].content == text


async def test_every_field_of_an_event_can_be_read(speaker: Speaker, listener: LeadLex) -> None:
    """What the page documents of each event is kept."""
    speaker.pieces = [
        b'event: thinking\ndata: {"text": "Hm"}\n\n',
        b'event: tool_step\ndata: {"tool": "a.b", "status": "completed", "summary": "1"}\n\n',
        TEXT,
        b'event: done\ndata: {"credits_remaining": 7, "message_id": "msg_1"}\n\n',
        END,
    ]
    assert await heard(listener) == [
        Thinking(text="Hm"),
        ToolStep(tool="a.b", status="completed", summary="1"),
        TextDelta(delta="Hi", conversation_id="conv_1"),
        ChatDone(credits_remaining=7, message_id="msg_1"),
    ]


async def test_an_event_of_tomorrow(speaker: Speaker, listener: LeadLex) -> None:
    """An unknown event is handed on with its name and data, JSON or not; new keys of known ones are ignored."""
    speaker.pieces = [
        b'event: citation\ndata: {"url": "x"}\n\n',
        b"event: mood\ndata: sunny\n\n",
        b"data: 7\n\n",
        b'event: text\ndata: {"delta": "Hi", "tone": "warm"}\n\n',
        END,
    ]
    assert await heard(listener) == [
        UnknownChatEvent(name="citation", data={"url": "x"}),
        UnknownChatEvent(name="mood", data="sunny"),
        UnknownChatEvent(name="message", data=7),
        TextDelta(delta="Hi"),
    ]


async def test_an_event_may_be_cut_anywhere(speaker: Speaker, listener: LeadLex) -> None:
    """Bytes arrive as the network likes, even half a character at a time."""
    stream = 'event: text\r\ndata: {"delta": "é日"}\r\n\r\n'.encode() + END
    speaker.pieces = [stream[start : start + 3] for start in range(0, len(stream), 3)]
    assert await heard(listener) == [TextDelta(delta="é日")]


@pytest.mark.parametrize("data", [b"nonsense", b"[]", b'{"delta": []}'])
async def test_a_known_event_of_another_shape(speaker: Speaker, listener: LeadLex, data: bytes) -> None:
    """What is not as documented is an error that names the operation."""
    speaker.pieces = [b"event: text\ndata: " + data + b"\n\n", END]
    with pytest.raises(DecodeError) as caught:
        await heard(listener)
    assert caught.value.operation == CHAT_STREAM.label


async def test_no_event_is_without_end(speaker: Speaker, listener: LeadLex) -> None:
    """An event that never ends is given up."""
    speaker.pieces = [b"data: " + b"x" * 600_000] * 2
    with pytest.raises(DecodeError, match="too large"):
        await heard(listener)


async def test_nothing_is_sent_before_the_first_step(sandbox: Sandbox, leadlex: LeadLex) -> None:
    """A stream that is not read costs nothing."""
    stream = leadlex.lexi.chat_stream(message="Hi")
    await asyncio.sleep(0.01)
    await stream.aclose()
    assert sandbox.log == []
    assert [event async for event in stream] == []


@pytest.mark.parametrize("way", ["async with", "break", "aclose", "error inside"])
async def test_leaving_early_closes_the_connection(speaker: Speaker, listener: LeadLex, way: str) -> None:
    """The server learns at once that nobody listens, and the turn is given back."""
    speaker.pieces, speaker.holds = [TEXT], True
    stream = listener.lexi.chat_stream(message="Hi")
    if way == "aclose":
        assert await anext(stream) == TextDelta(delta="Hi", conversation_id="conv_1")
        await stream.aclose()
    else:
        with contextlib.suppress(KeyError):
            async with stream:
                async for _ in stream:
                    if way == "break":
                        break
                    if way == "error inside":
                        raise KeyError
                    await stream.aclose()
    async with asyncio.timeout(2):
        await speaker.left.wait()
    with pytest.raises(StopAsyncIteration):
        await anext(stream)
    assert in_flight(listener) == 0


async def test_a_cancelled_listener_closes_the_connection(speaker: Speaker, listener: LeadLex) -> None:
    """Cancelling the task that listens frees everything."""
    speaker.pieces, speaker.holds = [TEXT], True
    task = asyncio.create_task(heard(listener))
    await asyncio.sleep(0.1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with asyncio.timeout(2):
        await speaker.left.wait()
    assert in_flight(listener) == 0


async def test_a_cancelled_opening_gives_its_turn_back(sandbox: Sandbox, leadlex: LeadLex) -> None:
    """Cancelled before any answer, the turn counts as used and is not lost."""
    sandbox.fault(Fault("timeout", seconds=30))
    task = asyncio.create_task(heard(leadlex))
    await asyncio.sleep(0.1)
    assert len(sandbox.log) == 1
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert in_flight(leadlex) == 0
    assert await leadlex.lists.list() == []


async def test_an_error_inside_the_stream(sandbox: Sandbox, leadlex: LeadLex) -> None:
    """What fails after the headers is raised in place of the next event, and is not tried again."""
    seen: list[ChatEvent] = []
    stream = leadlex.lexi.chat_stream(message="fail")

    async def listen() -> None:
        async for event in stream:
            seen.append(event)  # noqa: PERF401 - what came before the error counts

    with pytest.raises(ServerError, match="Lexi is not available") as caught:
        await listen()
    assert seen
    assert (caught.value.code, caught.value.operation) == ("provider_error", CHAT_STREAM.label)
    assert caught.value.request_id is not None
    assert sandbox.count(CHAT_STREAM.label) == 1


@pytest.mark.parametrize(
    ("data", "code", "text"),
    [
        (b'{"code": "provider_error", "message": "Down"}', "provider_error", "Down"),
        (b'{"error": {"code": "provider_error", "message": "Down"}}', "provider_error", "Down"),
        (b"out of order", None, "out of order"),
        (b"null", None, "without the API's error body"),
    ],
)
async def test_an_error_event_of_any_form(
    speaker: Speaker, listener: LeadLex, data: bytes, code: str | None, text: str
) -> None:
    """Wrapped, bare or unreadable, an error event is an error."""
    speaker.pieces = [b"event: error\ndata: " + data + b"\n\n", END]
    with pytest.raises(ServerError, match=text) as caught:
        await heard(listener)
    assert (caught.value.code, caught.value.request_id) == (code, "req_7")


@pytest.mark.parametrize("pieces", [[], [TEXT], [TEXT, b"data: [DO"], [TEXT, b"data: [DONE]\n"]])
async def test_a_stream_that_ends_too_early(speaker: Speaker, listener: LeadLex, pieces: list[bytes]) -> None:
    """Half an answer is never taken for a whole one."""
    speaker.pieces = pieces
    with pytest.raises(TransportError, match="broke off") as caught:
        await heard(listener)
    assert caught.value.operation == CHAT_STREAM.label


async def test_a_stream_that_is_cut(sandbox: Sandbox, leadlex: LeadLex) -> None:
    """A connection that breaks in the middle is a transport error, in process too."""
    async with in_process(sandbox) as inside:
        for client in (leadlex, inside):
            sandbox.fault(Fault("truncated", when="after"))
            with pytest.raises(TransportError, match="broke"):
                await heard(client)


async def test_a_silent_stream_times_out(speaker: Speaker, listener: LeadLex) -> None:
    """The timeout counts from one piece to the next."""
    speaker.pieces, speaker.holds = [TEXT], True
    request = core(listener).request(CHAT_STREAM, json={"message": "Hi"})
    request.timeout = 0.1
    chunks: list[bytes] = []

    async def read() -> None:
        async with core(listener).stream(CHAT_STREAM, request) as stream:
            async for chunk in stream.chunks:
                chunks.append(chunk)  # noqa: PERF401 - what came before the timeout counts

    with pytest.raises(RequestTimeout):
        await read()
    assert b"".join(chunks) == TEXT


async def test_no_credits_are_told_before_any_event(sandbox: Sandbox, leadlex: LeadLex) -> None:
    """An answer that is no stream is the error of its status."""
    sandbox.credits = 0
    with pytest.raises(InsufficientCredits) as caught:
        await heard(leadlex)
    assert (caught.value.status, caught.value.operation) == (402, CHAT_STREAM.label)
    with pytest.raises(NotFound, match="conversation_not_found"):
        await anext(leadlex.lexi.chat_stream(message="Hi", conversation_id="unknown"))


async def test_an_error_of_the_network_names_the_operation(sandbox: Sandbox, leadlex: LeadLex) -> None:
    """As with any other call."""
    sandbox.fault(Fault("reset"))
    with pytest.raises(LeadLexError) as caught:
        await heard(leadlex)
    assert caught.value.operation == CHAT_STREAM.label


async def test_an_error_answer_is_bounded(sandbox: Sandbox, leadlex: LeadLex) -> None:
    """An endless error does not fill the memory."""
    sandbox.fault(Fault("huge", status=500))
    with pytest.raises(ServerError):
        await heard(leadlex)


async def test_a_success_that_is_no_stream(sandbox: Sandbox, leadlex: LeadLex) -> None:
    """A web page in place of the events is not an empty answer."""
    sandbox.fault(Fault("html"))
    with pytest.raises(LeadLexError):
        await heard(leadlex)
