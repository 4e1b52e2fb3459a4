"""Server-sent events out of bytes that may be cut anywhere."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING

from attrs import frozen

from ..errors import DecodeError

if TYPE_CHECKING:
    from collections.abc import Iterator

LARGEST_EVENT = 2**20
"""Characters; a stream that never ends an event must not fill the memory."""


@frozen
class ServerEvent:
    """One event: its name (``message`` where none is given) and its data."""

    name: str
    data: str


class EventParser:
    """Incremental parser of ``text/event-stream`` as WHATWG describes it; ``id`` and ``retry`` are not needed here."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")(errors="replace")
        self._text = ""
        self._name = ""
        self._data: list[str] = []

    def feed(self, chunk: bytes) -> Iterator[ServerEvent]:
        """Take the next bytes and give the events they complete."""
        self._text += self._decoder.decode(chunk)
        if len(self._text) + sum(map(len, self._data)) > LARGEST_EVENT:
            raise DecodeError("an event of the stream is too large")
        while (line := self._next_line()) is not None:
            if line:
                self._field(line)
            elif self._data:
                yield ServerEvent(self._name or "message", "\n".join(self._data))
                self._name, self._data = "", []
            else:
                self._name = ""

    def _next_line(self) -> str | None:
        """Cut off one line; a carriage return at the very end may be half of a line break, so it waits."""
        ends = [at for at in (self._text.find("\n"), self._text.find("\r")) if at >= 0]
        if not ends:
            return None
        end = min(ends)
        if self._text[end] == "\r" and end + 1 == len(self._text):
            return None
        line, skip = self._text[:end], 2 if self._text[end : end + 2] == "\r\n" else 1
        self._text = self._text[end + skip :]
        return line

    def _field(self, line: str) -> None:
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "event":
            self._name = value
        elif name == "data":
            self._data.append(value)
