"""Text that does nothing to a terminal: names in a CRM may hold anything."""

from __future__ import annotations

import json
import os
import sys
import unicodedata
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from .._http.wire import JSONValue

JOINERS = "\u200c\u200d"
"""Invisible and harmless; some scripts and emoji are not written without them."""
LINES = "\n\t"


def safe(text: str, kept: str = "") -> str:
    r"""The text with control characters and changes of direction written out, as ``\x1b``, but for those ``kept``."""
    if text.isprintable():
        return text
    return "".join(each if _harmless(each) or each in kept else _written(each) for each in text)


def one_line(text: str) -> str:
    """The same with white space, line breaks too, as single spaces."""
    return safe(" ".join(text.split()))


def json_line(value: JSONValue) -> str:
    r"""JSON on one line, in which what ``safe`` writes out is written as JSON has it: ``\u001b``."""
    text = json.dumps(value, ensure_ascii=not _speaks_unicode(sys.stdout))
    return text if text.isprintable() else "".join(each if _harmless(each) else json.dumps(each)[1:-1] for each in text)


def on_terminal(stream: TextIO | None) -> bool:
    """Whether a stream is a terminal; a closed one is None."""
    return stream is not None and stream.isatty()


def colourful() -> bool:
    """Whether stdout may have colours: on a terminal that has them, unless ``NO_COLOR`` is set."""
    return on_terminal(sys.stdout) and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _harmless(character: str) -> bool:
    return character.isprintable() or character in JOINERS or unicodedata.category(character) == "Zs"


def _written(character: str) -> str:
    return character.encode("unicode_escape").decode()


def _speaks_unicode(stream: TextIO | None) -> bool:
    return stream is None or (stream.encoding or "").lower().replace("-", "") == "utf8"
