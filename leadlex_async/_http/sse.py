"""Server-sent events out of bytes that may be cut anywhere."""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING

from attrs import frozen

from ..errors import DecodeError

if TYPE_CHECKING:
    from collections.abc import Iterator

LARGEST_EVENT = 2**20
"""Characters; a stream that never ends an event must not fill the memory."""


# A carriage return at the very end may be half of a line break, so it waits for the next bytes.
_LINE_END = re.compile(r"\r\n|\n|\r(?!\Z)")


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
        *lines, self._text = _LINE_END.split(self._text + self._decoder.decode(chunk))
        for line in lines:
            if line:
                self._field(line)
            elif self._data:
                yield ServerEvent(self._name or "message", "\n".join(self._data))
                self._name, self._data = "", []
            else:
                self._name = ""
        if len(self._text) + sum(map(len, self._data)) > LARGEST_EVENT:
            raise DecodeError("an event of the stream is too large")

    def _field(self, line: str) -> None:
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "event":
            self._name = value
        elif name == "data":
            self._data.append(value)
