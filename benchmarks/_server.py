"""The lightest HTTP server that will do: canned answers, so that what a benchmark sees is its client.

It parses nothing but the first line of a request without a body, keeps connections alive and sends no rate limit.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import multiprocessing
from contextlib import contextmanager
from email.utils import formatdate
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from multiprocessing.connection import Connection

TASKS = 200
SAME = "/same"
"""Below this path the list of tasks never changes; elsewhere no two answers in a row are alike."""


@contextmanager
def server() -> Generator[str]:
    """Run the server in a process of its own and give its address."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=serve, args=(theirs,), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{ours.recv()}"
    finally:
        process.terminate()
        process.join()


def serve(pipe: Connection[int, None]) -> None:
    """Listen on any free port, tell it, and answer until this process ends."""
    asyncio.run(_serve(pipe))


async def _serve(pipe: Connection[int, None]) -> None:
    answers = Answers()
    listener = await asyncio.get_running_loop().create_server(lambda: Canned(answers), "127.0.0.1", 0)
    pipe.send(listener.sockets[0].getsockname()[1])
    while True:
        answers.date = b"\r\nDate: " + formatdate(usegmt=True).encode()
        await asyncio.sleep(1)


class Answers:
    """What is answered to whom."""

    def __init__(self) -> None:
        self.date = b""
        self._started = _encode({"campaign_id": _id("c", 1), "status": "pending_approval", "task_id": _id("7", 1)})
        lists = [_encode({"tasks": [_task(number, contacts) for number in range(TASKS)]}) for contacts in (150, 151)]
        self._same = lists[0]
        self._lists: Iterator[bytes] = itertools.cycle(lists)

    def to(self, head: bytes) -> bytes:
        """The answer to a request."""
        if head.startswith(b"POST"):
            return self._whole(self._started)
        return self._whole(self._same if SAME.encode() in head else next(self._lists))

    def _whole(self, body: bytes) -> bytes:
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d" % len(body)
        return b"".join((head, self.date, b"\r\n\r\n", body))


class Canned(asyncio.Protocol):
    """One connection; a client without pipelining and bodies sends nothing behind the head of a request."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self._head = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Somebody is there."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Answer a head that is complete."""
        self._head += data
        if self._transport is not None and self._head.endswith(b"\r\n\r\n"):
            self._transport.write(self._answers.to(self._head))
            self._head = b""


def _encode(payload: object) -> bytes:
    return json.dumps({"data": payload}, separators=(",", ":")).encode()


def _id(kind: str, number: int) -> str:
    return f"{kind * 8}-0000-4000-8000-{number:012x}"


def _task(number: int, contacts: int) -> dict[str, object]:
    return {
        "id": _id("7", number),
        "type": "campaign_start",
        "status": "pending",
        "description": f'Start campaign "Campaign {number}" to {contacts} contacts',
        "created_at": "2026-01-01T09:00:00.000Z",
        "metadata": {"campaign_id": _id("c", number), "campaign_name": f"Campaign {number}", "contact_count": contacts},
    }
